//! License keys: parsing, hashing and masking.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::ids::LicenseId;

/// Alphabet of new keys: 32 symbols of five bits each, without the ambiguous `0 O 1 I`.
pub const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Number of random bytes for a new key: 80 bits, four groups of four symbols.
pub const RANDOM_BYTES: usize = 10;

/// Allowed number of symbols in a whole key.
pub const LENGTH_RANGE: std::ops::RangeInclusive<usize> = 12..=64;

/// A plaintext license key.
///
/// It doesn't implement `Debug`, `Display` or `Serialize`, so that it doesn't leak into a log, a
/// page or a file by accident. [`LicenseKey::expose`] returns the plaintext.
#[derive(Clone, PartialEq, Eq)]
pub struct LicenseKey {
    plaintext: String,
    normalized: String,
}

/// Why a string is not a license key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LicenseKeyError {
    /// Nothing is left after dropping whitespace and hyphens.
    #[error("the license key is empty")]
    Empty,
    /// A character other than letters, digits, whitespace and hyphens.
    #[error("a license key contains only letters and digits")]
    Symbol,
}

impl LicenseKey {
    /// Parses a key as typed: drops whitespace and hyphens of any kind, folds full-width forms to
    /// ASCII and converts letters to uppercase.
    ///
    /// Fails if the result is empty or contains anything but `A-Z0-9`.
    pub fn parse(typed: &str) -> Result<Self, LicenseKeyError> {
        let mut normalised = String::with_capacity(typed.len().min(*LENGTH_RANGE.end()));
        for symbol in typed
            .chars()
            .map(fold_width)
            .filter(|&symbol| !is_separator(symbol))
        {
            if !symbol.is_ascii_alphanumeric() {
                normalised.zeroize();
                return Err(LicenseKeyError::Symbol);
            }
            normalised.push(symbol.to_ascii_uppercase());
        }
        if normalised.is_empty() {
            return Err(LicenseKeyError::Empty);
        }
        Ok(Self {
            plaintext: typed.to_owned(),
            normalized: normalised,
        })
    }

    /// Creates a key: the product's prefix, and four groups of four symbols from `random`.
    pub fn generate(prefix: &KeyPrefix, random: [u8; RANDOM_BYTES]) -> Self {
        let mut bits = random
            .iter()
            .fold(0_u128, |bits, &byte| bits << 8 | u128::from(byte));
        let mut symbols = [0_u8; 16];
        for symbol in symbols.iter_mut().rev() {
            *symbol = ALPHABET[(bits & 31) as usize];
            bits >>= 5;
        }
        let mut written = String::with_capacity(24);
        written.push_str(prefix.as_str());
        for group in symbols.chunks(4) {
            written.push('-');
            written.extend(group.iter().map(|&symbol| char::from(symbol)));
        }
        let normalised = written.replace('-', "");
        Self {
            plaintext: written,
            normalized: normalised,
        }
    }

    /// Returns the ID of the key's license: the SHA-256 of the normalized key.
    pub fn id(&self) -> LicenseId {
        LicenseId::from_hash(Sha256::digest(self.normalized.as_bytes()).into())
    }

    /// Extracts up to ten candidates for a whole key from a longer text: each run between
    /// punctuation, and each word of that run.
    pub fn extract_candidates(text: &str) -> Vec<Self> {
        let is_punctuation = |symbol: char| {
            let folded = fold_width(symbol);
            !folded.is_ascii_alphanumeric() && !is_separator(folded)
        };
        let text = text.replace('_', "-");
        let parts = text.split(is_punctuation);
        let candidates =
            parts.flat_map(|part| std::iter::once(part).chain(part.split_whitespace()));
        candidates
            .filter_map(|candidate| Self::parse(candidate).ok())
            .filter(Self::is_full_length)
            .take(10)
            .collect()
    }

    /// Returns whether the key has the format of newly minted keys: the prefix of its product and
    /// 16 symbols of [`ALPHABET`].
    pub fn has_generated_format(&self, prefix: &KeyPrefix) -> bool {
        let random = self.normalized.strip_prefix(prefix.as_str());
        random.is_some_and(|random| {
            random.len() == 16 && random.bytes().all(|symbol| ALPHABET.contains(&symbol))
        })
    }

    /// Returns whether the key's length is within [`LENGTH_RANGE`].
    pub fn is_full_length(&self) -> bool {
        LENGTH_RANGE.contains(&self.normalized.len())
    }

    /// Returns whether the key begins with a product's prefix.
    pub fn starts_with(&self, prefix: &KeyPrefix) -> bool {
        self.normalized.starts_with(prefix.as_str())
    }

    /// Returns the masked form of the key, which is stored and displayed.
    pub fn display_key(&self, prefix: &KeyPrefix) -> DisplayKey {
        let shows_prefix = self.normalized.len() >= 16 && self.starts_with(prefix);
        let shown = if shows_prefix {
            prefix.as_str()
        } else {
            HIDDEN_PREFIX
        };
        let last = self.normalized.len().saturating_sub(4);
        DisplayKey {
            text: format!("{shown}{HIDDEN_MIDDLE}{}", &self.normalized[last..]),
        }
    }

