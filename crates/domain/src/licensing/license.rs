//! Licenses and what their status is at a given moment.

use serde::{Deserialize, Serialize};

use crate::{
    entitlement::Entitlements,
    ids::{KeyTypeId, LicenseId, ProductId, TenantId},
    key::DisplayKey,
    named_enum,
    time::Timestamp,
};

/// A license, as others name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedLicense {
    /// Its id.
    pub id: LicenseId,
    /// Its masked key.
    pub display_key: DisplayKey,
}

named_enum! {
    /// What operators made of a license. Whether it has expired is not stored: the clock says.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum LicenseState {
        /// As minted.
        Active = "active",
        /// Ended by an operator, for good.
        Revoked = "revoked",
        /// Ended because a fresh key took its place, for good.
        Reminted = "reminted",
    }
}

impl LicenseState {
    /// The status at `now` of a license in this state. Where several apply: revoked, then reminted, then expired.
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
    /// What a license is at a moment: what operators and devices see.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Status {
        /// Activates and validates.
        Active = "active",
        /// Past its expiry.
        Expired = "expired",
        /// A fresh key took its place.
        Reminted = "reminted",
        /// Ended by an operator.
        Revoked = "revoked",
    }
}

/// Who bought a license, as far as the vendor said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The name of a person or an organisation.
    pub name: Option<String>,
    /// Where to write to.
    pub email: Option<String>,
}

/// One key that was sold, as it is stored. The key itself is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    /// Whose it is.
    pub tenant: TenantId,
    /// The hash of its key.
    pub id: LicenseId,
    /// The app it opens.
    pub product: ProductId,
    /// The variant it was minted as; later changes of the key type leave the license alone.
    pub key_type: KeyTypeId,
    /// The masked key.
    pub display_key: DisplayKey,
    /// What operators made of it.
    pub state: LicenseState,
    /// When it was minted.
    pub created_at: Timestamp,
    /// When it ends, on a whole second; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
    /// Devices that may hold a slot at once.
    pub activation_limit: u32,
    /// Devices that hold one now. Above the limit only where the limit was lowered later.
    pub active_count: u32,
    /// What it unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may go on in reduced mode once it has expired.
    pub fallback: bool,
    /// Who bought it.
    pub customer: Customer,
    /// The license that this one took the place of.
    pub predecessor: Option<LicenseId>,
    /// The license that took this one's place.
    pub successor: Option<LicenseId>,
}

impl License {
    /// The status at `now`.
    pub fn status(&self, now: Timestamp) -> Status {
        self.state.status(self.expires_at, now)
    }

    /// What its devices are given leases by.
    pub fn terms(&self) -> LicenseTerms {
        LicenseTerms {
            id: self.id,
            product: self.product.clone(),
            state: self.state,
            expires_at: self.expires_at,
            entitlements: self.entitlements.clone(),
            fallback: self.fallback,
        }
    }

    /// As others name it.
    pub fn named(self) -> NamedLicense {
        NamedLicense {
            id: self.id,
            display_key: self.display_key,
        }
    }
}

/// What leases are made of: all that a device's call needs of its license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenseTerms {
    /// The hash of its key.
    pub id: LicenseId,
    /// The app it opens.
    pub product: ProductId,
    /// What operators made of it.
    pub state: LicenseState,
    /// When it ends, on a whole second; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
    /// What it unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may go on in reduced mode once it has expired.
    pub fallback: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_follows_the_precedence_revoked_reminted_expired() {
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
    fn a_license_expires_at_its_second_and_not_a_millisecond_before() {
        let end = Timestamp::from_seconds(100);
        let status = |now| LicenseState::Active.status(Some(end), now);
        assert_eq!(status(end.plus_millis(-1)), Status::Active);
        assert_eq!(status(end), Status::Expired);
    }

    #[test]
    fn states_are_found_by_their_stored_names() {
        for state in LicenseState::ALL {
            assert_eq!(LicenseState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(LicenseState::from_name("expired"), None);
        for status in Status::ALL {
            assert_eq!(Status::from_name(status.as_str()), Some(status));
        }
    }
}
