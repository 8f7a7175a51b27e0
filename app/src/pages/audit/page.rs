//! `/audit`: the tenant's audit log, filtered and paginated. Server-only: the page has no live
//! updates.

use keywright_api_types::{
    audit_log::{AuditLog, AuditQuery, MAX_LICENSES},
    page::{Cursor, PageRequest},
};
use keywright_domain::{audit::RETENTION_DAYS, ids::AuditEntryId};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        request,
    },
    format,
    layout::page_head::PageHead,
    pages::{
        audit::{
            filters::Filters,
            row::{EntryHead, EntryRow},
        },
        shared::{
            failure::{Failure, set_status},
            key_not_found::KeyNotFound,
        },
    },
    routes,
    ui::{
        controls::button::{ButtonLink, ButtonRow},
        display::table::Table,
        feedback::empty_state::EmptyState,
        navigation::pager::Pager,
    },
};

#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_url().with_untracked(|url| routes::audit_query(url.search()));
    let scope = request::services_and_caller();
    let log = Suspend::new(async move {
        match load(scope, &query).await {
            Ok(log) => view! { <AuditLogView query log/> }.into_any(),
            Err(error) => {
                let here = routes::audit(&query);
                view! { <Failure heading="Couldn't load the audit log" error here/> }.into_any()
            }
        }
    });
    view! {
        <Title text="Audit log"/>
        <PageHead heading="Audit log"/>
        <Suspense>{log}</Suspense>
    }
    .into_any()
}

async fn load(
    scope: Result<(keywright_service::Services, keywright_service::Caller), ApiError>,
    query: &AuditQuery,
) -> Result<AuditLog, ApiError> {
    let (services, caller) = scope?;
    let log = services.audit.list(&caller, query).await;
    log.map_err(request::to_api_error)
}

#[component]
fn AuditLogView(query: AuditQuery, log: AuditLog) -> impl IntoView {
    let neighbour = |mark: Option<Cursor<AuditEntryId>>, position: fn(_) -> _| {
        let href = mark.map(|mark| {
            routes::audit(&AuditQuery {
                page: position(mark),
                ..query.clone()
            })
        });
        Signal::stored(href)
    };
    let previous = neighbour(log.page.previous, PageRequest::Before);
    let next = neighbour(log.page.next, PageRequest::After);
    let summary = format!(
        "Entries are kept for {RETENTION_DAYS} days and can't be edited or deleted in Keywright."
    );
    let entries = log.page.items.clone();
    let rows = if log.is_too_broad {
        view! { <TooManyMatches/> }.into_any()
    } else if entries.is_empty() {
        view! { <NoMatchingEntries/> }.into_any()
    } else {
        let head = view! { <EntryHead/> }.into_any();
        let rows = entries
            .into_iter()
            .map(|entry| view! { <EntryRow entry/> })
            .collect_view();
        view! {
            <Table
                label="Audit log"
                caption="Audit log, newest first"
                narrow="audit"
                busy=Signal::stored(false)
                head
            >
                {rows}
            </Table>
            <Pager summary previous next/>
        }
        .into_any()
    };
    view! {
        <Filters filter=query.filter.clone() log/>
        {rows}
    }
}

#[component]
fn NoMatchingEntries() -> impl IntoView {
    view! {
        <EmptyState heading="No matching entries">
            <p>"No entries match these filters. Entries older than 365 days are removed."</p>
            <ButtonRow>
                <ButtonLink href=routes::AUDIT>"Clear all filters"</ButtonLink>
            </ButtonRow>
        </EmptyState>
    }
}

#[component]
fn TooManyMatches() -> impl IntoView {
    let most = format::number(MAX_LICENSES);
    view! {
        <EmptyState heading="Too many matches">
            <p>
                "More than " {most}
                " licenses match. Use a whole key, a license ID or the customer's email."
            </p>
            <ButtonRow>
                <ButtonLink href=routes::AUDIT>"Clear all filters"</ButtonLink>
            </ButtonRow>
        </EmptyState>
    }
}

/// Page for a search by a whole key that no license has. It does not repeat the key.
#[component]
pub fn AuditKeyNotFoundPage() -> impl IntoView {
    set_status(ErrorCode::NotFound);
    view! {
        <Title text="Key not found"/>
        <PageHead heading="Audit log"/>
        <KeyNotFound>
            <ButtonLink href=routes::AUDIT>"Show all entries"</ButtonLink>
        </KeyNotFound>
    }
    .into_any()
}
