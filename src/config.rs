//! Configuration: a file becomes typed sections; an unknown key is an error with
//! its line; the environment overrides. Every key is documented in
//! `config/lantai.toml`, which is also the default.

use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
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
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub secure_cookie: bool,
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
        if self.reading.children > 64 {
            return bounds("reading.children", self.reading.children.to_string(), "0 to 64");
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
        if jiff::tz::TimeZone::get(&self.archive.zone).is_err() {
            return bounds("archive.zone", self.archive.zone, "a name of the IANA time zones");
        }
        Ok(self)
    }
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
        ] {
            let said = load(text, &[]).unwrap_err().to_string();
            assert!(said.contains(line) && said.contains(word), "{said}");
        }
        assert!(load("", &[("LANTAI__SERVER__PORT", "1")]).is_err());
        assert!(load("", &[("LANTAI__INGEST__WRITERS", "many")]).is_err());
        assert!(load("[ingest]\nchunk = 5000\n", &[]).is_err());
        assert!(load("[archive]\nzone = \"Mars/Base\"\n", &[]).is_err());
    }
}
