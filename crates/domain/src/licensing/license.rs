//! Licenses and their status at a given time.

use serde::{Deserialize, Serialize};

use crate::{
    entitlement::Entitlements,
    ids::{KeyTypeId, LicenseId, ProductId, TenantId},
    license_key::DisplayKey,
    named_enum,
    time::Timestamp,
};

/// ID and masked key of a license.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseRef {
    /// License ID.
    pub id: LicenseId,
    /// Masked key.
    pub display_key: DisplayKey,
}

named_enum! {
    /// Stored state of a license. Expiry is not stored: it follows from the clock.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum LicenseState {
        /// Neither revoked nor reminted.
        Active = "active",
        /// Permanently revoked by an operator.
        Revoked = "revoked",
        /// Permanently replaced by a license with a fresh key.
        Reminted = "reminted",
    }
}

impl LicenseState {
    /// Returns the status at `now`. Precedence: revoked, reminted, expired.
    pub fn status(self, expires_at: Option<Timestamp>, now: Timestamp) -> Status {
        match self {
            Self::Revoked => Status::Revoked,
            Self::Reminted => Status::Reminted,
            Self::Active if expires_at.is_some_and(|end| now >= end) => Status::Expired,
            Self::Active => Status::Active,
        }
    }
}

named_enum! {
    /// Status of a license at a given time, as operators and devices see it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Status {
        /// Can be activated and validated.
        Active = "active",
        /// Past its expiry.
        Expired = "expired",
        /// Replaced by a license with a fresh key.
        Reminted = "reminted",
        /// Revoked by an operator.
        Revoked = "revoked",
    }
}

/// The customer of a license, if provided by the vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Name of a person or an organization.
    pub name: Option<String>,
    /// Email address.
    pub email: Option<String>,
}

/// A license as stored, without its plaintext key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// The owning tenant.
    pub tenant_id: TenantId,
    /// License ID: the hash of its key.
    pub id: LicenseId,
    /// The licensed product.
    pub product_id: ProductId,
    /// The key type it was minted from. Later changes to the key type do not affect the license.
    pub key_type_id: KeyTypeId,
    /// Masked key.
    pub display_key: DisplayKey,
    /// Stored state.
    pub state: LicenseState,
    /// Time of minting.
    pub created_at: Timestamp,
    /// Expiry, on a whole second; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
    /// Maximum number of active devices.
    pub activation_limit: u32,
    /// Number of active devices.
    pub active_count: u32,
    /// Entitlements that the license unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may run in reduced mode after expiry.
    pub fallback: bool,
    /// The customer.
    pub customer: Customer,
    /// The license that this one replaced.
    pub predecessor_id: Option<LicenseId>,
    /// The license that replaced this one.
    pub successor_id: Option<LicenseId>,
}

impl License {
    /// Returns the status at `now`.
    pub fn status(&self, now: Timestamp) -> Status {
        self.state.status(self.expires_at, now)
    }

    /// Returns the fields that leases depend on.
    pub fn lease_inputs(&self) -> LeaseInputs {
        LeaseInputs {
            id: self.id,
            product_id: self.product_id.clone(),
            state: self.state,
            expires_at: self.expires_at,
            entitlements: self.entitlements.clone(),
            fallback: self.fallback,
        }
    }

    /// Converts the license into a reference.
    pub fn into_ref(self) -> LicenseRef {
        LicenseRef {
            id: self.id,
            display_key: self.display_key,
        }
    }
}

/// The fields of a license that leases depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseInputs {
    /// License ID: the hash of its key.
    pub id: LicenseId,
    /// The licensed product.
    pub product_id: ProductId,
    /// Stored state.
    pub state: LicenseState,
    /// Expiry, on a whole second; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
    /// Entitlements that the license unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may run in reduced mode after expiry.
    pub fallback: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_precedence_is_revoked_reminted_expired() {
        use LicenseState as State;
        let end = Some(Timestamp::from_seconds(100));
        for (state, expires_at, now, status) in [
            (State::Active, None, 99, Status::Active),
            (State::Active, end, 99, Status::Active),
            (State::Active, end, 100, Status::Expired),
            (State::Active, end, 101, Status::Expired),
            (State::Revoked, None, 99, Status::Revoked),
            (State::Revoked, end, 99, Status::Revoked),
            (State::Revoked, end, 100, Status::Revoked),
            (State::Reminted, None, 99, Status::Reminted),
            (State::Reminted, end, 101, Status::Reminted),
        ] {
            let found = state.status(expires_at, Timestamp::from_seconds(now));
            assert_eq!(found, status, "{state:?} {expires_at:?} at {now}");
        }
    }

    #[test]
    fn license_expires_exactly_at_its_expiry() {
        let end = Timestamp::from_seconds(100);
        let status = |now| LicenseState::Active.status(Some(end), now);
        assert_eq!(status(end.plus_millis(-1)), Status::Active);
        assert_eq!(status(end), Status::Expired);
    }

    #[test]
    fn state_and_status_names_round_trip() {
        for state in LicenseState::ALL {
            assert_eq!(LicenseState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(LicenseState::from_name("expired"), None);
        for status in Status::ALL {
            assert_eq!(Status::from_name(status.as_str()), Some(status));
        }
    }
}
