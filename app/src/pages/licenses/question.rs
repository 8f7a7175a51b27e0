//! What can be done to a license, and what is said before: consequences in numbers and dates. The same words stand on a page
//! of their own and in a dialog over the license's page.

use keywright_domain::{
    detail::{Device, LicenseDetail, RunOut},
    ids::{InstanceId, LicenseId},
    license::Status,
    offline::OfflineUntil,
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    format,
    pages::licenses::{detail::ended, parts::KeyText, run_out::RunOutFigure},
    routes,
    ui::{
        facts::{Fact, FactRows},
        time::ExactMinute,
    },
};

/// Something that can't be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// May this device be stopped?
    Deactivate(InstanceId),
    /// May this license end, and a fresh key take its place?
    Remint,
    /// May this license end?
    Revoke,
}

impl Question {
    /// What the button says that does it.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Deactivate(_) => "Deactivate instance",
            Self::Remint => "Remint license",
            Self::Revoke => "Revoke license",
        }
    }

    /// Where it is asked on a page of its own, and answered by a plain form.
    pub fn href(self, license: LicenseId) -> String {
        match self {
            Self::Deactivate(instance) => routes::license_deactivate(license, instance),
            Self::Remint => routes::license_remint(license),
            Self::Revoke => routes::license_revoke(license),
        }
    }

    /// The question itself.
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

    /// Why there is nothing left to do, if that is so: somebody was quicker, or the page is old.
    pub fn settled(self, license: &LicenseDetail) -> Option<String> {
        match self {
            Self::Deactivate(instance) => match license.device(instance) {
                Some(device) if device.holds_its_slot() => None,
                _ => Some("Instance is already deactivated".to_owned()),
            },
            Self::Remint | Self::Revoke if license.can_be_ended() => None,
            Self::Remint | Self::Revoke => {
                let how = ended(license.status).unwrap_or_default();
                Some(format!("License is already {how}"))
            }
        }
    }

    /// What will come of it.
    pub fn consequences(self, license: &LicenseDetail) -> AnyView {
        match self {
            Self::Deactivate(instance) => license
                .device(instance)
                .map_or_else(|| ().into_any(), |device| of_deactivating(license, device)),
            Self::Remint => of_reminting(license),
            Self::Revoke => of_revoking(license),
        }
    }
}

fn of_deactivating(license: &LicenseDetail, device: &Device) -> AnyView {
    let until = match device.offline_until {
        OfflineUntil::Until(at) => match format::left(at, license.now) {
            Some(left) => view! {
                "at the latest on " <strong><ExactMinute at/></strong> ", "
                <span class="nowrap">{left}</span>
            }
            .into_any(),
            None => "it has stopped: its lease has ended".into_any(),
        },
        OfflineUntil::Reduced => "it goes on in reduced mode, with no fixed end".into_any(),
        OfflineUntil::Stopped => "it has stopped already".into_any(),
    };
    let instance = device.instance.to_string();
    view! {
        <p class="dialog-lead" id="question-lead">
            "Its slot is free at once. The key and the other devices are untouched."
        </p>
        <FactRows>
            <Fact label="Instance">
                <code class="uuid">{instance}</code>
            </Fact>
            <Fact label="It stops">
                "at its next refresh, typically within 24 h; an app with an old client at the end of its lease"
            </Fact>
            <Fact label="If it stays offline">{until}</Fact>
        </FactRows>
    }
    .into_any()
}

fn of_reminting(license: &LicenseDetail) -> AnyView {
    let expiry = match (license.status, license.expires_at) {
        (Status::Expired, _) => "It is expired, as this one is.",
        (_, Some(_)) => "It expires when this one would have.",
        (_, None) => "It never expires, as this one.",
    };
    let (whose, run_out) = (whose(license), run_out(license));
    view! {
        <p class="dialog-lead" id="question-lead">
            "This key ends for good, and a fresh one for the same product, customer, limit and entitlements takes its \
            place, with no devices. " {expiry}
        </p>
        <FactRows>
            <Fact label="The new key">"is shown once, and must then reach " {whose}</Fact>
            {run_out}
        </FactRows>
        <RunOutFigure license=license.clone()/>
    }
    .into_any()
}

fn of_revoking(license: &LicenseDetail) -> AnyView {
    let (whose, run_out) = (whose(license), run_out(license));
    view! {
        <p class="dialog-lead" id="question-lead">
            "The license ends for good. " {whose}
            " cannot activate or refresh any device with this key again."
        </p>
        <FactRows>{run_out}</FactRows>
        <RunOutFigure license=license.clone()/>
    }
    .into_any()
}

/// What goes on after a license has ended, in numbers and dates.
fn run_out(license: &LicenseDetail) -> AnyView {
    let run_out = license.run_out();
    let RunOut {
        active_devices,
        latest,
        reduced,
    } = run_out;
    let devices = if active_devices == 0 {
        ""
    } else {
        ", none gets a new lease from now on"
    };
    let reduced_mode = (reduced > 0).then(|| {
        view! { <Fact label="Reduced mode">{go(reduced)} " on in it while offline, with no fixed end"</Fact> }
    });
    let last = last_lease(run_out, license.now);
    let until_then = latest.is_some().then(|| {
        view! {
            <Fact label="Until then">
                "devices that stay offline can go on; one that comes online stops at its next refresh"
            </Fact>
        }
    });
    view! {
        <Fact label="Active devices">
            <strong>{active_devices}</strong>
            {devices}
        </Fact>
        <Fact label="Last lease ends">{last}</Fact>
        {until_then}
        {reduced_mode}
    }
    .into_any()
}

/// What still goes on without the server, in sentences.
pub fn goes_on(run_out: RunOut) -> AnyView {
    let RunOut {
        latest, reduced, ..
    } = run_out;
    if latest.is_none() && reduced == 0 {
        return "No device can go on offline.".into_any();
    }
    let latest = latest.map(|at| {
        view! {
            "Devices that stay offline can go on, the last one until "
            <strong>
                <ExactMinute at/>
            </strong> ". "
        }
    });
    let reduced =
        (reduced > 0).then(|| format!("{} on in reduced mode, with no fixed end.", go(reduced)));
    view! { {latest} {reduced} }.into_any()
}

/// `1 device goes`, `2 devices go`.
fn go(devices: usize) -> String {
    if devices == 1 {
        "1 device goes".to_owned()
    } else {
        format!("{devices} devices go")
    }
}

fn last_lease(run_out: RunOut, now: Timestamp) -> AnyView {
    let Some(at) = run_out.latest else {
        let text = match run_out.reduced {
            0 => "no lease is out: no device goes on offline",
            _ => "no lease with an end is out",
        };
        return text.into_any();
    };
    let left = format::left(at, now).unwrap_or_default();
    view! {
        <strong>
            <ExactMinute at/>
        </strong>
        ", " <span class="nowrap">{left}</span>
    }
    .into_any()
}

/// Whom it hits.
fn whose(license: &LicenseDetail) -> AnyView {
    match license.customer.email.clone() {
        Some(email) => view! { <bdi dir="ltr">{email}</bdi> }.into_any(),
        None => "the customer".into_any(),
    }
}
