//! Irreversible actions on a license, with their titles and confirmation pages.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::ids::{InstanceId, LicenseId};
use leptos::prelude::*;

use crate::{
    pages::{
        licenses::actions::consequences::{
            deactivate_consequences, remint_consequences, revoke_consequences,
        },
        shared::badges::{KeyText, end_reason},
    },
    routes,
};

/// An irreversible action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenseAction {
    /// Deactivates a device and frees its slot.
    Deactivate(InstanceId),
    /// Ends the license and issues a new key.
    Remint,
    /// Ends the license permanently.
    Revoke,
}

impl LicenseAction {
    /// Returns the label of the button that executes the action.
    pub const fn button_label(self) -> &'static str {
        match self {
            Self::Deactivate(_) => "Deactivate device",
            Self::Remint => "Remint license",
            Self::Revoke => "Revoke license",
        }
    }

    /// Returns the URL of the confirmation page, which works without a script.
    pub fn confirm_href(self, license_id: LicenseId) -> String {
        match self {
            Self::Deactivate(instance) => routes::license_deactivate(license_id, instance),
            Self::Remint => routes::license_remint(license_id),
            Self::Revoke => routes::license_revoke(license_id),
        }
    }

    /// Renders the title of the confirmation.
    pub fn title(self, license: &LicenseDetail) -> AnyView {
        let key = license.display_key.clone();
        match self {
            Self::Deactivate(instance) => {
                let name = license.device(instance).map(|device| device.name.clone());
                view! { "Deactivate " <bdi dir="auto">{name}</bdi> "?" }.into_any()
            }
            Self::Remint => view! { "Remint " <KeyText display_key=key/> "?" }.into_any(),
            Self::Revoke => view! { "Revoke " <KeyText display_key=key/> "?" }.into_any(),
        }
    }

    /// Returns why the action is no longer possible, for example because someone else has already
    /// performed it. `None` if it is still possible.
    pub fn already_done(self, license: &LicenseDetail) -> Option<String> {
        match self {
            Self::Deactivate(instance) => match license.device(instance) {
                Some(device) if device.holds_slot() => None,
                _ => Some("This device is already deactivated".to_owned()),
            },
            Self::Remint | Self::Revoke if license.can_be_revoked() => None,
            Self::Remint | Self::Revoke => {
                let how = end_reason(license.status).unwrap_or_default();
                Some(format!("This license is already {how}"))
            }
        }
    }

    /// Renders the consequences of the action.
    pub fn consequences(self, license: &LicenseDetail) -> AnyView {
        match self {
            Self::Deactivate(instance) => license.device(instance).map_or_else(
                || ().into_any(),
                |device| deactivate_consequences(license, device),
            ),
            Self::Remint => remint_consequences(license),
            Self::Revoke => revoke_consequences(license),
        }
    }
}
