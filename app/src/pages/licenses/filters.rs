//! What stands above the list: search, filters, and how many match.

use keywright_domain::{
    license::Status,
    page::{Count, Position},
    query::{Found, LicenseFilter, LicenseList, LicenseQuery, ProductName},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    api::licenses::find_license,
    format, routes,
    ui::{
        button::FallbackButton,
        choice::{Choice, ChoiceField},
        search::SearchForm,
        select::SelectField,
    },
};

/// Search and filters. A choice leads to the list that it asks for; without a script, once it is sent.
#[component]
pub fn Filters(
    asked: Memo<LicenseQuery>,
    list: Memo<LicenseList>,
    busy: Signal<bool>,
    no_such_key: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <div class="filters">
            <Search asked no_such_key/>
            <FilterForm asked list/>
            <p class="filters-count" role="status">
                {move || if busy.get() { "Loading…".into_any() } else { counted(list) }}
            </p>
        </div>
    }
}

/// A form that finds licenses; what is typed may be a key.
#[component]
pub fn Search(asked: Memo<LicenseQuery>, no_such_key: RwSignal<bool>) -> impl IntoView {
    let value = Signal::derive(move || {
        asked.with(|query| {
            query
                .filter
                .term
                .clone()
                .map(String::from)
                .unwrap_or_default()
        })
    });
    // What else the list is asked for goes along, so that a search within a filter stays there.
    let kept = Signal::derive(move || asked.with(without_term));
    let go = use_ask();
    let on_search = move |typed: String| {
        let go = go.clone();
        spawn_local(async move {
            let query = asked.get_untracked();
            match find_license(typed).await {
                Ok(Found::License(id)) => go(routes::license(id)),
                Ok(Found::NoSuchKey) => no_such_key.set(true),
                Ok(Found::Term(term)) => {
                    no_such_key.set(false);
                    let filter = LicenseFilter {
                        term,
                        ..query.filter
                    };
                    go(first_page(LicenseQuery { filter, ..query }));
                }
                // What is wrong with the server or the session, the list says: it asks the same server.
                Err(_) => go(first_page(query)),
            }
        });
    };
    view! {
        <SearchForm
            action=routes::LICENSES_FIND
            label="Search licenses"
            placeholder="Key, e-mail, device or instance ID"
            hint="A whole key that you paste is looked up by its hash. It never enters the URL or a log."
            value
            kept
            forgotten=no_such_key
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
        let chosen = asked.with(|query| query.filter.product.clone());
        chosen.map(|id| id.to_string()).unwrap_or_default()
    });
    let go = use_ask();
    let ask = move |change: fn(&mut LicenseFilter, &str)| {
        let go = go.clone();
        move |value: String| {
            let mut query = asked.get_untracked();
            change(&mut query.filter, &value);
            go(first_page(query));
        }
    };
    let by_status = ask(|filter, name| filter.status = Status::from_name(name));
    let by_product = ask(|filter, slug| filter.product = slug.parse().ok());
    let hidden = move || {
        let kept = asked.with(|query| (query.filter.term.clone(), sort_name(query)));
        let term = kept
            .0
            .map(|term| view! { <input type="hidden" name="q" value=String::from(term)/> });
        let sort = kept
            .1
            .map(|sort| view! { <input type="hidden" name="sort" value=sort/> });
        view! { {term} {sort} }
    };
    view! {
        <form class="filters-form" method="get" action=routes::LICENSES>
            {hidden}
            <ChoiceField
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

/// Leads to another list, or to a license, and leaves the focus where it is.
fn use_ask() -> impl Fn(String) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |path: String| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&path, options);
    }
}

/// The link to the beginning of what is asked for.
pub(super) fn first_page(query: LicenseQuery) -> String {
    routes::licenses(&LicenseQuery {
        position: Position::Start,
        ..query
    })
}

fn sort_name(query: &LicenseQuery) -> Option<String> {
    let usual = LicenseQuery::default().sort;
    (query.sort != usual).then(|| query.sort.name())
}

/// The names and values of everything that is asked for but the term and the page.
fn without_term(query: &LicenseQuery) -> Vec<(&'static str, String)> {
    let filter = &query.filter;
    let status = filter.status.map(|status| status.as_str().to_owned());
    let product = filter.product.as_ref().map(ToString::to_string);
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

/// `118 licenses`, `3 of 118 licenses`.
fn counted(list: Memo<LicenseList>) -> AnyView {
    let (count, total) = list.with(|list| (list.count, list.total));
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
