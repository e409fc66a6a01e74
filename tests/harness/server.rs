//! The real server over an archive, and a small HTTP client to ask it.

use super::Archive;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Method, Request, StatusCode, header, http::request::Builder};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncWrite};

/// A server that stops with the test.
pub struct Server {
    child: Child,
    address: String,
    logged: Arc<Mutex<String>>,
}

/// Who asks, and how.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Without a session.
    Nobody,
    /// With the cookie of a session.
    Cookie(String),
    /// With a token, as programs come.
    Bearer(String),
}

/// An answer, whole.
#[derive(Debug)]
pub struct Heard {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Server {
    /// Serves `archive` on a free port of loopback.
    pub fn start(archive: &Archive) -> Self {
        Self::start_with(archive, "127.0.0.1:0", &[])
    }

    /// Serves `archive` at `listen`, with further variables of the environment.
    pub fn start_with(archive: &Archive, listen: &str, environment: &[(&str, &str)]) -> Self {
        let mut child = archive
            .command(&["serve", "--listen", listen])
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it was piped")).lines().map_while(Result::ok);
        let mut first = String::new();
        let address = lines
            .by_ref()
            .find_map(|line| {
                first = format!("{first}{line}\n");
                Some(line.split_once("serving on http")?.1.split_once("://")?.1.split('/').next()?.to_owned())
            })
            .unwrap_or_else(|| panic!("the server does not say where it serves: {first}"));
        let logged = Arc::new(Mutex::new(first));
        let kept = logged.clone();
        // Whoever writes to a pipe that nobody reads stops.
        std::thread::spawn(move || {
            lines.for_each(|line| {
                let mut kept = kept.lock().expect("nobody panics with it");
                kept.push_str(&line);
                kept.push('\n');
            });
        });
        Self { child, address, logged }
    }

    /// What the server wrote to its standard error so far.
    pub fn logged(&self) -> String {
        self.logged.lock().expect("nobody panics with it").clone()
    }

    /// Waits until the server has written `words`; gives all it wrote.
    pub async fn logs(&self, words: &str) -> String {
        for _ in 0..1_200 {
            let logged = self.logged();
            if logged.contains(words) {
                return logged;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the server never writes {words:?}:\n{}", self.logged());
    }

    /// The same, for a test that asks more often than an address may.
    pub fn without_limits(archive: &Archive) -> Self {
        let keys = ["REQUESTS", "BURST", "SIGN_INS", "SIGN_IN_BURST"].map(|key| format!("LANTAI__LIMITS__{key}"));
        let limits: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "4000000")).collect();
        Self::start_with(archive, "127.0.0.1:0", &limits)
    }

    /// `127.0.0.1:port`
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The session of whoever signs in.
    pub async fn sign_in(&self, (name, password): (String, String)) -> Asked {
        let body = serde_json::json!({ "name": name, "password": password }).to_string();
        let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
        let heard = self.ask(Method::POST, "/api/v1/session", &Asked::Nobody, &kind, body).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.text());
        let cookie = heard.headers[header::SET_COOKIE].to_str().expect("a cookie is ASCII");
        Asked::Cookie(cookie.split(';').next().expect("a cookie has a value").to_owned())
    }

    pub async fn get(&self, path: &str, who: &Asked) -> Heard {
        self.ask(Method::GET, path, who, &[], String::new()).await
    }

    /// Sends a form as a page of ours would.
    pub async fn post(&self, path: &str, who: &Asked, form: &str) -> Heard {
        let kind =
            [(header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.ask(Method::POST, path, who, &kind, form.to_owned()).await
    }

    pub async fn ask(&self, method: Method, path: &str, who: &Asked, headers: &[(&str, &str)], body: String) -> Heard {
        let stream = tokio::net::TcpStream::connect(&self.address).await.expect("the server listens");
        self.ask_over(stream, method, path, who, headers, body).await
    }

    /// Asks over a connection that stands already, plain or TLS.
    pub async fn ask_over<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        method: Method,
        path: &str,
        who: &Asked,
        headers: &[(&str, &str)],
        body: String,
    ) -> Heard {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.address);
        request = match who {
            Asked::Nobody => request,
            Asked::Cookie(cookie) => request.header(header::COOKIE, cookie),
            Asked::Bearer(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        heard_over(stream, request, body).await
    }
}

/// Sends a request on a connection of its own.
pub(super) async fn heard(address: &str, request: Builder, body: String) -> Heard {
    let stream = tokio::net::TcpStream::connect(address).await.expect("the server listens");
    heard_over(stream, request, body).await
}

async fn heard_over<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Builder,
    body: String,
) -> Heard {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    let request = request.body(Full::new(bytes::Bytes::from(body))).expect("the request is well formed");
    let response = sender.send_request(request).await.expect("the server answers");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("the answer is whole").to_bytes().to_vec();
    Heard { status: parts.status, headers: parts.headers, body }
}

impl Heard {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("the server is ours to stop");
        self.child.wait().expect("it is our child");
    }
}

/// A text as it stands in a query.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
