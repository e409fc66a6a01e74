//! Who is at the other end of a request: the client's address, and whether it speaks
//! HTTPS. What a proxy says is believed of the proxies that the configuration names,
//! and of nobody else.

use crate::app::App;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, request::Parts},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// What the listener knows of a connection; it stands in the extensions of each of its
/// requests.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    pub from: IpAddr,
    /// Whether it is TLS of our own.
    pub tls: bool,
}

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    pub address: IpAddr,
    /// Whether the client itself speaks HTTPS.
    pub secure: bool,
    pub relayed: Relayed,
}

/// Whether somebody stands between the client and us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relayed {
    /// Nobody that shows.
    No,
    /// A proxy that the configuration names.
    Trusted,
    /// A proxy that it does not name, or one that does not say for whom it asks.
    Unknown,
}

/// Headers that only a proxy sets. Of these [`FOR`] and [`PROTO`] are read.
const SIGNS: [&str; 13] = [
    FOR,
    PROTO,
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-forwarded-ssl",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "cf-connecting-ip",
    "true-client-ip",
    "forwarded",
    "via",
];
const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

impl Connection {
    pub fn new(from: SocketAddr, tls: bool) -> Self {
        Self { from: from.ip().to_canonical(), tls }
    }
}

impl Peer {
    /// Nobody known: not on loopback, not over HTTPS.
    fn unknown() -> Self {
        Self { address: Ipv4Addr::UNSPECIFIED.into(), secure: false, relayed: Relayed::Unknown }
    }

    /// The client behind a connection, by the headers of its request.
    fn of(connection: Connection, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let Connection { from, tls } = connection;
        let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
        if !is_trusted(&from) {
            let signs = SIGNS.iter().any(|name| headers.contains_key(*name));
            return Self { address: from, secure: tls, relayed: if signs { Relayed::Unknown } else { Relayed::No } };
        }
        match client(headers, from, is_trusted) {
            Some(address) => Self { address, secure: over_https(headers), relayed: Relayed::Trusted },
            None => Self { address: from, secure: false, relayed: Relayed::Unknown },
        }
    }

    /// Whether a password may travel on this way: HTTPS, or not beyond this machine. What
    /// cannot be told is not.
    pub fn keeps_secrets(&self) -> bool {
        self.secure || (self.relayed == Relayed::No && self.address.is_loopback())
    }
}

/// The right-most address of `X-Forwarded-For` that is no proxy of ours: each proxy adds
/// the one it heard from at the right, and what stands further left is hearsay. Where
/// all of them are ours, the left-most; `from` where there is none. `None` where the
/// place holds no address.
fn client(headers: &HeaderMap, from: IpAddr, is_trusted: impl Fn(&IpAddr) -> bool) -> Option<IpAddr> {
    let mut client = from;
    for line in headers.get_all(FOR).iter().rev() {
        for said in line.to_str().ok()?.rsplit(',') {
            client = address(said.trim())?;
            if !is_trusted(&client) {
                return Some(client);
            }
        }
    }
    Some(client)
}

/// An address as proxies write it: alone, in brackets, with a port.
fn address(said: &str) -> Option<IpAddr> {
    let bare = said.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(said);
    let parsed = bare.parse().ok().or_else(|| Some(said.parse::<SocketAddr>().ok()?.ip()));
    parsed.map(|address: IpAddr| address.to_canonical())
}

/// Whether every proxy on the way says that it was asked over HTTPS.
fn over_https(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(PROTO);
    let https = |line: &axum::http::HeaderValue| {
        line.to_str().is_ok_and(|line| line.split(',').all(|said| said.trim().eq_ignore_ascii_case("https")))
    };
    lines.iter().next().is_some() && lines.iter().all(https)
}

/// Puts the [`Peer`] into the request.
pub(super) async fn resolve(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let peer = match request.extensions().get::<Connection>() {
        Some(connection) => Peer::of(*connection, request.headers(), &app.config.server.trusted_proxies),
        None => Peer::unknown(),
    };
    request.extensions_mut().insert(peer);
    next.run(request).await
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::in_extensions(&parts.extensions))
    }
}

