//! Link to the CSV export of the list.

use keywright_api_types::license_list::LicenseQuery;
use keywright_domain::{
    plan::{Feature, Plan},
    role::Permission,
};
use leptos::prelude::*;

use crate::{
    api::page_context::use_page_context,
    csv_export::export::use_csv_export,
    format, routes,
    ui::{
        controls::button::{DisabledButton, DownloadLink},
        icon::{Icon, IconName},
    },
};

/// Link that exports the filtered list. Disabled with a reason if the tenant's plan lacks the
/// feature; hidden if the role lacks the permission.
#[component]
pub fn ExportLink(asked: Memo<LicenseQuery>) -> impl IntoView {
    let visit = use_page_context();
    if !visit.allows(Permission::ExportCsv) {
        return ().into_any();
    }
    let plan = visit.account.map_or(Plan::Free, |account| account.plan);
    if !plan.allows(Feature::CsvExport) {
        return view! {
            <span class="hint" id="why-no-export">{format::export_requirement(plan)}</span>
            <DisabledButton reason="why-no-export">
                <Icon name=IconName::Download/>
                "Export CSV"
            </DisabledButton>
        }
        .into_any();
    }
    let href = Signal::derive(move || asked.with(|query| routes::licenses_csv(&query.filter)));
    let export = use_csv_export();
    let on_ask = move |()| {
        if let Some(export) = export {
            export.start(href.get_untracked());
        }
    };
    view! {
        <DownloadLink href on_ask>
            <Icon name=IconName::Download/>
            "Export CSV"
        </DownloadLink>
    }
    .into_any()
}
