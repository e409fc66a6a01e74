//! Whether a row was taken in before, and whether it says the same now.

use super::{
    Planned,
    commit::{department_of, retention_of},
    desk::IngestError,
};
use crate::{
    access::Reach,
    db::Db,
    holdings::{self, RecordView},
    ingest::defects::{Defect, DefectKind, Words},
};
use std::collections::{HashMap, HashSet};

/// What became of the planned rows.
pub(super) struct Compared {
    /// Rows whose code was never given out.
    pub fresh: Vec<Planned>,
    /// Rows held with the same description and bytes.
    pub unchanged: u64,
    /// What the filing asked about has filed already: a line a row, as [`content_line`] has it.
    pub of_filing: Vec<String>,
    pub defects: Vec<Defect>,
}

/// Sorts `planned` by what the archive holds under their codes. `filing` is the
/// one that goes on, if one does. Of a record beyond `reach` no more is said than that its
/// code was used: whether a guess of its bytes is right is none of the sender's business.
pub(super) async fn compare(
    db: &Db,
    reach: &Reach,
    planned: Vec<Planned>,
    filing: Option<&str>,
) -> Result<Compared, IngestError> {
    let numbers: Vec<(String, i64)> = planned.iter().map(number).collect();
    let used = holdings::numbers_used(db, &numbers).await?;
    let mut compared = Compared { fresh: Vec::new(), unchanged: 0, of_filing: Vec::new(), defects: Vec::new() };
    let codes: Vec<String> = used.values().cloned().collect();
    let held: HashMap<String, RecordView> =
        holdings::held(db, &codes).await?.into_iter().map(|view| (view.code.clone(), view)).collect();
    let unpublished: HashSet<String> = holdings::unpublished(db).await?.into_iter().collect();
    let mut given: HashMap<(String, i64), String> = HashMap::new();
    for (row, number) in planned.into_iter().zip(numbers) {
        let code = row.code.as_str();
        if let Some(other) = used.get(&number).or_else(|| given.get(&number)).filter(|other| *other != code) {
            let words = Words {
                reason: format!("件号与“{other}”是同一个号，只是位数不同"),
                remedy: "改用本类下一个件号".to_owned(),
            };
            compared.defects.push(Defect::new(DefectKind::CodeUsed, words).at(row.entry.row, code));
            continue;
        }
        let known = |view: &&RecordView| {
            let own = filing == Some(view.filing.as_str()) || unpublished.contains(view.filing.as_str());
            own || reach.covers(&view.facts())
        };
        match held.get(code).filter(known) {
            Some(view) if filing == Some(view.filing.as_str()) => {
                let digests = view.files.iter().map(|file| file.sha256.as_str());
                compared.of_filing.push(content_line(&view.code, digests));
                compare_one(&row, view, &mut compared);
            }
            Some(view) if unpublished.contains(view.filing.as_str()) => {
                let words = Words {
                    reason: "该档号在另一个没有归档完的批次中".to_owned(),
                    remedy: "先办完那个批次，或用 lantai ingest 文件夹 --abandon 放弃它".to_owned(),
                };
                compared.defects.push(Defect::new(DefectKind::CodeUsed, words).at(row.entry.row, code));
            }
            Some(view) => compare_one(&row, view, &mut compared),
            None if used.contains_key(&number) => {
                let words = Words {
                    reason: "该档号已经用过，不再使用".to_owned(),
                    remedy: "改用本类下一个件号".to_owned(),
                };
                compared.defects.push(Defect::new(DefectKind::CodeUsed, words).at(row.entry.row, code));
            }
            None => {
                given.insert(number, code.to_owned());
                compared.fresh.push(row);
            }
        }
    }
    Ok(compared)
}

fn compare_one(row: &Planned, view: &RecordView, compared: &mut Compared) {
    let before = compared.defects.len();
    against(row, view, &mut compared.defects);
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
fn against(row: &Planned, view: &RecordView, defects: &mut Vec<Defect>) {
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
    if defects.len() == before && differs(row, view) {
        let words = Words {
            reason: "档号已有档案，著录与馆藏不同；馆藏未改动".to_owned(),
            remedy: "若是更正，请在该件的著录页修改；若是另一件，请改用新档号".to_owned(),
        };
        defects.push(Defect::new(DefectKind::DescriptionChanged, words).at(row.entry.row, code));
    }
}

fn differs(row: &Planned, view: &RecordView) -> bool {
    let entry = &row.entry;
    let pages = entry.pages.map(i64::from);
    entry.title != view.title
        || entry.responsible != view.responsible
        || entry.docno != view.docno
        || entry.date != view.dated
        || entry.note != view.note
        || entry.extra != view.extra
        || (pages.is_some() && pages != view.pages)
        || retention_of(&row.code, entry) != view.retention
        || department_of(&row.code, entry) != view.department.as_deref()
}
