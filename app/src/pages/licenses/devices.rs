//! The devices of a license, active and past.

use keywright_domain::{
    detail::{Device, DeviceState, LicenseDetail},
    ids::LicenseId,
    offline::OfflineUntil,
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    format,
    pages::licenses::{
        detail::ended,
        parts::{DeviceStatus, Slots},
        row::past,
    },
    routes,
    ui::{
        button::RowActionLink,
        table::Table,
        time::{Minute, Time},
    },
};

/// The section.
#[component]
pub fn Devices(license: LicenseDetail, may_act: bool) -> impl IntoView {
    let note = match ended(license.status) {
        None => {
            "To stop one device now, deactivate it: that is the fastest hard stop. It gets no new lease and stops at \
             its next refresh, typically within 24 h; the key and the other devices stay as they are."
        }
        Some(_) => {
            "No device gets a new lease from this license. Each can go on offline until the moment that stands in its \
             row."
        }
    };
    let table = if license.devices.is_empty() {
        view! { <p class="section-note">"No device has activated this license yet."</p> }.into_any()
    } else {
        view! {
            <p class="section-note">{note}</p>
            <DeviceTable license=license.clone() may_act/>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="activations">
            <div class="section-head">
                <h2 id="activations">"Activations"</h2>
                <Slots
                    active=license.active_count
                    limit=license.activation_limit
                    status=license.status
                />
            </div>
            {table}
        </section>
    }
}

#[component]
fn DeviceTable(license: LicenseDetail, may_act: bool) -> impl IntoView {
    let (id, now) = (license.id, license.now);
    let rows = license
        .devices
        .into_iter()
        .map(|device| view! { <DeviceRow license=id device now may_act/> })
        .collect_view();
    let head = view! {
        <th role="columnheader" scope="col">"Device, instance ID"</th>
        <th class="col-status" role="columnheader" scope="col">"Status"</th>
        <th class="col-until" role="columnheader" scope="col">"Offline until"</th>
        <th class="col-date" role="columnheader" scope="col">"Last validated"</th>
        <th class="col-date" role="columnheader" scope="col">"First seen"</th>
        <th class="col-app" role="columnheader" scope="col">"App"</th>
        <th class="col-action" role="columnheader" scope="col">
            <span class="visually-hidden">"Action"</span>
        </th>
    }
    .into_any();
    let never = Signal::derive(|| false);
    view! {
        <Table label="Devices" caption="Activations of this license" narrow="activations" busy=never head>
            {rows}
        </Table>
    }
}

#[component]
fn DeviceRow(license: LicenseId, device: Device, now: Timestamp, may_act: bool) -> impl IntoView {
    let holds_its_slot = device.holds_its_slot();
    let is_over = (!holds_its_slot).then_some("");
    let since = since(&device.state, now);
    let until = offline_until(device.offline_until, now);
    let action = (may_act && holds_its_slot).then(|| {
        let href = routes::license_deactivate(license, device.instance);
        let label = format!("Deactivate {}…", device.name);
        view! { <RowActionLink href label>"Deactivate…"</RowActionLink> }
    });
    let app = device.app_version.unwrap_or_else(|| "–".to_owned());
    let platform = device.platform.unwrap_or_else(|| "not sent".to_owned());
    view! {
        <tr role="row" data-ended=is_over>
            <th class="c-device" role="rowheader" scope="row">
                <bdi class="device" dir="auto" title=device.name.clone()>{device.name.clone()}</bdi>
                <code class="sub uuid">{device.instance.to_string()}</code>
            </th>
            <td class="c-status" role="cell">
                <DeviceStatus state=device.state.clone()/>
                {since}
            </td>
            <td class="c-until nowrap" role="cell" data-label="Offline until">{until}</td>
            <td class="c-last soft nowrap" role="cell" data-label="Last validated">
                {past(device.last_validated_at, now)}
            </td>
            <td class="c-first soft nowrap" role="cell" data-label="First seen">
                {past(device.first_seen_at, now)}
            </td>
            <td class="c-app soft" role="cell" data-label="App">
                <bdi>{app}</bdi>
                <bdi class="sub">{platform}</bdi>
            </td>
            <td class="c-action number" role="cell">{action}</td>
        </tr>
    }
}

/// When and by whom a device was deactivated.
fn since(state: &DeviceState, now: Timestamp) -> Option<AnyView> {
    let DeviceState::Deactivated { at, by_operator } = state else {
        return None;
    };
    let by = match by_operator {
        Some(operator) => view! { " by " <bdi dir="ltr">{operator.clone()}</bdi> }.into_any(),
        None => " by the device".into_any(),
    };
    Some(view! { <span class="sub">{past(*at, now)} {by}</span> }.into_any())
}

/// How long a device can go on: the date first, because people read it out on the phone.
fn offline_until(until: OfflineUntil, now: Timestamp) -> AnyView {
    match until {
        OfflineUntil::Until(at) => match format::left(at, now) {
            Some(left) => view! {
                <Minute at/>
                <span class="sub">{left}</span>
            }
            .into_any(),
            None => view! {
                "Ended"
                <span class="sub">
                    <Time at/>
                </span>
            }
            .into_any(),
        },
        OfflineUntil::Reduced => view! {
            "Reduced mode"
            <span class="sub">"no fixed end"</span>
        }
        .into_any(),
        OfflineUntil::Stopped => "Stopped".into_any(),
    }
}
