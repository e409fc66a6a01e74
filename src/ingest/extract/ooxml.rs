//! What DOCX and PPTX (ECMA-376) have in common: paragraphs of runs of text.

use super::{join::join, parts::Visitor};
use quick_xml::events::BytesStart;

/// Gathers paragraphs (`p`) of text (`t`), each on a line of its own.
#[derive(Default)]
pub(super) struct Paragraphs {
    text: String,
    paragraph: String,
    in_text: bool,
}

impl Paragraphs {
    pub fn done(self) -> String {
        self.text
    }
}

impl Visitor for Paragraphs {
    fn begin(&mut self, name: &str, _: &BytesStart<'_>) {
        match name {
            "t" => self.in_text = true,
            "tab" | "br" | "cr" => self.paragraph.push(' '),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "p" => {
                if !self.text.is_empty() && !self.paragraph.trim().is_empty() {
                    self.text.push('\n');
                }
                join(&mut self.text, &self.paragraph);
                self.paragraph.clear();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text {
            self.paragraph.push_str(text);
        }
    }
}
