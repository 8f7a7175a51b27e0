//! A deterministic generator of licenses with their devices.
//!
//! The demo and the benchmarks share it; a [`Profile`] describes how their data differs.

use std::ops::Range;

use fastrand::Rng;
use keywright_domain::{
    activation::{Activation, Deactivation, LastLease, Telemetry},
    ids::InstanceId,
    lease::{LeaseStatus, MAX_LEASE_SECONDS},
    license::{Customer, License, LicenseState},
    license_key::LicenseKey,
    machine_hash::MachineHash,
    time::Timestamp,
};
use uuid::Builder;

use super::{
    fixtures::Catalog,
    sample_data::{APP_VERSIONS, DEVICES},
};
use crate::Error;

/// Percentage of licenses that are revoked.
const REVOKED_PERCENT: u32 = 6;

/// Percentage of licenses that have a deactivated device.
const DEACTIVATED_PERCENT: u32 = 10;

/// Percentage of devices that check in daily.
const DAILY_PERCENT: u32 = 80;

/// Maximum time since the remaining devices were last seen, in days.
const MAX_UNSEEN_DAYS: u32 = 40;

const DAY_SECONDS: u32 = 86_400;

/// Properties of a data set that differ between the demo and the benchmarks.
pub trait Profile {
    /// Chooses the slugs of a product and of one of its key types.
    fn key_type(&self, rng: &mut Rng, number: u32) -> (&'static str, &'static str);

    fn customer(&self, rng: &mut Rng, number: u32) -> Customer;

    fn created_at(&self, rng: &mut Rng, number: u32) -> Timestamp;

    /// Chooses the expiry date. Defaults to the one given by the key type.
    fn expires_at(&self, _rng: &mut Rng, license: &License) -> Option<Timestamp> {
        license.expires_at
    }
}

pub struct GeneratedLicense {
    /// Plaintext key, which is not stored.
    pub key: LicenseKey,
    pub license: License,
    pub revoked_at: Option<Timestamp>,
    /// Active and deactivated devices.
    pub activations: Vec<Activation>,
}

pub struct Generator<'a, P> {
    profile: P,
    catalog: &'a Catalog,
    numbers: Range<u32>,
    now: Timestamp,
    rng: Rng,
}

impl<'a, P: Profile> Generator<'a, P> {
    /// Creates a generator of `count` licenses minted before `now`. Data sets in the same database
    /// need different seeds: equal seeds generate equal license keys.
    pub fn new(profile: P, catalog: &'a Catalog, seed: u64, count: u32, now: Timestamp) -> Self {
        Self {
            profile,
            catalog,
            numbers: 0..count,
            now,
            rng: Rng::with_seed(seed),
        }
    }

    fn generate(&mut self, number: u32) -> Result<GeneratedLicense, Error> {
        let (profile, rng) = (&self.profile, &mut self.rng);
        let (product, key_type) = profile.key_type(rng, number);
        let key = LicenseKey::generate(self.catalog.key_prefix(product)?, random_bytes(rng));
        let customer = profile.customer(rng, number);
        let at = profile.created_at(rng, number);
        let mut license = self.catalog.mint(product, key_type, &key, customer, at)?;
        license.expires_at = profile.expires_at(rng, &license);
        let revoked_at = chance(rng, REVOKED_PERCENT).then(|| choose_time(rng, at, self.now));
        if revoked_at.is_some() {
            license.state = LicenseState::Revoked;
        }
        let activations = self.generate_activations(&license, revoked_at.unwrap_or(self.now));
        let active = activations.iter().filter(|one| one.deactivation.is_none());
        license.active_count = u32::try_from(active.count()).unwrap_or(u32::MAX);
        Ok(GeneratedLicense {
            key,
            license,
            revoked_at,
            activations,
        })
    }

