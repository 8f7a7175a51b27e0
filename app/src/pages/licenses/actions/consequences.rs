//! Consequences of an action on a license, in numbers and dates. Shown by the dialog and the
//! confirmation page.

use keywright_api_types::license_detail::{Device, LicenseDetail, OfflineImpact};
use keywright_domain::{license::Status, offline_validity::OfflineValidity, time::Timestamp};
use leptos::prelude::*;

use crate::{
    format,
    pages::licenses::actions::offline_chart::OfflineChart,
    ui::display::{
        description_list::{DescriptionRows, Item},
        time::FullTimeToMinute,
    },
};

pub(super) fn deactivate_consequences(license: &LicenseDetail, device: &Device) -> AnyView {
    let until = match device.offline_validity {
        OfflineValidity::Until(at) => match format::time_left(at, license.now) {
            Some(left) => view! {
                "Stops no later than " <strong><FullTimeToMinute at/></strong> ", "
                <span class="nowrap">{left}</span>
            }
            .into_any(),
            None => "Already stopped: its lease has ended".into_any(),
        },
        OfflineValidity::Reduced => "Keeps running in reduced mode, with no end date".into_any(),
        OfflineValidity::Stopped => "Already stopped".into_any(),
    };
    let instance = device.instance_id.to_string();
    view! {
        <p class="dialog-description" id="question-lead">
            "This frees its slot immediately. The key and the other devices aren't affected."
        </p>
        <DescriptionRows>
            <Item label="Device ID">
                <code class="uuid">{instance}</code>
            </Item>
            <Item label="Device stops">
                "At its next check-in, usually within 24 hours. Apps with an older SDK stop when the lease ends."
            </Item>
            <Item label="If it stays offline">{until}</Item>
        </DescriptionRows>
    }
    .into_any()
}

pub(super) fn remint_consequences(license: &LicenseDetail) -> AnyView {
    let expiry = match (license.status, license.expires_at) {
        (Status::Expired, _) => "The new key is expired, too.",
        (_, Some(_)) => "The new key expires when this key would have expired.",
        (_, None) => "Like this key, it never expires.",
    };
    let (whose, run_out) = (
        customer_or(license, "the customer"),
        offline_impact(license),
    );
    view! {
        <p class="dialog-description" id="question-lead">
            "This permanently ends the key and issues a new one with the same product, customer, device \
            limit and entitlements. Devices aren't carried over. " {expiry}
        </p>
        <DescriptionRows>
            <Item label="The new key">"Shown only once. Send it to " {whose} "."</Item>
            {run_out}
        </DescriptionRows>
        <OfflineChart license=license.clone()/>
    }
    .into_any()
}

pub(super) fn revoke_consequences(license: &LicenseDetail) -> AnyView {
    let (whose, run_out) = (
        customer_or(license, "The customer"),
        offline_impact(license),
    );
    view! {
        <p class="dialog-description" id="question-lead">
            "This permanently ends the license. " {whose}
            " can no longer activate devices with this key, and active devices can no longer check in."
        </p>
        <DescriptionRows>{run_out}</DescriptionRows>
        <OfflineChart license=license.clone()/>
    }
    .into_any()
}

/// Renders how many devices keep running after the license has ended, and for how long.
fn offline_impact(license: &LicenseDetail) -> AnyView {
    let run_out = license.offline_impact();
    let OfflineImpact {
        active_devices,
        latest_end: latest,
        reduced,
    } = run_out;
    let devices = if active_devices == 0 {
        ""
    } else {
        " (can't check in after this)"
    };
    let reduced_mode = (reduced > 0).then(|| {
        view! {
            <Item label="Reduced mode">
                {device_count(reduced)} " can keep running in reduced mode while offline, with no end date"
            </Item>
        }
    });
    let last = last_lease_end(run_out, license.now);
    let until_then = latest.is_some().then(|| {
        view! {
            <Item label="Until then">
                "Devices that stay offline keep working. Devices that go online stop at their next check-in."
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

/// Summarizes which devices keep running offline.
pub fn offline_summary(run_out: OfflineImpact) -> AnyView {
    let OfflineImpact {
        latest_end: latest,
        reduced,
        ..
    } = run_out;
    if latest.is_none() && reduced == 0 {
        return "No device can keep running offline.".into_any();
    }
    let latest = latest.map(|at| {
        view! {
            "Devices that stay offline keep working until their leases end. The last lease ends "
            <strong>
                <FullTimeToMinute at/>
            </strong> ". "
        }
    });
    let reduced = (reduced > 0).then(|| {
        format!(
            "{} can keep running in reduced mode, with no end date.",
            device_count(reduced)
        )
    });
    view! { {latest} {reduced} }.into_any()
}

/// Formats a number of devices: `1 device`, `2 devices`.
fn device_count(devices: usize) -> String {
    if devices == 1 {
        "1 device".to_owned()
    } else {
        format!("{devices} devices")
    }
}

fn last_lease_end(run_out: OfflineImpact, now: Timestamp) -> AnyView {
    let Some(at) = run_out.latest_end else {
        let text = match run_out.reduced {
            0 => "Not applicable: no device can keep running offline",
            _ => "Never (reduced mode only)",
        };
        return text.into_any();
    };
    let left = format::time_left(at, now).unwrap_or_default();
    view! {
        <strong>
            <FullTimeToMinute at/>
        </strong>
        ", " <span class="nowrap">{left}</span>
    }
    .into_any()
}

/// Renders the customer's email address, or `fallback`.
fn customer_or(license: &LicenseDetail, fallback: &'static str) -> AnyView {
    match license.customer.email.clone() {
        Some(email) => view! { <bdi dir="ltr">{email}</bdi> }.into_any(),
        None => fallback.into_any(),
    }
}
