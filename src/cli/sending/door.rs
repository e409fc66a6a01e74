//! The server's door, as a sender comes to it: the API, and tus 1.0.0.

use crate::cli::{Answer, Status};
use anyhow::Context as _;
use bytes::Bytes;
use data_encoding::BASE64;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, header};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Digest as _;
use std::time::Duration;

/// How long a connection may take to stand, and an answer to come on.
const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(120);
/// How often the same is tried while nothing comes of it, and the longest wait between.
const TRIES: u32 = 8;
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why nothing came of it.
pub(super) enum Away {
    /// The server refused, in its words.
    Refused(Box<Answer>),
    /// The connection or the server broke down: worth another try.
    Broken(anyhow::Error),
    /// Something on this machine.
    Here(anyhow::Error),
}

impl From<anyhow::Error> for Away {
    fn from(error: anyhow::Error) -> Self {
        Self::Here(error)
    }
}

impl Away {
    pub fn refused(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Refused(Box::new(Answer::refused(detail, remedy)))
    }
}

/// A file as the server knows it.
#[derive(Deserialize)]
pub(super) struct There {
    pub id: String,
    pub path: String,
    pub bytes: u64,
    pub modified: Option<i64>,
    pub received: u64,
    pub whole: bool,
}

/// A server, and whose token opens it.
pub(super) struct Door {
    client: Client,
    base: Url,
    token: String,
}

