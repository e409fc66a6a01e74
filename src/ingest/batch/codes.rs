//! The 档号 of a catalogue's rows: parsed by the archive's schemes, and where the
//! archive has none, by one proposed from the rows themselves.
//!
//! A scheme is chosen by the *shapes* of the codes: codes that differ in their last number
//! alone, and not in its width, are read alike by every scheme, so that one stands for
//! all of them. Of a million codes a few thousand shapes remain.

use crate::{
    holdings::{
        SchemeRow,
        code::{self, Code, CodeError, Scheme},
        scheme_for,
    },
    ingest::{
        catalogue::Entry,
        defects::{Defect, DefectKind, Words, code_refused},
    },
    profile::Profile,
};
use std::{collections::BTreeMap, sync::Arc};

/// The shapes of codes with how many have them, by fonds and category.
#[derive(Default)]
pub(super) struct Shapes {
    classes: BTreeMap<String, BTreeMap<String, BTreeMap<String, usize>>>,
    shape: String,
}

impl Shapes {
    /// Notes a folded code that is kept under `category`.
    pub fn note(&mut self, folded: &str, category: &str) {
        if folded.is_empty() {
            return;
        }
        shape_of(folded, &mut self.shape);
        let shapes = entry(entry(&mut self.classes, fonds_of(folded)), category);
        *entry(shapes, &self.shape) += 1;
    }
}

/// What stands under `key`, put there if it is missing; the key is copied only then.
fn entry<'m, V: Default>(map: &'m mut BTreeMap<String, V>, key: &str) -> &'m mut V {
    if !map.contains_key(key) {
        map.insert(key.to_owned(), V::default());
    }
    map.get_mut(key).expect("it was put there")
}

fn fonds_of(folded: &str) -> &str {
    folded.split_once('-').map_or(folded, |(fonds, _)| fonds)
}

/// The code with 1 for its last number, as wide as that is; 0 stays 0, for no scheme
/// takes it. A code that ends in no number is a shape of its own.
fn shape_of(folded: &str, shape: &mut String) {
    shape.clear();
    match folded.rsplit_once('-') {
        Some((class, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            shape.push_str(class);
            shape.push('-');
            shape.extend(std::iter::repeat_n('0', number.len() - 1));
            shape.push(if number.bytes().all(|b| b == b'0') { '0' } else { '1' });
        }
        _ => shape.push_str(folded),
    }
}

/// How the codes of a batch are read.
#[derive(Debug)]
pub(super) struct Codes {
    profile: Arc<Profile>,
    known: Vec<SchemeRow>,
    classes: BTreeMap<String, BTreeMap<String, Class>>,
    /// Schemes the archive lacks.
    pub new_schemes: Vec<Scheme>,
    /// Schemes of the archive whose widths the codes go beyond, widened.
    pub wider_schemes: Vec<SchemeRow>,
}

/// How the codes of one fonds and category are read.
#[derive(Debug)]
enum Class {
    Known {
        mine: Vec<SchemeRow>,
        wider: Option<SchemeRow>,
    },
    Proposed(Scheme),
    /// By nothing: no scheme that could be proposed reads any of them.
    Unread,
}

/// A row's code as it was read.
pub(super) struct Read {
    pub code: Code,
    /// The category it is kept under.
    pub category: String,
    /// That look-alike characters were folded.
    pub note: Option<Defect>,
}

impl Codes {
    /// Finds how codes of these shapes are read.
    pub fn of(profile: Arc<Profile>, known: Vec<SchemeRow>, shapes: Shapes) -> Self {
        let mut codes =
            Self { profile, known, classes: BTreeMap::new(), new_schemes: Vec::new(), wider_schemes: Vec::new() };
        for (fonds, categories) in shapes.classes {
            for (category, shapes) in categories {
                let class = codes.class(&fonds, &category, &shapes);
                entry(&mut codes.classes, &fonds).insert(category, class);
            }
        }
        codes
    }

    fn class(&mut self, fonds: &str, category: &str, shapes: &BTreeMap<String, usize>) -> Class {
        let mine: Vec<SchemeRow> =
            self.known.iter().filter(|row| row.fonds == fonds && row.category == category).cloned().collect();
        if mine.is_empty() {
            let counted: Vec<(&str, usize)> = shapes.iter().map(|(code, count)| (code.as_str(), *count)).collect();
            let Some(proposal) = code::propose_counted(&self.profile, fonds, category, &counted) else {
                return Class::Unread;
            };
            self.new_schemes.push(proposal.scheme.clone());
            return Class::Proposed(proposal.scheme);
        }
        let refused = shapes.keys().map(String::as_str).filter(|code| parse_by(&mine, &self.known, code).is_err());
        let wider = wider(&mine, &refused.collect::<Vec<_>>());
        self.wider_schemes.extend(wider.clone());
        Class::Known { mine, wider }
    }

    /// Reads the code of a row; `Err` with what is wrong where it is refused, with nothing
    /// where there is none.
    pub fn read(&self, entry: &Entry) -> Result<Read, Option<Defect>> {
        let folded = code::fold(&entry.code_raw);
        if folded.is_empty() {
            return Err(None);
        }
        let category = kept_under(&self.profile, &folded, entry);
        let class = self.classes.get(fonds_of(&folded)).and_then(|classes| classes.get(category));
        let parsed = match class {
            Some(Class::Known { mine, wider }) => match (parse_by(mine, &self.known, &folded), wider) {
                (Err(_), Some(wider)) => wider.scheme.parse(&folded),
                (parsed, _) => parsed,
            },
            Some(Class::Proposed(scheme)) => scheme.parse(&folded),
            Some(Class::Unread) | None => {
                let explained = code::explain(&self.profile, &entry.code_raw);
                let why = explained.error.as_ref().map_or_else(|| "没有能解释它的档号方案".to_owned(), code_refused);
                return Err(Some(refused(entry, &why, explained.proposal.as_deref())));
            }
        };
        let code = parsed.map_err(|error| refused(entry, &code_refused(&error), error.proposal.as_deref()))?;
        let note = (folded != entry.code_raw).then(|| {
            let words = Words {
                reason: format!("档号写作“{}”，已按规范字符读作“{folded}”", entry.code_raw),
                remedy: "请在目录中改用规范的“-”“·”和半角大写字母数字".to_owned(),
            };
            Defect::new(DefectKind::CodeFolded, words).at(entry.row, &folded)
        });
        Ok(Read { code, category: category.to_owned(), note })
    }
}

fn refused(entry: &Entry, why: &str, proposal: Option<&str>) -> Defect {
    let remedy =
        proposal.map_or_else(|| "按该全宗、门类的档号方案改正档号".to_owned(), |proposal| format!("改为“{proposal}”"));
    let words = Words { reason: format!("档号“{}”不合规则：{why}", entry.code_raw), remedy };
    Defect::new(DefectKind::CodeInvalid, words).at(entry.row, &entry.code_raw)
}

/// The category a row is kept under.
pub(super) fn kept_under<'a>(profile: &'a Profile, folded: &str, entry: &Entry) -> &'a str {
    category_of(profile, folded, entry).unwrap_or(UNNAMED)
}

