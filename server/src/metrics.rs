//! What Prometheus is told, on a listener of its own: how much is asked and how long it takes, what devices are refused for, and how
//! busy the database is. No tenant, license, device or address is in it.

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

/// Upper ends of the buckets of times, in seconds: a validate takes well under a millisecond, and clients give up after 15 s.
const SECONDS: [f64; 14] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Upper ends of the buckets of batches, in units of work.
const UNITS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

pub(crate) const REQUESTS: &str = "keywright_http_requests_total";
pub(crate) const REQUEST_SECONDS: &str = "keywright_http_request_seconds";
pub(crate) const DEVICE_REFUSALS: &str = "keywright_device_refusals_total";
pub(crate) const SIGN_INS: &str = "keywright_sign_ins_total";
const CONNECTIONS: &str = "keywright_database_connections";
const WAITING: &str = "keywright_writer_waiting_units";
const STREAMS: &str = "keywright_event_streams";
const BUILD: &str = "keywright_build_info";

/// Begins to count. To be called once.
pub(crate) fn start() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Suffix("_batch_units".into()), &UNITS)
        })
        .and_then(PrometheusBuilder::install_recorder)
        .context("The metrics can't be collected")?;
    describe();
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

fn describe() {
    describe_counter!(
        REQUESTS,
        "Answers, by side (device or browser), method, route and status"
    );
    describe_histogram!(
        REQUEST_SECONDS,
        Unit::Seconds,
        "Time until an answer begins, by side and route"
    );
    describe_counter!(
        DEVICE_REFUSALS,
        "Refused device calls, by endpoint and reason"
    );
    describe_counter!(SIGN_INS, "Tries to sign in, by outcome");
    describe_gauge!(
        CONNECTIONS,
        "Connections of the pool, by state (idle or in_use)"
    );
    describe_gauge!(
        WAITING,
        "Units of work that wait for the writer (SQLite) or are under way (PostgreSQL)"
    );
    describe_histogram!(
        "keywright_writer_batch_units",
        "Units of work in one commit (SQLite)"
    );
    describe_histogram!(
        "keywright_writer_commit_seconds",
        Unit::Seconds,
        "Time of one commit with the work in it"
    );
    describe_counter!(
        "keywright_purged_rows_total",
        "Rows that outlived their time, by what they were of"
    );
    describe_gauge!(STREAMS, "Open pages that are told of changes");
    describe_gauge!(BUILD, "1, labelled with the version");
}

/// `GET /metrics`.
pub(crate) fn router(state: AppState, handle: PrometheusHandle) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .fallback(|| async { (StatusCode::NOT_FOUND, "Only /metrics is here.\n") })
        .with_state((state, handle))
}

async fn metrics(State((state, handle)): State<(AppState, PrometheusHandle)>) -> impl IntoResponse {
    let load = state.services.load();
    gauge!(CONNECTIONS, "state" => "idle").set(number(load.connections_idle));
    gauge!(CONNECTIONS, "state" => "in_use").set(number(load.connections_in_use));
    gauge!(WAITING).set(number(load.units_waiting));
    gauge!(STREAMS).set(number(state.sse_connections.count()));
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (kind, handle.render())
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// The method as a label: whoever makes up methods makes up no series.
pub(crate) fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// How often what is collected is put in order, so that it does not pile up while nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Goes on for ever.
pub(crate) async fn keep_up(handle: PrometheusHandle) {
    let mut due = tokio::time::interval(UPKEEP);
    loop {
        due.tick().await;
        handle.run_upkeep();
    }
}
