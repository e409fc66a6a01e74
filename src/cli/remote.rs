//! Speaking to the running server through the socket in the archive's folder.

use super::{
    Answer, Command,
    token::{Ended, Typed},
};
use crate::app::Place;
use axum::http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;

/// A command, and who must be asking for it.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Asked {
    pub command: Command,
    pub person: Option<String>,
}

/// Whether a server answers behind the socket.
pub(super) async fn serving(place: &Place) -> bool {
    UnixStream::connect(place.socket()).await.is_ok()
}

/// Has the server carry `command` out for the owner of `token`.
pub(super) async fn ask(place: &Place, token: &str, person: Option<&str>, command: &Command) -> anyhow::Result<Answer> {
    let asked = Asked { command: command.clone(), person: person.map(str::to_owned) };
    let (status, answer) = post(place, "/command", Some(token), &serde_json::to_value(asked)?).await?;
    if status == StatusCode::UNAUTHORIZED {
        return Ok(Answer::refused("令牌无效或已过期", "再运行一次 lantai login 姓名，或去掉 LANTAI_TOKEN"));
    }
    anyhow::ensure!(status == StatusCode::OK, "the server answered {status}: {answer}");
    Ok(serde_json::from_value(answer)?)
}

/// Signs in through the server.
pub(super) async fn login(place: &Place, typed: &Typed) -> anyhow::Result<Ended> {
    let (status, answer) = post(place, "/login", None, &serde_json::to_value(typed)?).await?;
    anyhow::ensure!(status == StatusCode::OK, "the server answered {status}: {answer}");
    Ok(serde_json::from_value(answer)?)
}

async fn post(place: &Place, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<(StatusCode, Value)> {
    let stream = UnixStream::connect(place.socket()).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request =
        Request::post(path).header(header::HOST, "lantai").header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let response = sender.send_request(request.body(Full::new(bytes::Bytes::from(body.to_string())))?).await?;
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    drop(sender);
    connection.await??;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}
