//! Demo fixtures that documentation and tests rely on: tenants, accounts, products and license
//! keys.

use std::str::FromStr;

use keywright_domain::{
    activation::{Activation, LastLease, Telemetry},
    audit::Action,
    entitlement::Entitlements,
    ids::InstanceId,
    lease::{LeaseStatus, MAX_LEASE_SECONDS},
    license::{Customer, License, LicenseState},
    license_key::{KeyPrefix, LicenseKey},
    machine_hash::MachineHash,
    plan::Plan,
    product::{KeyType, Product, Tenant},
    product_settings::ProductSettings,
    role::Role,
    sdk_key::SdkKey,
    time::Timestamp,
};
use keywright_store::StoreError;
use serde_json::json;
use uuid::Uuid;

use super::{
    license::{DemoLicense, Event},
    report::{DemoKey, DemoOperator, DemoReport, PASSWORD},
};
use crate::{Error, licenses::new_license};

/// Age of the demo tenants and their products, in days.
pub(super) const HISTORY_DAYS: u32 = 720;

pub(super) const ACME: &str = "acme";
const INDIE: &str = "indie";
pub(super) const SUPPORT: &str = "support@acme.test";
const INDIE_OWNER: &str = "owner@indie.test";

/// Slug, name, plan.
pub(super) const TENANTS: [(&str, &str, Plan); 2] = [
    (ACME, "Acme", Plan::Enterprise),
    (INDIE, "Indie", Plan::Free),
];

/// Tenant, email, role.
pub(super) const OPERATORS: [(&str, &str, Role); 5] = [
    (ACME, "owner@acme.test", Role::Owner),
    (ACME, "admin@acme.test", Role::Admin),
    (ACME, SUPPORT, Role::Support),
    (ACME, "viewer@acme.test", Role::Viewer),
    (INDIE, INDIE_OWNER, Role::Owner),
];

/// Tenant, slug, name, key prefix.
const PRODUCTS: [(&str, &str, &str, &str); 3] = [
    (ACME, "notes", "Notes", "ACME"),
    (ACME, "studio", "Studio", "STDO"),
    (INDIE, "pixel", "Pixel", "INDI"),
];

/// Tenant, product, slug, activation limit, duration in days, entitlements, fallback.
type KeyTypeRow = (
    &'static str,
    &'static str,
    &'static str,
    u32,
    Option<u32>,
    &'static [&'static str],
    bool,
);

const KEY_TYPES: [KeyTypeRow; 6] = [
    (ACME, "notes", "pro", 3, None, &["pro"], false),
    (
        ACME,
        "notes",
        "team",
        10,
        Some(365),
        &["pro", "sync"],
        false,
    ),
    (ACME, "notes", "solo", 1, None, &[], false),
    (ACME, "notes", "yearly", 3, Some(365), &[], true),
    (ACME, "studio", "default", 3, None, &[], false),
    (INDIE, "pixel", "default", 3, None, &[], false),
];

/// Key, key type, state, age in days, active devices.
const FIXTURE_KEYS: [(&str, &str, LicenseState, u32, u32); 5] = [
    ("ACME-PRO0-0000-0001", "pro", LicenseState::Active, 9, 0),
    ("ACME-REVK-0000-0002", "pro", LicenseState::Revoked, 29, 0),
    ("ACME-EXPD-0000-0003", "team", LicenseState::Active, 400, 0),
    (
        "ACME-FALL-0000-0004",
        "yearly",
        LicenseState::Active,
        420,
        1,
    ),
    ("ACME-FULL-0000-0005", "solo", LicenseState::Active, 2, 1),
];

/// Parses one of the constants above.
pub(super) fn parse<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| fixture_error())
}

pub(super) fn sdk_key() -> Result<SdkKey, Error> {
    parse(&format!("sdk_live_{}", "0".repeat(64)))
}

pub(super) fn tenants(began: Timestamp) -> Result<Vec<Tenant>, Error> {
    let tenant = |&(slug, name, plan): &(&str, &str, Plan)| {
        Ok(Tenant {
            id: parse(slug)?,
            name: name.to_owned(),
            plan,
            suspended_at: None,
            created_at: began,
        })
    };
    TENANTS.iter().map(tenant).collect()
}

fn products(began: Timestamp) -> Result<Vec<Product>, Error> {
    let product = |&(tenant, slug, name, prefix): &(&str, &str, &str, &str)| {
        Ok(Product {
            tenant_id: parse(tenant)?,
            id: parse(slug)?,
            name: name.to_owned(),
            key_prefix: parse(prefix)?,
            settings: ProductSettings::default(),
            created_at: began,
        })
    };
    PRODUCTS.iter().map(product).collect()
}

fn key_types(began: Timestamp) -> Result<Vec<KeyType>, Error> {
    let key_type = |&(tenant, product, slug, activation_limit, duration_days, names, fallback): &KeyTypeRow| {
        Ok(KeyType {
            tenant_id: parse(tenant)?,
            product_id: parse(product)?,
            id: parse(slug)?,
            activation_limit,
            duration_days,
            entitlements: names.iter().map(|name| parse(name)).collect::<Result<Entitlements, Error>>()?,
            fallback,
            created_at: began,
        })
    };
    KEY_TYPES.iter().map(key_type).collect()
}

pub struct Catalog {
    pub(super) products: Vec<Product>,
    pub(super) key_types: Vec<KeyType>,
}

