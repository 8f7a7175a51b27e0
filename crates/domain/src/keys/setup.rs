//! The code that whoever sets a server up must know: it shows that they can read what the server prints.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    hex::{self, Digits},
    key::{ALPHABET, fold_width, is_separator},
};

/// Random bytes in a new code, of which 100 bits are used: five groups of four symbols.
pub const RANDOM_BYTES: usize = 13;

/// So many wrong tries make a code void.
pub const MOST_WRONG_TRIES: u32 = 5;

const SYMBOLS: usize = 20;
const GROUP: usize = 4;

/// A code as it is compared: upper case, without hyphens. It has no `Debug`, `Display` or `Serialize`; only its hash is
/// stored.
pub struct SetupCode(Zeroizing<String>);

impl SetupCode {
    /// A new code out of random bytes, in the symbols of license keys.
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

    /// Reads a code as it was typed, whatever the case of its letters; white space and hyphens of any kind are dropped.
    /// `None` where nothing is left. Anything else may be compared, and is then wrong.
    pub fn parse(typed: &str) -> Option<Self> {
        // Room for all of it at once: what a growing text leaves behind is not erased.
        let mut symbols = Zeroizing::new(String::with_capacity(typed.len()));
        let kept = typed.chars().map(fold_width);
        symbols.extend(
            kept.filter(|&symbol| !is_separator(symbol))
                .map(|symbol| symbol.to_ascii_uppercase()),
        );
        (!symbols.is_empty()).then_some(Self(symbols))
    }

    /// What is stored of it.
    pub fn hash(&self) -> SetupCodeHash {
        SetupCodeHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The code in groups, as people read it: for whoever runs the server, and nothing else.
    pub fn expose(&self) -> Zeroizing<String> {
        let mut written = Zeroizing::new(String::with_capacity(2 * self.0.len()));
        for (place, symbol) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                written.push('-');
            }
            written.push(symbol);
        }
        written
    }
}

/// The SHA-256 of a code; compare it in constant time.
#[derive(Debug, Clone, Copy)]
pub struct SetupCodeHash([u8; 32]);

impl SetupCodeHash {
    /// Takes back a stored hash: 64 lower-case hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }

    /// The bytes, for a comparison in constant time.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SetupCodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Digits(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(typed: &str) -> Option<String> {
        SetupCode::parse(typed).map(|code| code.hash().to_string())
    }

    #[test]
    fn a_code_has_five_groups_of_four_symbols_that_are_not_mistaken() {
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
    fn every_one_of_its_100_bits_counts() {
        let mut seen = std::collections::HashSet::new();
        for bit in 0..100 {
            let bytes = (1_u128 << bit).to_be_bytes();
            let random = bytes[16 - RANDOM_BYTES..].try_into().unwrap();
            seen.insert(SetupCode::generate(random).hash().to_string());
        }
        assert_eq!(seen.len(), 100);
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
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
    fn a_stored_hash_is_read_back() {
        let hash = SetupCode::generate([7; RANDOM_BYTES]).hash();
        let read = SetupCodeHash::from_hex(&hash.to_string()).unwrap();
        assert_eq!(read.as_bytes(), hash.as_bytes());
        assert!(SetupCodeHash::from_hex("abc").is_none());
    }
}
