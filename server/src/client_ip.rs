//! Where a request comes from: the other end of its connection or, behind a proxy that was named, whom that says it serves.

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

/// The addresses of proxies: one, or those of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyAddresses(IpNet);

impl FromStr for ProxyAddresses {
    type Err = &'static str;

    /// `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = text.parse().ok();
        let network = network.or_else(|| text.parse().map(|one: IpAddr| one.into()).ok());
        network
            .map(Self)
            .ok_or("a proxy is named by its address or network, as 127.0.0.1 or 10.0.0.0/8")
    }
}

/// The proxies whose word is taken. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    all: Arc<[ProxyAddresses]>,
    has_warned: Arc<AtomicBool>,
}

/// Whom a request is counted for; absent where no socket brought it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientIp(IpAddr);

impl ClientIp {
    /// That of the request with these extensions.
    pub(crate) fn of(extensions: &Extensions) -> Option<IpAddr> {
        extensions.get::<Self>().map(|address| address.0)
    }
}

impl TrustedProxies {
    /// Those.
    pub fn new(all: &[ProxyAddresses]) -> Self {
        Self {
            all: all.into(),
            has_warned: Arc::default(),
        }
    }

    /// Notes in a request's extensions where it comes from.
    pub(crate) fn resolve(&self, request: &mut Request) {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if let Some(ConnectInfo(peer)) = peer {
            let address = self.client(peer.ip().to_canonical(), request.headers());
            request.extensions_mut().insert(ClientIp(address));
        }
    }

    /// Each proxy adds whom it serves at the end, so it is read from there, as far as proxies are known: what stands before may
    /// be made up.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lists = headers.get_all(FORWARDED_FOR).iter().rev();
        let mut named = lists.flat_map(|list| list.as_bytes().rsplit(|&byte| byte == b','));
        let mut address = peer;
        while self.is_trusted(address) {
            let Some(next) = named.next().and_then(address_of) else {
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
        self.all.iter().any(|proxy| proxy.0.contains(&address))
    }

    /// Whoever forgot to name the proxy would have all devices counted as one.
    fn warn_once(&self, peer: IpAddr) {
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "{peer} says that it forwards requests of others, but is not trusted: limits count all of them as its own, so that one guesser stops them all. If it is your proxy, start with --trusted-proxy {peer}"
            );
        }
    }
}

/// Where a proxy of one's own is. Anybody else may write the header, and is not to be recommended.
fn is_private_network(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn address_of(name: &[u8]) -> Option<IpAddr> {
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
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_named_proxy_is_believed() {
        for (trusted, peer, forwarded, expected) in [
            (&[][..], "127.0.0.1", &["192.0.2.9"][..], "127.0.0.1"),
            (&["127.0.0.1"], "127.0.0.1", &["192.0.2.9"], "192.0.2.9"),
            (&["127.0.0.1"], "127.0.0.1", &[], "127.0.0.1"),
            (&["10.0.0.0/8"], "127.0.0.1", &["192.0.2.9"], "127.0.0.1"),
            // The client made the first one up.
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
            // Two proxies behind one another.
            (
                &["127.0.0.1", "10.0.0.0/8"],
                "127.0.0.1",
                &["192.0.2.9, 10.1.2.3"],
                "192.0.2.9",
            ),
            (&["10.0.0.0/8"], "10.1.2.3", &["10.3.2.1"], "10.3.2.1"),
            // What can't be read is not gone past.
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
    fn proxies_are_named_by_address_or_network() {
        for good in ["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"] {
            assert!(good.parse::<ProxyAddresses>().is_ok(), "{good}");
        }
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0.1:80"] {
            assert!(bad.parse::<ProxyAddresses>().is_err(), "{bad}");
        }
    }
}
