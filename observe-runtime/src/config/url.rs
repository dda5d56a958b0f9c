//! Checking the addresses that traces go to, before anything is sent there.

use super::environment::Problem;

/// An `http` or `https` address that can be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url<'a> {
    text: &'a str,
    pub(super) is_encrypted: bool,
    pub(super) host: &'a str,
}

impl<'a> Url<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Problem> {
        const EXAMPLE: &str = "write a whole address such as https://cloud.langfuse.com or http://localhost:3000";
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(Problem::new("has no scheme", EXAMPLE));
        };
        let is_encrypted = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(Problem::new(format!("has the scheme `{}`", shortened(scheme)), "use http or https")),
        };
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Problem::new("contains white space", EXAMPLE));
        }
        if text.contains('#') {
            return Err(Problem::new("contains a fragment (`#`)", EXAMPLE));
        }
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            let help = "give keys by LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY, other credentials as headers";
            return Err(Problem::new("contains credentials", help));
        }
        let (host, port) = split_port(authority);
        let letters = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        let numbers = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
        let is_host = match host.strip_prefix('[') {
            Some(v6) => v6.strip_suffix(']').is_some_and(|v6| v6.len() > 1 && v6.chars().all(numbers)),
            None => !host.is_empty() && host.chars().all(letters),
        };
        if !is_host {
            return Err(Problem::new("has no valid host", EXAMPLE));
        }
        if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
            return Err(Problem::new("has no valid port", "ports are 1 to 65535"));
        }
        Ok(Self { text, is_encrypted, host })
    }

    /// Whether the address stays on this machine, as far as its text tells.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        let is_v4 = || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_v4()
    }

    pub(super) fn has_query(&self) -> bool {
        self.text.contains('?')
    }

    /// The address with `path` below it.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}/{}", self.base(), path.trim_start_matches('/'))
    }

    /// The address without slashes at its end.
    pub(super) fn base(&self) -> &'a str {
        self.text.trim_end_matches('/')
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

/// The address as errors and `Debug` may show it: without credentials and query.
pub(super) fn shown(text: &str) -> String {
    let (address, query) = match text.split_once(['?', '#']) {
        Some((address, _)) => (address, "?…"),
        None => (text, ""),
    };
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let slashes = if scheme.is_empty() { "" } else { "://" };
    let rest = match rest.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => rest.to_owned(),
    };
    shortened(&format!("{scheme}{slashes}{rest}{query}"))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
