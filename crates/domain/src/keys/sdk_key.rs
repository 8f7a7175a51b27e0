//! SDK keys, which ship in an app and authenticate its device API calls.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    hex::{self, HexDigits},
    time::Timestamp,
};

/// A plaintext SDK key: `sdk_live_` and 64 lowercase hex digits.
///
/// It doesn't implement `Debug`, `Display` or `Serialize`, and only its hash is stored.
pub struct SdkKey(Zeroizing<String>);

/// The string is not a valid SDK key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an SDK key is sdk_live_ followed by 64 lowercase hex digits")]
pub struct SdkKeyError;

/// Days that a replaced key stays valid, so that vendors can update released apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GracePeriod(u32);

impl GracePeriod {
    /// Default grace period: thirty days.
    pub const DEFAULT: Self = Self(30);
    /// No grace period, for a leaked key.
    pub const NONE: Self = Self(0);

    /// Grace periods that operators can choose from.
    pub const CHOICES: [Self; 7] = [
        Self::NONE,
        Self(1),
        Self(7),
        Self(14),
        Self::DEFAULT,
        Self(60),
        Self(90),
    ];

    /// Returns the grace period with this number of days, or `None` if it is not in
    /// [`GracePeriod::CHOICES`].
    pub fn from_days(days: u32) -> Option<Self> {
        Self::CHOICES.into_iter().find(|choice| choice.0 == days)
    }

    /// Returns the number of whole days.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// Returns the expiry of a key that is replaced at `now`.
    pub const fn end_at(self, now: Timestamp) -> Timestamp {
        now.plus_days(self.days())
    }
}

const PREFIX: &str = "sdk_live_";

impl SdkKey {
    /// Creates a key from 32 random bytes.
    pub fn generate(random: [u8; 32]) -> Self {
        Self(Zeroizing::new(format!("{PREFIX}{}", HexDigits(&random))))
    }

    /// Returns the hash that is stored.
    pub fn hash(&self) -> SdkKeyHash {
        SdkKeyHash::compute(self.0.as_bytes())
    }

    /// Returns the plaintext key. Only for the response that creates it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for SdkKey {
    type Err = SdkKeyError;

    fn from_str(text: &str) -> Result<Self, SdkKeyError> {
        let digits = text.strip_prefix(PREFIX).ok_or(SdkKeyError)?;
        let digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        if digits.len() == 64 && digits.bytes().all(digit) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(SdkKeyError)
        }
    }
}

/// The SHA-256 of an SDK key. Compare it in constant time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SdkKeyHash([u8; 32]);

impl SdkKeyHash {
    /// Hashes arbitrary bytes sent by a device.
    pub fn compute(sent: &[u8]) -> Self {
        Self(Sha256::digest(sent).into())
    }

    /// Parses a stored hash of 64 lowercase hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::decode(text).map(Self)
    }

    /// Returns the bytes, for constant-time comparison.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// An SDK key as shown to operators, identified by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSdkKey {
    /// SHA-256 of the key.
    pub hash: SdkKeyHash,
    /// Time when the key was created or imported.
    pub created_at: Timestamp,
    /// Name of its creator at that time, or `None` for keys that predate this field.
    pub created_by: Option<String>,
    /// Expiry of the key, past or future; `None` for the current key.
    pub ends_at: Option<Timestamp>,
    /// Time of the last use by a device, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ListedSdkKey {
    /// Returns whether the key is accepted at `now`.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// Minimum interval between writes of a key's last use: one minute, which limits the writes caused
/// by device calls to one per key per minute.
const USE_RECORD_INTERVAL_MILLIS: i64 = 60_000;

/// Returns whether a use at `now` must be recorded, given the last recorded use.
pub fn should_record_use(last_used_at: Option<Timestamp>, now: Timestamp) -> bool {
    last_used_at.is_none_or(|last| last.plus_millis(USE_RECORD_INTERVAL_MILLIS) <= now)
}

impl fmt::Display for SdkKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HexDigits(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sdk_key_is_prefix_and_64_hex_digits() {
        let demo = format!("sdk_live_{}", "0".repeat(64));
        let key: SdkKey = demo.parse().ok().unwrap();
        assert!(key.expose() == SdkKey::generate([0; 32]).expose());
        let hash = key.hash().to_string();
        assert_eq!(
            SdkKeyHash::from_hex(&hash).unwrap().as_bytes(),
            key.hash().as_bytes()
        );
        for bad in [
            "",
            "sdk_live_",
            &demo[1..],
            &demo.replace('0', "A"),
            &format!("{demo}0"),
        ] {
            assert!(bad.parse::<SdkKey>().is_err(), "{bad}");
        }
    }
}
