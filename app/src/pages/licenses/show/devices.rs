//! Devices of a license, active and deactivated.

use keywright_api_types::license_detail::{Device, DeviceState, LicenseDetail};
use keywright_domain::{
    ids::LicenseId, license::Status, offline_validity::OfflineValidity, time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    format,
    live_updates::{Connection, LiveUpdates},
    pages::{
        licenses::actions::{action::LicenseAction, state::ActionFlow},
        shared::{
            badges::{DeviceStatus, Slots, end_reason},
            relative_time::past_time,
        },
    },
    stale_resource::latest_or,
    ui::{
        controls::button::ConfirmLink,
        display::{
            table::Table,
            time::{Time, TimeToMinute},
        },
        dynamic::dynamic,
        feedback::live_indicator::{LiveIndicator, LiveState},
        keyed_list::keyed_list,
    },
};

/// The activations section. Rows keep their elements when the license is updated.
#[component]
pub fn Devices(
    license: Memo<LicenseDetail>,
    may_act: bool,
    flow: ActionFlow,
    live: LiveUpdates,
) -> impl IntoView {
    let slots = dynamic(move || {
        license.with(|license| {
            let (active, limit) = (license.active_count, license.activation_limit);
            view! { <Slots active limit status=license.status/> }
        })
    });
    let state = Signal::derive(move || match live.connection() {
        Connection::Starting => LiveState::Unknown,
        Connection::Live => LiveState::Live,
        Connection::Interrupted | Connection::Lost => LiveState::Interrupted,
    });
    let is_empty = Memo::new(move |_| license.with(|license| license.devices.is_empty()));
    let ended = Memo::new(move |_| license.with(|license| end_reason(license.status).is_some()));
    let is_reduced = Memo::new(move |_| {
        license.with(|license| license.status == Status::Expired && license.fallback)
    });
    let table = dynamic(move || {
        let note = match (is_empty.get(), ended.get()) {
            (true, false) => "No device has activated this license yet.",
            (true, true) => "No device has ever activated this license.",
            (false, false) => {
                "To stop one device, deactivate it. It stops at its next check-in, usually within 24 \
                 hours. The key and the other devices keep working."
            }
            (false, true) if is_reduced.get() => {
                "The license has expired. Its devices keep running in reduced mode, with no end date."
            }
            (false, true) => {
                "Devices can't check in with this license anymore. The table shows how long each device \
                 can still run offline."
            }
        };
        let table = (!is_empty.get()).then(|| view! { <DeviceTable license may_act flow/> });
        view! {
            <p class="section-note">{note}</p>
            {table}
        }
    });
    view! {
        <section class="section" aria-labelledby="activations">
            <div class="section-head">
                <h2 id="activations">"Activations"</h2>
                {slots}
                <LiveIndicator state/>
            </div>
            {table}
        </section>
    }
}

#[component]
fn DeviceTable(license: Memo<LicenseDetail>, may_act: bool, flow: ActionFlow) -> impl IntoView {
    let head = view! {
        <th role="columnheader" scope="col">"Device and ID"</th>
        <th class="col-status" role="columnheader" scope="col">"Status"</th>
        <th class="col-until" role="columnheader" scope="col">"Offline until"</th>
        <th class="col-date" role="columnheader" scope="col">"Last check-in"</th>
        <th class="col-date" role="columnheader" scope="col">"First seen"</th>
        <th class="col-app" role="columnheader" scope="col">"App"</th>
        <th class="col-action" role="columnheader" scope="col">
            <span class="visually-hidden">"Action"</span>
        </th>
    }
    .into_any();
    let never = Signal::derive(|| false);
    let row = move |first: Device| {
        let instance = first.instance_id;
        let device = latest_or(first, move || {
            license.with(|license| license.device(instance).cloned())
        });
        view! { <DeviceRow license device may_act flow/> }
    };
    let devices = move || license.with(|license| license.devices.clone());
    let rows = keyed_list(devices, |device: &Device| device.instance_id, row);
    let caption = Signal::derive(|| "Activations of this license".to_owned());
    view! {
        <Table label="Devices" caption narrow="activations" busy=never head>
            {rows}
        </Table>
    }
}

