//! Configuration: a file becomes typed sections; an unknown key is an error with
//! its line; the environment overrides. Every key is documented in
//! `config/lantai.toml`, which is also the default.

use crate::kernel;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("../config/lantai.toml");

/// The defaults with the address of a database.
pub fn defaults_with(url: &str) -> String {
    let written = toml::Value::String(url.to_owned()).to_string();
    DEFAULTS.replacen("\nurl = \"\"\n", &format!("\nurl = {written}\n"), 1)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub archive: Archive,
    pub server: Server,
    pub sign_in: SignIn,
    pub limits: Limits,
    pub secrecy: Secrecy,
    pub store: Store,
    pub oidc: Oidc,
    pub database: Database,
    pub ingest: Ingest,
    pub reading: Reading,
    pub search: Search,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    pub name: String,
    pub zone: String,
    pub rules: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
    #[serde(deserialize_with = "time")]
    pub certificate_check: Duration,
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Without a slash at its end; empty where nothing is said.
    pub address: String,
    pub secure_cookie: bool,
}

impl Server {
    /// Certificate and key, as they are written; `None` for plain HTTP.
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        let set = !self.certificate.as_os_str().is_empty() && !self.key.as_os_str().is_empty();
        set.then_some((self.certificate.as_path(), self.key.as_path()))
    }
}

/// How often one address may ask: so many a minute, and so many at once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub requests: NonZeroU32,
    pub burst: NonZeroU32,
    pub sign_ins: NonZeroU32,
    pub sign_in_burst: NonZeroU32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[serde(deserialize_with = "time")]
    pub idle: Duration,
    #[serde(deserialize_with = "time")]
    pub longest: Duration,
    #[serde(deserialize_with = "time")]
    pub token: Duration,
    pub password_length: usize,
    pub password_kinds: usize,
    pub account_failures: i64,
    pub address_failures: i64,
    #[serde(deserialize_with = "time")]
    pub first_wait: Duration,
    #[serde(deserialize_with = "time")]
    pub longest_wait: Duration,
    pub second_factor: SecondFactor,
}

/// Who must have a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    Offered,
    Officers,
    Everybody,
}

