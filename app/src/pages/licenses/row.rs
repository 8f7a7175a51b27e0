//! One license as a row of the list.

use keywright_domain::{
    license::{LicenseSummary, Status},
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    format,
    pages::licenses::parts::{KeyText, LicenseStatus, Slots},
    routes,
    ui::time::Time,
};

/// The header cells, in the order of [`LicenseRow`]'s cells.
#[component]
pub fn LicenseHead() -> impl IntoView {
    view! {
        <th class="shrink" role="columnheader" scope="col">"License"</th>
        <th class="col-status" role="columnheader" scope="col">"Status"</th>
        <th class="col-product" role="columnheader" scope="col">"Product"</th>
        <th role="columnheader" scope="col">"Customer"</th>
        <th class="number shrink" role="columnheader" scope="col">"Activations"</th>
        <th class="col-date" role="columnheader" scope="col">"Created"</th>
        <th class="col-date" role="columnheader" scope="col">"Expires"</th>
    }
}

/// The row of one license, as it was at `now`.
#[component]
pub fn LicenseRow(license: LicenseSummary, now: Timestamp) -> impl IntoView {
    let status = license.status;
    let ended = (status != Status::Active).then_some("");
    let customer = license.customer_email;
    let whole_customer = customer.clone();
    let created = past(license.created_at, now);
    let expires = end(license.expires_at, status, now);
    view! {
        <tr role="row" data-ended=ended>
            <th class="c-key" role="rowheader" scope="row">
                <a href=routes::license(license.id)>
                    <KeyText display_key=license.display_key/>
                </a>
            </th>
            <td class="c-status" role="cell">
                <LicenseStatus status/>
            </td>
            <td class="c-product soft" role="cell">
                <bdi>{license.product_name}</bdi>
            </td>
            <td class="c-customer soft clip" role="cell" title=whole_customer>
                <bdi dir="ltr">{customer}</bdi>
            </td>
            <td class="c-slots number" role="cell">
                <Slots active=license.active_count limit=license.activation_limit status/>
            </td>
            <td class="c-created soft nowrap" role="cell" data-label="Created">{created}</td>
            <td class="c-expires soft nowrap" role="cell" data-label="Expires">{expires}</td>
        </tr>
    }
}

pub(super) fn past(at: Timestamp, now: Timestamp) -> AnyView {
    match format::ago(at, now) {
        Some(text) => view! { <Time at>{text}</Time> }.into_any(),
        None => view! { <Time at/> }.into_any(),
    }
}

/// An end that is near stands out, unless the license has ended already.
pub(super) fn end(at: Option<Timestamp>, status: Status, now: Timestamp) -> AnyView {
    let Some(at) = at else {
        return "Never".into_any();
    };
    match format::soon(at, now) {
        Some(text) if status == Status::Active => view! {
            <Time at>
                <span class="soon">{text}</span>
            </Time>
        }
        .into_any(),
        _ => view! { <Time at/> }.into_any(),
    }
}
