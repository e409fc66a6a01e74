//! TLS of our own.

use super::{carried, cookie};
use crate::harness::{Archive, Asked, Heard, Server, TestDb};
use hyper::{Method, StatusCode, header};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    version::{TLS12, TLS13},
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tokio::{io::AsyncReadExt as _, net::TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A folder with certificates for 127.0.0.1, each signed by itself.
struct Drawer(tempfile::TempDir);

impl Drawer {
    fn with(names: &[&str]) -> Self {
        let drawer = Self(tempfile::tempdir().unwrap());
        let config = "[req]\ndistinguished_name=who\nx509_extensions=what\n[who]\n[what]\n\
                      basicConstraints=critical,CA:FALSE\nsubjectAltName=IP:127.0.0.1\n";
        std::fs::write(drawer.path("openssl.cnf"), config).unwrap();
        for name in names {
            let made = Command::new("openssl")
                .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
                .args(["-days", "2", "-subj", &format!("/CN={name}"), "-config"])
                .arg(drawer.path("openssl.cnf"))
                .arg("-keyout")
                .arg(drawer.key(name))
                .arg("-out")
                .arg(drawer.certificate(name))
                .stdin(Stdio::null())
                .output()
                .expect("openssl is not installed: apt-get install openssl");
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        drawer
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn certificate(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}.crt"))
    }
    fn key(&self, name: &str) -> PathBuf {
        self.path(&format!("{name}.key"))
    }

    /// Puts a pair where the server reads it.
    fn put(&self, certificate: &str, key: &str, place: &Path) {
        for (from, to) in [(self.certificate(certificate), "tls.crt"), (self.key(key), "tls.key")] {
            std::fs::copy(from, place.join("next")).unwrap();
            std::fs::rename(place.join("next"), place.join(to)).unwrap();
        }
    }

    /// Serves with the first pair of the drawer, in the archive's folder.
    fn serve(&self, archive: &Archive, first: &str) -> Server {
        self.put(first, first, archive.data());
        let environment = [
            ("LANTAI__SERVER__CERTIFICATE", "tls.crt"),
            ("LANTAI__SERVER__KEY", "tls.key"),
            ("LANTAI__SERVER__CERTIFICATE_CHECK", "1 s"),
            ("LANTAI_LOG", "lantai=debug"),
        ];
        Server::start_with(archive, "127.0.0.1:0", &environment)
    }

    /// A connection that trusts these certificates.
    async fn connect(&self, server: &Server, trusted: &[&str]) -> std::io::Result<TlsStream<TcpStream>> {
        self.connect_with(server, trusted, &[&TLS13, &TLS12]).await
    }

    async fn connect_with(
        &self,
        server: &Server,
        trusted: &[&str],
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        for name in trusted {
            roots.add(CertificateDer::from_pem_file(self.certificate(name)).unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let stream = TcpStream::connect(server.address()).await?;
        TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("127.0.0.1").unwrap(), stream).await
    }

    /// Whether the server shows this certificate to a new connection.
    async fn is_shown(&self, server: &Server, name: &str) -> bool {
        let Ok(stream) = self.connect(server, &[name]).await else { return false };
        let shown = stream.get_ref().1.peer_certificates().unwrap()[0].clone();
        shown == CertificateDer::from_pem_file(self.certificate(name)).unwrap()
    }
}

async fn ask(server: &Server, drawer: &Drawer, method: Method, path: &str, who: &Asked, form: &str) -> Heard {
    let stream = drawer.connect(server, &["one"]).await.unwrap();
    let kind = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    server.ask_over(stream, method, path, who, &kind, form.to_owned()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_one_signs_in_with_a_cookie_of_this_host_alone() {
    let (archive, drawer) = (Archive::new(&TestDb::sqlite()), Drawer::with(&["one"]));
    let server = drawer.serve(&archive, "one");
    let (name, password) = archive.account("archivist");

    let form = format!("name={name}&password={password}");
    let signed = ask(&server, &drawer, Method::POST, "/sign-in", &Asked::Nobody, &form).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text());
    let set = cookie(&signed);
    assert!(set.starts_with("__Host-lantai="), "{set}");
    for mark in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.split("; ").any(|one| one == mark), "{mark}: {set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    assert_eq!(signed.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");

    let who = carried(&signed);
    let page = ask(&server, &drawer, Method::GET, "/account", &who, "").await;
    assert_eq!(page.status, StatusCode::OK);
    let Asked::Cookie(named) = &who else { unreachable!("it was made so") };
    let renamed = Asked::Cookie(named.replace("__Host-", ""));
    assert_eq!(ask(&server, &drawer, Method::GET, "/account", &renamed, "").await.status, StatusCode::SEE_OTHER);

    let page = page.text();
    let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let left = ask(&server, &drawer, Method::POST, "/sign-out", &who, &format!("csrf={token}")).await;
    let gone = cookie(&left);
    assert!(gone.starts_with("__Host-lantai=;") && gone.contains("Secure") && gone.contains("Max-Age=0"), "{gone}");
    assert_eq!(left.headers["clear-site-data"], "\"cache\"");
    assert_eq!(ask(&server, &drawer, Method::GET, "/account", &who, "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_of_two_versions_and_speaks_http_1() {
    let (archive, drawer) = (Archive::new(&TestDb::sqlite()), Drawer::with(&["one"]));
    let server = drawer.serve(&archive, "one");
    for version in [&TLS12, &TLS13] {
        let stream = drawer.connect_with(&server, &["one"], &[version]).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    }
    // Plain HTTP at the same address is no way round it.
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    let _cut_off = stream.read_to_end(&mut said).await;
    assert!(!String::from_utf8_lossy(&said).contains("HTTP/1.1"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_certificate_is_taken_up_while_connections_go_on() {
    let (archive, drawer) = (Archive::new(&TestDb::sqlite()), Drawer::with(&["one", "two"]));
    let server = drawer.serve(&archive, "one");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(
        drawer.connect(&server, &["one"]).await.unwrap(),
    ))
    .await
    .unwrap();
    tokio::spawn(connection);
    let healthy = || {
        let request = hyper::Request::get("/healthz").header(header::HOST, "x");
        request.body(http_body_util::Empty::<bytes::Bytes>::new()).unwrap()
    };
    assert_eq!(sender.send_request(healthy()).await.unwrap().status(), StatusCode::OK);

    drawer.put("two", "two", archive.data());
    server.logs("tls.crt is in use").await;
    assert!(drawer.is_shown(&server, "two").await && !drawer.is_shown(&server, "one").await);
    assert_eq!(sender.send_request(healthy()).await.unwrap().status(), StatusCode::OK, "the old connection goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_does_not_load_leaves_the_old_one_in_use() {
    let (archive, drawer) = (Archive::new(&TestDb::sqlite()), Drawer::with(&["one", "two", "three"]));
    let server = drawer.serve(&archive, "one");

    std::fs::write(archive.data().join("tls.crt"), "-----BEGIN CERTIFICATE-----\nbroken off").unwrap();
    let logged = server.logs("the old certificate stays in use").await;
    assert!(logged.contains(&archive.data().join("tls.crt").display().to_string()), "{logged}");
    assert!(drawer.is_shown(&server, "one").await);

    // The first half of a renewal, for a while: said once.
    drawer.put("two", "one", archive.data());
    server.logs("does not go with").await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(server.logged().matches("does not go with").count() <= 2, "{}", server.logged());
    assert!(drawer.is_shown(&server, "one").await);

    std::fs::remove_file(archive.data().join("tls.key")).unwrap();
    server.logs("tls.key cannot be read").await;
    assert!(drawer.is_shown(&server, "one").await);

    drawer.put("three", "three", archive.data());
    server.logs("tls.crt is in use").await;
    assert!(drawer.is_shown(&server, "three").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_never_ends_holds_up_nobody_and_is_ended() {
    let (archive, drawer) = (Archive::new(&TestDb::sqlite()), Drawer::with(&["one"]));
    let server = drawer.serve(&archive, "one");
    let mut slow = Vec::new();
    for _ in 0..40 {
        slow.push(TcpStream::connect(server.address()).await.unwrap());
    }
    let quick = ask(&server, &drawer, Method::GET, "/healthz", &Asked::Nobody, "");
    let quick = tokio::time::timeout(Duration::from_secs(5), quick).await.expect("others are answered meanwhile");
    assert_eq!(quick.status, StatusCode::OK);
    let mut first = slow.remove(0);
    let ended = tokio::time::timeout(Duration::from_secs(20), first.read(&mut [0; 16])).await;
    assert!(matches!(ended.expect("it is ended"), Ok(0) | Err(_)));
    server.logs("TLS was not agreed on in time").await;
}

#[test]
fn a_start_without_a_whole_pair_says_which_file_is_missing() {
    let (archive, drawer) = (Archive::new(&TestDb::sqlite()), Drawer::with(&["one", "two"]));
    let said = |environment: &[(&str, &Path)]| {
        let mut command = archive.command(&["serve", "--listen", "127.0.0.1:0"]);
        let out = command.envs(environment.iter().copied()).output().unwrap();
        assert_eq!(out.status.code(), Some(2));
        serde_json::from_slice::<serde_json::Value>(&out.stdout).unwrap_or(json!(null)).to_string()
            + &String::from_utf8_lossy(&out.stderr)
    };
    let (certificate, key) = ("LANTAI__SERVER__CERTIFICATE", "LANTAI__SERVER__KEY");
    let (one, two) = (drawer.certificate("one"), drawer.key("two"));
    assert!(said(&[(certificate, &one)]).contains("server.certificate is set and server.key is not"));
    assert!(said(&[(key, &two)]).contains("server.key is set and server.certificate is not"));
    assert!(said(&[(certificate, Path::new("none.crt")), (key, &two)]).contains("none.crt cannot be read"));
    assert!(said(&[(certificate, &one), (key, &two)]).contains("does not go with"));
    assert!(said(&[(certificate, &two), (key, &two)]).contains("holds no certificate"));
}
