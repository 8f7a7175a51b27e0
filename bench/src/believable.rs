//! Licenses and devices as a vendor has after three years, in any number and the same every time.
//!
//! Four of five are of one product. A fifth are for one device, a fifth for ten, the rest for three; two devices each are in use on
//! the average. Six of a hundred were ended. Three of ten are for a year; a third of those have run out.

use anyhow::Result;
use keywright_domain::{
    activation::{Activation, Deactivation, LastLease, Telemetry},
    entitlement::Entitlements,
    ids::{InstanceId, KeyTypeId, ProductId, TenantId},
    key::{KeyPrefix, LicenseKey},
    lease::LeaseStatus,
    license::{Customer, License, LicenseState},
    machine::MachineHash,
    time::Timestamp,
};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use uuid::Builder;

/// Days between the first license and the last.
const DAYS: i64 = 1_000;

const DAY: i64 = 86_400_000;

/// The newest device was seen so many days ago at most, by most.
const WEEK: i64 = 7 * DAY;

/// Half of the licenses are those of customers with an address there.
pub(crate) const COMMON_TERM: &str = "mail.example";

/// Fifty licenses, however many there are, are of a company with this name.
pub(crate) const RARE_TERM: &str = "quillfeather";
const RARE_HITS: u32 = 50;

const FIRST_NAMES: [&str; 24] = [
    "Ada", "Anil", "Beate", "Carlos", "Chidi", "Daria", "Elif", "Emeka", "Fatima", "Georg", "Hana",
    "Ingrid", "Jorge", "Kenji", "Lena", "Mateo", "Nadia", "Olu", "Priya", "Quentin", "Rosa",
    "Søren", "Tomás", "Yuki",
];
const LAST_NAMES: [&str; 24] = [
    "Abara",
    "Bianchi",
    "Chen",
    "Demir",
    "Eriksson",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Petrov",
    "Quispe",
    "Rossi",
    "Silva",
    "Tanaka",
    "Usman",
    "Vogel",
    "Weber",
    "Yılmaz",
];
const COMPANIES: [&str; 8] = [
    "northwind.example",
    "acorn-labs.example",
    "bluefin.example",
    "contoso.example",
    "fernhill.example",
    "harbor.example",
    "larkspur.example",
    "tailspin.example",
];
const DEVICES: [(&str, &str); 8] = [
    ("MacBook Pro", "macos"),
    ("Mac mini", "macos"),
    ("ThinkPad X1", "windows"),
    ("DESKTOP-4F7QK", "windows"),
    ("Surface Laptop", "windows"),
    ("build-server", "linux"),
    ("Framework 13", "linux"),
    ("iMac", "macos"),
];
const VERSIONS: [&str; 4] = ["2.4.1", "2.4.0", "2.3.7", "1.9.12"];

/// A license with its devices.
pub(crate) struct Sold {
    pub(crate) key: LicenseKey,
    pub(crate) license: License,
    pub(crate) devices: Vec<Activation>,
}

/// A license that is to be, without what it is named by.
struct Kind {
    product: ProductId,
    key_type: KeyTypeId,
    prefix: KeyPrefix,
    activation_limit: u32,
    entitlements: Entitlements,
}

/// Makes one license after another, the oldest first.
pub(crate) struct Vendor {
    tenant: TenantId,
    dice: SmallRng,
    count: u32,
    made: u32,
    now: Timestamp,
    kinds: [Kind; 4],
}

impl Vendor {
    /// Who sells so many until `now`, to the customers of the demo's first tenant.
    pub(crate) fn new(count: u32, now: Timestamp) -> Result<Self> {
        let kind =
            |product: &str, key_type: &str, prefix: &str, activation_limit, unlocked: &str| {
                Ok::<_, anyhow::Error>(Kind {
                    product: product.parse()?,
                    key_type: key_type.parse()?,
                    prefix: prefix.parse()?,
                    activation_limit,
                    entitlements: [unlocked.parse()?].into_iter().collect(),
                })
            };
        Ok(Self {
            tenant: "acme".parse()?,
            dice: SmallRng::seed_from_u64(2026),
            count,
            made: 0,
            now,
            kinds: [
                kind("notes", "solo", "ACME", 1, "pro")?,
                kind("notes", "pro", "ACME", 3, "pro")?,
                kind("notes", "team", "ACME", 10, "sync")?,
                kind("studio", "default", "STDO", 3, "pro")?,
            ],
        })
    }

