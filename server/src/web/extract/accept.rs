//! Requests from our own scripts: detects them, and rejects those from outdated pages.

use axum::http::{HeaderMap, header};
use keywright_app::api::{
    client::{BUILD_HEADER, OPERATOR_HEADER},
    error::{ApiError, ErrorCode},
    request_scope::RequestScope,
};

/// Returns whether a script sent the request and expects a structured error instead of a page.
pub fn is_script_request(path: &str, headers: &HeaderMap) -> bool {
    path.starts_with("/fn/")
        || (accepts(headers, "application/json") && !accepts(headers, "text/html"))
}

/// Returns an error if the request comes from an outdated page, which was loaded from another build
/// or for an operator other than the one now signed in. A visitor who is signed out is not another
/// operator.
pub(crate) fn outdated_error(
    headers: &HeaderMap,
    scope: Option<&RequestScope>,
    build_id: &str,
) -> Option<ApiError> {
    if is_from_another_build(headers, build_id) {
        return Some(ApiError::outdated());
    }
    is_for_another_operator(headers, scope).then(|| {
        let message = "Someone else has signed in using this browser since you opened this page.";
        ApiError::new(ErrorCode::Outdated, message)
    })
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains(kind))
}

fn is_for_another_operator(headers: &HeaderMap, scope: Option<&RequestScope>) -> bool {
    let Some(sent) = headers.get(OPERATOR_HEADER) else {
        return false;
    };
    let account = scope.and_then(|scope| scope.account.as_ref());
    account.is_some_and(|account| sent.as_bytes() != account.operator_id.to_string().as_bytes())
}

/// Our scripts send their build ID. A request without one does not come from our pages.
fn is_from_another_build(headers: &HeaderMap, build_id: &str) -> bool {
    headers
        .get(BUILD_HEADER)
        .is_some_and(|sent| sent.as_bytes() != build_id.as_bytes())
}
