//! Handlers for the signals that stop the server.

/// Handlers for Ctrl-C in a terminal and SIGTERM from a service manager. Once they are installed,
/// these signals no longer terminate the process.
pub(crate) struct ShutdownSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl ShutdownSignals {
    pub(crate) fn install() -> std::io::Result<Self> {
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

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            // Ctrl-C is not available, so the server runs until it is killed.
            std::future::pending::<()>().await;
        }
    }
}

/// Exits the process immediately on the next signal. Acknowledged writes are already committed;
/// buffered last-seen times are lost.
pub(crate) async fn exit_on_next_signal(mut signals: ShutdownSignals) {
    signals.next().await;
    tracing::warn!("received a second signal; exiting immediately");
    std::process::exit(1);
}
