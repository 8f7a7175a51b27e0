//! Installs without a key: what their beacon says, and when it is worth a write.

use crate::{
    activation::Telemetry,
    ids::{ProductId, TenantId},
    machine::MachineHash,
    named_enum,
    time::Timestamp,
};

/// A beacon that says nothing new is written after this long: six hours, in milliseconds.
const WRITE_EVERY_MILLIS: i64 = 6 * 3_600_000;

/// An install that was not seen for so many days is forgotten.
pub const RETENTION_DAYS: u32 = 400;

named_enum! {
    /// How an app runs without a key.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum KeylessState {
        /// In its trial.
        Trial = "trial",
        /// In its free tier.
        FreeTier = "free_tier",
        /// Its trial or license is over.
        Expired = "expired",
    }
}

/// What was last written of an install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastBeacon {
    /// How it ran.
    pub state: KeylessState,
    /// When it said so.
    pub seen_at: Timestamp,
}

impl LastBeacon {
    /// Whether a beacon with `state` at `now` is worth a write.
    pub fn is_outdated(self, state: KeylessState, now: Timestamp) -> bool {
        self.state != state || now >= self.seen_at.plus_millis(WRITE_EVERY_MILLIS)
    }
}

/// One install of a product without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeylessInstall {
    /// Whose product.
    pub tenant: TenantId,
    /// Which.
    pub product: ProductId,
    /// The id that the app gave itself: 1 to 128 characters of any kind.
    pub instance_id: String,
    /// The device's own hash, where it sends one.
    pub machine_hash: Option<MachineHash>,
    /// How it runs.
    pub state: KeylessState,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it last said something that was written.
    pub last_seen_at: Timestamp,
    /// What it says about itself.
    pub telemetry: Telemetry,
}

impl KeylessInstall {
    /// What makes it the same install again: its machine, or else the id that the app gave itself. The word before it
    /// keeps an id that looks like somebody's machine from being taken for it.
    pub fn device(&self) -> String {
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
    fn a_beacon_is_written_every_six_hours_or_when_the_state_changes() {
        use KeylessState::{Expired, FreeTier, Trial};
        let last = LastBeacon {
            state: Trial,
            seen_at: Timestamp::from_millis(1_000),
        };
        let due = last.seen_at.plus_millis(WRITE_EVERY_MILLIS);
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
    fn states_have_the_names_of_the_wire() {
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
