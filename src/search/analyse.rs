//! Text into units. A unit is one Chinese character, one run of Latin letters
//! and digits, or one mark of punctuation. Space between units counts for
//! nothing, but ends a Latin run, as does a page end. A phrase is found where its
//! units stand next to each other, so that a comma in the text parts two words
//! unless the query has the comma as well. One rule for index and query.

use super::fold::fold;
use std::ops::Range;
use tantivy::tokenizer::{PreTokenizedString, Token};

/// A longer Latin run is cut here, in index and query alike (tantivy's longest term is 65,530 bytes).
const LONGEST: usize = 64;

/// One unit: folded text, and where it stands in the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub text: String,
    /// In characters of the page.
    pub at: Range<usize>,
    /// From 0.
    pub page: usize,
}

/// The units of `pages`, one after the other.
pub fn units<'a>(pages: impl IntoIterator<Item = &'a str>) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (page, text) in pages.into_iter().enumerate() {
        let mut open = false;
        for (at, c) in text.chars().enumerate() {
            let c = fold(c);
            if c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{ad}') {
                open = false;
                continue;
            }
            let latin = runs_on(c);
            match units.last_mut() {
                Some(last) if open && latin && last.at.len() < LONGEST => {
                    last.text.push(c);
                    last.at.end = at + 1;
                }
                _ => units.push(Unit { text: c.to_string(), at: at..at + 1, page }),
            }
            open = latin;
        }
    }
    units
}

fn runs_on(c: char) -> bool {
    c.is_alphanumeric() && (c < '\u{2e80}' || c.is_ascii())
}

/// The term of two neighbours. Only two Latin runs need the space to stay apart.
pub(super) fn pair(a: &str, b: &str) -> String {
    format!("{a} {b}")
}

pub(super) fn pairs(units: &[Unit]) -> PreTokenizedString {
    tokens(units.windows(2).map(|w| pair(&w[0].text, &w[1].text)).enumerate())
}

pub(super) fn singles(units: &[Unit]) -> PreTokenizedString {
    tokens(units.iter().map(|u| u.text.clone()).enumerate())
}

/// All units joined: equal for equal 档号, 文号 and titles.
pub(super) fn whole(units: &[Unit]) -> String {
    units.iter().map(|u| u.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn tokens(terms: impl Iterator<Item = (usize, String)>) -> PreTokenizedString {
    let tokens = terms
        .map(|(position, text)| Token { offset_from: 0, offset_to: 0, position, text, position_length: 1 })
        .collect();
    PreTokenizedString { text: String::new(), tokens }
}
