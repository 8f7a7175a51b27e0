//! Data of the license page.

use keywright_domain::{
    activation::Activation,
    entitlement::Entitlements,
    ids::{InstanceId, KeyTypeId, LicenseId},
    license::{Customer, License, LicenseRef, Status},
    license_key::DisplayKey,
    offline_validity::OfflineValidity,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::audit_log::AuditEntry;

/// A license with its devices and activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseDetail {
    /// Hash of the license key.
    pub id: LicenseId,
    /// Masked key.
    pub display_key: DisplayKey,
    /// Status at [`LicenseDetail::now`].
    pub status: Status,
    /// Display name of the product.
    pub product_name: String,
    /// The key type it was minted from.
    pub key_type_id: KeyTypeId,
    /// Entitlements that the license unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may run in reduced mode after expiry.
    pub fallback: bool,
    pub customer: Customer,
    /// Time of minting.
    pub created_at: Timestamp,
    /// Expiry; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
    /// Number of active devices.
    pub active_count: u32,
    /// Maximum number of active devices.
    pub activation_limit: u32,
    /// The license that this one replaced.
    pub predecessor: Option<LicenseRef>,
    /// The license that replaced this one.
    pub successor: Option<LicenseRef>,
    /// All devices, active and deactivated, newest first.
    pub devices: Vec<Device>,
    /// Audit log entries about the license, newest first.
    pub activity: Vec<AuditEntry>,
    /// Server time of the read, the reference for relative times such as "38 min ago".
    pub now: Timestamp,
}

/// A device of a license, active or past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// ID of the device slot.
    pub instance_id: InstanceId,
    /// Display name.
    pub name: String,
    /// Whether the device gets leases.
    pub state: DeviceState,
    pub activated_at: Timestamp,
    pub last_validated_at: Timestamp,
    /// How long the device can run offline.
    pub offline_validity: OfflineValidity,
    /// Version of the app, if reported.
    pub app_version: Option<String>,
    /// Operating system and its version, if reported.
    pub platform: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Holds its slot and gets leases.
    Active,
    /// Holds its slot, but gets no new leases because the license has ended.
    NoNewLease,
    /// Holds its slot and gets leases for reduced mode, because the license has expired.
    Reduced,
    /// Deactivated; its slot is free.
    Deactivated {
        at: Timestamp,
        /// The operator's name, or `None` if the device freed its own slot.
        by_operator: Option<String>,
    },
}

impl Device {
    /// Creates the view of a device. `status` and `fallback` are those of its license.
    /// `fallback` says whether the license allows reduced mode after expiry.
    pub fn new(activation: Activation, status: Status, fallback: bool) -> Self {
        let state = match (activation.deactivation, status) {
            (Some(deactivation), _) => DeviceState::Deactivated {
                at: deactivation.at,
                by_operator: deactivation.by_operator,
            },
            (None, Status::Active) => DeviceState::Active,
            (None, Status::Expired) if fallback => DeviceState::Reduced,
            (None, Status::Expired | Status::Reminted | Status::Revoked) => DeviceState::NoNewLease,
        };
        let telemetry = activation.telemetry;
        Self {
            instance_id: activation.instance_id,
            name: activation.device_name,
            state,
            activated_at: activation.created_at,
            last_validated_at: activation.last_validated_at,
            offline_validity: activation.last_lease.offline_validity(),
            app_version: telemetry.app_version,
            platform: match (telemetry.platform, telemetry.os_version) {
                (Some(platform), Some(version)) => Some(format!("{platform} {version}")),
                (platform, version) => platform.or(version),
            },
        }
    }

    /// Returns whether the device holds its slot, so that an operator can deactivate it.
    pub const fn holds_slot(&self) -> bool {
        !matches!(self.state, DeviceState::Deactivated { .. })
    }
}

/// Devices that could keep running offline if the license were revoked or reminted now. Shown
/// before confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfflineImpact {
    pub active_devices: usize,
    /// Latest time until which a device in full operation can run offline, if any can.
    pub latest_end: Option<Timestamp>,
    /// Number of devices in reduced mode, which has no end date.
    pub reduced: usize,
}

impl LicenseDetail {
    /// Creates the view of a license and its activations at `now`.
    pub fn new(
        license: License,
        product_name: String,
        activations: Vec<Activation>,
        now: Timestamp,
    ) -> Self {
        let status = license.status(now);
        let fallback = license.fallback;
        let device = |activation| Device::new(activation, status, fallback);
        Self {
            id: license.id,
            display_key: license.display_key,
            status,
            product_name,
            key_type_id: license.key_type_id,
            entitlements: license.entitlements,
            fallback: license.fallback,
            customer: license.customer,
            created_at: license.created_at,
            expires_at: license.expires_at,
            active_count: license.active_count,
            activation_limit: license.activation_limit,
            predecessor: None,
            successor: None,
            devices: activations.into_iter().map(device).collect(),
            activity: Vec::new(),
            now,
        }
    }

    /// Returns whether the license can be revoked or reminted.
    pub const fn can_be_revoked(&self) -> bool {
        matches!(self.status, Status::Active | Status::Expired)
    }

