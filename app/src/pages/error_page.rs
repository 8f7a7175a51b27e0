//! The error page for requests that fail outside a page: a rejected request, an unavailable
//! database, an internal error. Server-only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        page_context::use_page_context,
    },
    layout::page_head::PageHead,
    pages::shared::failure::set_status,
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        feedback::{empty_state::EmptyState, request_id_note::RequestIdNote},
    },
};

/// Shows the error, its request ID and one link to leave the page.
#[component]
pub fn ErrorPage() -> impl IntoView {
    let visit = use_page_context();
    let error = visit
        .action_error
        .unwrap_or_else(|| ApiError::new(ErrorCode::NotFound, "This page doesn't exist."));
    set_status(error.code);
    let heading = heading(error.code);
    let request = error.request_id.map(|id| view! { <RequestIdNote id/> });
    let (href, label) = match error.code {
        // An empty link reloads the requested URL, which the browser still shows.
        ErrorCode::Internal | ErrorCode::Unavailable => ("", "Try again"),
        _ if visit.account.is_some() => (routes::LICENSES, "Back to licenses"),
        _ => (routes::LOGIN, "Go to sign-in"),
    };
    view! {
        <Title text=heading/>
        <PageHead heading/>
        <EmptyState>
            <p>{error.message}</p>
            {request}
            <ButtonRow>
                <DocumentLink href=href.to_owned()>{label}</DocumentLink>
            </ButtonRow>
        </EmptyState>
    }
    .into_any()
}

const fn heading(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::Unauthenticated => "Not signed in",
        ErrorCode::Forbidden => "Not allowed",
        ErrorCode::NotFound => "Not found",
        ErrorCode::Invalid => "Bad request",
        ErrorCode::PlanRequired => "Not in your plan",
        ErrorCode::Conflict | ErrorCode::Outdated => "Out of date",
        ErrorCode::Unavailable | ErrorCode::Unreachable => "Temporarily unavailable",
        ErrorCode::RateLimited => "Too many requests",
        ErrorCode::Internal => "Something went wrong",
    }
}
