//! Where the words of a query stand in a text, cut and marked for showing.
//! The text shown is the original; folding is for comparing alone.

use super::analyse::{Unit, units};
use super::query::{Field, Query};
use std::{collections::BTreeSet, ops::Range};

/// Characters of a window, and how many of them stand before its first mark.
const WIDTH: usize = 60;
const BEFORE: usize = 12;

/// The densest window of a record's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// From 1; `None` where no word stands in the text.
    pub page: Option<u32>,
    pub text: String,
    /// In characters of `text`, rising, none touching another's inside.
    pub marks: Vec<Range<usize>>,
    /// Pages on which a word begins.
    pub pages_hit: u32,
    pub pages_total: u32,
}

/// The snippet of `pages` for the words of `query` that are looked for in text.
/// A phrase over a page end counts for the page where it begins.
pub fn snippet(pages: &[String], query: &Query) -> Snippet {
    let marked = marks(pages.iter().map(String::as_str), query, |field| matches!(field, Field::Any | Field::Text));
    let starts: BTreeSet<usize> = marked.iter().filter(|m| m.begins).map(|m| m.page).collect();
    let best = densest(&marked);
    let page = best.map_or(0, |m| m.page);
    let from = best.map_or(0, |m| m.at.start.saturating_sub(BEFORE));
    let text: String = pages.get(page).map(|p| p.chars().skip(from).take(WIDTH).collect()).unwrap_or_default();
    let end = from + text.chars().count();
    let here = marked
        .iter()
        .filter(|m| m.page == page && m.at.end > from && m.at.start < end)
        .map(|m| m.at.start.max(from) - from..m.at.end.min(end) - from)
        .collect();
    Snippet {
        page: best.map(|m| u32::try_from(m.page + 1).unwrap_or(u32::MAX)),
        text,
        marks: joined(here),
        pages_hit: u32::try_from(starts.len()).unwrap_or(u32::MAX),
        pages_total: u32::try_from(pages.len()).unwrap_or(u32::MAX),
    }
}

/// The mark whose window holds most marks; of equals the first in the text. The marks of
/// one page rise, so that each is looked at twice and no more.
fn densest(marked: &[Mark]) -> Option<&Mark> {
    let (mut best, mut most, mut last) = (None, 0, 0);
    for (first, mark) in marked.iter().enumerate() {
        last = last.max(first);
        let inside = |m: &Mark| m.page == mark.page && m.at.end <= mark.at.start + WIDTH - BEFORE;
        while last < marked.len() && inside(&marked[last]) {
            last += 1;
        }
        if mark.begins && (best.is_none() || last - first > most) {
            (best, most) = (Some(mark), last - first);
        }
    }
    best
}

/// Where the words of `query` stand in `text` (a title, a page), in characters.
pub fn marks_in(text: &str, query: &Query) -> Vec<Range<usize>> {
    joined(marks([text], query, |_| true).into_iter().map(|m| m.at).collect())
}

/// The part of one occurrence that lies on one page.
struct Mark {
    page: usize,
    at: Range<usize>,
    begins: bool,
}

fn marks<'a>(pages: impl IntoIterator<Item = &'a str>, query: &Query, wanted: impl Fn(Field) -> bool) -> Vec<Mark> {
    let text = units(pages);
    let mut marks = Vec::new();
    for (_, word) in query.words().into_iter().filter(|(field, _)| wanted(*field)) {
        let word = units([word]);
        if word.is_empty() {
            continue;
        }
        let stands = |w: &&[Unit]| w.iter().zip(&word).all(|(a, b)| a.text == b.text);
        for found in text.windows(word.len()).filter(stands) {
            for (number, part) in found.chunk_by(|a, b| a.page == b.page).enumerate() {
                let (first, last) = (&part[0], &part[part.len() - 1]);
                marks.push(Mark { page: first.page, at: first.at.start..last.at.end, begins: number == 0 });
            }
        }
    }
    marks.sort_by_key(|mark| (mark.page, mark.at.start, mark.at.end));
    marks
}

fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|r| (r.start, r.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_is_shown_and_a_phrase_over_a_page_end_names_its_first_page() {
        let pages = ["無關".to_owned(), "關於防汛工".to_owned(), "作的通知".to_owned()];
        let found = snippet(&pages, &Query::parse("防汛工作").unwrap());
        assert_eq!(
            found,
            Snippet {
                page: Some(2),
                text: "關於防汛工".into(),
                marks: Vec::from([Range { start: 2, end: 5 }]),
                pages_hit: 1,
                pages_total: 3
            }
        );
        let none = snippet(&pages, &Query::parse("题名:通知").unwrap());
        assert_eq!((none.page, none.pages_hit, none.marks), (None, 0, vec![]));
    }

    #[test]
    fn a_word_that_stands_a_hundred_thousand_times_costs_no_more_than_its_text() {
        let pages = ["的".repeat(100_000)];
        let begun = std::time::Instant::now();
        assert_eq!(snippet(&pages, &Query::parse("的").unwrap()).page, Some(1));
        assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
    }

    #[test]
    fn the_densest_window_wins_and_marks_do_not_overlap() {
        let pages = [format!("水库{}水库移民，移民{}", "空".repeat(80), "尾".repeat(80))];
        let found = snippet(&pages, &Query::parse("水库 移民 水库移民").unwrap());
        let marked: Vec<String> =
            found.marks.iter().map(|r| found.text.chars().skip(r.start).take(r.len()).collect()).collect();
        assert_eq!(
            (marked.as_slice(), found.text.chars().count()),
            (["水库移民".to_owned(), "移民".to_owned()].as_slice(), 60)
        );
        assert_eq!(marks_in("關於水 庫的", &Query::parse("水库").unwrap()), Vec::from([Range { start: 2, end: 5 }]));
    }
}
