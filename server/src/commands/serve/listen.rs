//! Listeners: one address for everything, or separate ones for devices, dashboard and metrics.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use axum::Router;
use futures::future::try_join_all;
use tokio::{net::TcpListener, sync::watch};

/// A listener and the router that serves it.
pub(crate) struct BoundRouter {
    pub(crate) listener: TcpListener,
    pub(crate) router: Router,
}

/// Binds an address. `option` is the option that set it, for the error message.
pub(crate) async fn bind(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!(
                "{address} is in use: stop the other program, or choose another address with {option}"
            )
        }
        Err(error) => Err(error).with_context(|| format!("can't listen on {address}")),
    }
}

/// Serves until `stop` becomes true or its sender is dropped, then waits for in-flight requests.
pub(crate) async fn serve_all(
    served: Vec<BoundRouter>,
    stop: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let all = served.into_iter().map(|BoundRouter { listener, router }| {
        let mut stop = stop.clone();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service)
            .with_graceful_shutdown(async move {
                stop.wait_for(|&stop| stop).await.ok();
            })
            .into_future()
    });
    try_join_all(all).await?;
    Ok(())
}