#[component]
fn DeviceRow(
    license: Memo<LicenseDetail>,
    device: Memo<Device>,
    may_act: bool,
    flow: ActionFlow,
) -> impl IntoView {
    let is_over = move || device.with(|device| (!device.holds_slot()).then_some(""));
    let cells = dynamic(move || {
        let (license_id, now) = license.with(|license| (license.id, license.now));
        view! { <Cells device=device.get() license_id now may_act flow/> }
    });
    view! {
        <tr role="row" data-ended=is_over>{cells}</tr>
    }
}

#[component]
fn Cells(
    device: Device,
    license_id: LicenseId,
    now: Timestamp,
    may_act: bool,
    flow: ActionFlow,
) -> impl IntoView {
    let since = deactivated_note(&device.state, now);
    let until = offline_until_text(device.offline_validity, now);
    let action = (may_act && device.holds_slot()).then(|| {
        let action = LicenseAction::Deactivate(device.instance_id);
        let label = format!("Deactivate {}…", device.name);
        view! {
            <ConfirmLink
                href=action.confirm_href(license_id)
                small=true
                label
                on_ask=move |()| flow.ask(action)
            >
                "Deactivate…"
            </ConfirmLink>
        }
    });
    let app = device.app_version.unwrap_or_else(|| "Unknown".to_owned());
    let platform = device.platform.unwrap_or_else(|| "Unknown".to_owned());
    view! {
        <th class="cell-device" role="rowheader" scope="row">
            <bdi class="device-name" dir="auto" title=device.name.clone()>{device.name.clone()}</bdi>
            <code class="text-secondary uuid">{device.instance_id.to_string()}</code>
        </th>
        <td class="cell-status" role="cell">
            <DeviceStatus state=device.state.clone()/>
            {since}
        </td>
        <td class="cell-until nowrap" role="cell" data-label="Offline until">{until}</td>
        <td class="cell-last text-muted nowrap" role="cell" data-label="Last check-in">
            {past_time(device.last_validated_at, now)}
        </td>
        <td class="cell-first text-muted nowrap" role="cell" data-label="First seen">
            {past_time(device.activated_at, now)}
        </td>
        <td class="cell-app text-muted" role="cell" data-label="App">
            <bdi>{app}</bdi>
            <bdi class="text-secondary">{platform}</bdi>
        </td>
        <td class="cell-action number" role="cell">{action}</td>
    }
}

/// Renders when and by which actor a device was deactivated.
fn deactivated_note(state: &DeviceState, now: Timestamp) -> Option<AnyView> {
    let DeviceState::Deactivated { at, by_operator } = state else {
        return None;
    };
    let by = match by_operator {
        Some(operator) => view! { " by " <bdi dir="ltr">{operator.clone()}</bdi> }.into_any(),
        None => " by the device".into_any(),
    };
    Some(view! { <span class="text-secondary">{past_time(*at, now)} {by}</span> }.into_any())
}

/// Renders how long a device can run offline. The date comes first because support reads it out on
/// the phone.
fn offline_until_text(until: OfflineValidity, now: Timestamp) -> AnyView {
    match until {
        OfflineValidity::Until(at) => match format::time_left(at, now) {
            Some(left) => view! {
                <TimeToMinute at/>
                <span class="text-secondary">{left}</span>
            }
            .into_any(),
            None => view! {
                "Ended"
                <span class="text-secondary">
                    <Time at/>
                </span>
            }
            .into_any(),
        },
        OfflineValidity::Reduced => view! {
            "Reduced mode"
            <span class="text-secondary">"no end date"</span>
        }
        .into_any(),
        OfflineValidity::Stopped => "Stopped".into_any(),
    }
}
