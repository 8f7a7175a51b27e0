//! Error responses for panics, timeouts and other failures outside a page.

use std::{panic::AssertUnwindSafe, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use futures::FutureExt;
use keywright_app::api::{
    error::{ApiError, ErrorCode},
    request_scope::RequestScope,
};

use crate::{
    request_id::RequestId,
    state::AppState,
    web::{cookies, extract::accept, render},
};

/// The parts of a failed request that its error response depends on.
pub(crate) struct FailedRequest {
    headers: HeaderMap,
    is_script_request: bool,
    request_id: String,
}

impl FailedRequest {
    /// Captures these parts before the request is consumed.
    pub(crate) fn capture(request: &Request) -> Self {
        Self {
            headers: request.headers().clone(),
            is_script_request: accept::is_script_request(request.uri().path(), request.headers()),
            request_id: RequestId::from_extensions(request.extensions())
                .server_id()
                .to_owned(),
        }
    }

    /// Logs a warning with the request ID.
    pub(crate) fn log(&self, what: &str) {
        tracing::warn!(request_id = self.request_id, "{what}");
    }

    /// Responds to a script with a structured error, and to anyone else with an error page. The
    /// page shows no account, because the session may not have been resolved.
    pub(crate) async fn respond(self, state: AppState, code: ErrorCode, message: &str) -> Response {
        let error = ApiError::new(code, message).with_request_id(self.request_id.clone());
        if self.is_script_request {
            return error.into_response();
        }
        let scope = RequestScope {
            services: state.services.clone(),
            account: None,
            request_id: self.request_id,
            theme: cookies::theme(&CookieJar::from_headers(&self.headers)),
            base_url: state.base_url(&self.headers, &Uri::default()),
        };
        render::error_page(state, scope, self.headers, error).await
    }
}

/// Maximum time until a response starts; its body may take longer. Exceeds the longest wait for the
/// database or a password hash.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Turns a panic or a timeout into an error response.
pub(crate) async fn handle_failures(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    handle_failures_within(RESPONSE_TIMEOUT, state, request, next).await
}

/// Catches a panic in the request's own task immediately. A panic in a task that loads page data
/// leaves the page waiting, so the timeout catches it.
async fn handle_failures_within(
    patience: Duration,
    state: AppState,
    request: Request,
    next: Next,
) -> Response {
    let failed = FailedRequest::capture(&request);
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(patience, answered).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            failed.log("request panicked");
            let message =
                "Something went wrong on the server. Details are in its log under this request ID.";
            failed.respond(state, ErrorCode::Internal, message).await
        }
        Err(_) => {
            failed.log("request timed out");
            let message =
                "The server took too long to respond. Your change may still have gone through.";
            failed.respond(state, ErrorCode::Unavailable, message).await
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use axum::{Router, body::Bytes, http::StatusCode, middleware, routing::get};
    use http_body_util::BodyExt;
    use keywright_testing::{Engine, TestContext};
    use tower::ServiceExt;

    use super::*;
    use crate::{
        request_id::{self, RequestLog, Surface},
        site::Site,
        state::PublicUrl,
    };

    async fn boom() {
        panic!("on purpose");
    }

    async fn never() {
        std::future::pending::<()>().await;
    }

    async fn answer(path: &str) -> (StatusCode, String) {
        let names = [
            "keywright-frontend-1f.js",
            "keywright-frontend-1f_bg.wasm",
            "main-0a.css",
            "enhance-0b.js",
            "favicon.svg",
        ];
        let files = names.map(|name| (name.to_owned(), Bytes::new()));
        let site = Site::from_files(HashMap::from(files)).unwrap();
        let world = TestContext::create(Engine::Sqlite).await;
        let state = AppState::new(world.services, site, PublicUrl::default());
        // Listing the pages initializes the renderer, as building the whole router does.
        assert!(!render::paths().is_empty());
        let watched = RequestLog::new(Surface::Browser, &state);
        let router: Router = Router::new()
            .route("/boom", get(boom))
            .route("/fn/boom", get(boom))
            .route("/never", get(never))
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                handle_failures_within(Duration::from_millis(1), state.clone(), request, next)
            }))
            .layer(middleware::from_fn_with_state(
                watched,
                request_id::log_request,
            ));
        let request = Request::get(path).body(axum::body::Body::empty());
        let answer = router.oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn panics_and_timeouts_become_error_responses() {
        let (status, page) = answer("/boom").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            page.contains("Something went wrong") && page.contains("Request "),
            "{page}"
        );
        assert!(!page.contains("on purpose"));
        let (status, page) = answer("/never").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(page.contains("took too long to respond"), "{page}");
        let (status, call) = answer("/fn/boom").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        let error: serde_json::Value = serde_json::from_str(&call).unwrap();
        assert_eq!(error["code"], "internal");
    }
}
