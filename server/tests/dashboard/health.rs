//! `/health`, `/ready`, and responses without a database.

use axum::http::StatusCode;
use keywright_testing::Engine;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn health_reflects_the_process_and_ready_the_database() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    assert_eq!(server.get("/health").await.status, StatusCode::OK);
    assert_eq!(server.get("/ready").await.status, StatusCode::OK);
    server.context.services.close().await;
    assert_eq!(server.get("/health").await.status, StatusCode::OK);
    assert_eq!(
        server.get("/ready").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        server.get("/licenses").await.status,
        StatusCode::SEE_OTHER,
        "no session lookup without a cookie"
    );
}

#[tokio::test]
async fn database_outage_lets_devices_keep_their_leases() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    server.context.services.close().await;
    let body = json!({ "license_key": "ACME-PRO0-0000-0001", "instance_id": "x" });
    let device = server.post_device("/acme/notes/validate", &body).await;
    assert_eq!(device.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        device.json(),
        json!({ "error": "Service temporarily unavailable" })
    );
}
