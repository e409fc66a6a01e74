//! Catalogues before they are handed in.

use super::{
    Answer,
    args::{CatalogueCommand, PresetCommand, ToldArgs},
};
use crate::{
    access::Guest,
    app::{App, Place},
    config::Config,
    ingest::{
        catalogue::{self, Mapping, read_told},
        defects::Lang,
        preset::{self, PresetError},
        template::{self, TemplateError},
    },
    vault::Source,
    web::api::{preset_shape, preview_shape},
};
use anyhow::Context as _;
use serde_json::json;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

pub(super) async fn run(app: &App, guest: &Guest, command: CatalogueCommand) -> anyhow::Result<Answer> {
    match command {
        CatalogueCommand::Preview { file, told } => preview(app, file, &told).await,
        CatalogueCommand::Presets(command) => presets(app, guest, command).await,
        CatalogueCommand::Template { .. } => anyhow::bail!("a template needs no archive"),
    }
}

/// What was told of the headers; `Err` with the refusal where it cannot be read.
pub(super) async fn told(app: &App, told: &ToldArgs) -> anyhow::Result<Result<catalogue::Told, Answer>> {
    let mut known = match &told.preset {
        None => Vec::new(),
        Some(name) => match preset::by_name(&app.db, name).await? {
            Some(preset) => preset.told,
            None => {
                let remedy = "用 lantai catalogue presets list 查看有哪些";
                return Ok(Err(Answer::wrong(format!("没有预设“{name}”"), remedy)));
            }
        },
    };
    match read(&told.map) {
        Err(why) => Ok(Err(Answer::wrong(why, "改写 --map"))),
        Ok(more) => {
            known.retain(|(header, _)| !more.iter().any(|(told, _)| told == header));
            known.extend(more);
            Ok(Ok(known))
        }
    }
}

fn read(maps: &[String]) -> Result<catalogue::Told, String> {
    maps.iter().map(|map| read_told(map)).collect()
}

/// The first rows of a file, or of the catalogue of a folder.
async fn preview(app: &App, file: PathBuf, told: &ToldArgs) -> anyhow::Result<Answer> {
    let mapping = match self::told(app, told).await? {
        Ok(told) => Mapping::new(told).by(&app.profile),
        Err(refused) => return Ok(refused),
    };
    let desk = app.desk();
    let looked = tokio::task::spawn_blocking(move || {
        let file = if file.is_dir() { catalogue::find(&file)? } else { file };
        catalogue::preview(&file, &Source::Plain(file.clone()), &mapping, &desk.profile, &desk, Lang::Zh)
    });
    match looked.await.expect("looking at a catalogue does not panic") {
        Ok(preview) => {
            let findings = !preview.missing.is_empty() || preview.unread.is_some();
            Ok(Answer::found(
                findings || preview.rows.iter().any(|row| !row.faults.is_empty()),
                preview_shape(&preview),
            ))
        }
        Err(error) => Ok(Answer::wrong(error.to_string(), "按上面所说改正后再试")),
    }
}

async fn presets(app: &App, guest: &Guest, command: PresetCommand) -> anyhow::Result<Answer> {
    let done = match command {
        PresetCommand::List => {
            let items: Vec<_> = preset::all(&app.db).await?.iter().map(preset_shape).collect();
            return Ok(Answer::done(json!({ "total": items.len(), "items": items, "next": null })));
        }
        PresetCommand::Save { name, sender, map } => match read(&map) {
            Err(why) => return Ok(Answer::wrong(why, "改写 --map")),
            Ok(told) => {
                let sender = sender.unwrap_or_default();
                preset::save(&app.db, app.clock.as_ref(), guest, &name, &sender, &told).await
            }
        },
        PresetCommand::Remove { name } => match preset::by_name(&app.db, &name).await? {
            Some(preset) => preset::remove(&app.db, app.clock.as_ref(), guest, &preset.id).await,
            None => Err(PresetError::Missing),
        },
    };
    match done {
        Ok(preset) => Ok(Answer::done(preset_shape(&preset))),
        Err(PresetError::Db(error)) => Err(error.into()),
        Err(PresetError::Missing) => Ok(Answer::refused("没有这个预设", "用 lantai catalogue presets list 查看有哪些")),
        Err(error @ (PresetError::Name | PresetError::Headers)) => Ok(Answer::wrong(error.to_string(), "改正后再办")),
    }
}

/// Writes an empty catalogue; needs no archive, and uses the rules of one that is there.
pub(super) async fn write_template(place: &Place, category: &str, out: Option<&Path>) -> anyhow::Result<Answer> {
    let rules = Config::load(&place.config(), crate::config::environment())?.archive.rules;
    let profile = place.rules(&rules)?;
    let code = category.to_uppercase();
    let bytes = match template::write(&profile, &code) {
        Ok(bytes) => bytes,
        Err(TemplateError::Category(_)) => {
            let known = profile.categories.iter().map(|one| format!("{} {}", one.code, one.name));
            let known = known.collect::<Vec<_>>().join("、");
            return Ok(Answer::wrong(format!("没有门类 {category}"), format!("用 {known} 之一")));
        }
        Err(error) => return Err(error.into()),
    };
    let named = profile.category(&code).map(template::file_name).unwrap_or_default();
    let out = out.map_or_else(|| PathBuf::from(named), Path::to_owned);
    let file = std::fs::File::create_new(&out);
    let mut file = match file {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Ok(Answer::refused(format!("{} 已经存在", out.display()), "换一个文件名，或先移走它"));
        }
        opened => opened.with_context(|| format!("{} cannot be written", out.display()))?,
    };
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(Answer::done(json!({ "category": code, "file": out })))
}
