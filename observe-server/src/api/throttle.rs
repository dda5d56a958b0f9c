//! Guessing keys takes long: after some wrong ones an address waits, each time twice as long, until it brings the right ones.
//!
//! - Nobody waits for what another address did. Of an IPv6 network of one owner, a /64, all addresses are one.
//! - While an address waits its keys are not looked at, right or wrong, so that nothing can be learned by trying on; who is logged
//!   in already goes on undisturbed. The longest wait is a minute, and the right keys end it for good.
//! - Memory is bounded: the address that failed longest ago gives way.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

/// Wrong keys that cost nothing: people mistype.
const FREE: u32 = 10;
const LONGEST: Duration = Duration::from_secs(60);
/// After which time without another one failures are forgotten.
const MEMORY: Duration = Duration::from_secs(15 * 60);
/// Addresses that are remembered.
const MOST: usize = 4096;

/// Who failed, how often, and when last.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<IpAddr, Failures>>);

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    fn ends(self) -> Instant {
        let beyond = self.count.saturating_sub(FREE);
        let wait = if beyond == 0 { Duration::ZERO } else { Duration::from_secs(1 << (beyond - 1).min(6)) };
        self.last + wait.min(LONGEST)
    }
}

impl Throttle {
    /// How many seconds the address has still to wait.
    pub(super) fn wait(&self, who: IpAddr, now: Instant) -> Option<u64> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&who).copied()?;
        let left = failures.ends().checked_duration_since(now).filter(|left| !left.is_zero())?;
        Some(left.as_secs() + u64::from(left.subsec_nanos() > 0))
    }

    pub(super) fn failed(&self, who: IpAddr, now: Instant) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST && !all.contains_key(&who) {
            all.retain(|_, failures| now.saturating_duration_since(failures.last) < MEMORY);
            if all.len() >= MOST
                && let Some(first) = all.iter().min_by_key(|(_, failures)| failures.last).map(|(who, _)| *who)
            {
                all.remove(&first);
            }
        }
        let failures = all.entry(who).or_insert(Failures { count: 0, last: now });
        let is_old = now.saturating_duration_since(failures.last) >= MEMORY;
        *failures = Failures { count: if is_old { 1 } else { failures.count.saturating_add(1) }, last: now };
    }

    pub(super) fn succeeded(&self, who: IpAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&who);
    }
}

/// The address that a request comes from. A proxy on this machine says for whom it asks: the last address is the one it saw.
pub(super) fn who(extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let address = if peer.is_loopback() { forwarded().unwrap_or(peer) } else { peer };
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        other => other,
    }
}

pub(super) fn reason(seconds: u64) -> String {
    let plural = if seconds == 1 { "" } else { "s" };
    format!("Wrong keys came too often from this address: try again in {seconds} second{plural}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn each_wrong_key_beyond_some_doubles_the_wait() {
        let throttle = Throttle::default();
        let mut now = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..FREE + 9 {
            throttle.failed(ONE, now);
            let wait = throttle.wait(ONE, now).unwrap_or(0);
            waits.push(wait);
            now += Duration::from_secs(wait);
            assert_eq!(throttle.wait(ONE, now), None, "it is over then");
        }
        assert_eq!(waits[9..], [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        throttle.failed(ONE, now);
        let other = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
        assert_eq!((throttle.wait(other, now), throttle.wait(ONE, now)), (None, Some(60)));
        throttle.succeeded(ONE);
        assert_eq!(throttle.wait(ONE, now), None);
        for _ in 0..FREE {
            throttle.failed(ONE, now);
        }
        throttle.failed(ONE, now + MEMORY);
        assert_eq!(throttle.wait(ONE, now + MEMORY), None, "what was long ago is forgotten");
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for number in 0..u32::try_from(MOST).unwrap() + 10 {
            throttle.failed(IpAddr::V4(number.into()), now + Duration::from_millis(number.into()));
        }
        let all = throttle.0.lock().unwrap();
        assert_eq!((all.len(), all.contains_key(&IpAddr::V4(9.into()))), (MOST, false));
    }

    #[test]
    fn a_local_proxy_says_who_asks() {
        let from = |peer: &str, forwarded: &[&str]| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
            let mut headers = HeaderMap::new();
            for forwarded in forwarded {
                headers.append("x-forwarded-for", forwarded.parse().unwrap());
            }
            who(&extensions, &headers).to_string()
        };
        assert_eq!(from("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(from("127.0.0.1", &["made up", "6.6.6.6, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(from("127.0.0.1", &["nobody"]), "127.0.0.1");
        assert_eq!(from("192.0.2.1", &["192.0.2.7"]), "192.0.2.1", "nobody else is believed");
        assert_eq!(from("2001:db8:1:2:3:4:5:6", &[]), "2001:db8:1:2::");
        assert_eq!(from("::ffff:192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(from("::1", &[]), "::1");
    }
}
