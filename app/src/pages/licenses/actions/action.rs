//! The actions on a license.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::ids::{InstanceId, LicenseId};
use leptos::prelude::*;

use crate::{
    pages::{
        licenses::actions::consequences::{
            deactivate_consequences, remint_consequences, revoke_consequences,
        },
        shared::badges::{KeyText, ended_label},
    },
    routes,
};

/// An irreversible action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenseAction {
    /// Deactivates a device.
    Deactivate(InstanceId),
    /// Ends the license and replaces its key.
    Remint,
    /// Ends the license.
    Revoke,
}

impl LicenseAction {
    /// The label of the button that executes it.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Deactivate(_) => "Deactivate instance",
            Self::Remint => "Remint license",
            Self::Revoke => "Revoke license",
        }
    }

    /// The page that confirms it without a script.
    pub fn href(self, license: LicenseId) -> String {
        match self {
            Self::Deactivate(instance) => routes::license_deactivate(license, instance),
            Self::Remint => routes::license_remint(license),
            Self::Revoke => routes::license_revoke(license),
        }
    }

    /// The title of the confirmation.
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

    /// Why there is nothing left to do, if someone else was quicker or the page is stale.
    pub fn already_done(self, license: &LicenseDetail) -> Option<String> {
        match self {
            Self::Deactivate(instance) => match license.device(instance) {
                Some(device) if device.holds_its_slot() => None,
                _ => Some("Instance is already deactivated".to_owned()),
            },
            Self::Remint | Self::Revoke if license.can_be_ended() => None,
            Self::Remint | Self::Revoke => {
                let how = ended_label(license.status).unwrap_or_default();
                Some(format!("License is already {how}"))
            }
        }
    }

    /// The consequences of the action.
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
