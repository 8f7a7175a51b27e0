//! SDK keys: what ships in an app and is sent with every device call.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    hex::{self, Digits},
    time::Timestamp,
};

/// An SDK key as the app sends it: `sdk_live_` and 64 lower-case hex digits. It has no `Debug`, `Display` or
/// `Serialize`; only its hash is stored.
pub struct SdkKey(Zeroizing<String>);

/// The text is no SDK key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an SDK key is sdk_live_ followed by 64 lower-case hex digits")]
pub struct SdkKeyError;

/// How long a key that another has taken the place of goes on working, in whole days from now: for apps that are out in the
/// field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldKeys(u32);

impl OldKeys {
    /// Thirty days: unless an operator says otherwise.
    pub const KEEP_FOR_GRACE: Self = Self(30);
    /// Not at all: one of them has leaked.
    pub const END_NOW: Self = Self(0);

    /// What operators choose from: at once, a day, a week, two weeks, thirty, sixty and ninety days.
    pub const CHOICES: [Self; 7] = [
        Self::END_NOW,
        Self(1),
        Self(7),
        Self(14),
        Self::KEEP_FOR_GRACE,
        Self(60),
        Self(90),
    ];

    /// The choice of so many days.
    pub fn from_days(days: u32) -> Option<Self> {
        Self::CHOICES.into_iter().find(|choice| choice.0 == days)
    }

    /// Whole days.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// When a key that is replaced at `now` ends at the latest.
    pub const fn end_at(self, now: Timestamp) -> Timestamp {
        now.plus_days(self.days())
    }
}

const PREFIX: &str = "sdk_live_";

impl SdkKey {
    /// A new key out of 32 random bytes.
    pub fn generate(random: [u8; 32]) -> Self {
        Self(Zeroizing::new(format!("{PREFIX}{}", Digits(&random))))
    }

    /// What is stored of it.
    pub fn hash(&self) -> SdkKeyHash {
        SdkKeyHash::of(self.0.as_bytes())
    }

    /// The key itself: for the reply that makes it, and nothing else.
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

/// The SHA-256 of an SDK key; compare it in constant time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SdkKeyHash([u8; 32]);

impl SdkKeyHash {
    /// The hash of what a device sent, whatever it is.
    pub fn of(sent: &[u8]) -> Self {
        Self(Sha256::digest(sent).into())
    }

    /// Takes back a stored hash: 64 lower-case hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }

    /// The bytes, for a comparison in constant time.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// An SDK key as operators see it: by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSdkKey {
    /// Its SHA-256.
    pub hash: SdkKeyHash,
    /// When it was made here or, of one that apps had already, taken over.
    pub created_at: Timestamp,
    /// By whom, as they were called then; not known of keys from before that was noted.
    pub created_by: Option<String>,
    /// When it ends or ended; `None` of the current one.
    pub ends_at: Option<Timestamp>,
    /// When a device last came with it, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ListedSdkKey {
    /// Whether it opens the device API at `now`.
    pub fn works(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// How exactly the last use of a key is noted: a minute, so that a device's call costs a write at most once a minute and key.
const USE_NOTED_EVERY_MILLIS: i64 = 60_000;

/// Whether a use at `now` is to be noted, after the last one that was.
pub fn is_use_news(last_used_at: Option<Timestamp>, now: Timestamp) -> bool {
    last_used_at.is_none_or(|last| last.plus_millis(USE_NOTED_EVERY_MILLIS) <= now)
}

impl fmt::Display for SdkKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Digits(&self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_prefix_and_64_hex_digits() {
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
