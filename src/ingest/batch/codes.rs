//! The 档号 of a catalogue's rows: parsed by the archive's schemes, and where the
//! archive has none, by one proposed from the rows themselves.

use crate::{
    holdings::{
        Fonds, SchemeRow,
        code::{self, Code, CodeError, Scheme},
        scheme_for,
    },
    ingest::{
        catalogue::Entry,
        defects::{Defect, DefectKind, Words, code_refused},
    },
    profile::Profile,
};
use std::collections::BTreeMap;

/// What the codes of a batch came to.
pub(super) struct Coded {
    /// One for each entry; `None` where its code is refused.
    pub codes: Vec<Option<Code>>,
    /// One for each entry: the category it is kept under.
    pub categories: Vec<String>,
    pub defects: Vec<Defect>,
    /// Fonds the archive lacks: code and name.
    pub new_fonds: Vec<(String, String)>,
    /// Schemes the archive lacks.
    pub new_schemes: Vec<Scheme>,
    /// Schemes of the archive whose widths the codes go beyond, widened.
    pub wider_schemes: Vec<SchemeRow>,
}

/// Parses the codes of all entries. Look-alike characters are folded, with a note.
pub(super) fn code_entries(profile: &Profile, known: &[SchemeRow], fonds: &[Fonds], entries: &[Entry]) -> Coded {
    let folded: Vec<String> = entries.iter().map(|entry| code::fold(&entry.code_raw)).collect();
    let kept_under = |(code, entry): (&String, &Entry)| category_of(profile, code, entry).unwrap_or(UNNAMED).to_owned();
    let categories: Vec<String> = folded.iter().zip(entries).map(kept_under).collect();
    let mut coded = Coded {
        codes: vec![None; entries.len()],
        categories: categories.clone(),
        defects: Vec::new(),
        new_fonds: Vec::new(),
        new_schemes: Vec::new(),
        wider_schemes: Vec::new(),
    };
    let mut classes: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, code) in folded.iter().enumerate().filter(|(_, code)| !code.is_empty()) {
        let in_fonds = code.split_once('-').map_or(code.as_str(), |(fonds, _)| fonds);
        classes.entry((in_fonds, categories[at].as_str())).or_default().push(at);
    }
    for ((in_fonds, category), members) in classes {
        let mine: Vec<&SchemeRow> =
            known.iter().filter(|row| row.fonds == in_fonds && row.category == category).collect();
        if mine.is_empty() {
            propose(profile, in_fonds, category, &members, &folded, entries, &mut coded);
        } else {
            let parsed: Vec<_> = members.iter().map(|at| parse_by(&mine, known, &folded[*at])).collect();
            let refused = members.iter().zip(&parsed).filter(|(_, parsed)| parsed.is_err());
            let refused: Vec<&str> = refused.map(|(at, _)| folded[*at].as_str()).collect();
            let wider = wider(&mine, &refused);
            for (at, mut parsed) in members.into_iter().zip(parsed) {
                if let (Err(_), Some(wider)) = (&parsed, &wider) {
                    parsed = wider.scheme.parse(&folded[at]);
                }
                coded.keep(at, parsed, &entries[at], &folded[at]);
            }
            coded.wider_schemes.extend(wider);
        }
    }
    coded.name_new_fonds(fonds, entries);
    coded
}

impl Coded {
    fn keep(&mut self, at: usize, parsed: Result<Code, CodeError>, entry: &Entry, folded: &str) {
        match parsed {
            Ok(code) => {
                if folded != entry.code_raw {
                    let words = Words {
                        reason: format!("档号写作“{}”，已按规范字符读作“{folded}”", entry.code_raw),
                        remedy: "请在目录中改用规范的“-”“·”和半角大写字母数字".to_owned(),
                    };
                    self.defects.push(Defect::new(DefectKind::CodeFolded, words).at(entry.row, folded));
                }
                self.codes[at] = Some(code);
            }
            Err(error) => self.refuse(entry, &code_refused(&error), error.proposal.as_deref()),
        }
    }

    fn refuse(&mut self, entry: &Entry, why: &str, proposal: Option<&str>) {
        let remedy = proposal
            .map_or_else(|| "按该全宗、门类的档号方案改正档号".to_owned(), |proposal| format!("改为“{proposal}”"));
        let words = Words { reason: format!("档号“{}”不合规则：{why}", entry.code_raw), remedy };
        self.defects.push(Defect::new(DefectKind::CodeInvalid, words).at(entry.row, &entry.code_raw));
    }

    /// The fonds that filed codes name and the archive lacks, with the name the
    /// catalogue gives them if it gives one.
    fn name_new_fonds(&mut self, fonds: &[Fonds], entries: &[Entry]) {
        let mut new: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (code, entry) in self.codes.iter().zip(entries) {
            let Some(code) = code else { continue };
            let Some((in_fonds, _)) = code.as_str().split_once('-') else { continue };
            if fonds.iter().any(|known| known.code == in_fonds) {
                continue;
            }
            let named = entry.extra.iter().find(|(header, _)| header.contains("全宗名")).map(|(_, name)| name.clone());
            let name = new.entry(in_fonds.to_owned()).or_default();
            if name.is_none() {
                *name = named;
            }
        }
        self.new_fonds = new
            .into_iter()
            .map(|(code, name)| (code.clone(), name.unwrap_or_else(|| format!("全宗 {code}"))))
            .collect();
    }
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
fn parse_by(mine: &[&SchemeRow], known: &[SchemeRow], code: &str) -> Result<Code, CodeError> {
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
fn wider(mine: &[&SchemeRow], refused: &[&str]) -> Option<SchemeRow> {
    let newest = mine.last().filter(|_| !refused.is_empty())?;
    let scheme = code::widen(&newest.scheme, refused)?.scheme.from_year(newest.scheme.first_year());
    Some(SchemeRow { scheme, ..(*newest).clone() })
}

fn propose(
    profile: &Profile,
    fonds: &str,
    category: &str,
    members: &[usize],
    folded: &[String],
    entries: &[Entry],
    coded: &mut Coded,
) {
    let codes: Vec<&str> = members.iter().map(|at| folded[*at].as_str()).collect();
    let Some(proposal) = code::propose(profile, fonds, category, &codes) else {
        for at in members {
            let explained = code::explain(profile, &entries[*at].code_raw);
            let why = explained.error.as_ref().map_or_else(|| "没有能解释它的档号方案".to_owned(), code_refused);
            coded.refuse(&entries[*at], &why, explained.proposal.as_deref());
        }
        return;
    };
    for at in members {
        let parsed = proposal.scheme.parse(&folded[*at]);
        coded.keep(*at, parsed, &entries[*at], &folded[*at]);
    }
    coded.new_schemes.push(proposal.scheme);
}
