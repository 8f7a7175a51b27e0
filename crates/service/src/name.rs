//! Names that pages show.

use crate::Invalid;

/// Longest name of a tenant or product, in characters.
const NAME_LENGTH: usize = 80;

/// A name that pages show, without white space around it.
pub(crate) fn checked_name(name: &str) -> Result<String, Invalid> {
    let name = name.trim();
    let length = name.chars().count();
    let is_hidden = |symbol: char| symbol.is_control() || turns_text(symbol);
    let is_seen = |symbol: char| {
        !symbol.is_whitespace()
            && !matches!(symbol, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
    };
    if length > NAME_LENGTH || name.chars().any(is_hidden) || !name.chars().any(is_seen) {
        return Err(Invalid::Name { max: NAME_LENGTH });
    }
    Ok(name.to_owned())
}

/// Unicode's `Bidi_Control`: with one of these an address, or a name, reads as another.
pub(crate) const fn turns_text(symbol: char) -> bool {
    matches!(
        symbol,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}
