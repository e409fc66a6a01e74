//! Taking the trail away: noted in the trail, bounded by what stood when it began, and
//! written a chunk at a time.

use super::{sheet, words};
use crate::{
    app::App,
    audit::{self, Change, Event, Walk},
    kernel::Actor,
    web::texts::Lang,
};
use bytes::Bytes;
use futures::{Stream, stream::try_unfold};
use std::io::Write;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line ([`audit::json_line`] says how a stranger checks it).
    JsonLines,
    /// A workbook to look at; at most [`sheet::MOST_LINES`] lines.
    Xlsx,
}

impl Format {
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "jsonl" => Some(Self::JsonLines),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Xlsx => "xlsx",
        }
    }
}

/// An export that has been noted and not yet written. Oldest line first; lines said
/// since it began are not in it.
pub struct Export {
    walk: Walk,
    lines: i64,
}

/// An export that does not fit its form; nothing was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooMany {
    pub lines: i64,
}

impl TooMany {
    /// What is wrong, and the remedy.
    pub fn words(&self, lang: Lang) -> (String, String) {
        sheet::too_many(lang, self.lines)
    }
}

impl Export {
    /// Counts the lines and notes the export in the trail: before its first byte, so that
    /// one that breaks off is noted too.
    pub async fn begin(
        app: &App,
        who: &Actor,
        filter: audit::TrailFilter,
        format: Format,
    ) -> anyhow::Result<Result<Self, TooMany>> {
        let said = filter.to_string();
        let walk = Walk::begin(&app.db, filter).await?;
        let lines = walk.count(i64::MAX).await?;
        if format == Format::Xlsx && lines > sheet::MOST_LINES {
            return Ok(Err(TooMany { lines }));
        }
        let change = Change::begin(&app.db, app.clock.as_ref(), who).await?;
        let event = Event::new("trail.exported", "trail").with("filter", said).with("format", format.word());
        change.commit(event.with("count", lines).with("until", walk.last())).await?;
        Ok(Ok(Self { walk, lines }))
    }

    pub fn lines(&self) -> i64 {
        self.lines
    }

    /// As JSON lines, a chunk at a time.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, crate::db::DbError>> + Send + 'static {
        try_unfold(self.walk, |mut walk| async move {
            let lines = walk.next().await?;
            let text: String = lines.iter().map(|line| audit::json_line(line) + "\n").collect();
            Ok((!lines.is_empty()).then(|| (Bytes::from(text), walk)))
        })
    }

    /// As JSON lines into `out`.
    pub async fn write_lines(mut self, out: &mut (impl Write + Send)) -> anyhow::Result<()> {
        loop {
            let lines = self.walk.next().await?;
            if lines.is_empty() {
                return Ok(());
            }
            for line in &lines {
                writeln!(out, "{}", audit::json_line(line))?;
            }
        }
    }

    /// As a workbook in `file`, which stands at its end afterwards.
    pub async fn write_sheet(mut self, app: &App, lang: Lang, file: std::fs::File) -> anyhow::Result<std::fs::File> {
        let mut book = sheet::Book::begin(lang, &app.config.archive.zone)?;
        loop {
            let lines = self.walk.next().await?;
            if lines.is_empty() {
                break;
            }
            let names = words::names(app, &lines).await?;
            book.add(&lines, &names)?;
        }
        tokio::task::spawn_blocking(move || {
            book.finish(&file)?;
            Ok(file)
        })
        .await
        .expect("writing a sheet does not panic")
    }
}
