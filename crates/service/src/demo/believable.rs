//! Some 120 licenses as a vendor's list looks after two years: most of them fine, some not.

use keywright_domain::{
    activation::{Activation, Deactivation, LastLease, Telemetry},
    audit::Action,
    ids::InstanceId,
    key::{KeyPrefix, LicenseKey},
    lease::{LEASE_SECONDS, LeaseStatus},
    license::{Customer, License, LicenseState},
    machine::MachineHash,
    time::{DAY_MILLIS, Timestamp},
};
use serde_json::json;
use uuid::Builder;

use super::{
    DemoLicense, Event,
    dice::Dice,
    fixed::{DAYS, INDIE, INDIE_OWNER, SUPPORT, Shelf, minted, parsed},
    names::{APP_VERSIONS, CUSTOMERS, DEVICES},
};
use crate::Error;

/// How many, and how many of them are `indie`'s.
const LICENSES: u32 = 120;
const INDIE_LICENSES: u32 = 9;

/// How many of them were reminted.
const REMINTED: usize = 2;

pub(super) fn licenses(shelf: &Shelf<'_>, now: Timestamp) -> Result<Vec<DemoLicense>, Error> {
    let mut dice = Dice::new(2026);
    let mut made = Vec::new();
    for number in 0..LICENSES {
        made.push(license(shelf, &mut dice, number, now)?);
    }
    for _ in 0..REMINTED {
        if let Some((ended, fresh)) = find_pair(&made) {
            remint(&mut made, ended, fresh);
        }
    }
    Ok(made)
}

fn license(
    shelf: &Shelf<'_>,
    dice: &mut Dice,
    number: u32,
    now: Timestamp,
) -> Result<DemoLicense, Error> {
    let (product, prefix, key_type) = kind(dice, number);
    let prefix: KeyPrefix = parsed(prefix)?;
    let key = LicenseKey::generate(&prefix, dice.bytes());
    let (name, email) = *dice.pick(CUSTOMERS);
    let customer = Customer {
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
    };
    let at = created_at(dice, number, now);
    let mut license = shelf.mint(product, key_type, &key, customer, at)?;
    let mut events = vec![minted(&license)];
    let mut ended_at = now;
    if dice.percent(6) {
        license.state = LicenseState::Revoked;
        ended_at = between(dice, at, now);
        let by = operator_of(&license);
        events.push(Event {
            at: ended_at,
            action: Action::Revoke,
            by,
            successor: None,
            details: json!({}),
        });
    }
    let mut activations = Vec::new();
    for index in 0..devices_wanted(dice, license.activation_limit) {
        let mut activation = device(dice, &license, index, ended_at);
        // Now and then somebody's old computer was freed.
        if dice.percent(8) {
            events.push(free(dice, &license, &mut activation, now));
        } else {
            license.active_count += 1;
        }
        activations.push(activation);
    }
    Ok(DemoLicense {
        license,
        activations,
        events,
    })
}

/// Who looks after a license.
fn operator_of(license: &License) -> &'static str {
    if license.tenant.as_str() == INDIE {
        INDIE_OWNER
    } else {
        SUPPORT
    }
}

/// Deactivates a device, some time after it was last seen.
fn free(dice: &mut Dice, license: &License, activation: &mut Activation, now: Timestamp) -> Event {
    let (at, by) = (
        between(dice, activation.last_validated_at, now),
        operator_of(license),
    );
    activation.deactivated = Some(Deactivation {
        at,
        by_operator: Some(by.to_owned()),
    });
    let details = json!({
        "instance_id": activation.instance, "device_name": activation.device_name,
    });
    Event {
        at,
        action: Action::DeactivateInstance,
        by,
        successor: None,
        details,
    }
}

/// Product, key prefix and key type.
fn kind(dice: &mut Dice, number: u32) -> (&'static str, &'static str, &'static str) {
    if number % (LICENSES / INDIE_LICENSES) == 5 {
        return ("pixel", "INDI", "default");
    }
    match dice.below(10) {
        0..=3 => ("studio", "STDO", "default"),
        4..=6 => ("notes", "ACME", "pro"),
        7 => ("notes", "ACME", "team"),
        8 => ("notes", "ACME", "solo"),
        _ => ("notes", "ACME", "yearly"),
    }
}

/// Business grows: half of the licenses are from the last few months.
fn created_at(dice: &mut Dice, number: u32, now: Timestamp) -> Timestamp {
    let share = i64::from(number * number) * DAY_MILLIS * i64::from(DAYS - 20)
        / i64::from(LICENSES * LICENSES);
    now.plus_millis(-share - i64::from(dice.below(36 * 3_600)) * 1000 - 600_000)
}

fn devices_wanted(dice: &mut Dice, limit: u32) -> u32 {
    match dice.below(10) {
        0 | 1 => 0,
        2..=5 => 1,
        6 | 7 => limit.min(2),
        8 => limit.saturating_sub(1),
        _ => limit,
    }
}

