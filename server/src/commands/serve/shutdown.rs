//! When to stop.

/// What tells the server to stop: Ctrl-C in a terminal, SIGTERM from a service manager. From the moment this is made, the
/// first of them no longer ends the process by itself.
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to listen. An error where the system gives no signals.
    pub(crate) fn listen() -> std::io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Ends with the next signal.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            // No signals here: only being killed ends the server.
            std::future::pending::<()>().await;
        }
    }
}

/// Whoever asks twice means it: ends the process as it stands. What was acknowledged is on disk.
pub(crate) async fn exit_at_next(mut signals: Signals) {
    signals.next().await;
    tracing::warn!("told to stop a second time: stopping at once");
    std::process::exit(1);
}
