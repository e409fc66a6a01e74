//! How often one address may ask, and how long an address of ours may be.

use super::{peer::Peer, refusal::Refusal};
use crate::config;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// The longest path with its query, in bytes (ours; browsers send 8 KiB everywhere).
const LONGEST_ADDRESS: usize = 8 << 10;
/// Answered however often somebody asks: whoever watches the server must not lose it.
const UNCOUNTED: [&str; 2] = ["/healthz", "/readyz"];
/// So often is it looked for addresses that are forgiven.
const SWEEP: u32 = 1_000;

/// What is counted, by address.
#[derive(Debug)]
pub(super) struct Limits {
    requests: Counted,
    sign_ins: Counted,
}

#[derive(Debug)]
struct Counted {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    asked: AtomicU32,
}

impl Limits {
    pub fn new(config: &config::Limits) -> Self {
        Self {
            requests: Counted::new(config.requests, config.burst),
            sign_ins: Counted::new(config.sign_ins, config.sign_in_burst),
        }
    }
}

impl Counted {
    fn new(a_minute: NonZeroU32, at_once: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(a_minute).allow_burst(at_once));
        Self { limiter, asked: AtomicU32::new(0) }
    }

    /// Counts one; an error holds the whole seconds to wait, at least one.
    fn count(&self, address: IpAddr) -> Result<(), u64> {
        // An address whose allowance is full again is as good as unknown: keeping those
        // alone bounds the memory by what can be asked within a few seconds.
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(&of_one(address)).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }
}

/// One subscriber: an address of IPv4, a /64 of IPv6, within which anybody may choose.
fn of_one(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// Counts the request, and lets [`Confidential`] count further.
pub(super) async fn guard(State(limits): State<Arc<Limits>>, mut request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|asked| asked.as_str().len() > LONGEST_ADDRESS) {
        return Refusal::LongAddress.into_response();
    }
    if !UNCOUNTED.contains(&request.uri().path()) {
        let peer = Peer::in_extensions(request.extensions());
        if let Err(seconds) = limits.requests.count(peer.address) {
            return Refusal::TooMany { seconds }.into_response();
        }
    }
    request.extensions_mut().insert(limits);
    next.run(request).await
}

/// A request that may carry a password: nobody on the way can read it, and not too
/// many came from there. Every handler that takes a password takes one of these,
/// before it reads the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Confidential {
    pub peer: Peer,
}

impl<S: Send + Sync> FromRequestParts<S> for Confidential {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let peer = Peer::in_extensions(&parts.extensions);
        if !peer.keeps_secrets() {
            return Err(Refusal::NotOverHttp);
        }
        let Some(limits) = parts.extensions.get::<Arc<Limits>>() else {
            tracing::error!("a password was sent past the counter of attempts, and is not looked at");
            return Err(Refusal::Fault);
        };
        limits.sign_ins.count(peer.address).map_err(|seconds| Refusal::TooMany { seconds })?;
        Ok(Self { peer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(a_minute: u32, at_once: u32) -> Counted {
        Counted::new(NonZeroU32::new(a_minute).unwrap(), NonZeroU32::new(at_once).unwrap())
    }

    #[test]
    fn one_subscriber_is_an_address_of_ipv4_and_a_64_of_ipv6() {
        for (address, one) in [
            ("192.0.2.9", "192.0.2.9"),
            ("::ffff:192.0.2.9", "192.0.2.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(of_one(address.parse().unwrap()), one.parse::<IpAddr>().unwrap(), "{address}");
        }
    }

    #[test]
    fn over_the_allowance_one_waits_and_others_do_not() {
        let counted = counted(2, 3);
        let (one, other) = ("2001:db8::1".parse().unwrap(), "2001:db8:0:1::1".parse().unwrap());
        for _ in 0..3 {
            counted.count(one).unwrap();
        }
        let wait = counted.count("2001:db8::2".parse().unwrap()).unwrap_err();
        assert!((1..=31).contains(&wait), "{wait}");
        counted.count(other).unwrap();
    }

    #[test]
    fn forgiven_addresses_are_forgotten() {
        // Full again after a millisecond.
        let counted = counted(60_000, 1);
        for n in 0..20 * SWEEP {
            counted.count(IpAddr::from(n.to_be_bytes())).unwrap();
        }
        let kept = counted.limiter.len();
        assert!(kept < 10 * SWEEP as usize, "{kept} addresses are kept");
    }
}
