//! TLS of our own: the certificate, and how it is taken up again when it changes.

use crate::{app::Place, config};
use anyhow::Context as _;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    version::{TLS12, TLS13},
};
use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio_rustls::TlsAcceptor;

/// A certificate and its key, as they stand in their files.
pub(super) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    every: Duration,
    /// Whole, so that no session begun with an old certificate is resumed with a new one.
    current: Mutex<Arc<ServerConfig>>,
    /// What the files looked like when they were last read, well or badly.
    seen: Mutex<Looks>,
}

/// By which a change shows: seconds and nanoseconds of the last change, size, inode.
/// `None` for a file that is not there.
type Looks = [Option<(i64, i64, u64, u64)>; 2];

impl Tls {
    /// The pair that the configuration names; `None` for plain HTTP.
    ///
    /// # Errors
    /// When a file cannot be read or the two do not belong together.
    pub fn open(place: &Place, server: &config::Server) -> anyhow::Result<Option<Self>> {
        let Some((certificate, key)) = server.tls() else { return Ok(None) };
        let (certificate, key) = (place.data.join(certificate), place.data.join(key));
        let seen = looks(&certificate, &key);
        let current = load(&certificate, &key)?;
        let every = server.certificate_check;
        Ok(Some(Self { certificate, key, every, current: Mutex::new(current), seen: Mutex::new(seen) }))
    }

    /// For the next connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone().into()
    }

    /// Looks at the files again and again; never ends.
    pub async fn follow(&self) {
        loop {
            tokio::time::sleep(self.every).await;
            tokio::task::block_in_place(|| self.look());
        }
    }

    /// Takes a changed pair up. One that does not load is said once, and leaves the old
    /// one in use: a certificate is often renewed in two steps.
    fn look(&self) {
        // Before reading: what changes in between is seen the next time.
        let now = looks(&self.certificate, &self.key);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == now {
            return;
        }
        *seen = now;
        match load(&self.certificate, &self.key) {
            Ok(config) => {
                *self.current.lock().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!("the certificate {} is in use", self.certificate.display());
            }
            Err(error) => tracing::error!("the old certificate stays in use: {error:#}"),
        }
    }
}

fn looks(certificate: &Path, key: &Path) -> Looks {
    [certificate, key].map(|path| {
        let about = std::fs::metadata(path).ok()?;
        Some((about.mtime(), about.mtime_nsec(), about.size(), about.ino()))
    })
}

fn load(certificate: &Path, key: &Path) -> anyhow::Result<Arc<ServerConfig>> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| format!("server.certificate {} cannot be read", certificate.display()))?;
    anyhow::ensure!(!chain.is_empty(), "server.certificate {} holds no certificate", certificate.display());
    let secret =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("server.key {} cannot be read", key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .context("TLS 1.2 and 1.3 are built in")?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .with_context(|| {
            format!("server.certificate {} does not go with server.key {}", certificate.display(), key.display())
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
