//! Client IP addresses: the peer of the connection or, behind a trusted proxy, `X-Forwarded-For`.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{ConnectInfo, Request},
    http::{Extensions, HeaderMap, HeaderName},
};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Address or network of a trusted proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

impl FromStr for TrustedProxy {
    type Err = &'static str;

    /// Parses `192.0.2.1`, `10.0.0.0/8` or `2001:db8::/32`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = text.parse().ok();
        let network = network.or_else(|| text.parse().map(|one: IpAddr| one.into()).ok());
        network
            .map(Self)
            .ok_or("expected an IP address or network, such as 127.0.0.1 or 10.0.0.0/8")
    }
}

/// Proxies whose `X-Forwarded-For` header is trusted. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Arc<[TrustedProxy]>,
    has_warned: Arc<AtomicBool>,
}

/// Client IP address of a request. Absent if the request did not arrive over a socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientIp(IpAddr);

impl ClientIp {
    /// Reads the address from the request extensions.
    pub(crate) fn from_extensions(extensions: &Extensions) -> Option<IpAddr> {
        extensions.get::<Self>().map(|address| address.0)
    }
}

impl TrustedProxies {
    pub fn new(all: &[TrustedProxy]) -> Self {
        Self {
            networks: all.into(),
            has_warned: Arc::default(),
        }
    }

    /// Stores the client address in the request extensions.
    pub(crate) fn resolve(&self, request: &mut Request) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if let Some(ConnectInfo(peer)) = peer {
            let address = self.client_ip(peer.ip().to_canonical(), request.headers());
            request.extensions_mut().insert(ClientIp(address));
        }
    }

    /// Reads `X-Forwarded-For` from the end, past trusted proxies only. Each proxy appends the
    /// address of its client, so earlier entries may be forged.
    fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lists = headers.get_all(FORWARDED_FOR).iter().rev();
        let mut named = lists.flat_map(|list| list.as_bytes().rsplit(|&byte| byte == b','));
        let mut address = peer;
        while self.is_trusted(address) {
            let Some(next) = named.next().and_then(parse_forwarded_address) else {
                return address;
            };
            address = next;
        }
        if address == peer && is_private_network(peer) && headers.contains_key(FORWARDED_FOR) {
            self.warn_once(peer);
        }
        address
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|proxy| proxy.0.contains(&address))
    }

    /// Warns about a proxy that is probably missing from `--trusted-proxy`: all of its clients
    /// would share one rate limit.
    fn warn_once(&self, peer: IpAddr) {
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "ignoring X-Forwarded-For from an untrusted peer, so all of its clients share one rate limit; if it is your proxy, add its address with --trusted-proxy"
            );
        }
    }
}

/// Returns whether the peer could be the operator's own proxy. Other peers may forge the header,
/// so the warning must not suggest trusting them.
fn is_private_network(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// Parses `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
fn parse_forwarded_address(name: &[u8]) -> Option<IpAddr> {
    let name = str::from_utf8(name).ok()?.trim();
    let bare = name.trim_start_matches('[').trim_end_matches(']').parse();
    let address = bare.or_else(|_| name.parse().map(|socket: SocketAddr| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&'static str]) -> String {
        let trusted: Vec<_> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let proxies = TrustedProxies::new(&trusted);
        proxies
            .client_ip(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn forwarded_for_is_trusted_only_from_configured_proxies() {
        for (trusted, peer, forwarded, expected) in [
            (&[][..], "127.0.0.1", &["192.0.2.9"][..], "127.0.0.1"),
            (&["127.0.0.1"], "127.0.0.1", &["192.0.2.9"], "192.0.2.9"),
            (&["127.0.0.1"], "127.0.0.1", &[], "127.0.0.1"),
            (&["10.0.0.0/8"], "127.0.0.1", &["192.0.2.9"], "127.0.0.1"),
            // The client forged the first entry.
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["198.51.100.1, 192.0.2.9"],
                "192.0.2.9",
            ),
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["198.51.100.1", "192.0.2.9"],
                "192.0.2.9",
            ),
            // Two chained proxies.
            (
                &["127.0.0.1", "10.0.0.0/8"],
                "127.0.0.1",
                &["192.0.2.9, 10.1.2.3"],
                "192.0.2.9",
            ),
            (&["10.0.0.0/8"], "10.1.2.3", &["10.3.2.1"], "10.3.2.1"),
            // A malformed entry ends the search.
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["192.0.2.9, unknown"],
                "127.0.0.1",
            ),
            (&["127.0.0.1"], "127.0.0.1", &[""], "127.0.0.1"),
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["192.0.2.9:4711"],
                "192.0.2.9",
            ),
            (&["::1"], "::1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["::1"], "::1", &["2001:db8::1"], "2001:db8::1"),
            (&["::1"], "::1", &["::ffff:192.0.2.9"], "192.0.2.9"),
        ] {
            assert_eq!(
                client(trusted, peer, forwarded),
                expected,
                "{trusted:?} {peer} {forwarded:?}"
            );
        }
    }

    #[test]
    fn proxy_is_an_address_or_a_network() {
        for good in ["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"] {
            assert!(good.parse::<TrustedProxy>().is_ok(), "{good}");
        }
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0.1:80"] {
            assert!(bad.parse::<TrustedProxy>().is_err(), "{bad}");
        }
    }
}
