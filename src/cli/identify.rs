//! Which formats files have.

use super::Answer;
use crate::{
    app::{self, Place},
    config::Config,
    ingest::{extract::Extractor, identify::Identified},
    vault::Source,
};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Tells of each file, in their order; needs no archive, and uses the configuration of
/// one that is there. The files are opened by processes with limits: one that ends such
/// a process is told as not identified, and the rest goes on.
pub(super) async fn run(place: &Place, files: Vec<PathBuf>) -> anyhow::Result<Answer> {
    let config = Config::load(&place.config(), crate::config::environment())?;
    let reader = app::reader(&config)?;
    let told: Vec<Value> =
        stream::iter(files).map(|file| tell(&reader, file)).buffered(reader.children()).collect().await;
    reader.close().await;
    let unknown = told.iter().any(|one| one["puid"].is_null());
    Ok(Answer::found(unknown, Value::Array(told)))
}

async fn tell(reader: &Extractor, file: PathBuf) -> Value {
    let shown = file.to_string_lossy();
    match look(reader, &file).await {
        Err(reason) => json!({
            "file": shown, "puid": null, "name": null, "version": null, "mime": null, "basis": "none",
            "also": [], "reason": reason,
        }),
        Ok(Identified { basis, formats, reason, signatures }) => {
            let (best, also) = match formats.split_first() {
                Some((best, also)) => (Some(best), also),
                None => (None, &[][..]),
            };
            json!({
                "file": shown,
                "puid": best.map(|known| &known.puid),
                "name": best.map(|known| &known.name),
                "version": best.and_then(|known| known.version.as_ref()),
                "mime": best.and_then(|known| known.mime.as_ref()),
                "basis": basis,
                "also": also,
                "reason": reason,
                "signatures": signatures,
            })
        }
    }
}

async fn look(reader: &Extractor, file: &Path) -> Result<Identified, String> {
    // Whoever names a link here means what it points to; a sender's links are refused.
    let path = std::fs::canonicalize(file).map_err(|error| format!("打不开：{error}"))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    reader.identify(&Source::Plain(path), &name).await
}
