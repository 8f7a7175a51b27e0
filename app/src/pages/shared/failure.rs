//! What stands where a page's data should have been.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::ui::forms::form::Refusal;
use crate::{
    api::error::{ApiError, ErrorCode},
    routes,
    ui::{
        controls::button::{ButtonRow, DocumentLink},
        feedback::{empty_state::EmptyState, notice::Alert, request_id_note::RequestIdNote},
        focus,
        icon::{Icon, IconName},
    },
};

/// Says what went wrong and under which id the server's log knows more, and offers the one thing that may help.
/// `here` is the page's own address, or where `way_out` says that it leads.
#[component]
pub fn Failure(
    heading: &'static str,
    error: ApiError,
    here: String,
    #[prop(optional)] way_out: Option<&'static str>,
) -> impl IntoView {
    answer_with(error.code);
    let (href, way_out) = match (way_out, error.code) {
        (Some(way_out), _) => (here, way_out),
        (None, ErrorCode::Unauthenticated) => (routes::LOGIN.to_owned(), "Sign in"),
        (None, ErrorCode::Outdated) => (here, "Reload"),
        (None, ErrorCode::Forbidden | ErrorCode::NotFound) => {
            (routes::LICENSES.to_owned(), "All licenses")
        }
        (None, _) => (here, "Try again"),
    };
    let icon =
        matches!(way_out, "Reload" | "Try again").then(|| view! { <Icon name=IconName::Turn/> });
    let request = error.request_id.map(|id| view! { <RequestIdNote id/> });
    focus::restore_focus();
    view! {
        <div role="alert">
            <EmptyState heading>
                <p>{error.message}</p>
                {request}
                <ButtonRow>
                    <DocumentLink href>
                        {icon}
                        {way_out}
                    </DocumentLink>
                </ButtonRow>
            </EmptyState>
        </div>
    }
}

/// Says in its place why something was not done, and what else there is to say about that.
#[component]
pub fn FailureAlert(error: ApiError, #[prop(optional)] more: Option<AnyView>) -> impl IntoView {
    let request = error.request_id.map(|id| view! { <RequestIdNote id/> });
    view! {
        <Alert>
            <p>{error.message}</p>
            {more}
            {request}
        </Alert>
    }
}

/// Why a form was not carried out, for the form that is shown again; the page gets the status that goes with it.
#[cfg(feature = "ssr")]
pub fn refusal(error: ApiError) -> Refusal {
    answer_with(error.code);
    Refusal {
        message: error.message,
        wrong: error.fields.into_iter().collect(),
        request_id: error.request_id,
    }
}

/// Gives the page that is being rendered the status that goes with the error; in the browser there is nothing to do.
#[cfg(feature = "ssr")]
pub fn answer_with(code: ErrorCode) {
    crate::api::request_scope::set_status(code.status());
}

/// Gives the page that is being rendered the status that goes with the error; in the browser there is nothing to do.
#[cfg(not(feature = "ssr"))]
pub fn answer_with(_code: ErrorCode) {}
