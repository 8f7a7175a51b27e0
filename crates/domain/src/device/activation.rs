//! The two decisions at the heart of the product: may this device have a slot, and does this instance get a lease.

use crate::{
    ids::{InstanceId, LicenseId, TenantId},
    lease::{LeaseClaims, LeaseStatus},
    license::{License, LicenseTerms, Status},
    machine::MachineHash,
    time::Timestamp,
};

/// What to do for a device that asks to be activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It holds this slot already: the same instance again, and no further slot.
    Keep(InstanceId),
    /// It may take a free slot.
    Claim,
}

/// Why a device is not activated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Revoked or reminted: to a device, as if the license had never existed.
    #[error("License key not found")]
    Ended,
    /// Past its expiry.
    #[error("License expired")]
    Expired,
    /// Every slot is taken.
    #[error("Activation limit reached")]
    Full,
}

/// Decides an activation. `held` is the active instance that this same device already has on the license, if any: it
/// keeps its slot even when the license is full.
pub fn decide(
    license: &License,
    held: Option<InstanceId>,
    now: Timestamp,
) -> Result<Decision, Denied> {
    match (license.status(now), held) {
        (Status::Revoked | Status::Reminted, _) => Err(Denied::Ended),
        (Status::Expired, _) => Err(Denied::Expired),
        (Status::Active, Some(instance)) => Ok(Decision::Keep(instance)),
        (Status::Active, None) if license.active_count < license.activation_limit => {
            Ok(Decision::Claim)
        }
        (Status::Active, None) => Err(Denied::Full),
    }
}

/// Why an instance gets no lease at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// An operator revoked the license.
    #[error("License has been revoked")]
    Revoked,
    /// A fresh key took its place.
    #[error("License has been reminted")]
    Reminted,
    /// The instance is unknown, another license's, or deactivated.
    #[error("Instance not found or deactivated")]
    NoInstance,
}

/// Decides a validation: the status of the lease that the instance gets. `instance_active` says whether the instance
/// is this license's and holds its slot; one that does not is refused before any lease is considered.
pub fn lease_for(
    license: &LicenseTerms,
    instance_active: bool,
    now: Timestamp,
) -> Result<LeaseStatus, Refused> {
    match license.state.status(license.expires_at, now) {
        Status::Revoked => Err(Refused::Revoked),
        Status::Reminted => Err(Refused::Reminted),
        _ if !instance_active => Err(Refused::NoInstance),
        Status::Active => Ok(LeaseStatus::Active),
        Status::Expired if license.fallback => Ok(LeaseStatus::Fallback),
        Status::Expired => Ok(LeaseStatus::Expired),
    }
}

/// What a device says about itself, already cut to length and cleaned. `None` is "not said", and keeps the old value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Telemetry {
    /// Version of the app.
    pub app_version: Option<String>,
    /// Version of the client library.
    pub sdk_version: Option<String>,
    /// Name of the client library.
    pub sdk: Option<String>,
    /// Operating system.
    pub platform: Option<String>,
    /// Its version.
    pub os_version: Option<String>,
    /// Processor architecture.
    pub arch: Option<String>,
    /// Bucket of processor cores.
    pub cpu_cores: Option<String>,
    /// Bucket of memory.
    pub memory: Option<String>,
    /// The trial length that the app was built with, in days.
    pub trial_duration_days: Option<i64>,
}

impl Telemetry {
    /// What is said here, and what is not said here from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            app_version: self.app_version.or(other.app_version),
            sdk_version: self.sdk_version.or(other.sdk_version),
            sdk: self.sdk.or(other.sdk),
            platform: self.platform.or(other.platform),
            os_version: self.os_version.or(other.os_version),
            arch: self.arch.or(other.arch),
            cpu_cores: self.cpu_cores.or(other.cpu_cores),
            memory: self.memory.or(other.memory),
            trial_duration_days: self.trial_duration_days.or(other.trial_duration_days),
        }
    }
}

/// What a device holds since the server last signed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastLease {
    /// Which lease.
    pub status: LeaseStatus,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl From<&LeaseClaims> for LastLease {
    fn from(claims: &LeaseClaims) -> Self {
        Self {
            status: claims.status,
            expires_at: Timestamp::from_seconds(claims.expires_at),
        }
    }
}

