//! The generated part of the demo: 120 licenses from two years of sales.

use fastrand::Rng;
use keywright_domain::{
    activation::Activation,
    audit::Action,
    license::{Customer, License, LicenseState},
    time::{DAY_MILLIS, Timestamp},
};
use serde_json::json;

use super::{
    fixtures::{Catalog, HISTORY_DAYS, SUPPORT, mint_event, responsible_operator},
    generator::{GeneratedLicense, Generator, Profile, choose, lease_at},
    license::{DemoLicense, Event},
    sample_data::CUSTOMERS,
};
use crate::Error;

const SEED: u64 = 2026;
const LICENSE_COUNT: u32 = 120;

/// Number of generated licenses that belong to the second tenant.
const INDIE_LICENSE_COUNT: u32 = 9;

/// Number of generated licenses that are reminted.
const REMINT_COUNT: usize = 2;

/// Generates licenses with their devices and audit entries.
pub(super) fn licenses(catalog: &Catalog, now: Timestamp) -> Result<Vec<DemoLicense>, Error> {
    let generator = Generator::new(DemoProfile { now }, catalog, SEED, LICENSE_COUNT, now);
    let licenses = generator.map(|generated| generated.map(DemoLicense::from));
    let mut licenses = licenses.collect::<Result<Vec<_>, _>>()?;
    for _ in 0..REMINT_COUNT {
        if let Some((predecessor, fresh)) = find_remint_pair(&licenses) {
            link_remint(&mut licenses, predecessor, fresh);
        }
    }
    Ok(licenses)
}

struct DemoProfile {
    now: Timestamp,
}

impl Profile for DemoProfile {
    fn key_type(&self, rng: &mut Rng, number: u32) -> (&'static str, &'static str) {
        if number % (LICENSE_COUNT / INDIE_LICENSE_COUNT) == 5 {
            return ("pixel", "default");
        }
        match rng.u32(0..10) {
            0..=3 => ("studio", "default"),
            4..=6 => ("notes", "pro"),
            7 => ("notes", "team"),
            8 => ("notes", "solo"),
            _ => ("notes", "yearly"),
        }
    }

    fn customer(&self, rng: &mut Rng, _number: u32) -> Customer {
        let (name, email) = *choose(rng, CUSTOMERS);
        Customer {
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
        }
    }

    /// Sales grow over time: half of the licenses were minted in the last six months.
    fn created_at(&self, rng: &mut Rng, number: u32) -> Timestamp {
        let share = i64::from(number * number) * DAY_MILLIS * i64::from(HISTORY_DAYS - 20)
            / i64::from(LICENSE_COUNT * LICENSE_COUNT);
        self.now
            .plus_millis(-share - i64::from(rng.u32(0..36 * 3_600)) * 1000 - 600_000)
    }
}

impl From<GeneratedLicense> for DemoLicense {
    /// Adds an audit entry for every operator action.
    fn from(generated: GeneratedLicense) -> Self {
        let GeneratedLicense {
            license,
            revoked_at,
            mut activations,
            ..
        } = generated;
        let mut events = vec![mint_event(&license)];
        events.extend(revoked_at.map(|at| Event {
            at,
            action: Action::Revoke,
            operator_email: responsible_operator(&license),
            successor: None,
            details: json!({}),
        }));
        let deactivations = activations.iter_mut();
        events.extend(
            deactivations.filter_map(|activation| deactivation_event(&license, activation)),
        );
        Self {
            license,
            activations,
            events,
        }
    }
}

/// Attributes a device's deactivation to an operator.
fn deactivation_event(license: &License, activation: &mut Activation) -> Option<Event> {
    let deactivation = activation.deactivation.as_mut()?;
    let by = responsible_operator(license);
    deactivation.by_operator = Some(by.to_owned());
    Some(Event {
        at: deactivation.at,
        action: Action::DeactivateInstance,
        operator_email: by,
        successor: None,
        details: json!({
            "instance_id": activation.instance_id, "device_name": activation.device_name,
        }),
    })
}

/// Finds two active licenses of the same key type, neither of them part of a remint. The older
/// license has several devices; the younger can become its successor.
fn find_remint_pair(licenses: &[DemoLicense]) -> Option<(usize, usize)> {
    let is_free = |demo: &DemoLicense| {
        let license = &demo.license;
        license.state == LicenseState::Active
            && license.predecessor_id.is_none()
            && license.successor_id.is_none()
    };
    for (predecessor, old) in licenses
        .iter()
        .enumerate()
        .filter(|(_, demo)| is_free(demo) && demo.license.active_count > 1)
    {
        let can_succeed = |young: &DemoLicense| {
            is_free(young)
                && young.license.created_at > old.license.created_at
                && young.license.product_id == old.license.product_id
                && young.license.key_type_id == old.license.key_type_id
        };
        if let Some(fresh) = licenses.iter().position(can_succeed) {
            return Some((predecessor, fresh));
        }
    }
    None
}

/// Makes the younger license the successor of the older one.
fn link_remint(licenses: &mut [DemoLicense], predecessor: usize, fresh: usize) {
    let (ended_id, fresh_id) = (licenses[predecessor].license.id, licenses[fresh].license.id);
    let at = licenses[fresh].license.created_at;
    let old = &mut licenses[predecessor];
    for device in &mut old.activations {
        device.created_at = device.created_at.min(at);
        device.last_validated_at = device.last_validated_at.min(at);
        device.last_lease = lease_at(&old.license, device.last_validated_at);
    }
    old.license.state = LicenseState::Reminted;
    old.license.successor_id = Some(fresh_id);
    old.events.push(Event {
        at,
        action: Action::Remint,
        operator_email: SUPPORT,
        successor: Some(fresh_id),
        details: json!({}),
    });
    let (customer, expires_at) = (old.license.customer.clone(), old.license.expires_at);
    let young = &mut licenses[fresh];
    young.license.predecessor_id = Some(ended_id);
    young.license.customer = customer;
    young.license.expires_at = expires_at;
    // The remint created this license, so it has no mint entry.
    young
        .events
        .retain(|event| event.action != Action::ManualMint);
}
