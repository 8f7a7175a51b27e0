//! The consequences of an action on a license, in numbers and dates. The page of its own and the dialog show the same.

use keywright_api_types::license_detail::{Device, LicenseDetail, RunOut};
use keywright_domain::{license::Status, offline::OfflineUntil, time::Timestamp};
use leptos::prelude::*;

use crate::{
    format,
    pages::licenses::actions::offline_chart::OfflineChart,
    ui::display::{
        description_list::{DescriptionRows, Item},
        time::ExactMinute,
    },
};

pub(super) fn deactivate_consequences(license: &LicenseDetail, device: &Device) -> AnyView {
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
        <DescriptionRows>
            <Item label="Instance">
                <code class="uuid">{instance}</code>
            </Item>
            <Item label="It stops">
                "at its next refresh, typically within 24 h; an app with an old client at the end of its lease"
            </Item>
            <Item label="If it stays offline">{until}</Item>
        </DescriptionRows>
    }
    .into_any()
}

pub(super) fn remint_consequences(license: &LicenseDetail) -> AnyView {
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
        <DescriptionRows>
            <Item label="The new key">"is shown once, and must then reach " {whose}</Item>
            {run_out}
        </DescriptionRows>
        <OfflineChart license=license.clone()/>
    }
    .into_any()
}

pub(super) fn revoke_consequences(license: &LicenseDetail) -> AnyView {
    let (whose, run_out) = (whose(license), run_out(license));
    view! {
        <p class="dialog-lead" id="question-lead">
            "The license ends for good. " {whose}
            " cannot activate or refresh any device with this key again."
        </p>
        <DescriptionRows>{run_out}</DescriptionRows>
        <OfflineChart license=license.clone()/>
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
        view! { <Item label="Reduced mode">{go(reduced)} " on in it while offline, with no fixed end"</Item> }
    });
    let last = last_lease(run_out, license.now);
    let until_then = latest.is_some().then(|| {
        view! {
            <Item label="Until then">
                "devices that stay offline can go on; one that comes online stops at its next refresh"
            </Item>
        }
    });
    view! {
        <Item label="Active devices">
            <strong>{active_devices}</strong>
            {devices}
        </Item>
        <Item label="Last lease ends">{last}</Item>
        {until_then}
        {reduced_mode}
    }
    .into_any()
}

/// What still goes on without the server, in sentences.
pub fn offline_summary(run_out: RunOut) -> AnyView {
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