    /// Returns the times, still in the future, until which active devices in full operation can
    /// run offline.
    pub fn offline_deadlines(&self) -> Vec<Timestamp> {
        let active = self.devices.iter().filter(|device| device.holds_slot());
        active
            .filter_map(|device| device.offline_validity.remaining_at(self.now))
            .collect()
    }

    /// Returns how the license's devices could keep running offline if it were revoked or reminted
    /// now.
    pub fn offline_impact(&self) -> OfflineImpact {
        let active = || self.devices.iter().filter(|device| device.holds_slot());
        OfflineImpact {
            active_devices: active().count(),
            latest_end: self.offline_deadlines().into_iter().max(),
            reduced: active()
                .filter(|device| device.offline_validity == OfflineValidity::Reduced)
                .count(),
        }
    }

    pub fn device(&self, instance_id: InstanceId) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.instance_id == instance_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keywright_domain::{
        activation::{Deactivation, LastLease, Telemetry},
        lease::LeaseStatus,
        license::LicenseState,
        license_key::LicenseKey,
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_781_000_040);

    /// Returns an active lifetime license with three free slots.
    fn license() -> License {
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

    fn activation(number: u128, lease: LeaseStatus, lease_end: Timestamp) -> Activation {
        Activation {
            tenant_id: "acme".parse().unwrap(),
            license_id: license().id,
            instance_id: InstanceId::new(uuid::Uuid::from_u128(number)),
            machine_hash: None,
            request_id: None,
            device_name: format!("Device {number}"),
            created_at: NOW,
            last_validated_at: NOW,
            deactivation: None,
            last_lease: LastLease {
                status: lease,
                expires_at: lease_end,
            },
            free_tier_instance_id: None,
            telemetry: Telemetry::default(),
        }
    }

    fn detail(state: LicenseState, activations: Vec<Activation>) -> LicenseDetail {
        let license = License { state, ..license() };
        LicenseDetail::new(license, "Notes".into(), activations, NOW)
    }

    #[test]
    fn offline_impact_covers_active_devices_and_reports_the_latest_end() {
        let deactivated = Activation {
            deactivation: Some(Deactivation {
                at: NOW,
                by_operator: None,
            }),
            ..activation(1, LeaseStatus::Active, NOW.plus_days(7))
        };
        let found = detail(
            LicenseState::Active,
            vec![
                deactivated,
                activation(2, LeaseStatus::Active, NOW.plus_days(3)),
                activation(3, LeaseStatus::Active, NOW.plus_days(5)),
                activation(4, LeaseStatus::Active, NOW.minus_days(5)),
                activation(5, LeaseStatus::Fallback, NOW.plus_days(6)),
                activation(6, LeaseStatus::Expired, NOW.plus_days(6)),
            ],
        );
        let expected = OfflineImpact {
            active_devices: 5,
            latest_end: Some(NOW.plus_days(5).plus_millis(300_000)),
            reduced: 1,
        };
        assert_eq!(found.offline_impact(), expected);
        let end_with_skew = |days| NOW.plus_days(days).plus_millis(300_000);
        assert_eq!(
            found.offline_deadlines(),
            [end_with_skew(3), end_with_skew(5)]
        );
        let no_devices = OfflineImpact {
            active_devices: 0,
            latest_end: None,
            reduced: 0,
        };
        assert_eq!(
            detail(LicenseState::Active, vec![]).offline_impact(),
            no_devices
        );
    }

    #[test]
    fn devices_of_an_ended_license_get_no_new_lease() {
        for (state, expected) in [
            (LicenseState::Active, DeviceState::Active),
            (LicenseState::Revoked, DeviceState::NoNewLease),
            (LicenseState::Reminted, DeviceState::NoNewLease),
        ] {
            let found = detail(state, vec![activation(1, LeaseStatus::Active, NOW)]);
            assert_eq!(found.devices[0].state, expected, "{state:?}");
            assert_eq!(found.can_be_revoked(), state == LicenseState::Active);
        }
    }

    #[test]
    fn fallback_keeps_devices_of_an_expired_license_in_reduced_mode() {
        for (fallback, expected) in [
            (false, DeviceState::NoNewLease),
            (true, DeviceState::Reduced),
        ] {
            let license = License {
                expires_at: Some(NOW),
                fallback,
                ..license()
            };
            let devices = vec![activation(1, LeaseStatus::Fallback, NOW.plus_days(7))];
            let found = LicenseDetail::new(license, "Notes".into(), devices, NOW);
            assert_eq!(found.devices[0].state, expected);
        }
    }

    #[test]
    fn platform_combines_name_and_version() {
        for (platform, version, shown) in [
            (None, None, None),
            (Some("linux"), None, Some("linux")),
            (None, Some("15.5"), Some("15.5")),
            (Some("macos"), Some("15.5"), Some("macos 15.5")),
        ] {
            let telemetry = Telemetry {
                platform: platform.map(str::to_owned),
                os_version: version.map(str::to_owned),
                ..Telemetry::default()
            };
            let device = Device::new(
                Activation {
                    telemetry,
                    ..activation(1, LeaseStatus::Active, NOW)
                },
                Status::Active,
                false,
            );
            assert_eq!(device.platform.as_deref(), shown);
        }
    }
}
