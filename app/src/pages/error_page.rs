//! The answer to a request that no page could be made for: a file that is refused, a database that does not answer, a mistake of
//! ours. Rendered on the server only.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        page_context::use_visit,
    },
    layout::page_head::PageHead,
    pages::shared::failure::answer_with,
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        feedback::{empty_state::EmptyState, request_id_note::RequestIdNote},
    },
};

/// Says what went wrong, under which id the server's log knows more, and where to go from here.
#[component]
pub fn FailedPage() -> impl IntoView {
    let visit = use_visit();
    let error = visit
        .action_failure
        .unwrap_or_else(|| ApiError::new(ErrorCode::NotFound, "There is nothing here."));
    answer_with(error.code);
    let heading = heading(error.code);
    let request = error.request_id.map(|id| view! { <RequestIdNote id/> });
    let (href, label) = match error.code {
        // The browser's own address: it still is that of what was asked for.
        ErrorCode::Internal | ErrorCode::Unavailable => ("", "Try again"),
        _ if visit.account.is_some() => (routes::LICENSES, "Back to the licenses"),
        _ => (routes::LOGIN, "To the sign-in page"),
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
        ErrorCode::Invalid => "Not understood",
        ErrorCode::PlanRequired => "Not in this plan",
        ErrorCode::Conflict | ErrorCode::Outdated => "Overtaken",
        ErrorCode::Unavailable | ErrorCode::Unreachable => "Not available at the moment",
        ErrorCode::TooMany => "Too often",
        ErrorCode::Internal => "Something went wrong",
    }
}
