//! One license, as its page shows it.

use keywright_domain::{
    activation::Activation,
    entitlement::Entitlements,
    ids::{InstanceId, KeyTypeId, LicenseId},
    key::DisplayKey,
    license::{Customer, License, NamedLicense, Status},
    offline::OfflineUntil,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::audit_log::AuditEntry;

/// Everything that an operator sees of a license.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseDetail {
    /// The hash of its key.
    pub id: LicenseId,
    /// The masked key.
    pub display_key: DisplayKey,
    /// The status at [`LicenseDetail::now`].
    pub status: Status,
    /// The product's display name.
    pub product_name: String,
    /// The variant it was minted as.
    pub key_type: KeyTypeId,
    /// What it unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may go on in reduced mode once it has expired.
    pub fallback: bool,
    /// Who bought it.
    pub customer: Customer,
    /// When it was minted.
    pub created_at: Timestamp,
    /// When it ends; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
    /// Devices that hold a slot.
    pub active_count: u32,
    /// Devices that may.
    pub activation_limit: u32,
    /// The license that this one took the place of.
    pub predecessor: Option<NamedLicense>,
    /// The license that took this one's place.
    pub successor: Option<NamedLicense>,
    /// Every device that it knows, the newest first.
    pub devices: Vec<Device>,
    /// What happened to it, the newest first.
    pub activity: Vec<AuditEntry>,
    /// When the server read all this: "38 min ago" counts from here, in the browser too.
    pub now: Timestamp,
}

/// One device of a license, active or past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The slot that it holds or held.
    pub instance: InstanceId,
    /// Its name.
    pub name: String,
    /// Whether it gets leases.
    pub state: DeviceState,
    /// When it was activated.
    pub first_seen_at: Timestamp,
    /// When it last asked for a lease.
    pub last_validated_at: Timestamp,
    /// How long it can go on with what it holds.
    pub offline_until: OfflineUntil,
    /// Version of the app, where it is sent.
    pub app_version: Option<String>,
    /// Operating system and its version, where they are sent.
    pub platform: Option<String>,
}

/// Whether a device gets leases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// It holds its slot and gets leases.
    Active,
    /// It holds its slot, but its license has ended.
    NoNewLease,
    /// It holds its slot; its license has expired, and it gets leases that let its app go on in reduced mode.
    Reduced,
    /// Its slot was freed.
    Deactivated {
        /// When.
        at: Timestamp,
        /// By whom; `None` where the device gave it back.
        by_operator: Option<String>,
    },
}

impl Device {
    /// A device of a license of that status; `fallback` says whether the license lets it go on once it has expired.
    pub fn new(activation: Activation, status: Status, fallback: bool) -> Self {
        let state = match (activation.deactivated, status) {
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
            instance: activation.instance,
            name: activation.device_name,
            state,
            first_seen_at: activation.created_at,
            last_validated_at: activation.last_validated_at,
            offline_until: activation.last_lease.offline_until(),
            app_version: telemetry.app_version,
            platform: match (telemetry.platform, telemetry.os_version) {
                (Some(platform), Some(version)) => Some(format!("{platform} {version}")),
                (platform, version) => platform.or(version),
            },
        }
    }

    /// Whether it holds its slot, and an operator can take it away.
    pub const fn holds_its_slot(&self) -> bool {
        !matches!(self.state, DeviceState::Deactivated { .. })
    }
}

/// What would go on if a license were ended now: what an operator is told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOut {
    /// Devices that hold a slot.
    pub active_devices: usize,
    /// The latest moment until which one of them can go on offline, if any can.
    pub latest: Option<Timestamp>,
    /// Devices in reduced mode, which has no fixed end.
    pub reduced: usize,
}

impl LicenseDetail {
    /// Puts a license and what belongs to it together, as it is at `now`.
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
            key_type: license.key_type,
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

    /// Whether it can be revoked or reminted: it has not been yet.
    pub const fn can_be_ended(&self) -> bool {
        matches!(self.status, Status::Active | Status::Expired)
    }

    /// Until when each of its active devices can go on offline, of those that can in full.
    pub fn ends(&self) -> Vec<Timestamp> {
        let active = self.devices.iter().filter(|device| device.holds_its_slot());
        active
            .filter_map(|device| device.offline_until.still_at(self.now))
            .collect()
    }

    /// What its devices can still do offline, whatever is done to it now.
    pub fn run_out(&self) -> RunOut {
        let active = || self.devices.iter().filter(|device| device.holds_its_slot());
        RunOut {
            active_devices: active().count(),
            latest: self.ends().into_iter().max(),
            reduced: active()
                .filter(|device| device.offline_until == OfflineUntil::Reduced)
                .count(),
        }
    }

    /// The device of that instance.
    pub fn device(&self, instance: InstanceId) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.instance == instance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keywright_domain::{
        activation::{Deactivation, LastLease, Telemetry},
        key::LicenseKey,
        lease::LeaseStatus,
        license::LicenseState,
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_781_000_040);

    /// Active, for life, with three slots, none taken.
    fn license() -> License {
        License {
            tenant: "acme".parse().unwrap(),
            id: LicenseKey::parse("ACME-0000-0000").unwrap().id(),
            product: "notes".parse().unwrap(),
            key_type: "pro".parse().unwrap(),
            display_key: DisplayKey::from_stored("ACME-XXXX-···-0000".into()),
            state: LicenseState::Active,
            created_at: Timestamp::from_seconds(0),
            expires_at: None,
            activation_limit: 3,
            active_count: 0,
            entitlements: Entitlements::none(),
            fallback: false,
            customer: Customer::default(),
            predecessor: None,
            successor: None,
        }
    }

    fn activation(number: u128, lease: LeaseStatus, lease_end: Timestamp) -> Activation {
        Activation {
            tenant: "acme".parse().unwrap(),
            license: license().id,
            instance: InstanceId::new(uuid::Uuid::from_u128(number)),
            machine_hash: None,
            request_id: None,
            device_name: format!("Device {number}"),
            created_at: NOW,
            last_validated_at: NOW,
            deactivated: None,
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
    fn only_devices_that_hold_a_slot_run_out_and_the_last_of_them_counts() {
        let gone = Activation {
            deactivated: Some(Deactivation {
                at: NOW,
                by_operator: None,
            }),
            ..activation(1, LeaseStatus::Active, NOW.plus_days(7))
        };
        let found = detail(
            LicenseState::Active,
            vec![
                gone,
                activation(2, LeaseStatus::Active, NOW.plus_days(3)),
                activation(3, LeaseStatus::Active, NOW.plus_days(5)),
                activation(4, LeaseStatus::Active, NOW.minus_days(5)),
                activation(5, LeaseStatus::Fallback, NOW.plus_days(6)),
                activation(6, LeaseStatus::Expired, NOW.plus_days(6)),
            ],
        );
        let expected = RunOut {
            active_devices: 5,
            latest: Some(NOW.plus_days(5).plus_millis(300_000)),
            reduced: 1,
        };
        assert_eq!(found.run_out(), expected);
        let skew = |days| NOW.plus_days(days).plus_millis(300_000);
        assert_eq!(found.ends(), [skew(3), skew(5)]);
        let nobody = RunOut {
            active_devices: 0,
            latest: None,
            reduced: 0,
        };
        assert_eq!(detail(LicenseState::Active, vec![]).run_out(), nobody);
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
            assert_eq!(found.can_be_ended(), state == LicenseState::Active);
        }
    }

    #[test]
    fn devices_of_an_expired_license_go_on_in_reduced_mode_where_it_lets_them() {
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
    fn a_platform_is_named_as_far_as_it_is_known() {
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
