//! The limit of requests from one address.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use crate::{
    client_ip::ClientIp,
    device_api::{extract::body, response},
    state::AppState,
};

/// Turns a flood away before anything is made of it. What was sent is taken in all the same: who still sends does not see the answer,
/// and takes the end of the connection for trouble on the way.
pub(crate) async fn rate_limit(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let limits = &state.services.limits;
    match ClientIp::of(request.extensions()) {
        Some(address) if !limits.admit_request(address) => {
            body::drain(request.into_body()).await;
            response::rate_limited()
        }
        _ => next.run(request).await,
    }
}
