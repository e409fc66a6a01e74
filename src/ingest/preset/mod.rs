//! Presets (预设): how the headers of one sender's catalogues are explained, kept under a
//! name, so that nobody explains them twice.
//!
//! Owns `catalogue_preset`. A preset says nothing of any record: it names headers. Whoever
//! takes in sees them all and may keep or remove one; each is a line in the trail, with what
//! it said.

mod rows;

pub use rows::{all, by_id, by_name};

use super::catalogue::{Field, Told, told_text};
use crate::{
    access::Guest,
    audit::{Change, Event},
    db::{Db, DbError},
    kernel::{self, Clock, Id},
};

/// Longest name and sender, in characters (ours).
const LONGEST_NAME: usize = 100;
/// Longest header, in characters, and most headers of a preset (ours).
const LONGEST_HEADER: usize = 200;
const MOST_HEADERS: usize = 200;

/// A preset as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    pub id: Id<kernel::Preset>,
    /// What it is asked for by; unique.
    pub name: String,
    /// Whose catalogues it is for, in words; may be empty.
    pub sender: String,
    /// The headers, each with what it means; with nothing where it is kept as it is.
    pub told: Told,
    /// Who kept it last.
    pub saved_by: String,
    pub saved_at: String,
}

/// Why a preset was not kept or removed.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    #[error("a name has 1 to {LONGEST_NAME} characters, a sender at most as many; none is a control character")]
    Name,
    #[error("a preset explains 1 to {MOST_HEADERS} headers of 1 to {LONGEST_HEADER} characters, each once")]
    Headers,
    #[error("there is no such preset")]
    Missing,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for PresetError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

fn plain(text: &str, least: usize, most: usize) -> bool {
    let long = text.chars().count();
    (least..=most).contains(&long) && !text.chars().any(char::is_control)
}

/// Keeps a preset; one of the same name is what it says from now on.
pub async fn save(
    db: &Db,
    clock: &dyn Clock,
    guest: &Guest,
    name: &str,
    sender: &str,
    told: &[(String, Option<Field>)],
) -> Result<Preset, PresetError> {
    let (name, sender) = (name.trim(), sender.trim());
    if !plain(name, 1, LONGEST_NAME) || !plain(sender, 0, LONGEST_NAME) {
        return Err(PresetError::Name);
    }
    let once = told.iter().enumerate().all(|(at, (header, _))| told[..at].iter().all(|(other, _)| other != header));
    let sound = told.iter().all(|(header, _)| plain(header, 1, LONGEST_HEADER));
    if told.is_empty() || told.len() > MOST_HEADERS || !once || !sound {
        return Err(PresetError::Headers);
    }
    let mut change = Change::begin(db, clock, guest.actor()).await?;
    let kept = rows::named(&mut change, name).await?;
    let preset = Preset {
        id: kept.clone().unwrap_or_else(|| Id::fresh(change.at)),
        name: name.to_owned(),
        sender: sender.to_owned(),
        told: told.to_vec(),
        saved_by: guest.actor().name().to_owned(),
        saved_at: change.at.to_string(),
    };
    rows::put(&mut change, &preset, kept.is_some()).await?;
    let event = Event::new("preset.saved", &preset.id).with("name", name).with("sender", sender);
    change.commit(event.with("definition", told_text(told))).await?;
    Ok(preset)
}

/// Removes a preset.
pub async fn remove(db: &Db, clock: &dyn Clock, guest: &Guest, id: &Id<kernel::Preset>) -> Result<Preset, PresetError> {
    let preset = by_id(db, id).await?.ok_or(PresetError::Missing)?;
    let mut change = Change::begin(db, clock, guest.actor()).await?;
    rows::take_out(&mut change, id).await?;
    let event = Event::new("preset.removed", id).with("name", &preset.name).with("sender", &preset.sender);
    change.commit(event.with("definition", told_text(&preset.told))).await?;
    Ok(preset)
}