    /// Returns the plaintext key. Only for showing it once after minting.
    pub fn expose(&self) -> &str {
        &self.plaintext
    }
}

impl Drop for LicenseKey {
    fn drop(&mut self) {
        self.plaintext.zeroize();
        self.normalized.zeroize();
    }
}

const HIDDEN_PREFIX: &str = "XXXX";
const HIDDEN_MIDDLE: &str = "-XXXX-···-";

/// The masked form of a key, such as `ACME-XXXX-···-7B2D`. At least eight symbols of a whole key
/// stay hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisplayKey {
    text: String,
}

impl DisplayKey {
    /// Restores a stored display key, as returned by [`DisplayKey::as_str`].
    pub fn from_stored(text: String) -> Self {
        Self { text }
    }

    /// Returns the masked form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Splits the masked form into prefix, constant middle and last group, for separate styling.
    pub fn parts(&self) -> (&str, &'static str, &str) {
        match self.text.split_once(HIDDEN_MIDDLE) {
            Some((prefix, last)) => (prefix, HIDDEN_MIDDLE, last),
            None => ("", "", &self.text),
        }
    }
}

impl fmt::Display for DisplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The four letters or digits at the start of a product's keys. Unique on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyPrefix(String);

/// The string is not a valid key prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("enter a prefix of 4 letters or digits")]
pub struct KeyPrefixError;

impl KeyPrefix {
    /// Returns the four symbols.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for KeyPrefix {
    type Error = KeyPrefixError;

    fn try_from(text: String) -> Result<Self, KeyPrefixError> {
        let fits = text.len() == 4
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if fits {
            Ok(Self(text))
        } else {
            Err(KeyPrefixError)
        }
    }
}

impl std::str::FromStr for KeyPrefix {
    type Err = KeyPrefixError;

    fn from_str(text: &str) -> Result<Self, KeyPrefixError> {
        text.to_owned().try_into()
    }
}

impl From<KeyPrefix> for String {
    fn from(prefix: KeyPrefix) -> Self {
        prefix.0
    }
}

/// Folds full-width ASCII (`Ａ`, `０`, `－`), as typed on East Asian keyboards, to plain ASCII.
pub fn fold_width(symbol: char) -> char {
    match symbol {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(symbol) - 0xFEE0).unwrap_or(symbol),
        other => other,
    }
}

