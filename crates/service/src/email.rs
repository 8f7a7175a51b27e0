//! E-mail addresses, as far as one can tell without writing to them.

use crate::{Invalid, name::turns_text};

/// Longest address that mail can be sent to (RFC 5321), in bytes.
const LONGEST: usize = 254;

/// Checks that a text can be an address: something, one `@`, something, no white space, control characters or marks that turn
/// text around. Any stricter rule turns away somebody real.
pub(crate) fn check(address: &str) -> Result<(), Invalid> {
    let unprintable =
        |symbol: char| symbol.is_whitespace() || symbol.is_control() || turns_text(symbol);
    match address.rsplit_once('@') {
        Some((local, domain))
            if !local.is_empty()
                && !domain.is_empty()
                && !local.contains('@')
                && address.len() <= LONGEST
                && !address.contains(unprintable) =>
        {
            Ok(())
        }
        _ => Err(Invalid::Email),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_from_all_over_the_world_pass_and_nonsense_does_not() {
        for good in ["a@b", "o'neil+x@acme.test", "受付@写真館.example"] {
            assert_eq!(check(good), Ok(()), "{good}");
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
            assert_eq!(check(bad), Err(Invalid::Email), "{bad:?}");
        }
    }
}
