//! Decides whether a device gets a slot and whether an instance gets a lease.

use crate::{
    ids::{InstanceId, LicenseId, TenantId},
    lease::{LeaseClaims, LeaseStatus},
    license::{LeaseInputs, License, Status},
    machine_hash::MachineHash,
    time::Timestamp,
};

/// How to serve an activation that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivationDecision {
    /// The device already holds this slot. Return the same instance without using another slot.
    Reuse(InstanceId),
    /// Claim a free slot.
    Claim,
}

/// Why an activation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActivationError {
    /// Revoked or reminted. Devices can't distinguish this from a key that never existed.
    #[error("License key not found")]
    Ended,
    /// The license has expired.
    #[error("License expired")]
    Expired,
    /// Every slot is taken.
    #[error("Activation limit reached")]
    LimitReached,
}

/// Decides an activation.
///
/// `existing_instance` is the active instance that this device already has on the license, if any.
/// It keeps its slot even when the license is full.
pub fn decide_activation(
    license: &License,
    existing_instance: Option<InstanceId>,
    now: Timestamp,
) -> Result<ActivationDecision, ActivationError> {
    match (license.status(now), existing_instance) {
        (Status::Revoked | Status::Reminted, _) => Err(ActivationError::Ended),
        (Status::Expired, _) => Err(ActivationError::Expired),
        (Status::Active, Some(instance)) => Ok(ActivationDecision::Reuse(instance)),
        (Status::Active, None) if license.active_count < license.activation_limit => {
            Ok(ActivationDecision::Claim)
        }
        (Status::Active, None) => Err(ActivationError::LimitReached),
    }
}

/// Why an instance gets no lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValidationError {
    /// An operator revoked the license.
    #[error("License has been revoked")]
    Revoked,
    /// The license was replaced by one with a fresh key.
    #[error("License has been reminted")]
    Reminted,
    /// The instance is unknown, belongs to another license, or is deactivated.
    #[error("Instance not found or deactivated")]
    InstanceNotFound,
}

/// Decides a validation: returns the status of the lease to issue.
///
/// `instance_active` says whether the instance belongs to this license and is active. Only a
/// revoked or reminted license takes precedence over an inactive instance.
pub fn decide_validation(
    license: &LeaseInputs,
    instance_active: bool,
    now: Timestamp,
) -> Result<LeaseStatus, ValidationError> {
    match license.state.status(license.expires_at, now) {
        Status::Revoked => Err(ValidationError::Revoked),
        Status::Reminted => Err(ValidationError::Reminted),
        _ if !instance_active => Err(ValidationError::InstanceNotFound),
        Status::Active => Ok(LeaseStatus::Active),
        Status::Expired if license.fallback => Ok(LeaseStatus::Fallback),
        Status::Expired => Ok(LeaseStatus::Expired),
    }
}

/// Device telemetry, already sanitized and truncated. `None` keeps the stored value.
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
    /// Version of the operating system.
    pub os_version: Option<String>,
    /// Processor architecture.
    pub arch: Option<String>,
    /// Number of CPU cores, as a range such as `5-8`.
    pub cpu_cores: Option<String>,
    /// Memory size, as a range.
    pub memory: Option<String>,
    /// Trial length compiled into the app, in days.
    pub trial_duration_days: Option<i64>,
}

impl Telemetry {
    /// Merges two reports: fields missing from `self` are taken from `other`.
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

/// The lease most recently signed for a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastLease {
    /// Status of the lease.
    pub status: LeaseStatus,
    /// Expiry of the lease.
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

/// Time and actor of a deactivation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deactivation {
    /// Time of the deactivation.
    pub at: Timestamp,
    /// The operator's name at that time, or `None` if the device freed its own slot.
    pub by_operator: Option<String>,
}

