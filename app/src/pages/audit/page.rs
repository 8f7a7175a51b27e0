//! `/audit`: what was done in the tenant, by whom and when; filtered, a page at a time. Rendered on the server only: it is read,
//! and nothing on it changes while it is.

use keywright_api_types::{
    audit_log::{AuditLog, AuditQuery, MOST_LICENSES},
    page::{Mark, Position},
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
            failure::{Failure, answer_with},
            no_license_has_key::NoLicenseHasKey,
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

/// The page.
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = use_url().with_untracked(|url| routes::audit_query(url.search()));
    let scope = request::scope();
    let log = Suspend::new(async move {
        match load(scope, &query).await {
            Ok(log) => view! { <Log query log/> }.into_any(),
            Err(error) => {
                let here = routes::audit(&query);
                view! { <Failure heading="The audit log could not be loaded" error here/> }
                    .into_any()
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
    log.map_err(request::fail)
}

#[component]
fn Log(query: AuditQuery, log: AuditLog) -> impl IntoView {
    let neighbour = |mark: Option<Mark<AuditEntryId>>, position: fn(_) -> _| {
        let href = mark.map(|mark| {
            routes::audit(&AuditQuery {
                position: position(mark),
                ..query.clone()
            })
        });
        Signal::stored(href)
    };
    let previous = neighbour(log.page.previous, Position::Before);
    let next = neighbour(log.page.next, Position::After);
    let summary = format!(
        "Entries live {RETENTION_DAYS} days, to the second. Until then nobody changes or deletes one here."
    );
    let entries = log.page.items.clone();
    let rows = if log.is_too_broad {
        view! { <TooBroad/> }.into_any()
    } else if entries.is_empty() {
        view! { <NoMatch/> }.into_any()
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
fn NoMatch() -> impl IntoView {
    view! {
        <EmptyState heading="No entry matches">
            <p>"Nothing that fits all of these filters happened within the last 365 days, after which entries are removed."</p>
            <ButtonRow>
                <ButtonLink href=routes::AUDIT>"Clear all filters"</ButtonLink>
            </ButtonRow>
        </EmptyState>
    }
}

#[component]
fn TooBroad() -> impl IntoView {
    let most = format::number(MOST_LICENSES);
    view! {
        <EmptyState heading="Too many licenses">
            <p>
                "What was searched for is on more than " {most} " licenses. Name the one that is meant more closely: by its whole \
                key, its ID, or its customer."
            </p>
            <ButtonRow>
                <ButtonLink href=routes::AUDIT>"Clear all filters"</ButtonLink>
            </ButtonRow>
        </EmptyState>
    }
}

/// The answer to a whole key that no license has. The key is not repeated.
#[component]
pub fn AuditNoSuchKeyPage() -> impl IntoView {
    answer_with(ErrorCode::NotFound);
    view! {
        <Title text="No such key"/>
        <PageHead heading="Audit log"/>
        <NoLicenseHasKey>
            <ButtonLink href=routes::AUDIT>"Show every entry"</ButtonLink>
        </NoLicenseHasKey>
    }
    .into_any()
}
