//! Health checks for load balancers and supervisors.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::state::AppState;

pub(crate) const HEALTH: &str = "/health";
pub(crate) const READY: &str = "/ready";

/// `GET /health`: responds with 200 while the process is running.
pub(crate) async fn health() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /ready`: 200 while the database responds, otherwise 503. Also reports degraded search.
pub(crate) async fn ready(State(state): State<AppState>) -> Response {
    match state.services.ping().await {
        Ok(()) if state.services.supports_substring_search() => {
            Json(json!({ "status": "ok", "database": "ok" })).into_response()
        }
        Ok(()) => {
            let search =
                "matches only the start of words: the PostgreSQL extension pg_trgm is missing";
            Json(json!({ "status": "ok", "database": "ok", "search": search })).into_response()
        }
        Err(error) => {
            tracing::warn!(error = error.display_chain(), "readiness check failed");
            let body = Json(json!({ "status": "unavailable", "database": "unavailable" }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}
