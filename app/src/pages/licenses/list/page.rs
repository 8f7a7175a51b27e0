//! `/licenses`: the tenant's licenses, filtered, sorted and paginated.

use keywright_api_types::{
    license_list::{LicenseList, LicenseQuery, LicenseSummary},
    page::{Count, Cursor, PageRequest},
    subscription::Subject,
};
use keywright_domain::{ids::LicenseId, role::Permission};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

use crate::{
    api::{
        licenses::list_licenses,
        page_context::use_page_context,
        resource::{PageResource, page_resource},
    },
    format,
    layout::page_head::PageHead,
    live_updates::{LiveUpdates, use_live_updates},
    pages::{
        licenses::list::{
            empty_states::{KeyNotFoundState, NoLicensesYet, NoMatchingLicenses},
            export_link::ExportLink,
            filters::{Filters, SearchState},
            row::{LicenseHead, LicenseRow},
        },
        shared::{
            failure::{Failure, FailureAlert},
            stale_notice::StalePageNotice,
        },
    },
    routes,
    stale_resource::{Fetched, ResourceView, StaleResource, latest_or},
    ui::{
        controls::button::PrimaryLink, display::table::Table, dynamic::dynamic, focus,
        keyed_list::keyed_list, navigation::pager::Pager,
    },
};

#[component]
pub fn LicensesPage() -> impl IntoView {
    let url = use_url();
    let asked = Memo::new(move |_| url.with(|url| routes::license_query(url.search())));
    let live = use_live_updates(Signal::derive(|| Some(Subject::Licenses)));
    let answer = page_resource(
        move || (asked.get(), live.version()),
        |(query, _)| async move {
            let list = list_licenses(query.clone()).await;
            (query, list)
        },
    );
    let mint = use_page_context()
        .allows(Permission::ActOnLicenses)
        .then(|| {
            view! { <PrimaryLink href=routes::MINT>"Mint licenses"</PrimaryLink> }
        });
    let actions = view! { <ExportLink asked/> {mint} }.into_any();
    view! {
        <Title text="Licenses"/>
        <PageHead heading="Licenses" actions/>
        <Transition fallback=|| view! { <p>"Loading…"</p> }>
            <LoadedList asked live answer/>
        </Transition>
    }
    .into_any()
}

/// The loaded list, or the error if loading failed.
#[component]
fn LoadedList(
    asked: Memo<LicenseQuery>,
    live: LiveUpdates,
    answer: PageResource<Fetched<LicenseQuery, LicenseList>>,
) -> impl IntoView {
    let holder = StaleResource::new(answer);
    dynamic(move || match holder.view.get() {
        ResourceView::Loading => None,
        ResourceView::Ready => {
            let list = holder.value()?;
            Some(view! { <ListView asked live holder list/> }.into_any())
        }
        ResourceView::Failed(query, error) => {
            let here = routes::licenses(&query);
            let heading = "Couldn't load the licenses";
            Some(view! { <Failure heading error here/> }.into_any())
        }
    })
}

/// The content below the filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListContent {
    NoLicensesYet,
    NoMatches,
    KeyNotFound,
    Rows,
}

#[component]
fn ListView(
    asked: Memo<LicenseQuery>,
    live: LiveUpdates,
    holder: StaleResource<LicenseQuery, LicenseList>,
    list: Memo<LicenseList>,
) -> impl IntoView {
    let answered = holder.key();
    let busy = Signal::derive(move || answered.get().is_some_and(|shown| shown != asked.get()));
    let search = RwSignal::new(SearchState::Idle);
    // A new list makes the state of the previous search obsolete.
    Effect::new(move |_| {
        asked.track();
        search.set(SearchState::Idle);
    });
    let face = Memo::new(move |_| match list.with(|list| (list.total, list.count)) {
        (Count::Exact(0), _) => ListContent::NoLicensesYet,
        _ if search.with(|search| *search == SearchState::KeyNotFound) => ListContent::KeyNotFound,
        (_, Count::Exact(0)) => ListContent::NoMatches,
        _ => ListContent::Rows,
    });
    // The focused element may have been part of the previous content.
    Effect::new(move |before: Option<()>| {
        face.track();
        if before.is_some() {
            focus::restore_focus();
        }
    });
    // Only `NoLicensesYet` has no filters. All other states share the same filter elements, so that
    // text being typed survives.
    let has_filters = Memo::new(move |_| face.get() != ListContent::NoLicensesYet);
    let filters = dynamic(move || {
        has_filters
            .get()
            .then(|| view! { <Filters asked list busy search/> })
    });
    let trouble = dynamic(move || match search.get() {
        SearchState::Failed(error) => Some(view! { <FailureAlert error/> }),
        _ => None,
    });
    let is_stale = holder.is_stale(live);
    let body = dynamic(move || match face.get() {
        ListContent::NoLicensesYet => view! { <NoLicensesYet/> }.into_any(),
        ListContent::KeyNotFound => view! { <KeyNotFoundState search/> }.into_any(),
        ListContent::NoMatches => view! { <NoMatchingLicenses asked list/> }.into_any(),
        ListContent::Rows => view! { <LicenseTable asked list busy/> }.into_any(),
    });
    view! {
        {filters}
        {trouble}
        <StalePageNotice is_stale now=Signal::derive(move || list.with(|list| list.now))/>
        {body}
    }
}

/// The rows, with links to the previous and next page.
#[component]
fn LicenseTable(
    asked: Memo<LicenseQuery>,
    list: Memo<LicenseList>,
    busy: Signal<bool>,
) -> impl IntoView {
    let caption = Signal::derive(move || {
        if busy.get() {
            "Licenses, loading".to_owned()
        } else {
            asked.with(|query| format!("Licenses, {}", format::sort_order(query.sort)))
        }
    });
    let summary = Signal::derive(move || {
        if busy.get() {
            "Loading…".to_owned()
        } else {
            format!("{} on this page", list.with(|list| list.page.items.len()))
        }
    });
    let neighbour = move |mark: fn(&LicenseList) -> Option<Cursor<LicenseId>>,
                          position: fn(_) -> _| {
        Signal::derive(move || {
            let mark = list.with(mark)?;
            let query = LicenseQuery {
                page: position(mark),
                ..asked.get()
            };
            Some(routes::licenses(&query))
        })
    };
    let previous = neighbour(|list| list.page.previous, PageRequest::Before);
    let next = neighbour(|list| list.page.next, PageRequest::After);
    let head = view! { <LicenseHead asked/> }.into_any();
    let licenses = move || list.with(|list| list.page.items.clone());
    let now = Signal::derive(move || list.with(|list| list.now));
    let row = move |first: LicenseSummary| {
        let id = first.id;
        let license = latest_or(first, move || {
            list.with(|list| {
                let mut rows = list.page.items.iter();
                rows.find(|row| row.id == id).cloned()
            })
        });
        view! { <LicenseRow license now/> }
    };
    let rows = keyed_list(licenses, |license: &LicenseSummary| license.id, row);
    view! {
        <Table label="Licenses" caption narrow="licenses" busy head>
            {rows}
        </Table>
        <Pager summary previous next/>
    }
}
