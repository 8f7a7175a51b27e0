//! The setup code, which proves that the person setting up a server can read its output.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    hex::{self, HexDigits},
    license_key::{ALPHABET, fold_width, is_separator},
};

/// Number of random bytes for a new code. The code uses 100 of their bits: five groups of four
/// symbols.
pub const RANDOM_BYTES: usize = 13;

/// Number of failed attempts after which a code is no longer valid.
pub const MAX_WRONG_ATTEMPTS: u32 = 5;

const SYMBOLS: usize = 20;
const GROUP_SIZE: usize = 4;

/// A setup code in normalized form: uppercase, without separators.
///
/// It doesn't implement `Debug`, `Display` or `Serialize`, and only its hash is stored.
pub struct SetupCode(Zeroizing<String>);

impl SetupCode {
    /// Creates a code from random bytes, in the alphabet of license keys.
    pub fn generate(random: [u8; RANDOM_BYTES]) -> Self {
        let mut bits = random
            .iter()
            .fold(0_u128, |bits, &byte| bits << 8 | u128::from(byte));
        let mut symbols = Zeroizing::new(String::with_capacity(SYMBOLS));
        for _ in 0..SYMBOLS {
            symbols.push(char::from(ALPHABET[(bits & 31) as usize]));
            bits >>= 5;
        }
        Self(symbols)
    }

    /// Parses a code as typed: ignores case, and drops whitespace and hyphens of any kind.
    ///
    /// Returns `None` if nothing is left. Other invalid input is rejected by the later comparison.
    pub fn parse(typed: &str) -> Option<Self> {
        // Allocated up front: a growing string would leave copies behind that are not zeroized.
        let mut symbols = Zeroizing::new(String::with_capacity(typed.len()));
        let kept = typed.chars().map(fold_width);
        symbols.extend(
            kept.filter(|&symbol| !is_separator(symbol))
                .map(|symbol| symbol.to_ascii_uppercase()),
        );
        (!symbols.is_empty()).then_some(Self(symbols))
    }

    /// Returns the hash that is stored.
    pub fn hash(&self) -> SetupCodeHash {
        SetupCodeHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// Returns the plaintext code in groups. Only for the server's administrator.
    pub fn expose(&self) -> Zeroizing<String> {
        let mut written = Zeroizing::new(String::with_capacity(2 * self.0.len()));
        for (place, symbol) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP_SIZE == 0 {
                written.push('-');
            }
            written.push(symbol);
        }
        written
    }
}

/// The SHA-256 of a code. Compare it in constant time.
#[derive(Debug, Clone, Copy)]
pub struct SetupCodeHash([u8; 32]);

impl SetupCodeHash {
    /// Parses a stored hash of 64 lowercase hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).map(Self)
    }

    /// Returns the bytes, for constant-time comparison.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SetupCodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HexDigits(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(typed: &str) -> Option<String> {
        SetupCode::parse(typed).map(|code| code.hash().to_string())
    }

    #[test]
    fn code_has_five_groups_of_four_unambiguous_symbols() {
        let code = SetupCode::generate([0xA7; RANDOM_BYTES]);
        let written = code.expose();
        let groups: Vec<&str> = written.split('-').collect();
        assert!(groups.len() == 5 && groups.iter().all(|group| group.len() == 4));
        assert!(!written.contains(['0', 'O', '1', 'I']));
        let lowest = SetupCode::generate([0; RANDOM_BYTES]);
        assert!(*lowest.expose() == "2222-2222-2222-2222-2222");
        let highest = SetupCode::generate([255; RANDOM_BYTES]);
        assert!(*highest.expose() == "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    }

    #[test]
    fn all_100_bits_are_significant() {
        let mut seen = std::collections::HashSet::new();
        for bit in 0..100 {
            let bytes = (1_u128 << bit).to_be_bytes();
            let random = bytes[16 - RANDOM_BYTES..].try_into().unwrap();
            seen.insert(SetupCode::generate(random).hash().to_string());
        }
        assert_eq!(seen.len(), 100);
    }

    #[test]
    fn code_matches_in_every_spelling() {
        let code = SetupCode::parse("AB23-CD45-EF67-GH89-JKLM").unwrap();
        let right = Some(code.hash().to_string());
        for typed in [
            "ab23cd45ef67gh89jklm",
            " AB23 CD45\tEF67 GH89 JKLM\r\n",
            "ＡＢ23–CD45—EF67-GH89-JKLM",
        ] {
            assert_eq!(hash(typed), right, "{typed}");
        }
        for wrong in [
            "AB23-CD45-EF67-GH89-JKLN",
            "AB23-CD45-EF67-GH89",
            "AB23_CD45_EF67_GH89_JKLM",
            "é",
        ] {
            assert_ne!(hash(wrong), right, "{wrong}");
        }
        for nothing in ["", " ", "-- -"] {
            assert_eq!(hash(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn stored_hash_round_trips() {
        let hash = SetupCode::generate([7; RANDOM_BYTES]).hash();
        let read = SetupCodeHash::from_hex(&hash.to_string()).unwrap();
        assert_eq!(read.as_bytes(), hash.as_bytes());
        assert!(SetupCodeHash::from_hex("abc").is_none());
    }
}
