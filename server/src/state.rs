//! What every handler works with.

use std::{sync::Arc, time::Duration};

use anyhow::bail;
use axum::http::{HeaderMap, Uri, header};
use keywright_service::Services;

use crate::{
    client_ip::TrustedProxies, setup_code::SetupCodeFile, site::Site,
    sse_connections::SseConnections,
};

/// Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub services: Services,
    /// The built site.
    pub site: Arc<Site>,
    /// How the server is reached.
    pub public_url: PublicUrl,
    /// The address under which browsers and apps reach it, where one was given: without a slash at the end.
    pub base_url: Option<Arc<str>>,
    /// What takes longer is warned of.
    pub slow: Option<Duration>,
    /// Who may say for whom they ask.
    pub proxies: TrustedProxies,
    /// The open streams of events.
    pub sse_connections: SseConnections,
    /// What is removed once there is a tenant.
    pub setup_code_file: Option<SetupCodeFile>,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(services: Services, site: Site, public_url: PublicUrl) -> Self {
        Self {
            services,
            site: Arc::new(site),
            public_url,
            base_url: None,
            slow: None,
            proxies: TrustedProxies::default(),
            sse_connections: SseConnections::default(),
            setup_code_file: None,
        }
    }

    /// How apps reach the server: as it was told when it was started, or else as whoever asks has reached it.
    pub fn base_url(&self, headers: &HeaderMap, uri: &Uri) -> Arc<str> {
        if let Some(url) = &self.base_url {
            return url.clone();
        }
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        // HTTP/2 has it in the URI.
        let host = host.or_else(|| uri.host()).unwrap_or("localhost");
        let scheme = if self.public_url.is_https {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{host}").into()
    }
}

/// How browsers reach the server, as far as cookies and headers depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicUrl {
    /// Whether browsers speak TLS to it or to a proxy before it.
    pub is_https: bool,
}

impl PublicUrl {
    /// Of `--public-url`; plain HTTP where none is given.
    pub fn parse(url: Option<&str>) -> anyhow::Result<Self> {
        let Some(url) = url else {
            return Ok(Self::default());
        };
        match url.split_once("://") {
            Some(("https", host)) if !host.is_empty() => Ok(Self { is_https: true }),
            Some(("http", host)) if !host.is_empty() => Ok(Self { is_https: false }),
            _ => bail!("The public URL must begin with http:// or https:// and name a host"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_url_says_whether_cookies_may_travel_in_the_open() {
        assert!(!PublicUrl::parse(None).unwrap().is_https);
        assert!(
            !PublicUrl::parse(Some("http://127.0.0.1:3000"))
                .unwrap()
                .is_https
        );
        assert!(
            PublicUrl::parse(Some("https://licenses.example.com"))
                .unwrap()
                .is_https
        );
        for bad in ["", "licenses.example.com", "ftp://x", "https://"] {
            assert!(PublicUrl::parse(Some(bad)).is_err(), "{bad}");
        }
    }
}