/// Another provider to sign in at; off where the issuer is empty.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    pub issuer: String,
    pub client_id: String,
    /// Of the file; empty for a client without a secret.
    pub client_secret: PathBuf,
    pub name: String,
    pub trust_names: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrecy {
    #[serde(deserialize_with = "mark")]
    pub ceiling: kernel::Secrecy,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub path: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingest {
    pub writers: usize,
    pub chunk: usize,
    #[serde(deserialize_with = "size")]
    pub largest_file: u64,
    #[serde(deserialize_with = "size")]
    pub keep_free: u64,
    /// Empty where no folder is watched.
    pub drop: PathBuf,
    #[serde(deserialize_with = "time")]
    pub drop_settle: Duration,
    #[serde(deserialize_with = "time")]
    pub upload_expiry: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    pub children: usize,
    #[serde(deserialize_with = "size")]
    pub memory: u64,
    #[serde(deserialize_with = "time")]
    pub patience: Duration,
    pub font: PathBuf,
    pub office: PathBuf,
    /// In the place of the PRONOM data compiled in; empty for those.
    pub signatures: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    #[serde(deserialize_with = "size")]
    pub memory: u64,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{file} cannot be read")]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("{file} is no TOML: {source}")]
    Syntax { file: PathBuf, source: Box<toml::de::Error> },
    #[error("{file}, line {line}: {why}")]
    Wrong { file: PathBuf, line: usize, why: String },
    #[error("{key}={value} in the environment: {why}")]
    Environment { key: String, value: String, why: String },
    #[error("server.{set} is set and server.{missing} is not: TLS needs both, plain HTTP neither")]
    Half { set: &'static str, missing: &'static str },
    #[error("{key} = {value} is out of bounds: {bounds}")]
    Bounds { key: &'static str, value: String, bounds: &'static str },
}

const PREFIX: &str = "LANTAI__";

/// The environment of this process; what is no text says nothing to us.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

impl Config {
    /// The defaults, then `file` if it exists, then `LANTAI__SECTION__KEY` of the
    /// environment.
    pub fn load(file: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut all: toml::Table = DEFAULTS.parse().expect("the defaults are TOML");
        match std::fs::read_to_string(file) {
            Ok(text) => read_over(&mut all, file, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(ConfigError::Unreadable { file: file.to_owned(), source }),
        }
        for (name, value) in environment {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            let path = path.to_lowercase();
            let (section, key) = path.split_once("__").unwrap_or((path.as_str(), ""));
            typed(&all, section, key, &value)
                .and_then(|typed| set(&mut all, section, key, typed))
                .map_err(|why| ConfigError::Environment { key: name.clone(), value: value.clone(), why })?;
        }
        let config: Self = toml::Value::Table(all).try_into().expect("every key was tried when it was set");
        config.bounded()
    }

    fn bounded(self) -> Result<Self, ConfigError> {
        let bounds = |key, value: String, bounds| Err(ConfigError::Bounds { key, value, bounds });
        if !(1..=64).contains(&self.ingest.writers) {
            return bounds("ingest.writers", self.ingest.writers.to_string(), "1 to 64");
        }
        if !(1..=2_000).contains(&self.ingest.chunk) {
            return bounds("ingest.chunk", self.ingest.chunk.to_string(), "1 to 2000");
        }
        if !self.ingest.drop.as_os_str().is_empty() && !self.ingest.drop.is_absolute() {
            return bounds("ingest.drop", self.ingest.drop.display().to_string(), "a path from the root, or nothing");
        }
        if self.reading.children > 64 {
            return bounds("reading.children", self.reading.children.to_string(), "0 to 64");
        }
        if !self.server.address.is_empty() && !is_public(&self.server.address) {
            return bounds("server.address", self.server.address, "https://host, and nothing after it");
        }
        if !self.oidc.issuer.is_empty() && !is_secure(&self.oidc.issuer) {
            return bounds("oidc.issuer", self.oidc.issuer, "https://…, or http:// on this machine");
        }
        if !self.oidc.issuer.is_empty() && self.oidc.client_id.is_empty() {
            return bounds("oidc.client_id", self.oidc.client_id, "what the provider calls this archive");
        }
        if !(8..=64).contains(&self.sign_in.password_length) {
            return bounds("sign_in.password_length", self.sign_in.password_length.to_string(), "8 to 64");
        }
        if !(1..=4).contains(&self.sign_in.password_kinds) {
            return bounds("sign_in.password_kinds", self.sign_in.password_kinds.to_string(), "1 to 4");
        }
        for (key, failures) in [
            ("sign_in.account_failures", self.sign_in.account_failures),
            ("sign_in.address_failures", self.sign_in.address_failures),
        ] {
            if !(1..=10_000).contains(&failures) {
                return bounds(key, failures.to_string(), "1 to 10000");
            }
        }
        if self.search.memory < 16 << 20 {
            return bounds("search.memory", self.search.memory.to_string(), "at least 16 MiB");
        }
        match (self.server.certificate.as_os_str().is_empty(), self.server.key.as_os_str().is_empty()) {
            (false, true) => return Err(ConfigError::Half { set: "certificate", missing: "key" }),
            (true, false) => return Err(ConfigError::Half { set: "key", missing: "certificate" }),
            _ => {}
        }
        if !(1..=3_600).contains(&self.server.certificate_check.as_secs()) {
            let value = format!("{:?}", self.server.certificate_check);
            return bounds("server.certificate_check", value, "1 s to 1 h");
        }
        if !["", "standard", "own"].contains(&self.archive.rules.as_str()) {
            return bounds("archive.rules", self.archive.rules, "\"\", \"standard\" or \"own\"");
        }
        if jiff::tz::TimeZone::get(&self.archive.zone).is_err() {
            return bounds("archive.zone", self.archive.zone, "a name of the IANA time zones");
        }
        Ok(self)
    }
}

/// Whether a browser takes passkeys there: `https://host`, or `http://localhost`, each
/// with a port or without.
fn is_public(address: &str) -> bool {
    let local = |host: &str| host == "localhost" || host.starts_with("localhost:");
    let host = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://").filter(|host| local(host)))
        .unwrap_or_default();
    host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:".contains(c))
}

/// Whether nobody on the way can read or change what is asked there.
fn is_secure(issuer: &str) -> bool {
    let local = |host: &str| {
        let host = host.split(['/', ':']).next().unwrap_or_default();
        host == "localhost" || host == "127.0.0.1"
    };
    issuer.starts_with("https://") || issuer.strip_prefix("http://").is_some_and(local)
}

type Sections = BTreeMap<toml::Spanned<String>, BTreeMap<toml::Spanned<String>, toml::Value>>;

fn read_over(all: &mut toml::Table, file: &Path, text: &str) -> Result<(), ConfigError> {
    let given: Sections = toml::from_str(text)
        .map_err(|source| ConfigError::Syntax { file: file.to_owned(), source: Box::new(source) })?;
    let wrong =
        |at: usize, why| ConfigError::Wrong { file: file.to_owned(), line: text[..at].matches('\n').count() + 1, why };
    for (section, keys) in given {
        if !all.contains_key(section.get_ref()) {
            return Err(wrong(section.span().start, format!("there is no section [{}]", section.get_ref())));
        }
        for (key, value) in keys {
            set(all, section.get_ref(), key.get_ref(), value).map_err(|why| wrong(key.span().start, why))?;
        }
    }
    Ok(())
}

/// Sets one key of the defaults and sees whether the whole still reads.
fn set(all: &mut toml::Table, section: &str, key: &str, value: toml::Value) -> Result<(), String> {
    let place = all
        .get_mut(section)
        .and_then(toml::Value::as_table_mut)
        .ok_or_else(|| format!("there is no section [{section}]"))?;
    let known = place.get_mut(key).ok_or_else(|| format!("[{section}] has no key {key}"))?;
    *known = value;
    toml::Value::Table(all.clone()).try_into::<Config>().map_err(|error| error.to_string().trim().to_owned())?;
    Ok(())
}

/// A value of the environment, as the type the default has.
fn typed(all: &toml::Table, section: &str, key: &str, value: &str) -> Result<toml::Value, String> {
    match all.get(section).and_then(|section| section.get(key)) {
        Some(toml::Value::Integer(_)) => value.parse().map(toml::Value::Integer).map_err(|e| e.to_string()),
        Some(toml::Value::Array(_)) => {
            let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(toml::Value::Array(parts.map(|part| toml::Value::String(part.to_owned())).collect()))
        }
        Some(toml::Value::Boolean(_)) => value.parse().map(toml::Value::Boolean).map_err(|e| e.to_string()),
        _ => Ok(toml::Value::String(value.to_owned())),
    }
}

fn size<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let text = String::deserialize(from)?;
    counted(&text, &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)])
        .ok_or_else(|| D::Error::custom(format!("{text:?} is no size; write one as \"64 MiB\"")))
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(from)?;
    counted(&text, &[("s", 1), ("min", 60), ("h", 3600), ("days", 86_400)])
        .map(Duration::from_secs)
        .ok_or_else(|| D::Error::custom(format!("{text:?} is no time; write one as \"30 s\"")))
}

