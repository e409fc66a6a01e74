//! The rows of presets.

use super::{Preset, PresetError};
use crate::{
    audit::Change,
    db::{self, Asked, Db, DbError},
    ingest::catalogue::{told_of, told_text},
    kernel::{self, Id},
};

type Row = (String, String, String, String, String, String);

fn preset((id, name, sender, told, saved_by, saved_at): Row) -> Result<Preset, DbError> {
    let wrong = |value| DbError::Inconsistent { table: "catalogue_preset", column: "told", row: id.clone(), value };
    let told = told_of(&told).ok_or_else(|| wrong(told))?;
    Ok(Preset { id: Id::known(id), name, sender, told, saved_by, saved_at })
}

const COLUMNS: &str = "SELECT id, name, sender, told, saved_by, saved_at FROM catalogue_preset";

/// Every preset, by sender and name.
pub async fn all(db: &Db) -> Result<Vec<Preset>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" ORDER BY sender, name");
    asked.fetch::<Row>(db).await?.into_iter().map(preset).collect()
}

pub async fn by_id(db: &Db, id: &Id<kernel::Preset>) -> Result<Option<Preset>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE id = ").bind(id.as_str());
    asked.fetch::<Row>(db).await?.pop().map(preset).transpose()
}

/// The preset of this name.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<Preset>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE name = ").bind(name.trim());
    asked.fetch::<Row>(db).await?.pop().map(preset).transpose()
}

/// The id under which this name is kept, asked within the change that may take it.
pub(super) async fn named(change: &mut Change<'_>, name: &str) -> Result<Option<Id<kernel::Preset>>, PresetError> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM catalogue_preset WHERE name = $1")
        .bind(name)
        .fetch_optional(&mut *change.tx)
        .await?;
    Ok(id.map(Id::known))
}

pub(super) async fn put(change: &mut Change<'_>, preset: &Preset, kept: bool) -> Result<(), PresetError> {
    let sql = if kept {
        "UPDATE catalogue_preset SET name = $2, sender = $3, told = $4, saved_by = $5, saved_at = $6 WHERE id = $1"
    } else {
        "INSERT INTO catalogue_preset (id, name, sender, told, saved_by, saved_at) VALUES ($1, $2, $3, $4, $5, $6)"
    };
    let done = sqlx::query(sql)
        .bind(preset.id.as_str())
        .bind(&preset.name)
        .bind(&preset.sender)
        .bind(told_text(&preset.told))
        .bind(&preset.saved_by)
        .bind(&preset.saved_at)
        .execute(&mut *change.tx)
        .await?;
    Ok(db::exactly(1, &done)?)
}

pub(super) async fn take_out(change: &mut Change<'_>, id: &Id<kernel::Preset>) -> Result<(), PresetError> {
    let done =
        sqlx::query("DELETE FROM catalogue_preset WHERE id = $1").bind(id.as_str()).execute(&mut *change.tx).await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(PresetError::Missing) }
}
