//! Calls by the scripts of our pages: how they are known, and which of them come from a page that has had its day.

use axum::http::{HeaderMap, header};
use keywright_app::api::{
    client::{BUILD_HEADER, OPERATOR_HEADER},
    error::{ApiError, ErrorCode},
    request_scope::RequestScope,
};

/// Whether a script asks, which wants to be told of an error in a form that it can read; people want words, or a page.
pub fn is_call(path: &str, headers: &HeaderMap) -> bool {
    path.starts_with("/fn/")
        || (accepts(headers, "application/json") && !accepts(headers, "text/html"))
}

/// Why a page that calls gets no answer: it is from before a deploy, or it was made for another operator than the one who
/// is signed in by now.
pub(crate) fn outdated(
    headers: &HeaderMap,
    scope: Option<&RequestScope>,
    build_id: &str,
) -> Option<ApiError> {
    if is_from_another_build(headers, build_id) {
        return Some(ApiError::outdated());
    }
    is_somebody_elses(headers, scope).then(|| {
        let message = "Somebody else has signed in here since this page was loaded.";
        ApiError::new(ErrorCode::Outdated, message)
    })
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains(kind))
}

fn is_somebody_elses(headers: &HeaderMap, scope: Option<&RequestScope>) -> bool {
    let Some(sent) = headers.get(OPERATOR_HEADER) else {
        return false;
    };
    let account = scope.and_then(|scope| scope.account.as_ref());
    account.is_some_and(|account| sent.as_bytes() != account.operator_id.to_string().as_bytes())
}

/// Scripts send their build's id; what sends none is no page of ours.
fn is_from_another_build(headers: &HeaderMap, build_id: &str) -> bool {
    headers
        .get(BUILD_HEADER)
        .is_some_and(|sent| sent.as_bytes() != build_id.as_bytes())
}
