//! `/licenses`: every license of the tenant, newest first, a page at a time.

use keywright_domain::{
    ids::LicenseId,
    page::{Count, Mark, Position},
    query::{LicenseList, LicenseQuery},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{error::ApiError, licenses::list_licenses},
    format,
    layout::PageHead,
    pages::{
        failure::Failure,
        licenses::{
            empty::FirstUse,
            row::{LicenseHead, LicenseRow},
        },
    },
    routes,
    ui::{pager::Pager, table::Table},
};

/// What was asked for, and what came of it.
type Answer = (LicenseQuery, Result<LicenseList, ApiError>);

/// The page.
#[component]
pub fn LicensesPage() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| params.with(routes::license_query));
    let answer = Resource::new(
        move || asked.get(),
        |query| async move { (query, list_licenses(query).await) },
    );
    view! {
        <Title text="Licenses"/>
        <PageHead heading="Licenses"/>
        <Transition fallback=|| view! { <p class="list-count">"Loading…"</p> }>
            {move || answer.get().map(|answer| answered(answer, asked))}
        </Transition>
    }
    .into_any()
}

/// The answer as the page shows it. Until the next one is there it stays, marked as old.
fn answered((shown, result): Answer, asked: Memo<LicenseQuery>) -> AnyView {
    let busy = Signal::derive(move || asked.get() != shown);
    match result {
        Ok(list) if list.count == Count::Exact(0) => view! { <FirstUse/> }.into_any(),
        Ok(list) => view! { <Listed list busy/> }.into_any(),
        Err(error) => {
            let here = routes::licenses(&shown);
            view! { <Failure heading="The licenses could not be loaded" error here/> }.into_any()
        }
    }
}

/// Count, rows and the way to the neighbouring pages.
#[component]
fn Listed(list: LicenseList, busy: Signal<bool>) -> impl IntoView {
    let LicenseList { page, count, now } = list;
    let caption = either(busy, "Licenses, loading", "Licenses, newest first");
    let noun = if count == Count::Exact(1) {
        " license"
    } else {
        " licenses"
    };
    let summary = either(
        busy,
        "Loading…".to_owned(),
        format!("{} on this page", page.items.len()),
    );
    let previous = page.previous.map(|mark| link(Position::Before, mark));
    let next = page.next.map(|mark| link(Position::After, mark));
    let head = view! { <LicenseHead/> }.into_any();
    let rows = page
        .items
        .into_iter()
        .map(|license| view! { <LicenseRow license now/> })
        .collect_view();
    view! {
        <p class="list-count" role="status">
            <strong>{format::count(count)}</strong>
            {noun}
        </p>
        <Table label="Licenses" caption narrow="licenses" busy head>
            {rows}
        </Table>
        <Pager summary previous next/>
    }
}

fn either<T: Clone + Send + Sync + 'static>(busy: Signal<bool>, waiting: T, ready: T) -> Signal<T> {
    Signal::derive(move || {
        if busy.get() {
            waiting.clone()
        } else {
            ready.clone()
        }
    })
}

fn link(position: fn(Mark<LicenseId>) -> Position<LicenseId>, mark: Mark<LicenseId>) -> String {
    routes::licenses(&LicenseQuery {
        position: position(mark),
    })
}
