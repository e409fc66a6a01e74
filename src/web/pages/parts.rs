use std::fmt;
use std::ops::Range;

use crate::web::texts::Counted;

/// A state as it is shown: a shape before a word, never colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing has been done yet.
    Waiting,
    Running,
    Finished,
    /// Ended, and some of it did not succeed.
    FinishedWithDefects,
    /// Stopped by a fault; it is taken up again when the fault is mended.
    Stopped,
    /// Sent back or withdrawn: nothing more will happen.
    Closed,
    /// In the catalogue, its files not yet sealed in every store.
    Filed,
    /// In the catalogue, its files sealed in every store.
    Sealed,
    Accepted,
    MustMend,
    Refused,
    Look,
    /// A copy agrees with its digest.
    Agrees,
    /// A copy has been written and never read back.
    Unverified,
    /// A copy differs from its digest.
    Differs,
    /// A copy is not where it should be.
    Missing,
}

impl Standing {
    /// The class that draws the shape.
    pub fn shape(&self) -> &'static str {
        match self {
            Standing::Waiting | Standing::Filed | Standing::Unverified => "wait",
            Standing::Running => "run",
            Standing::Finished | Standing::Sealed | Standing::Accepted | Standing::Agrees => "done",
            Standing::FinishedWithDefects | Standing::Look => "heed",
            Standing::Stopped | Standing::MustMend | Standing::Differs | Standing::Missing => "stop",
            Standing::Closed | Standing::Refused => "held",
        }
    }

    /// The key of the word.
    pub fn word(&self) -> &'static str {
        match self {
            Standing::Waiting => "st-waiting",
            Standing::Running => "st-running",
            Standing::Finished => "st-finished",
            Standing::FinishedWithDefects => "st-finished-with-defects",
            Standing::Stopped => "st-stopped",
            Standing::Closed => "st-closed",
            Standing::Filed => "st-filed",
            Standing::Sealed => "st-sealed",
            Standing::Accepted => "st-accepted",
            Standing::MustMend => "st-must-mend",
            Standing::Refused => "st-refused",
            Standing::Look => "st-look",
            Standing::Agrees => "st-agrees",
            Standing::Unverified => "st-unverified",
            Standing::Differs => "st-differs",
            Standing::Missing => "st-missing",
        }
    }
}

/// A text with the found words marked. Escapes itself: a template writes it plainly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    text: String,
    hits: Vec<Range<usize>>,
}

impl Marked {
    /// `hits` are byte ranges of `text`. One that is out of bounds, splits a
    /// character or overlaps an earlier one is not marked; the text is whole always.
    pub fn new(text: impl Into<String>, mut hits: Vec<Range<usize>>) -> Marked {
        let text = text.into();
        hits.sort_by_key(|hit| (hit.start, hit.end));
        let mut end = 0;
        hits.retain(|hit| {
            let sound = hit.start >= end && hit.start < hit.end && text.get(hit.clone()).is_some();
            if sound {
                end = hit.end;
            }
            sound
        });
        Marked { text, hits }
    }

    pub fn plain(text: impl Into<String>) -> Marked {
        Marked { text: text.into(), hits: Vec::new() }
    }

    /// How many places are marked.
    pub fn count(&self) -> usize {
        self.hits.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Marks every occurrence of `word`.
    #[cfg(test)]
    pub(crate) fn finding(text: &str, word: &str) -> Marked {
        Marked::new(text, text.match_indices(word).map(|(at, found)| at..at + found.len()).collect())
    }
}

impl fmt::Display for Marked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut at = 0;
        for hit in &self.hits {
            escaped(&self.text[at..hit.start], f)?;
            f.write_str("<mark>")?;
            escaped(&self.text[hit.clone()], f)?;
            f.write_str("</mark>")?;
            at = hit.end;
        }
        escaped(&self.text[at..], f)
    }
}

impl askama::filters::HtmlSafe for Marked {}

fn escaped(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Ok(shown) = askama::filters::escape(text, askama::filters::Html);
    write!(f, "{shown}")
}

/// Pages of a list. `page` counts from 1; the links are `base` with `page=N`.
#[derive(Clone, Debug)]
pub struct Pager {
    pub page: u32,
    pub pages: u32,
    /// Path and query of the list without `page`.
    pub base: String,
}

impl Pager {
    pub fn href(&self, page: impl Counted) -> String {
        let joint = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{joint}page={}", self.base, page.counted())
    }

    /// First, last and the neighbours; `None` where numbers are left out.
    pub fn steps(&self) -> Vec<Option<u32>> {
        let near = |page: &u32| *page == 1 || *page == self.pages || page.abs_diff(self.page) <= 2;
        let mut steps = Vec::new();
        let mut last = 0;
        for page in (1..=self.pages).filter(near) {
            if page > last + 1 {
                steps.push(None);
            }
            steps.push(Some(page));
            last = page;
        }
        steps
    }

    pub fn back(&self) -> Option<u32> {
        self.page.checked_sub(1).filter(|page| *page > 0)
    }

    pub fn next(&self) -> Option<u32> {
        (self.page < self.pages).then_some(self.page + 1)
    }
}

/// A path with a query; names and values are percent-encoded (RFC 3986 §2.3),
/// pairs without a value are left out.
pub fn href(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.contains('?') { '&' } else { '?' });
        encode(name, &mut address);
        address.push('=');
        encode(value, &mut address);
    }
    address
}

fn encode(word: &str, into: &mut String) {
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_text_is_escaped_on_both_sides_of_a_mark() {
        let marked = Marked::finding("<b>确权&确权", "确权");
        assert_eq!(marked.to_string(), "&#60;b&#62;<mark>确权</mark>&#38;<mark>确权</mark>");
        assert_eq!(marked.count(), 2);
    }

    #[test]
    fn a_range_that_cannot_be_is_not_marked_and_loses_no_text() {
        for (start, end) in [(1, 3), (0, 99), (3, 3), (7, 6)] {
            let hit = Range { start, end };
            assert_eq!(Marked::new("土地", Vec::from([hit])).to_string(), "土地");
        }
        assert_eq!(Marked::new("土地权", vec![0..6, 3..9]).to_string(), "<mark>土地</mark>权");
    }

    #[test]
    fn a_query_is_encoded_and_empty_values_are_left_out() {
        let address = href("/search", &[("q", "确权 &"), ("fonds", ""), ("sort", "date")]);
        assert_eq!(address, "/search?q=%E7%A1%AE%E6%9D%83%20%26&sort=date");
    }

    #[test]
    fn a_pager_shows_the_ends_and_the_neighbours() {
        let cases = [(1, 1, "1"), (1, 45, "1 2 3 … 45"), (20, 45, "1 … 18 19 20 21 22 … 45"), (45, 45, "1 … 43 44 45")];
        for (page, pages, shown) in cases {
            let pager = Pager { page, pages, base: "/search".into() };
            let steps = pager.steps().into_iter().map(|step| step.map_or("…".into(), |step: u32| step.to_string()));
            assert_eq!(steps.collect::<Vec<_>>().join(" "), shown);
        }
    }
}
