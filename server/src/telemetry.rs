//! Logging to standard error, one line per event. Logs contain no keys, passwords or query
//! strings.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Default log filter. Hides the statements that sqlx logs.
const DEFAULT_FILTER: &str = "info,sqlx=warn";

/// Starts logging: human-readable on a terminal, JSON otherwise.
pub fn init() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Fails if logging has already been started, which is fine in tests.
    let _ = if std::io::stderr().is_terminal() {
        log.with_target(false).try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
}
