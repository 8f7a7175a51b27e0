//! State shared by all handlers, and the URLs that the server is reached at.

use std::{sync::Arc, time::Duration};

use anyhow::bail;
use axum::http::{HeaderMap, Uri, header};
use keywright_service::Services;

use crate::{
    client_ip::TrustedProxies, setup_code::SetupCodeFile, site::Site,
    sse_connections::SseConnections,
};

/// State shared by all handlers. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub services: Services,
    pub site: Arc<Site>,
    pub public_url: PublicUrl,
    /// Configured base URL for apps, without a trailing slash. `None` derives it from each request.
    pub base_url: Option<Arc<str>>,
    /// Requests that take at least this long are logged as slow. `None` disables the warning.
    pub slow_request_threshold: Option<Duration>,
    /// Proxies whose `X-Forwarded-For` header is trusted.
    pub trusted_proxies: TrustedProxies,
    pub sse_connections: SseConnections,
    /// File to delete once the first tenant exists.
    pub setup_code_file: Option<SetupCodeFile>,
}

impl AppState {
    /// Creates the state with default settings.
    pub fn new(services: Services, site: Site, public_url: PublicUrl) -> Self {
        Self {
            services,
            site: Arc::new(site),
            public_url,
            base_url: None,
            slow_request_threshold: None,
            trusted_proxies: TrustedProxies::default(),
            sse_connections: SseConnections::default(),
            setup_code_file: None,
        }
    }

    /// Returns the base URL for apps: the configured URL, otherwise one built from the request's
    /// host.
    pub fn base_url(&self, headers: &HeaderMap, uri: &Uri) -> Arc<str> {
        if let Some(url) = &self.base_url {
            return url.clone();
        }
        let host = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        // HTTP/2 sends the host in the URI.
        let host = host.or_else(|| uri.host()).unwrap_or("localhost");
        let scheme = if self.public_url.is_https {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{host}").into()
    }
}

/// The part of the public URL that cookies and headers depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicUrl {
    /// Whether browsers use TLS, to the server or to a proxy in front of it.
    pub is_https: bool,
}

impl PublicUrl {
    /// Parses `--public-url`. `None` means plain HTTP.
    pub fn parse(url: Option<&str>) -> anyhow::Result<Self> {
        let Some(url) = url else {
            return Ok(Self::default());
        };
        match url.split_once("://") {
            Some(("https", host)) if !host.is_empty() => Ok(Self { is_https: true }),
            Some(("http", host)) if !host.is_empty() => Ok(Self { is_https: false }),
            _ => bail!("the URL must start with http:// or https:// and include a host"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_of_the_public_url_decides_whether_cookies_are_secure() {
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
