//! Fixture for this crate's unit tests.

use crate::{
    entitlement::Entitlements,
    license::{Customer, License, LicenseState},
    license_key::{DisplayKey, LicenseKey},
    time::Timestamp,
};

/// Returns an active lifetime license with three free slots.
pub(crate) fn license() -> License {
    License {
        tenant_id: "acme".parse().unwrap(),
        id: LicenseKey::parse("ACME-0000-0000").unwrap().id(),
        product_id: "notes".parse().unwrap(),
        key_type_id: "pro".parse().unwrap(),
        display_key: DisplayKey::from_stored("ACME-XXXX-···-0000".into()),
        state: LicenseState::Active,
        created_at: Timestamp::from_seconds(0),
        expires_at: None,
        activation_limit: 3,
        active_count: 0,
        entitlements: Entitlements::empty(),
        fallback: false,
        customer: Customer::default(),
        predecessor_id: None,
        successor_id: None,
    }
}
