//! `keywright serve`: starts the server, runs maintenance and shuts down gracefully.

mod limits;
mod listen;
mod shutdown;

use std::{net::SocketAddr, num::NonZeroU64, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Args;
use keywright_service::Services;
use tokio::{net::TcpListener, sync::watch};

use self::{
    limits::RateLimitArgs,
    listen::{BoundRouter, bind},
    shutdown::{ShutdownSignals, exit_on_next_signal},
};
use crate::{
    client_ip::{TrustedProxies, TrustedProxy},
    commands::setup_code,
    config::DatabaseArgs,
    metrics,
    router::{self, Surfaces},
    site::Site,
    state::{AppState, PublicUrl},
};

/// Maximum time for in-flight requests to finish on shutdown.
const SHUTDOWN_GRACE_PERIOD: Duration = Duration::from_secs(30);

/// Interval between maintenance runs.
const MAINTENANCE_INTERVAL: Duration = Duration::from_mins(1);

/// Maximum time to flush pending writes on shutdown.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on.
    #[arg(long, env = "KEYWRIGHT_LISTEN", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Serve the device API on a separate address.
    #[arg(long, env = "KEYWRIGHT_DEVICE_LISTEN", value_name = "ADDRESS")]
    device_listen: Option<SocketAddr>,
    /// Serve Prometheus metrics at `/metrics` on a separate address. Do not expose it to the
    /// internet.
    #[arg(long, env = "KEYWRIGHT_METRICS_LISTEN", value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// URL that browsers and apps use to reach this server. Use https:// if a proxy in front of
    /// it terminates TLS, so that cookies are only sent over TLS.
    #[arg(long, env = "KEYWRIGHT_PUBLIC_URL")]
    public_url: Option<String>,
    /// URL that apps use to reach the device API, if it differs from the public URL.
    #[arg(long, env = "KEYWRIGHT_DEVICE_URL")]
    device_url: Option<String>,
    /// Warn about requests that take at least this many milliseconds; 0 disables the warning.
    #[arg(long, env = "KEYWRIGHT_SLOW_REQUEST_MS", default_value_t = 1_000)]
    slow_request_ms: u64,
    /// Address or network of a trusted proxy in front of the server, whose `X-Forwarded-For`
    /// header sets client addresses for rate limits and the audit log. Can be repeated or
    /// comma-separated.
    #[arg(
        long = "trusted-proxy",
        env = "KEYWRIGHT_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "ADDRESS"
    )]
    trusted_proxies: Vec<TrustedProxy>,
    /// Directory of the built site, if it is not embedded in the binary.
    #[arg(long, env = "KEYWRIGHT_SITE_DIR", default_value = "target/site/pkg")]
    site_dir: PathBuf,
    #[command(flatten)]
    limits: RateLimitArgs,
}

impl ServeArgs {
    pub(crate) async fn run(self, database: &DatabaseArgs) -> anyhow::Result<()> {
        // Check arguments and bind addresses before creating any files.
        let public_url = PublicUrl::parse(self.public_url.as_deref())?;
        PublicUrl::parse(self.device_url.as_deref())?;
        let site = Site::load(&self.site_dir)?;
        let listeners = self.bind_listeners().await?;
        let _lock = database.lock_exclusively()?;
        let services = database.open_or_create(self.limits.into()).await?;
        // Install the handlers before logging the address, because a supervisor may send a signal
        // as soon as the address appears.
        let mut signals =
            ShutdownSignals::install().context("can't install the signal handlers")?;
        let setup_code_file = database.setup_code_file();
        let state = AppState {
            setup_code_file: Some(setup_code_file.clone()),
            base_url: self.base_url(&listeners)?,
            trusted_proxies: TrustedProxies::new(&self.trusted_proxies),
            slow_request_threshold: NonZeroU64::new(self.slow_request_ms)
                .map(|ms| Duration::from_millis(ms.get())),
            ..AppState::new(services.clone(), site, public_url)
        };
        let sse_connections = state.sse_connections.clone();
        let address = listeners.browsers.local_addr()?;
        let served = listeners.into_bound_routers(state)?;
        let url = self.public_url.unwrap_or(format!("http://{address}"));
        setup_code::print_setup_code(&services, &setup_code_file, &url).await?;
        let maintenance = tokio::spawn(run_maintenance_periodically(services.clone()));
        let (stop, stopped) = watch::channel(false);
        let stopping = async move {
            signals.next().await;
            // Open event streams would delay shutdown.
            sse_connections.shut_down();
            tracing::info!("stopping: waiting for in-flight requests");
            stop.send_replace(true);
            tokio::spawn(exit_on_next_signal(signals));
            tokio::time::sleep(SHUTDOWN_GRACE_PERIOD).await;
        };
        tokio::select! {
            done = listen::serve_all(served, &stopped) => done?,
            () = stopping => tracing::warn!("some requests did not finish within the grace period"),
        }
        maintenance.abort();
        if tokio::time::timeout(FLUSH_TIMEOUT, services.close())
            .await
            .is_err()
        {
            tracing::warn!("pending writes did not reach the database in time");
        }
        Ok(())
    }

