//! The trail: looked at, taken away.

use super::{Answer, args::TrailCommand};
use crate::{
    access::Guest,
    app::App,
    audit::{self, FindError},
    web::{TrailAsked, TrailExport, TrailFormat, TrailWrong, api, texts::Lang},
};
use anyhow::Context as _;
use serde_json::json;
use std::{
    io::{BufWriter, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

pub(super) async fn run(app: &App, guest: &Guest, command: TrailCommand) -> anyhow::Result<Answer> {
    match command {
        TrailCommand::List { asked, after, limit } => list(app, asked.said(after, limit)).await,
        TrailCommand::Export { file, asked } => export(app, guest, &file, asked.said(None, None)).await,
    }
}

/// A page, newest first, in the shapes of the API.
async fn list(app: &App, asked: TrailAsked) -> anyhow::Result<Answer> {
    let (filter, lines) = match (asked.filter(app).await?, asked.lines()) {
        (Ok(filter), Ok(lines)) => (filter, lines),
        (Err(wrong), _) | (_, Err(wrong)) => return Ok(refused(wrong)),
    };
    let page = match audit::find(&app.db, &filter, asked.cursor().as_ref(), lines).await {
        Ok(page) => page,
        Err(FindError::Cursor(_)) => return Ok(refused(TrailWrong::After)),
        Err(error) => return Err(error.into()),
    };
    let items: Vec<_> = page.items.iter().map(api::line_shape).collect();
    Ok(Answer::done(json!({ "items": items, "next": page.next.map(|next| next.0) })))
}

/// All lines of a filter into a new file, readable by its owner alone. One that breaks
/// off leaves no file of that name.
async fn export(app: &App, guest: &Guest, file: &Path, asked: TrailAsked) -> anyhow::Result<Answer> {
    let format = file.extension().and_then(|end| end.to_str()).and_then(TrailFormat::of_word);
    let Some(format) = format else {
        return Ok(Answer::wrong("导出文件的扩展名须为 .jsonl 或 .xlsx", "改写文件名"));
    };
    let filter = match asked.filter(app).await? {
        Ok(filter) => filter,
        Err(wrong) => return Ok(refused(wrong)),
    };
    if file.exists() {
        return Ok(Answer::refused(format!("{} 已经存在", file.display()), "换一个文件名，或先移走它"));
    }
    // Opened before the export is noted: a folder that cannot be written is the likeliest fault.
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let said = || format!("{} cannot be written", part.display());
    let mut options = std::fs::File::options();
    let out = options.read(true).write(true).create(true).truncate(true).mode(0o600).open(part).with_context(said)?;
    let written = write(app, guest, filter, format, out).await;
    match written {
        Ok(Ok(lines)) => {
            std::fs::rename(part, file)?;
            Ok(Answer::done(json!({ "file": file.display().to_string(), "format": format.word(), "entries": lines })))
        }
        Ok(Err(answer)) => {
            std::fs::remove_file(part)?;
            Ok(answer)
        }
        Err(error) => {
            std::fs::remove_file(part)?;
            Err(error.context(said()))
        }
    }
}

async fn write(
    app: &App,
    guest: &Guest,
    filter: audit::TrailFilter,
    format: TrailFormat,
    out: std::fs::File,
) -> anyhow::Result<Result<i64, Answer>> {
    let export = match TrailExport::begin(app, guest.actor(), filter, format).await? {
        Ok(export) => export,
        Err(too_many) => {
            let (detail, remedy) = too_many.words(Lang::Zh);
            return Ok(Err(Answer::refused(detail, remedy)));
        }
    };
    let lines = export.lines();
    let out = match format {
        TrailFormat::JsonLines => {
            let mut out = BufWriter::new(out);
            export.write_lines(&mut out).await?;
            out.flush()?;
            out.into_inner().map_err(std::io::IntoInnerError::into_error)?
        }
        TrailFormat::Xlsx => export.write_sheet(app, Lang::Zh, out).await?,
    };
    out.sync_all()?;
    Ok(Ok(lines))
}

fn refused(wrong: TrailWrong) -> Answer {
    let (detail, remedy) = wrong.words(Lang::Zh);
    Answer::wrong(detail.trim_end_matches('。'), remedy.trim_end_matches('。'))
}
