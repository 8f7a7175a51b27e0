//! For load balancers and supervisors: is the process up, does it serve.

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

/// `GET /health`: the process answers.
pub(crate) async fn health() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /ready`: 200 while the database answers, 503 while it does not. What is worse than it could be is said, too.
pub(crate) async fn ready(State(state): State<AppState>) -> Response {
    match state.services.ready().await {
        Ok(()) if state.services.supports_substring_search() => {
            Json(json!({ "status": "ok", "database": "ok" })).into_response()
        }
        Ok(()) => {
            let search =
                "finds the beginnings of words only: PostgreSQL lacks the extension pg_trgm";
            Json(json!({ "status": "ok", "database": "ok", "search": search })).into_response()
        }
        Err(error) => {
            tracing::warn!(error = error.with_causes(), "not ready");
            let body = Json(json!({ "status": "unavailable", "database": "unavailable" }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}
