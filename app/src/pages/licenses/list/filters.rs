//! Controls above the list: search, filters and the number of matches.

use keywright_api_types::{
    license_list::{LicenseFilter, LicenseList, LicenseQuery, ProductName, SearchOutcome},
    page::{Count, PageRequest},
};
use keywright_domain::license::Status;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    api::{error::ApiError, licenses::find_license},
    format, routes,
    ui::{
        controls::button::FallbackButton,
        dynamic::dynamic,
        forms::{
            radio_group::{Choice, RadioGroup},
            search::SearchForm,
            select::SelectField,
        },
    },
};

/// State of a search whose result the list does not show yet.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchState {
    /// No search is running.
    Idle,
    /// The request is in flight.
    Searching,
    /// The search was for a whole key that no license has.
    KeyNotFound,
    /// The search failed.
    Failed(ApiError),
}

/// Search and filters. A choice applies immediately; without a script, when the form is submitted.
#[component]
pub fn Filters(
    asked: Memo<LicenseQuery>,
    list: Memo<LicenseList>,
    busy: Signal<bool>,
    search: RwSignal<SearchState>,
) -> impl IntoView {
    let count = dynamic(move || match search.get() {
        SearchState::Searching => "Searching…".into_any(),
        SearchState::KeyNotFound => match_count(Count::Exact(0), list.with(|list| list.total)),
        _ if busy.get() => "Loading…".into_any(),
        _ => {
            let (count, total) = list.with(|list| (list.count, list.total));
            match_count(count, total)
        }
    });
    view! {
        <div class="filters">
            <Search asked search/>
            <FilterForm asked list/>
            <p class="filters-count" role="status">{count}</p>
        </div>
    }
}

/// The search form. The input may be a whole key, so it is posted and never enters a URL.
#[component]
pub fn Search(asked: Memo<LicenseQuery>, search: RwSignal<SearchState>) -> impl IntoView {
    // The input keeps the text being typed as long as this value does not change.
    let value = Memo::new(move |_| {
        let term = asked.with(|query| query.filter.term.clone());
        term.map(String::from).unwrap_or_default()
    });
    // Sent with the search, so that it keeps the filters and the order.
    let kept = Signal::derive(move || asked.with(without_term));
    let go = use_list_navigation();
    let latest = StoredValue::new(0_u32);
    let on_search = move |typed: String| {
        let go = go.clone();
        let mine = latest.get_value().wrapping_add(1);
        latest.set_value(mine);
        search.set(SearchState::Searching);
        spawn_local(async move {
            let query = asked.get_untracked();
            let found = find_license(typed).await;
            // Drop the result if the operator has searched again, filtered or left the page.
            let is_wanted = latest.try_get_value() == Some(mine)
                && search.try_get_untracked() == Some(SearchState::Searching);
            if !is_wanted {
                return;
            }
            match found {
                Ok(SearchOutcome::License(id)) => go(routes::license(id)),
                Ok(SearchOutcome::KeyNotFound) => search.set(SearchState::KeyNotFound),
                Ok(SearchOutcome::Term(term)) => {
                    search.set(SearchState::Idle);
                    let filter = LicenseFilter {
                        term,
                        ..query.filter
                    };
                    go(first_page(LicenseQuery { filter, ..query }));
                }
                Err(error) => search.set(SearchState::Failed(error)),
            }
        });
    };
    let forgotten =
        Signal::derive(move || search.with(|search| *search == SearchState::KeyNotFound));
    view! {
        <SearchForm
            action=routes::LICENSES_FIND
            label="Search licenses"
            placeholder="Key, email, device name or device ID"
            hint="Paste a whole key to open its license. The key is looked up by its hash and never appears in a URL or log."
            value
            kept
            forgotten
            on_search
        />
    }
}

#[component]
fn FilterForm(asked: Memo<LicenseQuery>, list: Memo<LicenseList>) -> impl IntoView {
    let any = Choice::new("", "Any");
    let statuses = Status::ALL.map(|status| Choice::new(status.as_str(), format::status(status)));
    let statuses = std::iter::once(any).chain(statuses).collect();
    let status = Signal::derive(move || {
        let chosen = asked.with(|query| query.filter.status);
        chosen.map_or("", Status::as_str).to_owned()
    });
    let products = Signal::derive(move || {
        let all = Choice::new("", "All products");
        let named = list.with(|list| {
            let choice = |product: &ProductName| Choice::new(product.id.as_str(), &product.name);
            list.products.iter().map(choice).collect::<Vec<_>>()
        });
        std::iter::once(all).chain(named).collect::<Vec<_>>()
    });
    let product = Signal::derive(move || {
        let chosen = asked.with(|query| query.filter.product_id.clone());
        chosen.map(|id| id.to_string()).unwrap_or_default()
    });
    let go = use_list_navigation();
    let ask = move |change: fn(&mut LicenseFilter, &str)| {
        let go = go.clone();
        move |value: String| {
            let mut query = asked.get_untracked();
            change(&mut query.filter, &value);
            go(first_page(query));
        }
    };
    let by_status = ask(|filter, name| filter.status = Status::from_name(name));
    let by_product = ask(|filter, slug| filter.product_id = slug.parse().ok());
    let hidden = dynamic(move || {
        let kept = asked.with(|query| (query.filter.term.clone(), sort_name(query)));
        let term = kept
            .0
            .map(|term| view! { <input type="hidden" name="q" value=String::from(term)/> });
        let sort = kept
            .1
            .map(|sort| view! { <input type="hidden" name="sort" value=sort/> });
        view! { {term} {sort} }
    });
    view! {
        <form class="filters-form" method="get" action=routes::LICENSES>
            {hidden}
            <RadioGroup
                legend="Status"
                quiet=true
                name="status"
                choices=statuses
                chosen=status
                on_change=by_status
            />
            <SelectField
                label="Product"
                name="product"
                choices=products
                chosen=product
                on_change=by_product
            />
            <FallbackButton>"Filter"</FallbackButton>
        </form>
    }
}

/// Returns a function that navigates without moving the scroll position or the focus.
fn use_list_navigation() -> impl Fn(String) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |path: String| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&path, options);
    }
}

/// Returns the URL of the first page of a query.
pub(super) fn first_page(query: LicenseQuery) -> String {
    routes::licenses(&LicenseQuery {
        page: PageRequest::First,
        ..query
    })
}

fn sort_name(query: &LicenseQuery) -> Option<String> {
    let usual = LicenseQuery::default().sort;
    (query.sort != usual).then(|| query.sort.name())
}

/// Returns the query parameters except the search term and the page.
fn without_term(query: &LicenseQuery) -> Vec<(&'static str, String)> {
    let filter = &query.filter;
    let status = filter.status.map(|status| status.as_str().to_owned());
    let product = filter.product_id.as_ref().map(ToString::to_string);
    let named = [
        ("status", status),
        ("product", product),
        ("sort", sort_name(query)),
    ];
    let given = named
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    given.collect()
}

/// Renders `118 licenses` or `3 of 118 licenses`.
fn match_count(count: Count, total: Count) -> AnyView {
    let noun = if total == Count::Exact(1) {
        "license"
    } else {
        "licenses"
    };
    if count == total {
        return view! { <strong>{format::count(count)}</strong> " " {noun} }.into_any();
    }
    view! { <strong>{format::count(count)}</strong> " of " {format::count(total)} " " {noun} }
        .into_any()
}
