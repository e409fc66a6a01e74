use askama::Template;

use super::VersionLine;
use crate::web::pages::{Frame, Marked, Standing, href};
use crate::web::texts::Counted;

/// One record. GET `/records/{id}?page=N&q=…&tab=content|description|trail|files|versions`.
#[derive(Template)]
#[template(path = "holdings/record.html", config = "config/askama.toml")]
pub struct RecordPage {
    pub frame: Frame,
    pub id: String,
    pub card: Card,
    /// The words looked for, empty when it was not come by search.
    pub q: String,
    pub files: u64,
    pub events: u64,
    /// The number of the newest version.
    pub versions: u64,
    /// The reader may put the record right.
    pub corrects: bool,
    pub tab: Tab,
}

/// The open tab with what it shows; the others are asked for by their links.
pub enum Tab {
    /// The content, which the reader may know of and not read.
    Closed,
    Content(Box<Content>),
    Description(Vec<Fact>),
    Trail(Vec<Event>),
    Files(Vec<File>),
    /// Newest first.
    Versions(Vec<VersionLine>),
}

/// 著录卡片. What is not described is `None` and is not drawn.
pub struct Card {
    /// 档号; `None` while the record has none.
    pub reference: Option<String>,
    pub standing: Standing,
    pub title: String,
    pub responsible: Option<String>,
    pub docno: Option<String>,
    pub date: Option<String>,
    pub pages: Option<u64>,
    pub retention: Option<String>,
    pub secrecy: Option<String>,
    pub fonds_code: String,
    pub fonds_name: String,
    pub category: String,
    pub year: Option<String>,
    pub department: Option<String>,
    /// Day of filing, ISO.
    pub filed_on: String,
}

/// 原文: one page in the viewer. `page` counts from 1; 0 pages: nothing to see.
pub struct Content {
    pub page: u32,
    pub pages: u32,
    pub thumbs: Vec<Thumb>,
    pub image: Image,
    pub text: PageText,
}

pub struct Thumb {
    pub page: u32,
    pub hits: u32,
}

/// The picture of the page. No picture and a failed one are different answers.
pub enum Image {
    Shown,
    /// The format has no pages to draw; the file itself can be taken.
    None,
    /// It has pages and this one could not be drawn.
    Failed {
        reason: String,
    },
}

/// The text of the page. No text and unread text are different answers.
pub enum PageText {
    Read(Marked),
    /// It was read and there is none: a picture, a blank page.
    Empty,
    /// Not read yet.
    Waiting,
    /// Reading failed; the file is kept all the same.
    Unread {
        reason: String,
    },
}

/// One line of the description: a name as the profile words it, and its value.
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// One line of the trail.
pub struct Event {
    pub at: String,
    pub act: String,
    pub who: String,
    pub note: String,
}

pub struct File {
    pub number: u32,
    pub name: String,
    /// What it is for in words (original, attachment).
    pub role: String,
    /// `None`: the format is not recognised.
    pub format: Option<String>,
    /// The PRONOM id of the format.
    pub puid: Option<String>,
    /// Whether that stands on the ending of the name alone.
    pub by_ending: bool,
    pub bytes: u64,
    /// 64 hex digits.
    pub sha256: String,
    pub copies: Vec<Copy>,
}

/// A copy in one store. `verified_on` is ISO, `None`: never read back.
pub struct Copy {
    pub store: String,
    pub standing: Standing,
    pub verified_on: Option<String>,
}

impl RecordPage {
    fn tab_href(&self, tab: &str) -> String {
        href(&format!("/records/{}", self.id), &[("q", &self.q), ("tab", tab)])
    }

    fn page_href(&self, page: impl Counted) -> String {
        href(&format!("/records/{}", self.id), &[("q", &self.q), ("page", &page.counted().to_string())])
    }

    fn back(&self) -> String {
        href("/search", &[("q", &self.q)])
    }
}

impl Content {
    /// The pages of the strip around the open one: at most `reach` to each side.
    pub fn strip(page: u32, pages: u32, reach: u32) -> std::ops::RangeInclusive<u32> {
        page.saturating_sub(reach).max(1)..=page.saturating_add(reach).min(pages)
    }

    fn before(&self) -> Option<u32> {
        (self.page > 1).then(|| self.page - 1)
    }

    fn after(&self) -> Option<u32> {
        (self.page < self.pages).then_some(self.page + 1)
    }
}