/// A device of a license that operators ended at `ended_at`, or not yet: then that is now.
fn device(dice: &mut Dice, license: &License, index: u32, ended_at: Timestamp) -> Activation {
    let (name, platform) = *dice.pick(DEVICES);
    let expired_at = license.expires_at.unwrap_or(ended_at);
    let created_at = between(dice, license.created_at, ended_at.min(expired_at));
    let seen = last_seen(dice, license, created_at, ended_at);
    let instance = InstanceId::new(Builder::from_random_bytes(dice.bytes()).into_uuid());
    Activation {
        tenant: license.tenant.clone(),
        license: license.id,
        instance,
        machine_hash: Some(MachineHash::of(
            &license.tenant,
            &license.product,
            &format!("{index} {instance}"),
        )),
        request_id: None,
        device_name: name.to_owned(),
        created_at,
        last_validated_at: seen,
        deactivated: None,
        last_lease: lease(license, seen),
        free_tier_instance_id: None,
        telemetry: Telemetry {
            app_version: Some((*dice.pick(APP_VERSIONS)).to_owned()),
            platform: Some(platform.to_owned()),
            ..Telemetry::default()
        },
    }
}

/// Most devices check in daily; some have been in a drawer for weeks. None after the license ended, but for those that
/// may go on in reduced mode.
fn last_seen(
    dice: &mut Dice,
    license: &License,
    created_at: Timestamp,
    ended_at: Timestamp,
) -> Timestamp {
    let days = if dice.percent(80) { 1 } else { 40 };
    let seen = ended_at.plus_millis(-i64::from(dice.below(days * 86_400)) * 1000);
    let last = license
        .expires_at
        .filter(|_| !license.fallback)
        .unwrap_or(ended_at);
    seen.min(last).max(created_at)
}

fn lease(license: &License, seen: Timestamp) -> LastLease {
    let week = Timestamp::from_seconds(seen.seconds() + LEASE_SECONDS);
    match license.expires_at {
        Some(end) if seen >= end && license.fallback => LastLease {
            status: LeaseStatus::Fallback,
            expires_at: week,
        },
        Some(end) if seen >= end => LastLease {
            status: LeaseStatus::Expired,
            expires_at: week,
        },
        Some(end) => LastLease {
            status: LeaseStatus::Active,
            expires_at: week.min(end),
        },
        None => LastLease {
            status: LeaseStatus::Active,
            expires_at: week,
        },
    }
}

/// Two active licenses of one key type that have no lineage yet, the older one with devices: as if one had taken the
/// other's place.
fn find_pair(licenses: &[DemoLicense]) -> Option<(usize, usize)> {
    let is_free = |demo: &DemoLicense| {
        let license = &demo.license;
        license.state == LicenseState::Active
            && license.predecessor.is_none()
            && license.successor.is_none()
    };
    for (ended, old) in licenses
        .iter()
        .enumerate()
        .filter(|(_, demo)| is_free(demo) && demo.license.active_count > 1)
    {
        let takes_its_place = |young: &DemoLicense| {
            is_free(young)
                && young.license.created_at > old.license.created_at
                && young.license.product == old.license.product
                && young.license.key_type == old.license.key_type
        };
        if let Some(fresh) = licenses.iter().position(takes_its_place) {
            return Some((ended, fresh));
        }
    }
    None
}

/// Makes the younger of two licenses the successor of the older one.
fn remint(licenses: &mut [DemoLicense], ended: usize, fresh: usize) {
    let (ended_id, fresh_id) = (licenses[ended].license.id, licenses[fresh].license.id);
    let at = licenses[fresh].license.created_at;
    let old = &mut licenses[ended];
    for device in &mut old.activations {
        device.created_at = device.created_at.min(at);
        device.last_validated_at = device.last_validated_at.min(at);
        device.last_lease = lease(&old.license, device.last_validated_at);
    }
    old.license.state = LicenseState::Reminted;
    old.license.successor = Some(fresh_id);
    old.events.push(Event {
        at,
        action: Action::Remint,
        by: SUPPORT,
        successor: Some(fresh_id),
        details: json!({}),
    });
    let (customer, expires_at) = (old.license.customer.clone(), old.license.expires_at);
    let young = &mut licenses[fresh];
    young.license.predecessor = Some(ended_id);
    young.license.customer = customer;
    young.license.expires_at = expires_at;
    // It came about by the remint, not by hand.
    young
        .events
        .retain(|event| event.action != Action::ManualMint);
}

fn between(dice: &mut Dice, start: Timestamp, end: Timestamp) -> Timestamp {
    let seconds = u32::try_from((end.millis() - start.millis()).max(0) / 1000).unwrap_or(u32::MAX);
    start.plus_millis(i64::from(dice.below(seconds)) * 1000)
}
