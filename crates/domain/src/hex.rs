//! Hashes as text: 64 lower-case hex digits, and nothing else.

use std::fmt;

/// The digits of a hash.
pub(crate) struct Digits<'a>(pub(crate) &'a [u8; 32]);

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        f.write_str(base16ct::lower::encode_str(self.0, &mut digits)?)
    }
}

/// The hash that has these digits.
pub(crate) fn read(digits: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let read = base16ct::lower::decode(digits, &mut hash).ok()?;
    (read.len() == 32).then_some(hash)
}
