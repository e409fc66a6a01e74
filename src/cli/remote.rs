//! Speaking to the running server through the socket in the archive's folder.

use super::{Answer, Command};
use crate::app::Place;
use axum::http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::UnixStream;

/// Whether a server answers behind the socket.
pub(super) async fn serving(place: &Place) -> bool {
    UnixStream::connect(place.socket()).await.is_ok()
}

/// Has the server carry `command` out for the owner of `token`.
pub(super) async fn ask(place: &Place, token: &str, command: &Command) -> anyhow::Result<Answer> {
    let (status, answer) = post(place, "/command", Some(token), &serde_json::to_value(command)?).await?;
    if status == StatusCode::UNAUTHORIZED {
        return Ok(Answer::refused("令牌无效或已过期", "再运行一次 lantai login 姓名，或去掉 LANTAI_TOKEN"));
    }
    anyhow::ensure!(status == StatusCode::OK, "the server answered {status}: {answer}");
    Ok(serde_json::from_value(answer)?)
}

/// Signs in through the server: token and end, or `None` for a wrong name or password.
pub(super) async fn login(place: &Place, name: &str, password: &str) -> anyhow::Result<Option<Value>> {
    let (status, answer) = post(place, "/login", None, &json!({ "name": name, "password": password })).await?;
    if status == StatusCode::UNAUTHORIZED {
        return Ok(None);
    }
    anyhow::ensure!(status == StatusCode::OK, "the server answered {status}: {answer}");
    Ok(Some(answer))
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
