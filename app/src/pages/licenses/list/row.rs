//! Renders a license as a row of the list.

use keywright_api_types::license_list::{LicenseQuery, LicenseSummary, SortBy};
use keywright_domain::{license::Status, time::Timestamp};
use leptos::prelude::*;

use crate::{
    pages::{
        licenses::list::filters::first_page,
        shared::{
            badges::{KeyText, LicenseStatus, Slots},
            relative_time::{expiry, past_time},
        },
    },
    routes,
    ui::{
        display::table::{SortState, SortableHeader},
        dynamic::dynamic,
    },
};

/// The header cells, in the order of [`LicenseRow`]'s cells. Some sort the list.
#[component]
pub fn LicenseHead(asked: Memo<LicenseQuery>) -> impl IntoView {
    let sort = move |by: SortBy| {
        Signal::derive(move || {
            let query = asked.get();
            SortState {
                descending: (query.sort.by == by).then_some(query.sort.descending),
                href: first_page(LicenseQuery {
                    sort: query.sort.toggled(by),
                    ..query
                }),
            }
        })
    };
    view! {
        <th class="fit-content" role="columnheader" scope="col">"License"</th>
        <th class="col-status" role="columnheader" scope="col">"Status"</th>
        <th class="col-product" role="columnheader" scope="col">"Product"</th>
        <th role="columnheader" scope="col">"Customer"</th>
        <SortableHeader class="number fit-content" label="Activations" state=sort(SortBy::Activations)/>
        <SortableHeader class="col-date" label="Created" state=sort(SortBy::Created)/>
        <SortableHeader class="col-date" label="Expires" state=sort(SortBy::Expires)/>
    }
}

/// The row for a license as of `now`. The element survives updates of its license.
#[component]
pub fn LicenseRow(license: Memo<LicenseSummary>, now: Signal<Timestamp>) -> impl IntoView {
    let ended = move || license.with(|license| (license.status != Status::Active).then_some(""));
    let cells = dynamic(move || view! { <Cells license=license.get() now=now.get()/> });
    view! {
        <tr role="row" data-ended=ended>{cells}</tr>
    }
}

#[component]
fn Cells(license: LicenseSummary, now: Timestamp) -> impl IntoView {
    let status = license.status;
    let customer = license.customer_email;
    let whole_customer = customer.clone();
    let created = past_time(license.created_at, now);
    let expires = expiry(license.expires_at, status, now);
    view! {
        <th class="cell-key" role="rowheader" scope="row">
            <a href=routes::license(license.id)>
                <KeyText display_key=license.display_key/>
            </a>
        </th>
        <td class="cell-status" role="cell">
            <LicenseStatus status/>
        </td>
        <td class="cell-product text-muted" role="cell">
            <bdi>{license.product_name}</bdi>
        </td>
        <td class="cell-customer text-muted truncate" role="cell" title=whole_customer>
            <bdi dir="ltr">{customer}</bdi>
        </td>
        <td class="cell-slots number" role="cell">
            <Slots active=license.active_count limit=license.activation_limit status/>
        </td>
        <td class="cell-created text-muted nowrap" role="cell" data-label="Created">{created}</td>
        <td class="cell-expires text-muted nowrap" role="cell" data-label="Expires">{expires}</td>
    }
}
