//! Validation of display names.

use crate::InvalidInputError;

/// Maximum length of a tenant or product name, in characters.
const MAX_NAME_CHARS: usize = 80;

/// Checks a name, and returns it without surrounding whitespace.
pub(crate) fn validate_name(name: &str) -> Result<String, InvalidInputError> {
    let name = name.trim();
    let length = name.chars().count();
    let is_forbidden = |c: char| c.is_control() || is_bidi_control(c);
    let is_visible = |c: char| {
        !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
    };
    if length > MAX_NAME_CHARS || name.chars().any(is_forbidden) || !name.chars().any(is_visible) {
        return Err(InvalidInputError::InvalidName {
            max: MAX_NAME_CHARS,
        });
    }
    Ok(name.to_owned())
}

/// Returns whether the character has Unicode's `Bidi_Control` property, which can make an address
/// or a name look like a different one.
pub(crate) const fn is_bidi_control(c: char) -> bool {
    matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}