impl Peer {
    /// The one that [`resolve`] put there, else nobody known.
    pub(super) fn in_extensions(extensions: &axum::http::Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or_else(Self::unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Relayed::{No, Trusted, Unknown};

    /// With 10.0.0.0/8 and fd00::/64 as proxies of ours.
    fn peer(from: &str, tls: bool, headers: &[(&'static str, &str)]) -> Peer {
        let trusted = ["10.0.0.0/8", "fd00::/64"].map(|network| network.parse().unwrap());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Peer::of(Connection::new(SocketAddr::new(from.parse().unwrap(), 40_000), tls), &map, &trusted)
    }

    #[test]
    fn the_client_is_found_behind_proxies_of_ours_and_no_others() {
        let https = (PROTO, "https");
        for (from, tls, headers, address, secure, relayed) in [
            // Nobody between.
            ("127.0.0.1", false, &[][..], "127.0.0.1", false, No),
            ("::ffff:127.0.0.1", false, &[], "127.0.0.1", false, No),
            ("192.0.2.9", true, &[], "192.0.2.9", true, No),
            ("192.0.2.9", false, &[], "192.0.2.9", false, No),
            // A proxy nobody named: it is not believed, and it is noticed.
            ("127.0.0.1", false, &[(FOR, "203.0.113.5")], "127.0.0.1", false, Unknown),
            ("127.0.0.1", false, &[https], "127.0.0.1", false, Unknown),
            ("127.0.0.1", false, &[("forwarded", "for=127.0.0.1;proto=https")], "127.0.0.1", false, Unknown),
            ("127.0.0.1", false, &[("via", "1.1 proxy")], "127.0.0.1", false, Unknown),
            ("127.0.0.1", false, &[("x-real-ip", "127.0.0.1")], "127.0.0.1", false, Unknown),
            ("192.0.2.9", true, &[(FOR, "127.0.0.1")], "192.0.2.9", true, Unknown),
            // A proxy of ours.
            ("10.0.0.1", false, &[(FOR, "203.0.113.5"), https], "203.0.113.5", true, Trusted),
            ("::ffff:10.0.0.1", false, &[(FOR, "203.0.113.5"), https], "203.0.113.5", true, Trusted),
            ("10.0.0.1", false, &[(FOR, "203.0.113.5")], "203.0.113.5", false, Trusted),
            ("10.0.0.1", true, &[(FOR, "203.0.113.5")], "203.0.113.5", false, Trusted),
            ("10.0.0.1", true, &[(FOR, "203.0.113.5"), (PROTO, "http")], "203.0.113.5", false, Trusted),
            ("10.0.0.1", false, &[(FOR, "203.0.113.5:4711"), https], "203.0.113.5", true, Trusted),
            ("fd00::1", false, &[(FOR, "[2001:db8::7]:4711"), https], "2001:db8::7", true, Trusted),
            ("fd00::1", false, &[(FOR, "[2001:db8::7]"), https], "2001:db8::7", true, Trusted),
            ("fd00::1", false, &[(FOR, "2001:db8::7"), https], "2001:db8::7", true, Trusted),
            // What the client wrote itself stands at the left, and is hearsay.
            ("10.0.0.1", false, &[(FOR, "127.0.0.1, 203.0.113.5"), https], "203.0.113.5", true, Trusted),
            ("10.0.0.1", false, &[(FOR, "127.0.0.1"), (FOR, "203.0.113.5"), https], "203.0.113.5", true, Trusted),
            // Two proxies of ours, one behind the other.
            ("10.0.0.1", false, &[(FOR, "203.0.113.5, 10.0.0.2"), https], "203.0.113.5", true, Trusted),
            ("10.0.0.1", false, &[(FOR, "203.0.113.5"), (FOR, "10.0.0.2"), https], "203.0.113.5", true, Trusted),
            (
                "10.0.0.1",
                false,
                &[(FOR, "203.0.113.5, 10.0.0.2"), (PROTO, "http, https")],
                "203.0.113.5",
                false,
                Trusted,
            ),
            ("10.0.0.1", false, &[(FOR, "203.0.113.5"), (PROTO, "http"), https], "203.0.113.5", false, Trusted),
            ("10.0.0.1", false, &[(FOR, "10.0.0.3, 10.0.0.2"), https], "10.0.0.3", true, Trusted),
            // The proxy does not say for whom.
            ("10.0.0.1", false, &[https], "10.0.0.1", true, Trusted),
            ("10.0.0.1", false, &[], "10.0.0.1", false, Trusted),
            ("10.0.0.1", false, &[(FOR, "unknown"), https], "10.0.0.1", false, Unknown),
            ("10.0.0.1", false, &[(FOR, "203.0.113.5, _hidden"), https], "10.0.0.1", false, Unknown),
            ("10.0.0.1", false, &[(FOR, ""), https], "10.0.0.1", false, Unknown),
        ] {
            let expected = Peer { address: address.parse().unwrap(), secure, relayed };
            assert_eq!(peer(from, tls, headers), expected, "{from} tls={tls} {headers:?}");
        }
    }

    #[test]
    fn a_password_travels_over_https_or_within_this_machine_only() {
        let says = |from, tls, headers: &[_]| peer(from, tls, headers).keeps_secrets();
        assert!(says("127.0.0.1", false, &[]) && says("::1", false, &[]) && says("192.0.2.9", true, &[]));
        assert!(says("10.0.0.1", false, &[(FOR, "203.0.113.5"), (PROTO, "https")]));
        assert!(!says("192.0.2.9", false, &[]));
        assert!(!says("127.0.0.1", false, &[(FOR, "127.0.0.1")]));
        assert!(!says("10.0.0.1", false, &[(FOR, "127.0.0.1")]), "the last step is plain HTTP between two machines");
        assert!(!says("10.0.0.1", false, &[(FOR, "127.0.0.1"), (PROTO, "http")]));
        assert!(!Peer::unknown().keeps_secrets());
    }

    #[tokio::test]
    async fn without_the_middleware_nobody_is_known() {
        let (mut parts, ()) = axum::http::Request::new(()).into_parts();
        let Ok(peer) = Peer::from_request_parts(&mut parts, &()).await;
        assert_eq!(peer, Peer::unknown());
    }
}
