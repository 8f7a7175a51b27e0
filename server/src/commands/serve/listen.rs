//! What is served where: everything on one address, or devices, dashboard and metrics on addresses of their own.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use axum::Router;
use futures::future::try_join_all;
use tokio::{net::TcpListener, sync::watch};

/// An address that is listened on, and what answers there.
pub(crate) struct Served {
    pub(crate) listener: TcpListener,
    pub(crate) router: Router,
}

/// Takes an address; `option` is how it was given.
pub(crate) async fn listen(address: SocketAddr, option: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!(
                "{address} is in use: stop the other program, or name another address with {option}"
            )
        }
        Err(error) => Err(error).with_context(|| format!("Can't listen on {address}")),
    }
}

/// Serves all of them until the sender says so or is gone, and ends once everything under way is answered.
pub(crate) async fn serve(served: Vec<Served>, stop: &watch::Receiver<bool>) -> anyhow::Result<()> {
    let all = served.into_iter().map(|Served { listener, router }| {
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
