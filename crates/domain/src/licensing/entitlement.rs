//! Entitlements: named app features that a license unlocks.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The name of one entitlement: ASCII `[a-z0-9_.:-]{1,64}`, so it never contains the `,` or `|` of
/// the signed bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Entitlement(String);

/// The string is not a valid entitlement name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entitlement has 1 to 64 characters: a-z, 0-9, _ . : -")]
pub struct EntitlementError;

impl Entitlement {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Entitlement {
    type Err = EntitlementError;

    fn from_str(text: &str) -> Result<Self, EntitlementError> {
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'_' | b'.' | b':' | b'-')
        };
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(EntitlementError)
        }
    }
}

impl TryFrom<String> for Entitlement {
    type Error = EntitlementError;

    fn try_from(text: String) -> Result<Self, EntitlementError> {
        text.parse()
    }
}

impl From<Entitlement> for String {
    fn from(entitlement: Entitlement) -> Self {
        entitlement.0
    }
}

/// The set of a license's entitlements, in byte order, which is the signing order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entitlements(BTreeSet<Entitlement>);

impl Entitlements {
    /// Returns the empty set, as in leases that are not active.
    pub const fn empty() -> Self {
        Self(BTreeSet::new())
    }

    /// Iterates over the names in signing order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Entitlement::as_str)
    }
}

impl FromIterator<Entitlement> for Entitlements {
    fn from_iter<I: IntoIterator<Item = Entitlement>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

/// Joins the names with `,`: the last field of a lease's signed bytes.
impl fmt::Display for Entitlements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entitlement_names_are_validated() {
        for good in ["pro", "a.b:c_d-0", &"x".repeat(64)] {
            assert!(good.parse::<Entitlement>().is_ok(), "{good}");
        }
        for bad in ["", "Pro", "a,b", "a|b", "é", &"x".repeat(65)] {
            assert_eq!(bad.parse::<Entitlement>(), Err(EntitlementError), "{bad}");
        }
    }

    #[test]
    fn entitlements_are_joined_in_byte_order() {
        let names = ["sync", "pro", "a-b", "a.b", "a_b"];
        let set: Entitlements = names.iter().map(|name| name.parse().unwrap()).collect();
        assert_eq!(set.to_string(), "a-b,a.b,a_b,pro,sync");
        assert_eq!(Entitlements::empty().to_string(), "");
    }
}
