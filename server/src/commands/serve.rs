//! `keywright serve`.

use std::{future::IntoFuture, net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use keywright_service::Services;
use tokio::net::TcpListener;

use crate::{
    client_address::{ProxyAddresses, TrustedProxies},
    commands::setup_code,
    config::DatabaseArgs,
    limits::LimitArgs,
    router,
    shutdown::{Signals, exit_at_next},
    site::Site,
    state::{AppState, PublicUrl},
};

/// How long requests that are under way may still take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(30);

/// How often what is due by the clock is looked for.
const HOUSEKEEPING: Duration = Duration::from_mins(1);

/// How long the database may take for what is still to be written.
const LAST_WRITES: Duration = Duration::from_secs(10);

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, env = "KEYWRIGHT_LISTEN", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// The URL under which browsers and apps reach this server; begin it with https:// where a proxy in front speaks
    /// TLS, so that cookies are sent over nothing else.
    #[arg(long, env = "KEYWRIGHT_PUBLIC_URL")]
    public_url: Option<String>,
    /// A proxy in front, by its address or network: its `X-Forwarded-For` says where requests come from, for the limits and the
    /// audit log. May be given several times, or with commas between.
    #[arg(
        long = "trusted-proxy",
        env = "KEYWRIGHT_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "ADDRESS"
    )]
    trusted_proxies: Vec<ProxyAddresses>,
    /// Folder of the built site, where the binary does not carry it.
    #[arg(long, env = "KEYWRIGHT_SITE_DIR", default_value = "target/site/pkg")]
    site_dir: PathBuf,
    #[command(flatten)]
    limits: LimitArgs,
}

impl ServeArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        // In this order: what costs nothing to check comes before what makes files.
        let public_url = PublicUrl::parse(self.public_url.as_deref())?;
        let site = Site::load(&self.site_dir)?;
        let listener = listen(self.listen).await?;
        let _lock = database.lock()?;
        let services = database.open_or_create(self.limits.into()).await?;
        let address = listener.local_addr()?;
        // Before anybody is told where to find this server, and to stop it.
        let mut signals = Signals::listen().context("Can't listen for signals")?;
        let setup_code_file = database.setup_code_file();
        let state = AppState {
            setup_code_file: Some(setup_code_file.clone()),
            base_url: self
                .public_url
                .as_deref()
                .map(|url| url.trim_end_matches('/').into()),
            proxies: TrustedProxies::new(&self.trusted_proxies),
            ..AppState::new(services.clone(), site, public_url)
        };
        let streams = state.streams.clone();
        let app = router::build(state);
        tracing::info!("listening on http://{address}");
        let url = self.public_url.unwrap_or(format!("http://{address}"));
        setup_code::announce(&services, &setup_code_file, &url).await?;
        let housekeeping = tokio::spawn(keep_house(services.clone()));
        let (stop, stopped) = tokio::sync::watch::channel(());
        let server = axum::serve(
            listener,
            app.into_make_service_with_connect_info::<SocketAddr>(),
        )
        .with_graceful_shutdown(async move {
            signals.next().await;
            // These never end by themselves.
            streams.stop();
            tracing::info!("stopping: no new requests, those under way are answered");
            drop(stop);
            tokio::spawn(exit_at_next(signals));
        });
        tokio::select! {
            done = server.into_future() => done?,
            () = grace_is_over(stopped) => tracing::warn!("some requests took longer than the grace period"),
        }
        housekeeping.abort();
        if tokio::time::timeout(LAST_WRITES, services.close())
            .await
            .is_err()
        {
            tracing::warn!("the database did not take the last writes in time");
        }
        Ok(())
    }
}

/// Does what is due by the clock, at once and then every minute. What is under way when this ends is a unit of work,
/// which goes on to its end.
async fn keep_house(services: Services) {
    let mut due = tokio::time::interval(HOUSEKEEPING);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        if let Err(error) = services.keep_house().await {
            tracing::warn!(error = error.with_causes(), "housekeeping is put off");
        }
    }
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!(
                "{address} is in use: stop the other program, or name another address with --listen"
            )
        }
        Err(error) => Err(error).with_context(|| format!("Can't listen on {address}")),
    }
}

/// Ends [`GRACE`] after the sender has gone.
async fn grace_is_over(mut stopped: tokio::sync::watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
    tokio::time::sleep(GRACE).await;
}
