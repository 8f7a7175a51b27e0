//! Builders of entities with default values, which tests customize.

use keywright_domain::{
    activation::{Activation, LastLease, Telemetry},
    entitlement::Entitlements,
    ids::{InstanceId, LicenseId},
    lease::LeaseStatus,
    license::{Customer, License, LicenseState},
    license_key::LicenseKey,
};
use uuid::Uuid;

use crate::NOW;

/// Parses a license key. Panics if it is malformed.
pub fn license_key(text: &str) -> LicenseKey {
    LicenseKey::parse(text).unwrap()
}

/// Builds an active lifetime license for `acme`'s product `notes` with three free slots.
pub fn license(key: &LicenseKey) -> License {
    License {
        tenant_id: "acme".parse().unwrap(),
        id: key.id(),
        product_id: "notes".parse().unwrap(),
        key_type_id: "pro".parse().unwrap(),
        display_key: key.display_key(&"ACME".parse().unwrap()),
        state: LicenseState::Active,
        created_at: NOW,
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

/// Builds device `number` of an `acme` license, active since [`NOW`].
pub fn activation(license_id: LicenseId, number: u32) -> Activation {
    Activation {
        tenant_id: "acme".parse().unwrap(),
        license_id,
        instance_id: instance_id(number),
        machine_hash: Some(machine_hash(number).parse().unwrap()),
        request_id: None,
        device_name: format!("Device {number}"),
        created_at: NOW,
        last_validated_at: NOW,
        deactivation: None,
        last_lease: LastLease {
            status: LeaseStatus::Active,
            expires_at: NOW.plus_days(7),
        },
        free_tier_instance_id: None,
        telemetry: Telemetry::default(),
    }
}

/// Returns the instance ID of device `number`.
pub fn instance_id(number: u32) -> InstanceId {
    InstanceId::new(Uuid::from_u128(u128::from(number)))
}

/// Returns the machine hash that device `number` sends.
pub fn machine_hash(number: u32) -> String {
    format!("{number:064}")
}