impl Door {
    /// The error says why a token is not sent there.
    pub fn to(server: &str, token: &str) -> Result<Self, String> {
        let base = Url::parse(server).map_err(|error| format!("{server} 不是网址：{error}"))?;
        let here = base.host_str().is_some_and(is_this_machine);
        let builder = Client::builder().connect_timeout(CONNECT).read_timeout(SILENCE).user_agent("lantai");
        let builder = match base.scheme() {
            "https" => builder,
            // Nor through anybody's proxy.
            "http" if here => builder.no_proxy(),
            _ => return Err(format!("{server} 没有加密，令牌和档案不能这样传送")),
        };
        let client = builder.redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| format!("连接不能建立：{error}"))?;
        Ok(Self { client, base, token: token.to_owned() })
    }

    pub fn base(&self) -> &str {
        self.base.as_str()
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Away> {
        let url = self.base.join(path).context("an address of the server")?;
        Ok(self.client.request(method, url).bearer_auth(&self.token))
    }

    /// Whose token it is: asked first and once, so that a wrong address is said at once.
    pub async fn owner(&self) -> Result<String, Away> {
        let account = document(sound(answered(self.request(Method::GET, "/api/v1/account")?).await?).await?).await?;
        Ok(account["name"].as_str().unwrap_or_default().to_owned())
    }

    pub async fn get(&self, path: &str) -> Result<Value, Away> {
        self.find(path).await?.ok_or_else(|| Away::refused("服务器上没有这个批次", "它可能已被放弃；再运行同一命令"))
    }

    /// `None` where there is no such thing.
    pub async fn find(&self, path: &str) -> Result<Option<Value>, Away> {
        let mut tries = Tries::default();
        loop {
            match answered(self.request(Method::GET, path)?).await {
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Ok(None),
                Ok(answer) => return document(sound(answer).await?).await.map(Some),
                Err(error) => tries.again(error).await?,
            }
        }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Away> {
        let request = self.request(Method::POST, path)?.header(header::CONTENT_TYPE, "application/json");
        document(sound(answered(request.body(body.to_string())).await?).await?).await
    }

    /// Gone already is gone.
    pub async fn delete(&self, path: &str) -> Result<(), Away> {
        self.removed(self.request(Method::DELETE, path)?).await
    }

    async fn removed(&self, request: RequestBuilder) -> Result<(), Away> {
        let answer = answered(request).await?;
        if answer.status() == StatusCode::NOT_FOUND { Ok(()) } else { sound(answer).await.map(drop) }
    }

    /// Every file that was announced for the batch at `at`.
    pub async fn files(&self, at: &str) -> Result<Vec<There>, Away> {
        let mut listed = self.get(&format!("{at}/files")).await?;
        Ok(serde_json::from_value(listed["items"].take()).context("the server's list of files")?)
    }

    fn tus(&self, method: Method, path: &str) -> Result<RequestBuilder, Away> {
        Ok(self.request(method, path)?.header("tus-resumable", "1.0.0"))
    }

    /// Announces a file, by its path, length and when it was modified, with all its bytes where
    /// `whole` has them; gives its name there.
    pub async fn announce(
        &self,
        at: &str,
        (path, bytes, modified): (&str, u64, i64),
        whole: Option<Bytes>,
    ) -> Result<String, Away> {
        let request = self.tus(Method::POST, &format!("{at}/files"))?;
        let request = request.header("upload-length", bytes);
        let coded = |text: &str| BASE64.encode(text.as_bytes());
        let metadata = format!("path {},modified {}", coded(path), coded(&modified.to_string()));
        let request = request.header("upload-metadata", metadata);
        let request = match whole {
            Some(piece) => carrying(request, piece),
            None => request,
        };
        let answer = sound(answered(request).await?).await?;
        let place = answer.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
        let name = place.and_then(|place| place.rsplit('/').next()).context("the server named no place for a file")?;
        Ok(name.to_owned())
    }

    /// Sends a piece that begins at `offset`; gives how far the file is then.
    pub async fn piece(&self, at: &str, name: &str, offset: u64, piece: Bytes) -> Result<u64, Away> {
        let request = self.tus(Method::PATCH, &format!("{at}/files/{name}"))?.header("upload-offset", offset);
        offset_of(&sound(answered(carrying(request, piece)).await?).await?)
    }

    /// How far a file is.
    pub async fn offset(&self, at: &str, name: &str) -> Result<u64, Away> {
        offset_of(&sound(answered(self.tus(Method::HEAD, &format!("{at}/files/{name}"))?).await?).await?)
    }

    pub async fn remove(&self, at: &str, name: &str) -> Result<(), Away> {
        self.removed(self.tus(Method::DELETE, &format!("{at}/files/{name}"))?).await
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The piece with its checksum: what was altered on the way is not kept.
fn carrying(request: RequestBuilder, piece: Bytes) -> RequestBuilder {
    let sum = BASE64.encode(&sha2::Sha256::digest(&piece));
    let request = request.header(header::CONTENT_TYPE, "application/offset+octet-stream");
    request.header("upload-checksum", format!("sha256 {sum}")).body(piece)
}

/// The answer; whoever is told to wait waits, and asks again where the body allows it.
async fn answered(request: RequestBuilder) -> Result<Response, Away> {
    let mut request = Some(request);
    let mut waits = 0;
    loop {
        let again = request.as_ref().and_then(RequestBuilder::try_clone);
        let sent = request.take().expect("it is put back before each round").send().await;
        let answer = sent.map_err(|error| Away::Broken(error.without_url().into()))?;
        let status = answer.status();
        let later = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        match again {
            Some(again) if later && waits < TRIES => {
                waits += 1;
                let said =
                    answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                tokio::time::sleep(Duration::from_secs(said.unwrap_or(1)).min(LONGEST_WAIT)).await;
                request = Some(again);
            }
            _ if status.is_server_error() && status != StatusCode::INSUFFICIENT_STORAGE => {
                return Err(Away::Broken(anyhow::anyhow!("the server answered {status}")));
            }
            _ => return Ok(answer),
        }
    }
}

/// The answer, if it is no refusal.
async fn sound(answer: Response) -> Result<Response, Away> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let text = answer.text().await.map_err(|error| Away::Broken(error.without_url().into()))?;
    let document: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    Err(if document["detail"].is_string() {
        Away::Refused(Box::new(Answer { status: Status::Refused, document }))
    } else if status == StatusCode::UNAUTHORIZED {
        Away::refused("令牌无效或已过期", "在网页“我的账号”领取令牌，放进 LANTAI_TOKEN")
    } else {
        let answer =
            json!({ "title": "不能办理", "detail": format!("服务器回答 {status}"), "remedy": "核对服务器地址" });
        Away::Refused(Box::new(Answer { status: Status::Refused, document: answer }))
    })
}

async fn document(answer: Response) -> Result<Value, Away> {
    let text = answer.text().await.map_err(|error| Away::Broken(error.without_url().into()))?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    Ok(serde_json::from_str(&text).context("the server's answer is no JSON: is this an archive?")?)
}

fn offset_of(answer: &Response) -> Result<u64, Away> {
    let said = answer.headers().get("upload-offset").and_then(|value| value.to_str().ok()?.parse().ok());
    Ok(said.context("the server did not say how far the file is")?)
}

/// How often something broke since it last went on.
#[derive(Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Waits before another try; the error where there were enough, or it is not of the kind
    /// that passes.
    pub async fn again(&mut self, error: Away) -> Result<(), Away> {
        let Away::Broken(why) = error else { return Err(error) };
        self.0 += 1;
        if self.0 > TRIES {
            return Err(Away::Broken(why));
        }
        tokio::time::sleep(Duration::from_millis(250 << self.0).min(LONGEST_WAIT)).await;
        Ok(())
    }

    pub fn went_on(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_tls_or_to_this_machine() {
        for good in [
            "https://archive.example",
            "https://10.0.0.5:8443",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost:8080/",
        ] {
            assert!(Door::to(good, "t").is_ok(), "{good}");
        }
        for bad in [
            "http://archive.example",
            "http://10.0.0.5:8080",
            "http://localhost.example",
            "ftp://127.0.0.1",
            "archive.example",
            "unix:/x",
            "",
        ] {
            assert!(Door::to(bad, "t").is_err(), "{bad}");
        }
    }
}