/// Who freed a slot, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deactivation {
    /// When.
    pub at: Timestamp,
    /// `None` when the device gave its own slot back, else the operator's name at the time.
    pub by_operator: Option<String>,
}

/// One device slot of a license, active or past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// Whose.
    pub tenant: TenantId,
    /// Of which license.
    pub license: LicenseId,
    /// The id that the server issued.
    pub instance: InstanceId,
    /// The device's own hash, where it sends one.
    pub machine_hash: Option<MachineHash>,
    /// The request that made it, so that a repeat of it finds it again.
    pub request_id: Option<String>,
    /// The device's name.
    pub device_name: String,
    /// When it was activated.
    pub created_at: Timestamp,
    /// When it last asked for a lease.
    pub last_validated_at: Timestamp,
    /// When and by whom it was deactivated, if it was.
    pub deactivated: Option<Deactivation>,
    /// What it holds.
    pub last_lease: LastLease,
    /// The keyless install that it was before.
    pub free_tier_instance_id: Option<String>,
    /// What it says about itself.
    pub telemetry: Telemetry,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{license::LicenseState, testing};

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const PAST: Option<Timestamp> = Some(Timestamp::from_seconds(1_000));
    const FUTURE: Option<Timestamp> = Some(Timestamp::from_seconds(1_001));

    fn license(state: LicenseState, expires_at: Option<Timestamp>, active_count: u32) -> License {
        License {
            state,
            expires_at,
            active_count,
            ..testing::license()
        }
    }

    fn an_instance() -> InstanceId {
        "00000000-0000-4000-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn activation_is_decided_by_status_then_same_device_then_slots() {
        use LicenseState::{Active, Reminted, Revoked};
        let held = Some(an_instance());
        for (state, expires_at, active, held, expected) in [
            (Active, None, 0, None, Ok(Decision::Claim)),
            (Active, FUTURE, 2, None, Ok(Decision::Claim)),
            (Active, None, 3, None, Err(Denied::Full)),
            (Active, None, 5, None, Err(Denied::Full)),
            (Active, None, 3, held, Ok(Decision::Keep(an_instance()))),
            (Active, None, 1, held, Ok(Decision::Keep(an_instance()))),
            (Active, PAST, 0, None, Err(Denied::Expired)),
            (Active, PAST, 3, None, Err(Denied::Expired)),
            (Active, PAST, 3, held, Err(Denied::Expired)),
            (Revoked, None, 0, None, Err(Denied::Ended)),
            (Revoked, PAST, 3, held, Err(Denied::Ended)),
            (Reminted, None, 0, None, Err(Denied::Ended)),
            (Reminted, PAST, 0, held, Err(Denied::Ended)),
        ] {
            let found = decide(&license(state, expires_at, active), held, NOW);
            assert_eq!(
                found, expected,
                "{state:?}, expiry {expires_at:?}, {active} active, {held:?}"
            );
        }
    }

    #[test]
    fn no_lease_of_any_kind_for_an_instance_that_is_not_active() {
        use LicenseState::{Active, Reminted, Revoked};
        for (state, expires_at, fallback, instance_active, expected) in [
            (Active, None, false, true, Ok(LeaseStatus::Active)),
            (Active, None, false, false, Err(Refused::NoInstance)),
            (Active, PAST, false, true, Ok(LeaseStatus::Expired)),
            (Active, PAST, true, true, Ok(LeaseStatus::Fallback)),
            (Active, PAST, true, false, Err(Refused::NoInstance)),
            (Active, PAST, false, false, Err(Refused::NoInstance)),
            (Active, FUTURE, true, true, Ok(LeaseStatus::Active)),
            (Revoked, None, true, true, Err(Refused::Revoked)),
            (Revoked, PAST, true, false, Err(Refused::Revoked)),
            (Reminted, None, true, true, Err(Refused::Reminted)),
            (Reminted, PAST, true, false, Err(Refused::Reminted)),
        ] {
            let license = License {
                fallback,
                ..license(state, expires_at, 1)
            };
            let found = lease_for(&license.terms(), instance_active, NOW);
            assert_eq!(
                found, expected,
                "{state:?} {expires_at:?} {fallback} {instance_active}"
            );
        }
    }
}
