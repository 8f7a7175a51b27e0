//! When to stop.

/// Ends when the terminal (Ctrl-C) or the service manager (SIGTERM) tells the server to stop.
pub async fn signal() {
    tokio::select! {
        () = interrupted() => {}
        () = terminated() => {}
    }
}

/// Whoever asks twice means it: ends the process as it stands. What was acknowledged is on disk.
pub async fn exit_at_second_signal() {
    signal().await;
    tracing::warn!("told to stop a second time: stopping at once");
    std::process::exit(1);
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // No signals here: only being killed ends the server.
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