    async fn bind_listeners(&self) -> anyhow::Result<Listeners> {
        let browsers = bind(self.listen, "--listen").await?;
        let devices = match self.device_listen {
            Some(address) => Some(bind(address, "--device-listen").await?),
            None => None,
        };
        let metrics = match self.metrics_listen {
            Some(address) => Some(bind(address, "--metrics-listen").await?),
            None => None,
        };
        Ok(Listeners {
            browsers,
            devices,
            metrics,
        })
    }

    /// Returns the base URL for apps, unless it depends on the request.
    fn base_url(&self, listeners: &Listeners) -> anyhow::Result<Option<Arc<str>>> {
        let given = match (&self.device_url, &listeners.devices) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(devices)) if !devices.local_addr()?.ip().is_unspecified() => {
                Some(format!("http://{}", devices.local_addr()?))
            }
            // An unspecified address, such as 0.0.0.0, cannot be used in a URL.
            (None, _) => self.public_url.clone(),
        };
        Ok(given.map(|url| url.trim_end_matches('/').into()))
    }
}

struct Listeners {
    /// Also serves the device API if it has no separate listener.
    browsers: TcpListener,
    devices: Option<TcpListener>,
    metrics: Option<TcpListener>,
}

impl Listeners {
    /// Builds the router of each listener and logs its address.
    fn into_bound_routers(self, state: AppState) -> anyhow::Result<Vec<BoundRouter>> {
        let mut served = Vec::new();
        if let Some(listener) = self.metrics {
            let address = listener.local_addr()?;
            tracing::info!("serving metrics on http://{address}/metrics");
            let handle = metrics::install()?;
            tokio::spawn(metrics::run_upkeep(handle.clone()));
            let router = metrics::router(state.clone(), handle);
            served.push(BoundRouter { listener, router });
        }
        let sides = match self.devices {
            Some(listener) => {
                let address = listener.local_addr()?;
                tracing::info!("serving the device API on http://{address}");
                let router = router::build_router(state.clone(), Surfaces::Devices);
                served.push(BoundRouter { listener, router });
                Surfaces::Browsers
            }
            None => Surfaces::Both,
        };
        let address = self.browsers.local_addr()?;
        let router = router::build_router(state, sides);
        served.push(BoundRouter {
            listener: self.browsers,
            router,
        });
        tracing::info!("listening on http://{address}");
        Ok(served)
    }
}

/// Runs maintenance immediately and then every minute. If the task is aborted, a unit of work
/// that has started still completes.
async fn run_maintenance_periodically(services: Services) {
    let mut due = tokio::time::interval(MAINTENANCE_INTERVAL);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        if let Err(error) = services.run_maintenance().await {
            tracing::warn!(
                error = error.display_chain(),
                "maintenance run failed; retrying in 60 s"
            );
        }
    }
}
