//! A provider of OpenID Connect written by others, on loopback.

use super::{judges, server::heard};
use hyper::{Method, Request, header};
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// A provider that believes whoever says who he is; stops with the test.
pub struct Provider {
    child: Child,
    address: String,
}

impl Provider {
    /// With people: subject and `preferred_username`. `None` where there are no judges.
    pub fn start(people: &[(&str, &str)]) -> Option<Self> {
        let mut command = Command::new(judges()?.join("oidc-provider-mock"));
        command.args(["--port", "0", "--require-nonce"]).env("NO_COLOR", "1");
        for (subject, name) in people {
            let claims = serde_json::json!({ "sub": subject, "preferred_username": name });
            command.args(["--user-claims", &claims.to_string()]);
        }
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the provider is not installed beside the other judges: pip install oidc-provider-mock");
        let mut lines = BufReader::new(child.stderr.take().expect("it was piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("running on http://")?.1.split(' ').next()?.to_owned()))
            .expect("the provider says where it serves");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Some(Self { child, address })
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Says at the provider's page `url` to be `subject`; gives where it sends the browser.
    pub async fn approve(&self, url: &str, subject: &str) -> String {
        let path = url.strip_prefix(&self.issuer()).unwrap_or_else(|| panic!("{url} is not at the provider"));
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, &self.address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let heard = heard(&self.address, request, format!("sub={subject}")).await;
        let to = heard.headers.get(header::LOCATION).unwrap_or_else(|| panic!("{}: {}", heard.status, heard.text()));
        to.to_str().expect("an address is ASCII").to_owned()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.child.kill().expect("the provider is ours to stop");
        self.child.wait().expect("it is our child");
    }
}
