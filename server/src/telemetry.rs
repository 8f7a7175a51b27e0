//! Logs: one line per event on standard error; no keys, no passwords, no queries.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise. sqlx's own statements are left out: ours name what matters.
const DEFAULT_FILTER: &str = "info,sqlx=warn";

/// Starts logging: for people on a terminal, as JSON for machines elsewhere.
pub fn start() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Started twice, as in tests, the first one stands.
    let _ = if std::io::stderr().is_terminal() {
        log.with_target(false).try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
}