/// Networks as `10.0.0.0/8`; an address alone is a network of one.
fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let network = |text: String| {
        let one = text.parse::<IpAddr>().map(IpNet::from);
        one.or_else(|_| text.parse::<IpNet>())
            .map_err(|_| D::Error::custom(format!("{text:?} is no network; write one as \"10.0.0.0/8\"")))
    };
    texts.into_iter().map(network).collect()
}

fn mark<'de, D: Deserializer<'de>>(from: D) -> Result<kernel::Secrecy, D::Error> {
    let text = String::deserialize(from)?;
    let known = kernel::Secrecy::parse(&text).filter(|_| !text.trim().is_empty());
    known.ok_or_else(|| {
        D::Error::custom(format!("{text:?} is no mark of secrecy; write 公开, 内部, 秘密, 机密 or 绝密"))
    })
}

fn counted(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(file.path(), environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn the_defaults_are_whole() {
        let config = load("", &[]).unwrap();
        assert!(config.server.listen.ip().is_loopback());
        assert_eq!(config.reading.memory, 2 << 30);
    }

    #[test]
    fn a_file_overrides_and_the_environment_overrides_the_file() {
        let config =
            load("[ingest]\nwriters = 3\nchunk = 7\n", &[("LANTAI__INGEST__WRITERS", "5"), ("HOME", "/")]).unwrap();
        assert_eq!((config.ingest.writers, config.ingest.chunk), (5, 7));
    }

    #[test]
    fn an_unknown_or_mistyped_key_is_refused_with_its_line() {
        for (text, line, word) in [
            ("[server]\nlisten = \"127.0.0.1:1\"\nport = 3\n", "line 3", "port"),
            ("\n\n[sever]\n", "line 3", "sever"),
            ("[ingest]\nlargest_file = 5\n", "line 2", "largest_file"),
            ("[ingest]\nlargest_file = \"5 MB\"\n", "line 2", "64 MiB"),
            ("[server]\ntrusted_proxies = [\"10.0.0\"]\n", "line 2", "10.0.0.0/8"),
            ("[limits]\nrequests = 0\n", "line 2", "nonzero"),
        ] {
            let said = load(text, &[]).unwrap_err().to_string();
            assert!(said.contains(line) && said.contains(word), "{said}");
        }
        assert!(load("", &[("LANTAI__SERVER__PORT", "1")]).is_err());
        assert!(load("", &[("LANTAI__INGEST__WRITERS", "many")]).is_err());
        assert!(load("[ingest]\nchunk = 5000\n", &[]).is_err());
        assert!(load("[server]\ncertificate_check = \"0 s\"\n", &[]).is_err());
        for issuer in ["http://id.example", "id.example", "http://localhost.example/"] {
            let text = format!("[oidc]\nissuer = \"{issuer}\"\nclient_id = \"lantai\"\n");
            assert!(load(&text, &[]).is_err(), "{issuer}");
        }
        assert!(load("[oidc]\nissuer = \"https://id.example\"\n", &[]).is_err(), "without a client_id");
        assert!(load("[oidc]\nissuer = \"http://127.0.0.1:9000\"\nclient_id = \"lantai\"\n", &[]).is_ok());
        for address in ["archive.example", "http://archive.example", "https://", "https://a.example/", "https://a b"] {
            assert!(load(&format!("[server]\naddress = \"{address}\"\n"), &[]).is_err(), "{address}");
        }
        for address in ["", "https://archive.example:8443", "http://localhost:8080"] {
            assert!(load(&format!("[server]\naddress = \"{address}\"\n"), &[]).is_ok(), "{address}");
        }
        assert!(load("[archive]\nzone = \"Mars/Base\"\n", &[]).is_err());
    }

    #[test]
    fn networks_are_read_from_the_file_and_from_the_environment() {
        assert!(load("", &[]).unwrap().server.trusted_proxies.is_empty());
        let text = "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"fd00::1\"]\n";
        let read = |environment: &[_]| {
            let networks = load(text, environment).unwrap().server.trusted_proxies;
            networks.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(read(&[]), ["10.0.0.0/8", "fd00::1/128"]);
        assert_eq!(
            read(&[("LANTAI__SERVER__TRUSTED_PROXIES", "192.0.2.1, 10.1.0.0/16")]),
            ["192.0.2.1/32", "10.1.0.0/16"]
        );
    }

    #[test]
    fn a_certificate_without_its_key_stops_the_start() {
        for (set, missing) in [("certificate", "key"), ("key", "certificate")] {
            let said = load(&format!("[server]\n{set} = \"tls/x.pem\"\n"), &[]).unwrap_err().to_string();
            assert!(said.contains(&format!("server.{set} is set and server.{missing} is not")), "{said}");
        }
        assert!(load("", &[]).unwrap().server.tls().is_none());
        let both = load("[server]\ncertificate = \"c\"\nkey = \"k\"\n", &[]).unwrap();
        assert_eq!(both.server.tls(), Some((Path::new("c"), Path::new("k"))));
    }
}