/// What a record is kept under when neither its code nor its row names a category.
const UNNAMED: &str = "WS";

/// The category a code spells (`WS` of `X001-WS·2011-…`), or else the row's column: codes
/// by catalogue (`C038-001-002-003`) name none.
fn category_of<'a>(profile: &'a Profile, code: &str, entry: &Entry) -> Option<&'a str> {
    let spelt = code.split_once('-').and_then(|(_, rest)| rest.split(['-', '·']).next());
    let of_code = spelt.and_then(|spelt| profile.category(spelt));
    let of_row = || {
        let named = entry.category.as_deref()?;
        profile.categories.iter().find(|category| category.code == named || category.name == named)
    };
    of_code.or_else(of_row).map(|category| category.code.as_str())
}

/// Parses by the scheme that holds for the code's own year.
fn parse_by(mine: &[SchemeRow], known: &[SchemeRow], code: &str) -> Result<Code, CodeError> {
    let mut failed = None;
    for row in mine.iter().rev() {
        match row.scheme.parse(code) {
            Ok(parsed) => {
                let holds = scheme_for(known, &row.fonds, &row.category, parsed.year());
                if holds.is_some_and(|holding| holding.id == row.id) {
                    return Ok(parsed);
                }
            }
            Err(error) => failed = Some(failed.unwrap_or(error)),
        }
    }
    match failed {
        Some(error) => Err(error),
        // Each scheme that parsed it is the one of other years: the holding one refuses it.
        None => mine[0].scheme.parse(code),
    }
}

/// The newest scheme, its widths as far as `refused` ask and its preset allows; `None`
/// where that would read none of them.
fn wider(mine: &[SchemeRow], refused: &[&str]) -> Option<SchemeRow> {
    let newest = mine.last().filter(|_| !refused.is_empty())?;
    let scheme = code::widen(&newest.scheme, refused)?.scheme.from_year(newest.scheme.first_year());
    Some(SchemeRow { scheme, ..newest.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_differ_in_their_number_alone_have_one_shape() {
        let mut shape = String::new();
        for (code, wanted) in [
            ("X001-WS·2011-Y-BGS-0427", "X001-WS·2011-Y-BGS-0001"),
            ("X001-WS·2011-Y-BGS-00000", "X001-WS·2011-Y-BGS-00000"),
            ("X032-KJ·JJ·02-005-054", "X032-KJ·JJ·02-005-001"),
            ("X001-WS·2011-Y-BGS", "X001-WS·2011-Y-BGS"),
            ("X001-", "X001-"),
            ("乱", "乱"),
        ] {
            shape_of(code, &mut shape);
            assert_eq!(shape, wanted, "{code}");
        }
    }
}
