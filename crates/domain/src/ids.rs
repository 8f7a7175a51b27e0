//! Identifiers, each a separate type so that one can't be passed for another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::{
    hex::{self, HexDigits},
    slug::{self, SlugError},
};

/// Declares a string newtype that is validated when it is parsed or deserialized.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $error:ty, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Returns the identifier as a string slice.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                let check: fn(&str) -> Result<(), $error> = $check;
                check(text).map(|()| Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

text_id!(
    /// A tenant's slug. It is an input of machine hashes, so it can't be changed.
    TenantId, SlugError, slug::check_tenant
);
text_id!(
    /// A product's slug, unique within its tenant. It is an input of machine hashes, so it can't be
    /// changed.
    ProductId, SlugError, slug::check_product
);
text_id!(
    /// A key type's slug, unique within its product.
    KeyTypeId, SlugError, slug::check_product
);
text_id!(
    /// A signing key's ID within its tenant (`k1`, `k2`, …).
    ///
    /// It has 1 to 32 characters of `[A-Za-z0-9_-]`, so it never contains the `|` that separates
    /// the signed fields.
    Kid, KidError, check_kid
);

impl Kid {
    /// Returns `k1`, the default ID of a tenant's first key.
    pub fn first() -> Self {
        Self("k1".into())
    }
}

/// The string is not a valid key ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key ID has 1 to 32 characters: A-Z, a-z, 0-9, _ -")]
pub struct KidError;

fn check_kid(text: &str) -> Result<(), KidError> {
    let fits = (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    fits.then_some(()).ok_or(KidError)
}

/// Declares a UUID newtype.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::from_str(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
    };
}

uuid_id!(
    /// ID of an activation, issued by the server.
    InstanceId
);
uuid_id!(
    /// ID of an operator account.
    OperatorId
);
uuid_id!(
    /// Idempotency key of a form: a form submitted twice creates its resource once.
    FormId
);
uuid_id!(
    /// ID of an audit log entry. The UUID is version 7, so IDs sort by time.
    AuditEntryId
);

/// A license's ID: the SHA-256 of its normalized key.
///
/// Written as 64 lowercase hex digits in URLs, APIs and the audit log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenseId([u8; 32]);

/// The string is not 64 lowercase hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a license ID has 64 lowercase hex digits")]
pub struct LicenseIdError;

impl LicenseId {
    pub(crate) const fn from_hash(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl FromStr for LicenseId {
    type Err = LicenseIdError;

    fn from_str(text: &str) -> Result<Self, LicenseIdError> {
        hex::decode(text).map(Self).ok_or(LicenseIdError)
    }
}

impl fmt::Display for LicenseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HexDigits(&self.0).fmt(f)
    }
}

impl fmt::Debug for LicenseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenseId({self})")
    }
}

impl Serialize for LicenseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LicenseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn license_id_is_64_lowercase_hex_digits() {
        let text = "d4de090a7d052a7874c14f4a075fc342fed598d923fb0fe96db5c47a4669a83d";
        assert_eq!(text.parse::<LicenseId>().unwrap().to_string(), text);
        for bad in [
            "",
            &text[1..],
            &text.to_uppercase(),
            &format!("{text}00"),
            &text.replace('d', "g"),
        ] {
            assert_eq!(bad.parse::<LicenseId>(), Err(LicenseIdError), "{bad}");
        }
    }

    #[test]
    fn kid_cannot_contain_the_separator() {
        assert!("k1".parse::<Kid>().is_ok());
        for bad in ["", "k|1", "k 1", "ключ", &"k".repeat(33)] {
            assert_eq!(bad.parse::<Kid>(), Err(KidError), "{bad}");
        }
    }

    #[test]
    fn ids_are_validated_on_deserialization() {
        assert!(serde_json::from_str::<TenantId>(r#""acme""#).is_ok());
        assert!(serde_json::from_str::<TenantId>(r#""../x""#).is_err());
        assert!(serde_json::from_str::<LicenseId>(r#""abc""#).is_err());
    }
}
