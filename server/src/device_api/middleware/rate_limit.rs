//! Rate limit per client address.

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

/// Rejects requests above the limit before processing them. The body is still read, because a
/// client that is still sending would see a closed connection instead of the response.
pub(crate) async fn rate_limit(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let limits = &state.services.rate_limits;
    match ClientIp::from_extensions(request.extensions()) {
        Some(address) if !limits.admit_request(address) => {
            body::drain(request.into_body()).await;
            response::rate_limited()
        }
        _ => next.run(request).await,
    }
}
