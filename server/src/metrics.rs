//! Prometheus metrics, served on a separate listener. No label identifies a tenant,
//! license, device or address.

use std::time::Duration;

use anyhow::Context;
use axum::{
    Router,
    extract::State,
    http::{Method, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::state::AppState;

/// Histogram buckets for durations, in seconds. A validate takes well under 1 ms, and clients
/// time out after 15 s.
const DURATION_BUCKETS_SECONDS: [f64; 14] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Histogram buckets for batch sizes, in units of work.
const BATCH_SIZE_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

pub(crate) const HTTP_REQUESTS_TOTAL: &str = "keywright_http_requests_total";
pub(crate) const HTTP_REQUEST_SECONDS: &str = "keywright_http_request_seconds";
pub(crate) const DEVICE_REFUSALS_TOTAL: &str = "keywright_device_refusals_total";
pub(crate) const SIGN_INS_TOTAL: &str = "keywright_sign_ins_total";
const DATABASE_CONNECTIONS: &str = "keywright_database_connections";
const WRITER_QUEUE_LENGTH: &str = "keywright_writer_waiting_units";
const EVENT_STREAMS: &str = "keywright_event_streams";
const BUILD_INFO: &str = "keywright_build_info";

/// Installs the metrics recorder. Must be called only once.
pub(crate) fn install() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Suffix("_seconds".into()),
            &DURATION_BUCKETS_SECONDS,
        )
        .and_then(|builder| {
            builder
                .set_buckets_for_metric(Matcher::Suffix("_batch_units".into()), &BATCH_SIZE_BUCKETS)
        })
        .and_then(PrometheusBuilder::install_recorder)
        .context("can't install the metrics recorder")?;
    describe();
    gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

fn describe() {
    describe_counter!(
        HTTP_REQUESTS_TOTAL,
        "Responses, by surface (device or browser), method, route and status"
    );
    describe_histogram!(
        HTTP_REQUEST_SECONDS,
        Unit::Seconds,
        "Time until a response starts, by surface and route"
    );
    describe_counter!(
        DEVICE_REFUSALS_TOTAL,
        "Refused device requests, by endpoint and reason"
    );
    describe_counter!(SIGN_INS_TOTAL, "Sign-in attempts, by outcome");
    describe_gauge!(
        DATABASE_CONNECTIONS,
        "Pooled database connections, by state (idle or in_use)"
    );
    describe_gauge!(
        WRITER_QUEUE_LENGTH,
        "Units of work queued for the writer (SQLite) or in progress (PostgreSQL)"
    );
    describe_histogram!(
        "keywright_writer_batch_units",
        "Units of work per commit (SQLite)"
    );
    describe_histogram!(
        "keywright_writer_commit_seconds",
        Unit::Seconds,
        "Duration of a write transaction, including its work"
    );
    describe_counter!(
        "keywright_purged_rows_total",
        "Expired rows deleted, by table"
    );
    describe_gauge!(EVENT_STREAMS, "Open event streams");
    describe_gauge!(BUILD_INFO, "Always 1, labeled with the version");
}

/// `GET /metrics`.
pub(crate) fn router(state: AppState, handle: PrometheusHandle) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .fallback(|| async {
            (
                StatusCode::NOT_FOUND,
                "Not found. Metrics are at /metrics.\n",
            )
        })
        .with_state((state, handle))
}

async fn metrics(State((state, handle)): State<(AppState, PrometheusHandle)>) -> impl IntoResponse {
    let pool = state.services.pool_stats();
    gauge!(DATABASE_CONNECTIONS, "state" => "idle").set(gauge_value(pool.connections_idle));
    gauge!(DATABASE_CONNECTIONS, "state" => "in_use").set(gauge_value(pool.connections_in_use));
    gauge!(WRITER_QUEUE_LENGTH).set(gauge_value(pool.pending_units));
    gauge!(EVENT_STREAMS).set(gauge_value(state.sse_connections.count()));
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (kind, handle.render())
}

fn gauge_value(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// Returns the method as a label. Unknown methods share one label, so that clients cannot create
/// time series.
pub(crate) fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Interval between upkeep runs of the recorder. Without upkeep, histogram samples accumulate
/// between scrapes.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Runs recorder upkeep periodically. Never returns.
pub(crate) async fn run_upkeep(handle: PrometheusHandle) {
    let mut due = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        due.tick().await;
        handle.run_upkeep();
    }
}