/// Returns whether a symbol is ignored in a key: whitespace, Unicode dash punctuation, and the
/// minus signs, hyphens and invisible characters that word processors and mail programs insert.
pub fn is_separator(symbol: char) -> bool {
    symbol.is_whitespace()
        || matches!(symbol,
            '-' | '\u{AD}' | '\u{58A}' | '\u{5BE}' | '\u{1400}' | '\u{1806}' | '\u{180E}'
            | '\u{200B}'..='\u{200D}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2053}'
            | '\u{2060}' | '\u{207B}' | '\u{208B}' | '\u{2212}' | '\u{2E17}' | '\u{2E1A}'
            | '\u{2E3A}' | '\u{2E3B}' | '\u{2E40}' | '\u{2E5D}' | '\u{301C}' | '\u{3030}'
            | '\u{30A0}' | '\u{FE31}' | '\u{FE32}' | '\u{FE58}' | '\u{FE63}' | '\u{FEFF}'
            | '\u{10D6E}' | '\u{10EAD}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn prefix(text: &str) -> KeyPrefix {
        text.parse().unwrap()
    }

    #[test]
    fn full_length_is_12_to_64_symbols() {
        for (length, whole) in [(11, false), (12, true), (64, true), (65, false)] {
            let key = LicenseKey::parse(&"A-".repeat(length)).unwrap();
            assert_eq!(key.is_full_length(), whole, "{length}");
        }
        let key = LicenseKey::parse("acme-pro0-0000-0001").unwrap();
        assert!(key.starts_with(&prefix("ACME")) && !key.starts_with(&prefix("STDO")));
    }

    #[test]
    fn key_is_extracted_from_surrounding_text() {
        let key = LicenseKey::parse("ACME-4B2K-9XJP-T8WM-Q3VZ").unwrap();
        for text in [
            "ACME-4B2K-9XJP-T8WM-Q3VZ",
            "\"acme 4b2k 9xjp t8wm q3vz\"",
            "ACME-4B2K-9XJP-T8WM-Q3VZ.",
            "<ACME-4B2K-9XJP-T8WM-Q3VZ>",
            "Key: ACME-4B2K-9XJP-T8WM-Q3VZ, thanks",
            "my key ACME-4B2K-9XJP-T8WM-Q3VZ please",
            "ACME_4B2K_9XJP_T8WM_Q3VZ",
            "https://x.example/?key=ACME-4B2K-9XJP-T8WM-Q3VZ&y=1",
        ] {
            let found = LicenseKey::extract_candidates(text);
            assert!(found.iter().any(|found| found.id() == key.id()), "{text}");
        }
        assert!(
            key.has_generated_format(&prefix("ACME")) && !key.has_generated_format(&prefix("STDO"))
        );
        for other in [
            "acme-corporation",
            "ACME-PRO0-0000-0001",
            "ACME-4B2K-9XJP-T8WM-Q3VZ-2",
        ] {
            let key = LicenseKey::parse(other).unwrap();
            assert!(!key.has_generated_format(&prefix("ACME")), "{other}");
        }
        assert!(LicenseKey::extract_candidates(&"ACME4B2K9XJP, ".repeat(50)).len() == 10);
    }

    #[test]
    fn every_spelling_of_a_key_has_the_same_hash() {
        let hash = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";
        for typed in [
            "ACME-4B2K-9XJP-T8WM-Q3VZ",
            "acme 4b2k 9xjp t8wm q3vz",
            "acme4b2k9xjpt8wmq3vz\n",
            "ACME\u{2011}4B2K\u{2013}9XJP\u{2014}T8WM\u{2212}Q3VZ",
            "\u{FF21}\u{FF23}\u{FF2D}\u{FF25}-4B2K-9XJP-T8WM-Q3VZ",
            "\u{FEFF}ACME\u{3000}4B2K\u{FF0D}9XJP\u{A0}T8WM\u{AD}Q3VZ",
        ] {
            let key = LicenseKey::parse(typed).unwrap();
            assert!(key.normalized == "ACME4B2K9XJPT8WMQ3VZ", "{typed:?}");
            assert_eq!(key.id().to_string(), hash, "{typed:?}");
        }
    }

    #[test]
    fn empty_or_non_alphanumeric_text_is_not_a_key() {
        for (typed, why) in [
            ("", LicenseKeyError::Empty),
            (" -\u{2014}\t", LicenseKeyError::Empty),
            ("ACME_4B2K", LicenseKeyError::Symbol),
            ("ACME\0", LicenseKeyError::Symbol),
            ("ÄCME", LicenseKeyError::Symbol),
            ("ACME\u{661}", LicenseKeyError::Symbol),
        ] {
            assert_eq!(LicenseKey::parse(typed).err(), Some(why), "{typed:?}");
        }
    }

    #[test]
    fn display_key_hides_at_least_eight_symbols() {
        for (key, shown) in [
            ("ACME-4B2K-9XJP-T8WM-Q3VZ", "ACME-XXXX-···-Q3VZ"),
            ("4111222233334444", "XXXX-XXXX-···-4444"),
            ("ACME-PRO0-0000-0001", "ACME-XXXX-···-0001"),
            ("ACME-PRO0-0001", "XXXX-XXXX-···-0001"),
        ] {
            let display = LicenseKey::parse(key).unwrap().display_key(&prefix("ACME"));
            assert_eq!(display.as_str(), shown);
            let (start, middle, end) = display.parts();
            assert_eq!(format!("{start}{middle}{end}"), shown);
        }
    }

    #[test]
    fn generated_key_encodes_its_80_bits() {
        let lowest = LicenseKey::generate(&prefix("ACME"), [0; 10]);
        let highest = LicenseKey::generate(&prefix("ACME"), [0xFF; 10]);
        assert!(lowest.expose() == "ACME-2222-2222-2222-2222");
        assert!(highest.expose() == "ACME-ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    }

    #[test]
    fn prefix_is_four_uppercase_letters_or_digits() {
        assert!("AC1E".parse::<KeyPrefix>().is_ok());
        for bad in ["", "ABC", "ABCDE", "abcd", "AB-D", "ÄBC"] {
            assert_eq!(bad.parse::<KeyPrefix>(), Err(KeyPrefixError), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_accepted_key_normalizes_to_ascii(typed in ".*") {
            if let Ok(key) = LicenseKey::parse(&typed) {
                prop_assert!(key.normalized.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
                key.display_key(&prefix("ACME"));
            }
        }

        #[test]
        fn generated_key_parses_in_lower_case(random: [u8; RANDOM_BYTES]) {
            let key = LicenseKey::generate(&prefix("ACME"), random);
            let typed = LicenseKey::parse(&key.expose().to_lowercase()).unwrap();
            prop_assert_eq!(typed.id(), key.id());
        }

        #[test]
        fn different_random_bytes_generate_different_keys(one: [u8; RANDOM_BYTES], other: [u8; RANDOM_BYTES]) {
            prop_assume!(one != other);
            let (one, other) = (
                LicenseKey::generate(&prefix("ACME"), one),
                LicenseKey::generate(&prefix("ACME"), other),
            );
            prop_assert_ne!(one.id(), other.id());
        }
    }
}
