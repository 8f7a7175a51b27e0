//! Email address validation.

use crate::{InvalidInputError, name::is_bidi_control};

/// Maximum length of a deliverable address in bytes (RFC 5321).
const MAX_EMAIL_BYTES: usize = 254;

/// Checks that a string is a plausible address: a local part, one `@`, a domain, and no whitespace,
/// control characters or bidirectional formatting. Stricter rules would reject some real addresses.
pub(crate) fn validate(address: &str) -> Result<(), InvalidInputError> {
    let is_forbidden =
        |symbol: char| symbol.is_whitespace() || symbol.is_control() || is_bidi_control(symbol);
    match address.rsplit_once('@') {
        Some((local, domain))
            if !local.is_empty()
                && !domain.is_empty()
                && !local.contains('@')
                && address.len() <= MAX_EMAIL_BYTES
                && !address.contains(is_forbidden) =>
        {
            Ok(())
        }
        _ => Err(InvalidInputError::InvalidEmail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn international_addresses_are_accepted_and_malformed_ones_rejected() {
        for good in ["a@b", "o'neil+x@acme.test", "受付@写真館.example"] {
            assert_eq!(validate(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b@c",
            "a\0@b",
            "a\u{202e}b@c",
            &format!("{}@b", "a".repeat(253)),
        ] {
            assert_eq!(
                validate(bad),
                Err(InvalidInputError::InvalidEmail),
                "{bad:?}"
            );
        }
    }
}
