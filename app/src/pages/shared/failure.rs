//! Errors that are shown instead of a page's data.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::ui::forms::form::FormRejection;
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

/// Shows the error, its request ID and a link that may help. `here` is the page's own URL or, with
/// `way_out`, the target of that link.
#[component]
pub fn Failure(
    heading: &'static str,
    error: ApiError,
    here: String,
    #[prop(optional)] way_out: Option<&'static str>,
) -> impl IntoView {
    set_status(error.code);
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
        matches!(way_out, "Reload" | "Try again").then(|| view! { <Icon name=IconName::Refresh/> });
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

/// An inline alert about a failed action. `more` is shown below the message.
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

/// Converts an error to the rejection that the redisplayed form shows, and sets the HTTP status.
#[cfg(feature = "ssr")]
pub fn to_rejection(error: ApiError) -> FormRejection {
    set_status(error.code);
    FormRejection {
        message: error.message,
        field_errors: error.fields.into_iter().collect(),
        request_id: error.request_id,
    }
}

/// Sets the HTTP status of the page that is being rendered.
#[cfg(feature = "ssr")]
pub fn set_status(code: ErrorCode) {
    crate::api::request_scope::set_status(code.status());
}

/// Does nothing: the browser has no status to set.
#[cfg(not(feature = "ssr"))]
pub fn set_status(_code: ErrorCode) {}
