//! Empty states of the license list: no licenses yet, no match, no license with the given key.

use keywright_api_types::license_list::{LicenseFilter, LicenseList, LicenseQuery};
use keywright_domain::role::Permission;
use leptos::prelude::*;

use crate::{
    api::page_context::use_page_context,
    format,
    pages::{
        licenses::list::filters::{SearchState, first_page},
        shared::key_not_found::KeyNotFound,
    },
    routes,
    ui::{
        controls::button::{ButtonLink, ButtonRow, DocumentLink},
        dynamic::dynamic,
        feedback::empty_state::EmptyState,
    },
};

/// Empty state for a tenant without licenses.
#[component]
pub fn NoLicensesYet() -> impl IntoView {
    let visit = use_page_context();
    let next_step = if visit.is_guided() && visit.allows(Permission::ManageProducts) {
        Some((routes::GUIDE, "Get started"))
    } else if visit.allows(Permission::ActOnLicenses) {
        Some((routes::MINT, "Mint licenses"))
    } else {
        None
    };
    let next_step = next_step.map(|(href, label)| {
        view! {
            <ButtonRow>
                <DocumentLink href>{label}</DocumentLink>
            </ButtonRow>
        }
    });
    view! {
        <EmptyState heading="No licenses yet">
            <p>
                "Each license has one key. A customer activates it on as many devices as its key type \
                allows, and each device then works offline for up to seven days at a time. Every license \
                you mint appears here."
            </p>
            {next_step}
        </EmptyState>
    }
}

/// Empty state for filters that match nothing: repeats the filters and offers to clear them.
#[component]
pub fn NoMatchingLicenses(asked: Memo<LicenseQuery>, list: Memo<LicenseList>) -> impl IntoView {
    let sentence = dynamic(move || {
        let filter = asked.with(|query| query.filter.clone());
        list.with(|list| no_match_text(filter, list))
    });
    let search_all = dynamic(move || {
        let query = asked.get();
        let term = query.filter.term.clone()?;
        let has_more = query.filter.status.is_some() || query.filter.product_id.is_some();
        has_more.then(|| {
            let label = format!(
                "Search “{}” in all {}",
                term.as_str(),
                list.with(|list| format::count(list.total))
            );
            let filter = LicenseFilter {
                term: Some(term),
                ..LicenseFilter::default()
            };
            let href = first_page(LicenseQuery { filter, ..query });
            view! { <ButtonLink href>{label}</ButtonLink> }
        })
    });
    view! {
        <EmptyState heading="No matching licenses">
            <p>{sentence}</p>
            <ButtonRow>
                <ButtonLink href=routes::LICENSES>"Clear all filters"</ButtonLink>
                {search_all}
            </ButtonRow>
        </EmptyState>
    }
}

/// Renders `Nothing found in Studio with the status Revoked for “tanaka”. …`.
fn no_match_text(filter: LicenseFilter, list: &LicenseList) -> AnyView {
    let LicenseFilter {
        status,
        product_id: product,
        term,
    } = filter;
    let product = product.map(|id| {
        let mut products = list.products.iter();
        let known = products.find(|product| product.id == id);
        let name = known.map_or_else(|| id.to_string(), |product| product.name.clone());
        view! { " in " <strong><bdi>{name}</bdi></strong> }
    });
    let status = status.map(|status| {
        view! { " with the status " <strong>{format::status(status)}</strong> }
    });
    let end = match term {
        Some(term) => view! {
            " for “" <bdi>{String::from(term)}</bdi>
            "”. You can search by customer, device name, device ID, or the prefix and last four \
            characters of a key. To open a license by its key, paste the whole key."
        }
        .into_any(),
        None => ".".into_any(),
    };
    view! { "Nothing found" {product} {status} {end} }.into_any()
}

/// Empty state for a search by a whole key that no license has. The key is not repeated.
#[component]
pub fn KeyNotFoundState(search: RwSignal<SearchState>) -> impl IntoView {
    // The list may already be at this URL, so following the link alone would change nothing.
    let on_press = move |()| search.set(SearchState::Idle);
    view! {
        <KeyNotFound>
            <ButtonLink href=routes::LICENSES on_press>"Show all licenses"</ButtonLink>
        </KeyNotFound>
    }
}
