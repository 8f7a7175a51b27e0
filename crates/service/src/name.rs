//! Validation of display names.

use crate::Invalid;

/// Maximum length of a tenant or product name, in characters.
const NAME_LENGTH: usize = 80;

/// Returns the name without surrounding whitespace.
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

/// Returns whether the character has Unicode's `Bidi_Control` property, which can make an address
/// or a name look like a different one.
pub(crate) const fn turns_text(symbol: char) -> bool {
    matches!(
        symbol,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}
