//! Whether a row was taken in before, and whether it says the same now.

use super::{
    Planned,
    desk::{Desk, IngestError},
    stage::{department_of, retention_of},
    survey::digest_of,
};
use crate::{
    access::Reach,
    db::Db,
    holdings::{self, RecordView},
    ingest::{
        catalogue::{Entry, Field, Headers, carrier},
        defects::{Defect, DefectKind, Words},
    },
    profile::Profile,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The rules that a row and a record are compared by.
type Rules<'a> = (&'a Profile, &'a Headers);

/// What became of the planned rows.
pub(super) struct Compared {
    /// Rows whose code was never given out before.
    pub fresh: Vec<Planned>,
    /// Rows held with the same description and bytes.
    pub unchanged: u64,
    /// What the filing asked about has filed already: a line a row, as [`content_line`] has it.
    pub of_filing: Vec<String>,
    pub defects: Vec<Defect>,
}

/// The archive as a batch is compared with it, chunk by chunk.
pub(super) struct Held<'a> {
    db: &'a Db,
    profile: &'a Profile,
    headers: Headers,
    reach: &'a Reach,
    /// The filing that goes on, if one does.
    filing: Option<&'a str>,
    unpublished: HashSet<String>,
    /// Numbers of withdrawn records are there to be taken again.
    withdrawn: bool,
    /// Digests of the classes that were asked about, and whether a number of theirs was
    /// ever given out.
    counted: HashMap<[u8; 16], bool>,
}

impl<'a> Held<'a> {
    pub async fn new(desk: &'a Desk, reach: &'a Reach, filing: Option<&'a str>) -> Result<Self, IngestError> {
        let (db, profile) = (&desk.db, desk.profile.as_ref());
        let unpublished = holdings::unpublished(db).await?.into_iter().collect();
        let withdrawn = holdings::any_withdrawn(db).await?;
        let headers = Headers::of(profile);
        Ok(Self { db, profile, headers, reach, filing, unpublished, withdrawn, counted: HashMap::new() })
    }

    /// Sorts `planned` by what the archive holds under their codes. Of a record beyond the
    /// reach no more is said than that its code was used: whether a guess of its bytes is
    /// right is none of the sender's business.
    pub async fn compare(&mut self, planned: Vec<Planned>) -> Result<Compared, IngestError> {
        self.count(&planned).await?;
        let given_out = planned.iter().filter(|row| self.counted[&digest_of(row.code.scope_key())]);
        let given_out: Vec<_> = given_out.map(number).collect();
        let used = holdings::numbers_used(self.db, &given_out).await?;
        let again = match self.withdrawn {
            true => holdings::numbers_withdrawn(self.db, &given_out).await?,
            false => BTreeSet::new(),
        };
        let codes: Vec<String> = used.values().cloned().collect();
        let held: HashMap<String, RecordView> =
            holdings::held(self.db, &codes).await?.into_iter().map(|view| (view.code.clone(), view)).collect();
        let mut compared = Compared { fresh: Vec::new(), unchanged: 0, of_filing: Vec::new(), defects: Vec::new() };
        for row in planned {
            let code = row.code.as_str();
            let other = if used.is_empty() { None } else { used.get(&number(&row)) };
            if let Some(other) = other.filter(|other| *other != code) {
                compared.defects.push(one_number(row.entry.row, code, other));
                continue;
            }
            let own = |view: &RecordView| self.filing == Some(view.filing.as_str());
            let unpublished = |view: &RecordView| self.unpublished.contains(view.filing.as_str());
            let known = |view: &&RecordView| own(view) || unpublished(view) || self.reach.covers(&view.facts());
            match held.get(code).filter(known) {
                Some(view) if own(view) => {
                    let digests = view.files.iter().map(|file| file.sha256.as_str());
                    compared.of_filing.push(content_line(&view.code, digests));
                    compare_one(&row, view, (self.profile, &self.headers), &mut compared);
                }
                Some(view) if unpublished(view) => {
                    let words = Words {
                        reason: "该档号在另一个没有归档完、或正在撤回的批次中".to_owned(),
                        remedy: "等那个批次办完；归档到一半的，也可用 lantai ingest 文件夹 --abandon 放弃".to_owned(),
                    };
                    compared.defects.push(Defect::new(DefectKind::CodeUsed, words).at(row.entry.row, code));
                }
                Some(view) => compare_one(&row, view, (self.profile, &self.headers), &mut compared),
                None if other.is_some() => {
                    let words = Words {
                        reason: "该档号已经用过，不再使用".to_owned(),
                        remedy: "改用本类下一个件号".to_owned(),
                    };
                    compared.defects.push(Defect::new(DefectKind::CodeUsed, words).at(row.entry.row, code));
                }
                None => {
                    if !again.is_empty() && again.contains(&number(&row)) {
                        compared.defects.push(taken_again(row.entry.row, code));
                    }
                    compared.fresh.push(row);
                }
            }
        }
        Ok(compared)
    }

