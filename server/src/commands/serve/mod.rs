//! `keywright serve`.

mod limits;
mod listen;
mod shutdown;

use std::{net::SocketAddr, num::NonZeroU64, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Args;
use keywright_service::Services;
use tokio::{net::TcpListener, sync::watch};

use self::{
    limits::LimitArgs,
    listen::{Served, listen},
    shutdown::{Signals, exit_at_next},
};
use crate::{
    client_ip::{ProxyAddresses, TrustedProxies},
    commands::setup_code,
    config::DatabaseArgs,
    metrics,
    router::{self, Surfaces},
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
    /// Answer devices on an address of its own, apart from the dashboard.
    #[arg(long, env = "KEYWRIGHT_DEVICE_LISTEN", value_name = "ADDRESS")]
    device_listen: Option<SocketAddr>,
    /// Answer Prometheus at `/metrics` on an address of its own, which should not be reached from outside.
    #[arg(long, env = "KEYWRIGHT_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// The URL under which browsers and apps reach this server; begin it with https:// where a proxy in front speaks
    /// TLS, so that cookies are sent over nothing else.
    #[arg(long, env = "KEYWRIGHT_PUBLIC_URL")]
    public_url: Option<String>,
    /// The URL under which apps reach the device API, where it is not the public URL.
    #[arg(long, env = "KEYWRIGHT_DEVICE_URL")]
    device_url: Option<String>,
    /// Warn of requests that take longer, in milliseconds; 0 for never.
    #[arg(long, env = "KEYWRIGHT_SLOW_REQUEST_MS", default_value_t = 1_000)]
    slow_request_ms: u64,
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
        PublicUrl::parse(self.device_url.as_deref())?;
        let site = Site::load(&self.site_dir)?;
        let listeners = self.listen().await?;
        let _lock = database.lock()?;
        let services = database.open_or_create(self.limits.into()).await?;
        // Before anybody is told where to find this server, and to stop it.
        let mut signals = Signals::listen().context("Can't listen for signals")?;
        let setup_code_file = database.setup_code_file();
        let state = AppState {
            setup_code_file: Some(setup_code_file.clone()),
            base_url: self.base_url(&listeners)?,
            proxies: TrustedProxies::new(&self.trusted_proxies),
            slow: NonZeroU64::new(self.slow_request_ms).map(|ms| Duration::from_millis(ms.get())),
            ..AppState::new(services.clone(), site, public_url)
        };
        let streams = state.sse_connections.clone();
        let address = listeners.browsers.local_addr()?;
        let served = listeners.serve(state)?;
        let url = self.public_url.unwrap_or(format!("http://{address}"));
        setup_code::announce(&services, &setup_code_file, &url).await?;
        let housekeeping = tokio::spawn(keep_house(services.clone()));
        let (stop, stopped) = watch::channel(false);
        let stopping = async move {
            signals.next().await;
            // These never end by themselves.
            streams.stop();
            tracing::info!("stopping: no new requests, those under way are answered");
            stop.send_replace(true);
            tokio::spawn(exit_at_next(signals));
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            done = listen::serve(served, &stopped) => done?,
            () = stopping => tracing::warn!("some requests took longer than the grace period"),
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

    async fn listen(&self) -> anyhow::Result<Listeners> {
        let browsers = listen(self.listen, "--listen").await?;
        let devices = match self.device_listen {
            Some(address) => Some(listen(address, "--device-listen").await?),
            None => None,
        };
        let metrics = match self.metrics_listen {
            Some(address) => Some(listen(address, "--metrics-listen").await?),
            None => None,
        };
        Ok(Listeners {
            browsers,
            devices,
            metrics,
        })
    }

    /// Under which apps reach the device API, as far as that does not depend on who asks.
    fn base_url(&self, listeners: &Listeners) -> anyhow::Result<Option<Arc<str>>> {
        let given = match (&self.device_url, &listeners.devices) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(devices)) if !devices.local_addr()?.ip().is_unspecified() => {
                Some(format!("http://{}", devices.local_addr()?))
            }
            // What listens everywhere can't be said to be anywhere.
            (None, _) => self.public_url.clone(),
        };
        Ok(given.map(|url| url.trim_end_matches('/').into()))
    }
}

/// The addresses that are listened on.
struct Listeners {
    /// For devices, too, where they have none of their own.
    browsers: TcpListener,
    devices: Option<TcpListener>,
    metrics: Option<TcpListener>,
}

impl Listeners {
    /// Says where what is found, and puts together what answers there.
    fn serve(self, state: AppState) -> anyhow::Result<Vec<Served>> {
        let mut served = Vec::new();
        if let Some(listener) = self.metrics {
            let address = listener.local_addr()?;
            tracing::info!("metrics are on http://{address}/metrics");
            let handle = metrics::start()?;
            tokio::spawn(metrics::keep_up(handle.clone()));
            let router = metrics::router(state.clone(), handle);
            served.push(Served { listener, router });
        }
        let sides = match self.devices {
            Some(listener) => {
                let address = listener.local_addr()?;
                tracing::info!("devices are answered on http://{address}");
                let router = router::build(state.clone(), Surfaces::Devices);
                served.push(Served { listener, router });
                Surfaces::Browsers
            }
            None => Surfaces::Both,
        };
        let address = self.browsers.local_addr()?;
        let router = router::build(state, sides);
        served.push(Served {
            listener: self.browsers,
            router,
        });
        tracing::info!("listening on http://{address}");
        Ok(served)
    }
}

/// Does what is due by the clock, at once and then every minute. What is under way when this ends is a unit of work,
/// which goes on to its end.
async fn keep_house(services: Services) {
    let mut due = tokio::time::interval(HOUSEKEEPING);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        if let Err(error) = services.run_maintenance().await {
            tracing::warn!(error = error.with_causes(), "housekeeping is put off");
        }
    }
}