    fn license(&mut self) -> (LicenseKey, License) {
        let dice = &mut self.dice;
        let kind = &self.kinds[match dice.random_range(0..10) {
            0..2 => 0,
            2..6 => 1,
            6..8 => 2,
            _ => 3,
        }];
        let key = LicenseKey::generate(&kind.prefix, dice.random());
        let age = DAYS * DAY * i64::from(self.count - self.made) / i64::from(self.count);
        let created_at = self.now.plus_millis(-age);
        let expires_at = match dice.random_range(0..10) {
            // Far enough from now for the data to be kept a while.
            0..2 => Some(self.now.plus_days(dice.random_range(60..400))),
            2 => Some(self.now.plus_millis(-dice.random_range(0..=age))),
            _ => None,
        };
        let state = match dice.random_range(0..100) {
            0..6 => LicenseState::Revoked,
            _ => LicenseState::Active,
        };
        let license = License {
            tenant: self.tenant.clone(),
            id: key.id(),
            product: kind.product.clone(),
            key_type: kind.key_type.clone(),
            display_key: key.display_key(&kind.prefix),
            state,
            created_at,
            expires_at,
            activation_limit: kind.activation_limit,
            active_count: 0,
            entitlements: kind.entitlements.clone(),
            fallback: false,
            customer: self.customer(),
            predecessor: None,
            successor: None,
        };
        (key, license)
    }

    fn customer(&mut self) -> Customer {
        let dice = &mut self.dice;
        let one_of = |names: &[&'static str], dice: &mut SmallRng| {
            names.choose(dice).copied().unwrap_or_default()
        };
        let (first, last) = (one_of(&FIRST_NAMES, dice), one_of(&LAST_NAMES, dice));
        // Spread over all of them, the first and the last included.
        let apart = (self.count / RARE_HITS).max(1);
        let is_rare = self.made.is_multiple_of(apart) && self.made / apart < RARE_HITS;
        let host = match () {
            () if is_rare => format!("{RARE_TERM}.example"),
            () if dice.random() => COMMON_TERM.to_owned(),
            () => one_of(&COMPANIES, dice).to_owned(),
        };
        Customer {
            name: Some(format!("{first} {last}")),
            email: Some(format!(
                "{}.{}{}@{host}",
                first.to_lowercase(),
                last.to_lowercase(),
                dice.random_range(0..10_000)
            )),
        }
    }

    fn devices(&mut self, license: &License) -> Vec<Activation> {
        let limit = license.activation_limit;
        let active = self.dice.random_range(0..=limit * 4 / 3).min(limit);
        let ended = u32::from(self.dice.random_range(0..10) == 0);
        (0..active + ended)
            .map(|index| self.device(license, index >= active))
            .collect()
    }

    fn device(&mut self, license: &License, is_ended: bool) -> Activation {
        let dice = &mut self.dice;
        let (name, platform) = DEVICES.choose(dice).copied().unwrap_or_default();
        let instance = InstanceId::new(Builder::from_random_bytes(dice.random()).into_uuid());
        let age = self.now.millis() - license.created_at.millis();
        let created_at = license.created_at.plus_millis(dice.random_range(0..=age));
        let unseen = dice.random_range(0..WEEK);
        let last_validated_at = self.now.plus_millis(-unseen).max(created_at);
        Activation {
            tenant: license.tenant.clone(),
            license: license.id,
            instance,
            machine_hash: Some(MachineHash::of(
                &license.tenant,
                &license.product,
                &instance.to_string(),
            )),
            request_id: None,
            device_name: name.to_owned(),
            created_at,
            last_validated_at,
            deactivated: is_ended.then_some(Deactivation {
                at: last_validated_at,
                by_operator: None,
            }),
            last_lease: LastLease {
                status: LeaseStatus::Active,
                expires_at: last_validated_at.plus_days(7),
            },
            free_tier_instance_id: None,
            telemetry: Telemetry {
                app_version: VERSIONS.choose(dice).map(|version| (*version).to_owned()),
                platform: Some(platform.to_owned()),
                ..Telemetry::default()
            },
        }
    }
}

impl Iterator for Vendor {
    type Item = Sold;

    fn next(&mut self) -> Option<Sold> {
        if self.made == self.count {
            return None;
        }
        let (key, mut license) = self.license();
        let devices = self.devices(&license);
        let active = devices.iter().filter(|device| device.deactivated.is_none());
        license.active_count = u32::try_from(active.count()).unwrap_or(u32::MAX);
        self.made += 1;
        Some(Sold {
            key,
            license,
            devices,
        })
    }
}
