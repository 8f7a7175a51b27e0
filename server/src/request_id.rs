//! Request ids: what ties an answer to the log's lines about it.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use keywright_service::rng::{Rng, SystemRng};
use tokio::time::Instant;

/// The id of a request, made here.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    fn fresh() -> Self {
        let rng: &dyn Rng = &SystemRng;
        Self(rng.uuid().simple().to_string())
    }
}

/// Gives each request an id and logs each answer: method, route pattern, status, time taken. Never the path itself: it
/// may hold what a log must not.
pub(crate) async fn log(mut request: Request, next: Next) -> Response {
    let id = RequestId::fresh();
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = Instant::now();
    let response = next.run(request).await;
    let (status, taken) = (response.status().as_u16(), began.elapsed().as_micros());
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, microseconds = taken, request_id = id.0, "answered");
    } else {
        tracing::debug!(%method, route, status, microseconds = taken, request_id = id.0, "answered");
    }
    response
}
