//! OpenDocument (ISO/IEC 26300): text, sheets and slides.

use super::{
    join::join,
    parts::{Parts, Visitor, attribute, walk},
};
use quick_xml::events::BytesStart;

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";

/// The text: a sheet or slide a page, a text as one.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut parts = Parts::open(bytes, "OpenDocument")?;
    if parts.bytes(MANIFEST)?.is_some_and(|bytes| bytes.windows(15).any(|part| part == b"encryption-data")) {
        return Err("已加密，需要口令；请去掉口令后重新提交".to_owned());
    }
    let xml = parts.xml(CONTENT)?;
    let mut text = Text::default();
    walk(&xml, &mut text).map_err(parts.broken(CONTENT))?;
    Ok(text.done())
}

#[derive(Default)]
struct Text {
    pages: Vec<String>,
    page: String,
    paragraph: String,
    /// How many paragraphs the walk is inside of.
    within: usize,
    /// How many cells: their paragraphs stand beside one another.
    cells: usize,
    /// Tables are sheets.
    sheets: bool,
}

impl Text {
    fn done(mut self) -> Vec<String> {
        if self.pages.is_empty() || !self.page.trim().is_empty() {
            self.pages.push(self.page);
        }
        self.pages
    }

    fn end_paragraph(&mut self) {
        if self.paragraph.trim().is_empty() {
            return self.paragraph.clear();
        }
        if self.cells == 0 && !self.page.is_empty() {
            self.page.push('\n');
        } else if !self.page.is_empty() && !self.page.ends_with('\n') {
            self.page.push(' ');
        }
        join(&mut self.page, &self.paragraph);
        self.paragraph.clear();
    }
}

impl Visitor for Text {
    fn begin(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "spreadsheet" => self.sheets = true,
            "table" if self.sheets && self.cells == 0 => {
                self.page = attribute(tag, "name").unwrap_or_default();
                self.page.push('\n');
            }
            "p" | "h" => self.within += 1,
            "table-cell" => self.cells += 1,
            "s" | "tab" | "line-break" => self.paragraph.push(' '),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "h" => {
                self.within = self.within.saturating_sub(1);
                self.end_paragraph();
            }
            "table-cell" => self.cells = self.cells.saturating_sub(1),
            "table-row" if !self.page.is_empty() && !self.page.ends_with('\n') => self.page.push('\n'),
            "page" => self.pages.push(std::mem::take(&mut self.page)),
            "table" if self.sheets && self.cells == 0 => self.pages.push(std::mem::take(&mut self.page)),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.within > 0 {
            self.paragraph.push_str(text);
        }
    }
}
