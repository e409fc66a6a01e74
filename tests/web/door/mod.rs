//! The front door: TLS, proxies, how often, how much, and what is never written down.

mod limits;
mod logs;
mod proxies;
mod tls;

use crate::harness::{Archive, Asked, Heard, Server};
use hyper::{Method, header};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Signs the archivist in as a program would, with further headers.
async fn sign_in(server: &Server, archive: &Archive, headers: &[(&str, &str)]) -> Heard {
    let (name, password) = archive.account("archivist");
    let body = json!({ "name": name, "password": password }).to_string();
    let mut all = vec![(header::CONTENT_TYPE.as_str(), "application/json")];
    all.extend_from_slice(headers);
    server.ask(Method::POST, "/api/v1/session", &Asked::Nobody, &all, body).await
}

/// The whole `Set-Cookie` of an answer.
fn cookie(heard: &Heard) -> String {
    heard.headers[header::SET_COOKIE].to_str().unwrap().to_owned()
}

/// Name and value of the cookie.
fn carried(heard: &Heard) -> Asked {
    Asked::Cookie(cookie(heard).split(';').next().unwrap().to_owned())
}

/// Sends bytes as they are; gives the status line and the rest as they come.
async fn raw(server: &Server, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    // What is refused may be answered, and the connection closed, before all of it is written.
    let written = stream.write_all(request.as_bytes()).await;
    let mut answer = vec![0; 16 << 10];
    let read =
        stream.read(&mut answer).await.unwrap_or_else(|error| panic!("no answer: {error}; written: {written:?}"));
    String::from_utf8_lossy(&answer[..read]).into_owned()
}