    /// Asks for the counters of classes that were not asked about.
    async fn count(&mut self, planned: &[Planned]) -> Result<(), IngestError> {
        let scopes: HashSet<&str> = planned.iter().map(|row| row.code.scope_key()).collect();
        let asked: Vec<&str> =
            scopes.into_iter().filter(|scope| !self.counted.contains_key(&digest_of(scope))).collect();
        let found = holdings::counted(self.db, &asked).await?;
        self.counted.extend(asked.into_iter().map(|scope| (digest_of(scope), found.contains(scope))));
        Ok(())
    }
}

/// That a code is another text of a number that `other` has.
pub(super) fn one_number(row: u64, code: &str, other: &str) -> Defect {
    let words = Words {
        reason: format!("件号与“{other}”是同一个号，只是位数不同"),
        remedy: "改用本类下一个件号".to_owned(),
    };
    Defect::new(DefectKind::CodeUsed, words).at(row, code)
}

/// That a withdrawn record had this number: it is taken again, and whoever hands it in
/// should know.
fn taken_again(row: u64, code: &str) -> Defect {
    let words = Words {
        reason: "该档号曾用于已撤回的一件，现由此行再用".to_owned(),
        remedy: "若是改正后重交的同一件，不用处理；若是另一件，请改用下一个件号".to_owned(),
    };
    Defect::new(DefectKind::CodeWithdrawn, words).at(row, code)
}

fn compare_one(row: &Planned, view: &RecordView, rules: Rules<'_>, compared: &mut Compared) {
    let before = compared.defects.len();
    against(row, view, rules, &mut compared.defects);
    compared.unchanged += u64::from(compared.defects.len() == before);
}

/// A row's code and its files' digests on one line: what a batch is made of.
pub(super) fn content_line<'a>(code: &'a str, digests: impl Iterator<Item = &'a str>) -> String {
    std::iter::once(code).chain(digests).collect::<Vec<_>>().join(" ")
}

/// The class of a row's code, and its serial there.
fn number(row: &Planned) -> (String, i64) {
    (row.code.scope_key().to_owned(), i64::try_from(row.code.number()).unwrap_or(i64::MAX))
}

/// Says where a row differs from the record held under its code: each file, then
/// the description.
fn against(row: &Planned, view: &RecordView, rules: Rules<'_>, defects: &mut Vec<Defect>) {
    let code = row.code.as_str();
    let before = defects.len();
    for (at, file) in row.files.iter().enumerate() {
        let same = view.files.get(at).is_some_and(|held| held.sha256 == file.sha256.to_string());
        if !same {
            let words = Words {
                reason: "档号已有档案，此文件的内容与馆藏不同；馆藏未改动".to_owned(),
                remedy: "若是更正，请按更换文件办理；若是另一件，请改用新档号".to_owned(),
            };
            defects.push(Defect::new(DefectKind::FileChanged, words).at(row.entry.row, code).of_file(&file.relative));
        }
    }
    if view.files.len() > row.files.len() {
        let words = Words {
            reason: format!("馆藏有 {} 个文件，此次只有 {} 个；馆藏未改动", view.files.len(), row.files.len()),
            remedy: "补齐文件，或从目录中去掉此行".to_owned(),
        };
        defects.push(Defect::new(DefectKind::FileChanged, words).at(row.entry.row, code));
    }
    if defects.len() == before && differs(row, view, rules) {
        let words = Words {
            reason: "档号已有档案，著录与馆藏不同；馆藏未改动".to_owned(),
            remedy: "若是更正，请在该件的著录页修改；若是另一件，请改用新档号".to_owned(),
        };
        defects.push(Defect::new(DefectKind::DescriptionChanged, words).at(row.entry.row, code));
    }
}

fn differs(row: &Planned, view: &RecordView, rules: Rules<'_>) -> bool {
    let entry = &row.entry;
    let pages = entry.pages.map(i64::from);
    entry.title != view.title
        || entry.responsible != view.responsible
        || entry.docno != view.docno
        || entry.date != view.dated
        || entry.note != view.note
        || kept_differs(entry, view, rules)
        || (pages.is_some() && pages != view.pages)
        || retention_of(&row.code, entry) != view.retention
        || department_of(&row.code, entry) != view.department.as_deref()
}

/// Carrier, box and place, and what has no name here. A record that was filed before these
/// had one keeps them under the sender's own headers.
fn kept_differs(entry: &Entry, view: &RecordView, (profile, headers): Rules<'_>) -> bool {
    let (mut carrier_held, mut in_box, mut place) = (view.carrier.clone(), view.in_box.clone(), view.place.clone());
    let mut rest = Vec::with_capacity(view.extra.len());
    for (header, value) in &view.extra {
        let unnamed = match headers.field(header) {
            Some(Field::Carrier) => {
                carrier(profile, value).map(|found| found.code.clone()).zip(Some(&mut carrier_held))
            }
            Some(Field::Box) => Some((value.clone(), &mut in_box)),
            Some(Field::Place) => Some((value.clone(), &mut place)),
            _ => None,
        };
        match unnamed {
            Some((value, held @ None)) => *held = Some(value),
            _ => rest.push((header.as_str(), value.as_str())),
        }
    }
    entry.carrier != carrier_held
        || entry.in_box != in_box
        || entry.place != place
        || !entry.extra.iter().map(|(header, value)| (header.as_str(), value.as_str())).eq(rest)
}
