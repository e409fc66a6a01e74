//! Speaking to the running server through the socket in the archive's folder.

use super::{
    Answer, Command,
    token::{Ended, Typed},
};
use crate::app::Place;
use axum::http::{Request, StatusCode, header, request::Builder};
use data_encoding::BASE64;
use futures::TryStreamExt as _;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Body, Frame};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::path::Path;
use tokio::net::UnixStream;
use tokio_util::io::ReaderStream;

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

/// The header that holds the command whose file follows as the body, as JSON in base64: a
/// header holds ASCII alone.
pub(super) const COMMAND: &str = "lantai-command";

/// Sends the file at `path`, opened here with the rights of whoever runs this, to stand in
/// another's place.
pub(super) async fn replace(
    place: &Place,
    token: &str,
    person: Option<&str>,
    command: &Command,
    path: &Path,
) -> anyhow::Result<Answer> {
    let file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(error) => return Ok(Answer::refused(format!("{} 打不开：{error}", path.display()), "核对路径和权限")),
    };
    let blocks = ReaderStream::with_capacity(file, 256 << 10).map_ok(Frame::data);
    let asked = Asked { command: command.clone(), person: person.map(str::to_owned) };
    let request = Request::post("/replace").header(COMMAND, BASE64.encode(&serde_json::to_vec(&asked)?));
    let (status, answer) = send(place, request, Some(token), StreamBody::new(blocks)).await?;
    if status == StatusCode::UNAUTHORIZED {
        return Ok(Answer::refused("令牌无效或已过期", "再运行一次 lantai login 姓名，或去掉 LANTAI_TOKEN"));
    }
    anyhow::ensure!(status == StatusCode::OK, "the server answered {status}: {answer}");
    Ok(serde_json::from_value(answer)?)
}

async fn post(place: &Place, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<(StatusCode, Value)> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    send(place, request, token, Full::new(bytes::Bytes::from(body.to_string()))).await
}

async fn send<B>(place: &Place, request: Builder, token: Option<&str>, body: B) -> anyhow::Result<(StatusCode, Value)>
where
    B: Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let stream = UnixStream::connect(place.socket()).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = request.header(header::HOST, "lantai");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let response = sender.send_request(request.body(Box::pin(body))?).await?;
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    drop(sender);
    connection.await??;
    Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}
