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

/// How long an SDK key goes on working once another has taken its place: thirty days.
const GRACE_DAYS: u32 = 30;

/// What becomes of the keys that a new one takes the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldKeys {
    /// They work for 30 days more, for apps that are out in the field.
    KeepForGrace,
    /// They work no more: one of them has leaked.
    EndNow,
}

impl OldKeys {
    /// Whole days that a key which is replaced works on.
    pub const fn days(self) -> u32 {
        match self {
            Self::KeepForGrace => GRACE_DAYS,
            Self::EndNow => 0,
        }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
