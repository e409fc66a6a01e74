//! Settings that the system administrator changes while the archive runs: written into
//! the configuration file, which keeps its comments, and noted in the trail.

use super::{App, AppError, Place};
use crate::{
    access::{Guest, Reach, Right},
    audit::{Change, Event},
    config::{Config, ConfigError},
    holdings,
    kernel::Secrecy,
    vault::{Vault, VaultError},
};
use std::{
    fs,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Component, Path, PathBuf},
};

/// What can be set here, as the configuration says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What the masthead and the foot call the archive.
    pub name: String,
    /// The highest secrecy this installation may hold.
    pub ceiling: Secrecy,
    /// Which rules it goes by: `standard`, `own`, or empty for its own where it has some.
    pub rules: String,
    /// Where the store lies; empty for inside the archive.
    pub store: PathBuf,
}

/// Why settings stay as they are. Nothing is changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{0} may not do this")]
    Denied(String),
    #[error("a name has 1 to 100 characters")]
    Name,
    #[error("the archive holds records above {0}")]
    Ceiling(Secrecy),
    /// The keys that the environment sets: a change of the file would do nothing.
    #[error("{0} is set from outside")]
    Outside(String),
    #[error("the archive has no rules of its own in {0}")]
    NoRules(PathBuf),
    #[error("the store is to be named by a whole path, outside the archive's folders")]
    StorePath,
    /// Records lie in the store that is in use: it is moved first.
    #[error("{0} does not hold the store's objects")]
    NotMoved(PathBuf),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{path} cannot be written")]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{0} is no TOML")]
    Syntax(PathBuf),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error(transparent)]
    Holdings(#[from] holdings::HoldingsError),
    #[error(transparent)]
    Db(#[from] crate::db::DbError),
}

impl Settings {
    pub fn of(config: &Config) -> Self {
        Self {
            name: config.archive.name.clone(),
            ceiling: config.secrecy.ceiling,
            rules: config.archive.rules.clone(),
            store: config.store.path.clone(),
        }
    }

    /// Section, key and value of each.
    fn keys(&self) -> [(&'static str, &'static str, String); 4] {
        [
            ("archive", "name", self.name.clone()),
            ("secrecy", "ceiling", self.ceiling.to_string()),
            ("archive", "rules", self.rules.clone()),
            ("store", "path", self.store.display().to_string()),
        ]
    }
}

impl App {
    /// As the configuration file and the environment say now.
    pub fn settings(&self) -> Settings {
        self.settings.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Writes settings. Name and ceiling hold at once, rules and store from the next start.
    /// Gives whether anything waits for that.
    ///
    /// # Errors
    /// [`SettingsError`] says what is wrong with them; nothing is changed then.
    pub async fn change_settings(&self, who: &Guest, new: &Settings) -> Result<bool, SettingsError> {
        if !who.may(Right::Configure) {
            return Err(SettingsError::Denied(who.actor().name().to_owned()));
        }
        // One at a time: file, trail and memory must say the same.
        let _turn = self.setting.lock().await;
        let old = self.settings();
        let changed: Vec<_> =
            old.keys().into_iter().zip(new.keys()).filter(|(before, after)| before.2 != after.2).collect();
        if changed.is_empty() {
            return Ok(false);
        }
        for (_, (section, key, _)) in &changed {
            let name = format!("LANTAI__{}__{}", section.to_uppercase(), key.to_uppercase());
            if std::env::var_os(&name).is_some() {
                return Err(SettingsError::Outside(name));
            }
        }
        // Last, for it founds a store that is not there.
        self.check(&old, new).await?;
        let written = write_beside(&self.place, changed.iter().map(|(_, after)| after))?;
        let mut change = Change::begin(&self.db, self.clock.as_ref(), who.actor()).await?;
        let (last, before) = changed.split_last().expect("something is changed");
        let said = |((section, key, before), (_, _, after)): &((&str, &str, String), (&str, &str, String))| {
            let event = Event::new("settings.changed", format!("{section}.{key}"));
            event.with("before", before).with("after", after)
        };
        before.iter().for_each(|one| change.say(said(one)));
        change.commit(said(last)).await?;
        let file = self.place.config();
        fs::rename(&written, &file).map_err(|source| SettingsError::Write { path: file, source })?;
        let waits = old.rules != new.rules || old.store != new.store;
        *self.settings.write().unwrap_or_else(std::sync::PoisonError::into_inner) = new.clone();
        Ok(waits)
    }

    async fn check(&self, old: &Settings, new: &Settings) -> Result<(), SettingsError> {
        if !(1..=100).contains(&new.name.trim().chars().count()) || new.name.chars().any(char::is_control) {
            return Err(SettingsError::Name);
        }
        if new.ceiling.rank() < old.ceiling.rank() && holdings::highest(&self.db).await? > new.ceiling.rank() {
            return Err(SettingsError::Ceiling(new.ceiling));
        }
        if new.rules == "own" && !self.place.own_rules().is_dir() {
            return Err(SettingsError::NoRules(self.place.own_rules()));
        }
        if new.rules == "own" {
            self.place.rules("own").map_err(AppError::from)?;
        }
        if new.store != old.store {
            self.check_store(&new.store).await?;
        }
        Ok(())
    }

    /// A store without records is founded anew in its place; one with records must have
    /// been moved there.
    async fn check_store(&self, path: &Path) -> Result<(), SettingsError> {
        let folders = self.place.folders(path);
        if !path.as_os_str().is_empty() {
            let within = |real: &Path| {
                let own =
                    [&self.place.data, &self.place.keys].map(|own| own.canonicalize().unwrap_or_else(|_| own.clone()));
                own.iter().any(|own| real.starts_with(own) || own.starts_with(real))
            };
            let plain = path.is_absolute() && path.components().all(|part| part != Component::ParentDir);
            let real = real(path);
            // Another archive's folder, or one that holds something else, is no store.
            let taken = !folders.is_founded() && path.read_dir().is_ok_and(|mut found| found.next().is_some());
            if !plain || real.is_none_or(|real| within(&real)) || path.join("lantai.toml").exists() || taken {
                return Err(SettingsError::StorePath);
            }
        }
        let one = holdings::all_records(&self.db, &Reach::up_to(i64::MAX), None, 1).await?.items.pop();
        if folders.is_founded() {
            // Another archive's objects are not ours.
            let vault = Vault::open(&folders)?;
            let ours = one.is_none_or(|record| vault.holds(&record.id));
            return if ours { Ok(()) } else { Err(SettingsError::NotMoved(path.to_owned())) };
        }
        if one.is_some() {
            return Err(SettingsError::NotMoved(path.to_owned()));
        }
        Vault::create(&folders)?;
        Ok(())
    }
}

/// Where `path` lies when every link is followed, as far as it is there.
fn real(path: &Path) -> Option<PathBuf> {
    let there = path.ancestors().find(|above| above.exists())?;
    let rest = path.strip_prefix(there).ok()?;
    Some(there.canonicalize().ok()?.join(rest))
}

/// Writes the configuration with these keys beside the present one, looks whether it
/// loads, and gives its path.
fn write_beside<'a>(
    place: &Place,
    keys: impl Iterator<Item = &'a (&'static str, &'static str, String)>,
) -> Result<PathBuf, SettingsError> {
    let file = place.config();
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| SettingsError::Write { path, source }
    };
    let text = fs::read_to_string(&file).map_err(failed(&file))?;
    let mut document: toml_edit::DocumentMut = text.parse().map_err(|_| SettingsError::Syntax(file.clone()))?;
    for (section, key, value) in keys {
        let table = document.entry(section).or_insert_with(toml_edit::table);
        let known = table.get_mut(key).and_then(toml_edit::Item::as_value_mut);
        match known {
            // Its comment stays where it is.
            Some(known) => {
                let decor = known.decor().clone();
                *known = value.as_str().into();
                *known.decor_mut() = decor;
            }
            None => table[key] = toml_edit::value(value.as_str()),
        }
    }
    let beside = file.with_extension("toml.new");
    let mut out = fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed(&beside))?;
    out.write_all(document.to_string().as_bytes()).and_then(|()| out.sync_all()).map_err(failed(&beside))?;
    if let Err(error) = Config::load(&beside, crate::config::environment()) {
        fs::remove_file(&beside).map_err(failed(&beside))?;
        return Err(error.into());
    }
    Ok(beside)
}
