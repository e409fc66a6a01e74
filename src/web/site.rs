//! How browsers know this archive: as configured, or `http://localhost:PORT` for one on
//! the same machine.

use crate::{access::Site, app::App};
use axum::http::{HeaderMap, header};

/// The archive's address without a slash at its end. From what a browser calls us only
/// `localhost` is believed: any other name could be anybody's.
pub(super) fn address(app: &App, headers: &HeaderMap) -> Option<String> {
    called(&app.config.server.address, headers)
}

fn called(configured: &str, headers: &HeaderMap) -> Option<String> {
    if !configured.is_empty() {
        return Some(configured.to_owned());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let port = host.strip_prefix("localhost")?;
    let known = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    known.then(|| format!("http://{host}"))
}

/// Where passkeys count; `None` where they are not offered.
pub(super) fn site(app: &App, headers: &HeaderMap) -> Option<Site> {
    Site::of(&address(app, headers)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_calls_us_otherwise_than_localhost_is_not_believed() {
        for (configured, host, wanted) in [
            ("", "localhost:8080", Some("http://localhost:8080")),
            ("", "localhost", Some("http://localhost")),
            ("", "127.0.0.1:8080", None),
            ("", "localhost.evil.example", None),
            ("", "localhost:80@evil.example", None),
            ("https://archive.example", "evil.example", Some("https://archive.example")),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            assert_eq!(called(configured, &headers).as_deref(), wanted, "{configured} {host}");
        }
    }
}