/// One device slot of a license, active or past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    /// The owning tenant.
    pub tenant_id: TenantId,
    /// The license that the slot belongs to.
    pub license_id: LicenseId,
    /// Instance ID issued by the server.
    pub instance_id: InstanceId,
    /// Machine hash of the device, if reported.
    pub machine_hash: Option<MachineHash>,
    /// ID of the request that created the activation, so that a retry finds it.
    pub request_id: Option<String>,
    /// Display name of the device.
    pub device_name: String,
    /// Time of the activation.
    pub created_at: Timestamp,
    /// Time of the last validation.
    pub last_validated_at: Timestamp,
    /// The deactivation, if the slot was freed.
    pub deactivation: Option<Deactivation>,
    /// The lease most recently issued.
    pub last_lease: LastLease,
    /// ID of the keyless install that became this activation.
    pub free_tier_instance_id: Option<String>,
    /// The device's telemetry.
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

    fn instance_id() -> InstanceId {
        "00000000-0000-4000-8000-000000000001".parse().unwrap()
    }

    #[test]
    fn activation_depends_on_status_then_known_device_then_free_slots() {
        use LicenseState::{Active, Reminted, Revoked};
        let existing_instance = Some(instance_id());
        for (state, expires_at, active, existing_instance, expected) in [
            (Active, None, 0, None, Ok(ActivationDecision::Claim)),
            (Active, FUTURE, 2, None, Ok(ActivationDecision::Claim)),
            (Active, None, 3, None, Err(ActivationError::LimitReached)),
            (Active, None, 5, None, Err(ActivationError::LimitReached)),
            (
                Active,
                None,
                3,
                existing_instance,
                Ok(ActivationDecision::Reuse(instance_id())),
            ),
            (
                Active,
                None,
                1,
                existing_instance,
                Ok(ActivationDecision::Reuse(instance_id())),
            ),
            (Active, PAST, 0, None, Err(ActivationError::Expired)),
            (Active, PAST, 3, None, Err(ActivationError::Expired)),
            (
                Active,
                PAST,
                3,
                existing_instance,
                Err(ActivationError::Expired),
            ),
            (Revoked, None, 0, None, Err(ActivationError::Ended)),
            (
                Revoked,
                PAST,
                3,
                existing_instance,
                Err(ActivationError::Ended),
            ),
            (Reminted, None, 0, None, Err(ActivationError::Ended)),
            (
                Reminted,
                PAST,
                0,
                existing_instance,
                Err(ActivationError::Ended),
            ),
        ] {
            let found =
                decide_activation(&license(state, expires_at, active), existing_instance, NOW);
            assert_eq!(
                found, expected,
                "{state:?}, expiry {expires_at:?}, {active} active, {existing_instance:?}"
            );
        }
    }

    #[test]
    fn inactive_instance_never_gets_a_lease() {
        use LicenseState::{Active, Reminted, Revoked};
        for (state, expires_at, fallback, instance_active, expected) in [
            (Active, None, false, true, Ok(LeaseStatus::Active)),
            (
                Active,
                None,
                false,
                false,
                Err(ValidationError::InstanceNotFound),
            ),
            (Active, PAST, false, true, Ok(LeaseStatus::Expired)),
            (Active, PAST, true, true, Ok(LeaseStatus::Fallback)),
            (
                Active,
                PAST,
                true,
                false,
                Err(ValidationError::InstanceNotFound),
            ),
            (
                Active,
                PAST,
                false,
                false,
                Err(ValidationError::InstanceNotFound),
            ),
            (Active, FUTURE, true, true, Ok(LeaseStatus::Active)),
            (Revoked, None, true, true, Err(ValidationError::Revoked)),
            (Revoked, PAST, true, false, Err(ValidationError::Revoked)),
            (Reminted, None, true, true, Err(ValidationError::Reminted)),
            (Reminted, PAST, true, false, Err(ValidationError::Reminted)),
        ] {
            let license = License {
                fallback,
                ..license(state, expires_at, 1)
            };
            let found = decide_validation(&license.lease_inputs(), instance_active, NOW);
            assert_eq!(
                found, expected,
                "{state:?} {expires_at:?} {fallback} {instance_active}"
            );
        }
    }
}
