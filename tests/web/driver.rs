//! A real browser over WebDriver.

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// ChromeDriver on a port of its own; stops with the test.
pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    pub fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("ChromeDriver is not installed: apt-get install chromium chromium-driver");
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .expect("ChromeDriver says its port");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, port }
    }

    /// A browser with a window of this size.
    pub async fn browser(&self, width: u32, height: u32) -> Client {
        let mut wanted = Capabilities::new();
        // Without a sandbox: it cannot be had as root, nor in most containers.
        let args = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=zh-CN"];
        wanted.insert(
            "goog:chromeOptions".into(),
            json!({ "args": args, "prefs": { "intl.accept_languages": "zh-CN" } }),
        );
        let browser = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .expect("Chromium starts");
        browser.set_window_size(width, height).await.unwrap();
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.child.kill().expect("ChromeDriver is ours to stop");
        self.child.wait().expect("it is our child");
    }
}
