//! Badges for a license: status, display key, slots.

use keywright_api_types::license_detail::DeviceState;
use keywright_domain::{license::Status, license_key::DisplayKey};
use leptos::prelude::*;

use crate::{
    format,
    ui::icon::{Icon, IconName},
};

/// A license's status as icon and word, so that it does not depend on color alone.
#[component]
pub fn LicenseStatus(status: Status) -> impl IntoView {
    let (icon, word) = icon_and_label(status);
    view! {
        <span class="status" data-status=status.as_str()>
            <Icon name=icon/>
            {word}
        </span>
    }
}

/// The status as a badge, next to the title of the license's page.
#[component]
pub fn LicenseStatusBadge(status: Status) -> impl IntoView {
    let (icon, word) = icon_and_label(status);
    view! {
        <span class="status" data-status=status.as_str() data-size="badge">
            <Icon name=icon/>
            {word}
        </span>
    }
}

fn icon_and_label(status: Status) -> (IconName, &'static str) {
    let icon = match status {
        Status::Active => IconName::Active,
        Status::Expired => IconName::Expired,
        Status::Reminted => IconName::Reminted,
        Status::Revoked => IconName::Revoked,
    };
    (icon, format::status(status))
}

/// Returns why a license accepts no more activations. `None` while it is active.
pub const fn end_reason(status: Status) -> Option<&'static str> {
    match status {
        Status::Active => None,
        Status::Expired => Some("expired"),
        Status::Reminted => Some("reminted"),
        Status::Revoked => Some("revoked"),
    }
}

/// Whether a device gets leases, as icon and word.
#[component]
pub fn DeviceStatus(state: DeviceState) -> impl IntoView {
    let (status, icon, word) = match state {
        DeviceState::Active => ("active", IconName::Active, "Active"),
        DeviceState::Reduced => ("expired", IconName::Expired, "Reduced mode"),
        DeviceState::NoNewLease => ("off", IconName::Revoked, "Can't check in"),
        DeviceState::Deactivated { .. } => ("off", IconName::Off, "Deactivated"),
    };
    view! {
        <span class="status" data-status=status>
            <Icon name=icon/>
            {word}
        </span>
    }
}

/// A masked key. The last group, which distinguishes licenses, is emphasized. Copying includes all
/// groups.
#[component]
pub fn KeyText(display_key: DisplayKey) -> impl IntoView {
    let (prefix, middle, last) = display_key.parts();
    view! {
        <span class="display-key">
            {prefix.to_owned()} <i>{middle}</i> <b>{last.to_owned()}</b>
        </span>
    }
}

/// Whether a license can take another device. Selects the style of [`Slots`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SlotsState {
    /// Another device can activate.
    Free,
    /// The next activation will be rejected.
    Full,
    /// The license has ended and accepts no activations.
    Idle,
}

impl SlotsState {
    fn of(active: u32, limit: u32, status: Status) -> Self {
        match status {
            Status::Active if active < limit => Self::Free,
            Status::Active => Self::Full,
            Status::Expired | Status::Reminted | Status::Revoked => Self::Idle,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Full => "full",
            Self::Idle => "idle",
        }
    }
}

/// Number of activations and the limit, as text and as a meter that is hidden from screen readers.
#[component]
pub fn Slots(active: u32, limit: u32, status: Status) -> impl IntoView {
    let state = SlotsState::of(active, limit, status);
    view! {
        <span class="slots" data-slots=state.as_str()>
            <span>{active} " " <i>"of"</i> " " {limit}</span>
            <meter value=active.to_string() max=limit.to_string() aria-hidden="true"></meter>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_idle_unless_the_license_is_active() {
        for (active, limit, status, state) in [
            (0, 3, Status::Active, SlotsState::Free),
            (2, 3, Status::Active, SlotsState::Free),
            (3, 3, Status::Active, SlotsState::Full),
            (4, 3, Status::Active, SlotsState::Full),
            (3, 3, Status::Expired, SlotsState::Idle),
            (0, 3, Status::Reminted, SlotsState::Idle),
            (1, 3, Status::Revoked, SlotsState::Idle),
        ] {
            let found = SlotsState::of(active, limit, status);
            assert_eq!(found, state, "{active} of {limit}, {status:?}");
        }
    }
}