    fn generate_activations(&mut self, license: &License, ended_at: Timestamp) -> Vec<Activation> {
        let limit = license.activation_limit;
        let active = self.rng.u32(0..=limit * 4 / 3).min(limit);
        let deactivated = u32::from(chance(&mut self.rng, DEACTIVATED_PERCENT));
        let activations = (0..active + deactivated).map(|index| {
            let mut activation = generate_activation(&mut self.rng, license, ended_at);
            if index >= active {
                let at = choose_time(&mut self.rng, activation.last_validated_at, self.now);
                activation.deactivation = Some(Deactivation {
                    at,
                    by_operator: None,
                });
            }
            activation
        });
        activations.collect()
    }
}

impl<P: Profile> Iterator for Generator<'_, P> {
    type Item = Result<GeneratedLicense, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let number = self.numbers.next()?;
        Some(self.generate(number))
    }
}

/// Generates a device of a license that ended at `ended_at`. For a license that has not ended,
/// pass the current time.
fn generate_activation(rng: &mut Rng, license: &License, ended_at: Timestamp) -> Activation {
    let (name, platform) = *choose(rng, DEVICES);
    let expired_at = license.expires_at.unwrap_or(ended_at);
    let created_at = choose_time(rng, license.created_at, ended_at.min(expired_at));
    let seen_at = choose_last_seen(rng, license, created_at, ended_at);
    let instance = InstanceId::new(Builder::from_random_bytes(random_bytes(rng)).into_uuid());
    Activation {
        tenant_id: license.tenant_id.clone(),
        license_id: license.id,
        instance_id: instance,
        machine_hash: Some(MachineHash::compute(
            &license.tenant_id,
            &license.product_id,
            &instance.to_string(),
        )),
        request_id: None,
        device_name: name.to_owned(),
        created_at,
        last_validated_at: seen_at,
        deactivation: None,
        last_lease: lease_at(license, seen_at),
        free_tier_instance_id: None,
        telemetry: Telemetry {
            app_version: Some((*choose(rng, APP_VERSIONS)).to_owned()),
            platform: Some(platform.to_owned()),
            ..Telemetry::default()
        },
    }
}

/// Chooses when a device was last seen: not after its license expired, unless the license allows
/// fallback.
fn choose_last_seen(
    rng: &mut Rng,
    license: &License,
    created_at: Timestamp,
    ended_at: Timestamp,
) -> Timestamp {
    let days = if chance(rng, DAILY_PERCENT) {
        1
    } else {
        MAX_UNSEEN_DAYS
    };
    let seen_at = ended_at.plus_millis(-i64::from(rng.u32(0..days * DAY_SECONDS)) * 1000);
    let expired_at = license.expires_at.filter(|_| !license.fallback);
    seen_at.min(expired_at.unwrap_or(ended_at)).max(created_at)
}

/// Returns the lease that a device of the license received at `at`.
pub(super) fn lease_at(license: &License, at: Timestamp) -> LastLease {
    let longest = Timestamp::from_seconds(at.seconds() + MAX_LEASE_SECONDS);
    let (status, expires_at) = match license.expires_at {
        Some(end) if at >= end && license.fallback => (LeaseStatus::Fallback, longest),
        Some(end) if at >= end => (LeaseStatus::Expired, longest),
        Some(end) => (LeaseStatus::Active, longest.min(end)),
        None => (LeaseStatus::Active, longest),
    };
    LastLease { status, expires_at }
}

fn chance(rng: &mut Rng, chance: u32) -> bool {
    rng.u32(0..100) < chance
}

fn random_bytes<const N: usize>(rng: &mut Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill(&mut bytes);
    bytes
}

/// Chooses one of the items.
///
/// # Panics
///
/// Panics if `items` is empty.
pub fn choose<'a, T>(rng: &mut Rng, items: &'a [T]) -> &'a T {
    &items[rng.usize(0..items.len())]
}

/// Chooses a whole second in `start..end`, or `start` if that range is empty.
fn choose_time(rng: &mut Rng, start: Timestamp, end: Timestamp) -> Timestamp {
    let seconds = ((end.millis() - start.millis()) / 1000).max(1);
    start.plus_millis(rng.i64(0..seconds) * 1000)
}
