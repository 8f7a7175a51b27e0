//! Hexadecimal form of hashes: exactly 64 lowercase digits.

use std::fmt;

/// Formats a hash as hex digits.
pub(crate) struct HexDigits<'a>(pub(crate) &'a [u8; 32]);

impl fmt::Display for HexDigits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        f.write_str(base16ct::lower::encode_str(self.0, &mut digits)?)
    }
}

/// Parses 64 hex digits into a hash.
pub(crate) fn decode(digits: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let read = base16ct::lower::decode(digits, &mut hash).ok()?;
    (read.len() == 32).then_some(hash)
}
