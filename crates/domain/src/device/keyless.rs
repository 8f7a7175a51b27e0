//! Keyless installs and the rule for when a beacon must be written.

use crate::{
    activation::Telemetry,
    ids::{ProductId, TenantId},
    machine_hash::MachineHash,
    named_enum,
    time::Timestamp,
};

/// Minimum interval between writes of an unchanged beacon: six hours, in milliseconds.
const WRITE_INTERVAL_MILLIS: i64 = 6 * 3_600_000;

/// Days that an install is kept after its last recorded beacon.
pub const RETENTION_DAYS: u32 = 400;

named_enum! {
    /// Mode in which an app runs without a key.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum KeylessState {
        /// In its trial.
        Trial = "trial",
        /// In its free tier.
        FreeTier = "free_tier",
        /// Its trial or license has expired.
        Expired = "expired",
    }
}

/// The last recorded beacon of an install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastBeacon {
    /// Mode in which the app ran.
    pub state: KeylessState,
    /// Time of the beacon.
    pub seen_at: Timestamp,
}

impl LastBeacon {
    /// Returns whether a beacon with `state` at `now` must be written.
    pub fn is_outdated(self, state: KeylessState, now: Timestamp) -> bool {
        self.state != state || now >= self.seen_at.plus_millis(WRITE_INTERVAL_MILLIS)
    }
}

/// An install of a product that runs without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeylessInstall {
    /// The owning tenant.
    pub tenant_id: TenantId,
    /// The product.
    pub product_id: ProductId,
    /// ID chosen by the app: 1 to 128 arbitrary characters.
    pub instance_id: String,
    /// Machine hash of the device, if reported.
    pub machine_hash: Option<MachineHash>,
    /// Mode in which the app runs.
    pub state: KeylessState,
    /// Time of the first beacon.
    pub first_seen_at: Timestamp,
    /// Time of the last beacon that was written.
    pub last_seen_at: Timestamp,
    /// The install's telemetry.
    pub telemetry: Telemetry,
}

impl KeylessInstall {
    /// Returns the identity of the install: its machine hash, or the app-chosen ID if there is no
    /// hash.
    ///
    /// The prefix keeps an app-chosen ID from colliding with another device's machine hash.
    pub fn identity(&self) -> String {
        match &self.machine_hash {
            Some(hash) => format!("machine:{hash}"),
            None => format!("install:{}", self.instance_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beacon_is_written_every_six_hours_or_on_state_change() {
        use KeylessState::{Expired, FreeTier, Trial};
        let last = LastBeacon {
            state: Trial,
            seen_at: Timestamp::from_millis(1_000),
        };
        let due = last.seen_at.plus_millis(WRITE_INTERVAL_MILLIS);
        for (state, now, outdated) in [
            (Trial, last.seen_at, false),
            (Trial, due.plus_millis(-1), false),
            (Trial, due, true),
            (FreeTier, last.seen_at, true),
            (Expired, due.plus_millis(-1), true),
        ] {
            assert_eq!(last.is_outdated(state, now), outdated, "{state:?} {now:?}");
        }
    }

    #[test]
    fn state_names_match_the_wire_format() {
        assert_eq!(
            KeylessState::ALL.map(KeylessState::as_str),
            ["trial", "free_tier", "expired"]
        );
        for state in KeylessState::ALL {
            assert_eq!(KeylessState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(KeylessState::from_name("Trial"), None);
    }
}