impl Catalog {
    /// Returns the catalog as of `now`.
    pub fn new(now: Timestamp) -> Result<Self, Error> {
        let created_at = now.minus_days(HISTORY_DAYS);
        Ok(Self {
            products: products(created_at)?,
            key_types: key_types(created_at)?,
        })
    }

    pub(super) fn key_prefix(&self, product: &str) -> Result<&KeyPrefix, Error> {
        Ok(&self.product(product)?.key_prefix)
    }

    /// Creates a license of a product's key type, minted at `at`.
    pub(super) fn mint(
        &self,
        product: &str,
        key_type: &str,
        key: &LicenseKey,
        customer: Customer,
        at: Timestamp,
    ) -> Result<License, Error> {
        let product = self.product(product)?;
        let is_match =
            |known: &&KeyType| known.product_id == product.id && known.id.as_str() == key_type;
        let key_type = self
            .key_types
            .iter()
            .find(is_match)
            .ok_or_else(fixture_error)?;
        Ok(new_license(product, key_type, key, customer, at))
    }

    fn product(&self, slug: &str) -> Result<&Product, Error> {
        let mut products = self.products.iter();
        let found = products.find(|product| product.id.as_str() == slug);
        found.ok_or_else(fixture_error)
    }
}

/// Returns the error for an inconsistency in the constants of this module.
fn fixture_error() -> Error {
    Error::Internal(StoreError::Aborted)
}

pub(super) fn licenses(catalog: &Catalog, now: Timestamp) -> Result<Vec<DemoLicense>, Error> {
    let mut licenses = Vec::new();
    for (number, &(key, key_type, state, days, devices)) in FIXTURE_KEYS.iter().enumerate() {
        let key = LicenseKey::parse(key).map_err(|_| Error::NotFound)?;
        let at = now.minus_days(days);
        let name = customer_name(number);
        let customer = Customer {
            name: None,
            email: Some(format!("{name}@customer.test")),
        };
        let license = catalog.mint("notes", key_type, &key, customer, at)?;
        let license = License {
            state,
            active_count: devices,
            ..license
        };
        let mut events = vec![mint_event(&license)];
        if state == LicenseState::Revoked {
            events.push(Event {
                at: at.plus_days(20),
                action: Action::Revoke,
                operator_email: SUPPORT,
                successor: None,
                details: json!({}),
            });
        }
        let activations = (0..devices)
            .map(|_| fixture_device(&license, number as u128, now))
            .collect();
        licenses.push(DemoLicense {
            license,
            activations,
            events,
        });
    }
    Ok(licenses)
}

fn customer_name(number: usize) -> &'static str {
    ["pro", "revoked", "expired", "fallback", "full"][number]
}

pub(super) fn responsible_operator(license: &License) -> &'static str {
    if license.tenant_id.as_str() == INDIE {
        INDIE_OWNER
    } else {
        SUPPORT
    }
}

/// Returns the event for minting the license by hand.
pub(super) fn mint_event(license: &License) -> Event {
    let details = json!({
        "display_key": license.display_key, "product": license.product_id, "key_type": license.key_type_id,
    });
    Event {
        at: license.created_at,
        action: Action::ManualMint,
        operator_email: responsible_operator(license),
        successor: None,
        details,
    }
}

/// Returns the single device of a fixture license, last seen an hour ago.
fn fixture_device(license: &License, number: u128, now: Timestamp) -> Activation {
    let seen = now.plus_millis(-3_600_000);
    let status = if license.expires_at.is_some_and(|end| seen >= end) {
        LeaseStatus::Fallback
    } else {
        LeaseStatus::Active
    };
    Activation {
        tenant_id: license.tenant_id.clone(),
        license_id: license.id,
        instance_id: InstanceId::new(Uuid::from_u128(
            0x0000_0000_0000_4000_8000_0000_0000_0000 + number,
        )),
        machine_hash: Some(MachineHash::compute(
            &license.tenant_id,
            &license.product_id,
            "demo device",
        )),
        request_id: None,
        device_name: "Demo device".to_owned(),
        created_at: license.created_at.plus_days(1),
        last_validated_at: seen,
        deactivation: None,
        last_lease: LastLease {
            status,
            expires_at: seen.plus_millis(MAX_LEASE_SECONDS * 1000),
        },
        free_tier_instance_id: None,
        telemetry: Telemetry::default(),
    }
}

pub(super) fn report() -> Result<DemoReport, Error> {
    let keys = FIXTURE_KEYS
        .iter()
        .map(|&(license_key, _, state, days, _)| {
            let key = LicenseKey::parse(license_key).map_err(|_| Error::NotFound)?;
            let status = if days >= 365 {
                "expired"
            } else {
                state.as_str()
            };
            Ok(DemoKey {
                license_key,
                id: key.id().to_string(),
                display_key: key.display_key(&parse("ACME")?).to_string(),
                status,
            })
        });
    Ok(DemoReport {
        tenants: TENANTS.iter().map(|&(slug, ..)| slug).collect(),
        operators: OPERATORS
            .iter()
            .map(|&(tenant, email, role)| DemoOperator {
                tenant,
                email,
                password: PASSWORD,
                role: role.as_str(),
            })
            .collect(),
        keys: keys.collect::<Result<_, Error>>()?,
        sdk_key: sdk_key()?.expose().to_owned(),
    })
}
