//! Versions (版本) of a record: who changed what, when and why, and what it said before.

use super::{Described, DescribedFile, HoldingsError, RECORD_JSON, filing};
use crate::{
    audit::Change,
    db::{self, Asked, Cell, Column, Db, DbError, Rows},
    kernel::{Id, Record},
};
use serde::{Deserialize, Serialize};

/// What a version changed, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionKind {
    /// 归档: the first.
    Filed,
    /// 更正著录
    Description,
    /// 更换文件
    File,
    /// 调整页序
    Order,
}

impl VersionKind {
    /// As the rows spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Description => "description",
            Self::File => "file",
            Self::Order => "order",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Filed, Self::Description, Self::File, Self::Order].into_iter().find(|kind| kind.word() == word)
    }
}

/// One thing that a version changed, with what stood there before and after; empty for
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// `title`, `responsible`, `docno`, `date`, `retention`, `pages`, `note`, `carrier`, `box`, `place`; `extra:NAME`
    /// for a column without a name here; `file:NUMBER` for a file put in another's place;
    /// `order` for the numbers that the files had before.
    pub field: String,
    pub before: String,
    pub after: String,
}

/// A version of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// From 1.
    pub number: i64,
    /// RFC 3339.
    pub at: String,
    /// As the trail has it: `person:<id>`, `operator`.
    pub actor: String,
    /// What the actor was called then.
    pub by: String,
    pub kind: VersionKind,
    /// Empty for the first.
    pub reason: String,
    pub changed: Vec<Changed>,
    /// All that the record said.
    pub described: Described,
}

/// Whose act a version of an object is, as the store has it.
pub struct Signed<'a> {
    /// RFC 3339.
    pub at: &'a str,
    pub message: &'a str,
    pub name: &'a str,
    /// `urn:lantai:<actor>`
    pub address: &'a str,
}

impl Version {
    /// The version that an object's own `record.json` tells of; `before` is the one that it
    /// follows, `None` for the first.
    ///
    /// # Errors
    /// In words, where it cannot be read.
    pub fn of_object(record_json: &[u8], signed: &Signed<'_>, before: Option<&Self>) -> Result<Self, String> {
        let described: Described = serde_json::from_slice(record_json).map_err(|error| error.to_string())?;
        if described.form != RECORD_JSON {
            return Err(format!("record.json is of the form {}, which this program does not read", described.form));
        }
        let actor = signed.address.strip_prefix("urn:lantai:").unwrap_or(signed.address).to_owned();
        let (at, by) = (signed.at.to_owned(), signed.name.to_owned());
        Ok(match before {
            None => {
                let (kind, reason) = (VersionKind::Filed, String::new());
                Self { number: 1, at, actor, by, kind, reason, changed: Vec::new(), described }
            }
            Some(before) => {
                let (kind, changed) = compared(&before.described, &described);
                let (number, reason) = (before.number + 1, signed.message.to_owned());
                Self { number, at, actor, by, kind, reason, changed, described }
            }
        })
    }
}

/// What is different between two states of a record, and what kind of change that is. The
/// change of a file counts before that of the order, and that before the description's.
pub fn compared(before: &Described, after: &Described) -> (VersionKind, Vec<Changed>) {
    let mut changed = Vec::new();
    let mut kind = VersionKind::Description;
    let digests = |one: &Described| one.files.iter().map(|file| file.sha256.clone()).collect::<Vec<_>>();
    let sorted = |mut digests: Vec<String>| {
        digests.sort_unstable();
        digests
    };
    let (old, new) = (digests(before), digests(after));
    if sorted(old.clone()) != sorted(new.clone()) {
        kind = VersionKind::File;
        for number in 0..old.len().max(new.len()) {
            if old.get(number) != new.get(number) {
                let said = |one: &Described| one.files.get(number).map_or_else(String::new, file_said);
                let field = format!("file:{}", number + 1);
                changed.push(Changed { field, before: said(before), after: said(after) });
            }
        }
    } else if before.files.iter().map(|file| &file.path).ne(after.files.iter().map(|file| &file.path)) {
        kind = VersionKind::Order;
        let had = |file: &DescribedFile| before.files.iter().find(|old| old.path == file.path).map(|old| old.number);
        let listed = |numbers: Vec<i64>| numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        changed.push(Changed {
            field: "order".to_owned(),
            before: listed(before.files.iter().map(|file| file.number).collect()),
            after: listed(after.files.iter().filter_map(had).collect()),
        });
    }
    let pages = |one: &Described| one.pages.map_or_else(String::new, |pages| pages.to_string());
    for (field, old, new) in [
        ("title", before.title.clone(), after.title.clone()),
        ("responsible", before.responsible.clone(), after.responsible.clone()),
        ("docno", before.docno.clone(), after.docno.clone()),
        ("date", before.dated.clone().unwrap_or_default(), after.dated.clone().unwrap_or_default()),
        ("retention", before.retention.clone().unwrap_or_default(), after.retention.clone().unwrap_or_default()),
        ("pages", pages(before), pages(after)),
        ("note", before.note.clone(), after.note.clone()),
        ("carrier", before.carrier.clone().unwrap_or_default(), after.carrier.clone().unwrap_or_default()),
        ("box", before.in_box.clone().unwrap_or_default(), after.in_box.clone().unwrap_or_default()),
        ("place", before.place.clone().unwrap_or_default(), after.place.clone().unwrap_or_default()),
    ] {
        if old != new {
            changed.push(Changed { field: field.to_owned(), before: old, after: new });
        }
    }
    let names = before.extra.iter().chain(after.extra.iter().filter(|(name, _)| value(before, name).is_none()));
    for (name, _) in names {
        let (old, new) = (value(before, name).unwrap_or_default(), value(after, name).unwrap_or_default());
        if old != new {
            changed.push(Changed { field: format!("extra:{name}"), before: old.to_owned(), after: new.to_owned() });
        }
    }
    (kind, changed)
}

fn value<'a>(described: &'a Described, name: &str) -> Option<&'a str> {
    described.extra.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
}

fn file_said(file: &DescribedFile) -> String {
    format!("{} (SHA-256 {})", file.name, file.sha256)
}

/// The number of the newest version: 1 where the record stands as it was filed.
pub async fn newest_version(db: &Db, record: &Id<Record>) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar(NEWEST).bind(record.as_str()).fetch_one(db.read()).await?)
}

const NEWEST: &str = "SELECT COALESCE(MAX(number), 1) FROM record_version WHERE record_id = $1";

/// The versions of a record, oldest first; none where it stands as it was filed. Ask within
/// a reach first: nothing is asked here.
pub async fn versions(db: &Db, record: &Id<Record>) -> Result<Vec<Version>, HoldingsError> {
    type Row = (i64, String, String, String, String, String, String, String);
    let mut asked = Asked::new(
        "SELECT number, at, actor, by_name, kind, reason, changed, described FROM record_version WHERE record_id = ",
    );
    asked.bind(record.as_str()).push(" ORDER BY number");
    let rows: Vec<Row> = asked.fetch(db).await?;
    let wrong = |column, value: &str| {
        let (table, row, value) = ("record_version", record.to_string(), value.to_owned());
        HoldingsError::Db(DbError::Inconsistent { table, column, row, value })
    };
    rows.into_iter()
        .map(|(number, at, actor, by, kind, reason, changed, described)| {
            let kind = VersionKind::from_word(&kind).ok_or_else(|| wrong("kind", &kind))?;
            let changed = serde_json::from_str(&changed).map_err(|_| wrong("changed", &changed))?;
            let described = serde_json::from_str(&described).map_err(|_| wrong("described", &described))?;
            Ok(Version { number, at, actor, by, kind, reason, changed, described })
        })
        .collect()
}

/// Makes `next` what the record says from now on. `first` is the version that was filed,
/// kept with the second.
///
/// # Errors
/// [`HoldingsError::Outdated`] where the newest version is not the one before `next`;
/// nothing of the change is kept then.
pub async fn amend(
    change: &mut Change<'_>,
    first: &Version,
    next: &Version,
    ends_on: Option<&str>,
) -> Result<(), HoldingsError> {
    let id = &next.described.id;
    let newest: i64 = sqlx::query_scalar(NEWEST).bind(id).fetch_one(&mut *change.tx).await?;
    if newest + 1 != next.number {
        return Err(HoldingsError::Outdated { newest });
    }
    let kept = if newest == 1 { vec![first.clone(), next.clone()] } else { vec![next.clone()] };
    keep_versions(change, &kept).await?;
    let d = &next.described;
    // Past the view: a record of a filing that was taken back is not there to be changed.
    let done = sqlx::query(
        "UPDATE record SET title = $2, responsible = $3, docno = $4, dated = $5, retention = $6, ends_on = $7,
                pages = $8, note = $9, extra = $10, carrier = $11, in_box = $12, place = $13
         WHERE id = $1 AND standing = 'filed' AND filing_id IN (SELECT id FROM filing WHERE visible_at IS NOT NULL)",
    )
    .bind(id)
    .bind(&d.title)
    .bind(&d.responsible)
    .bind(&d.docno)
    .bind(d.dated.as_deref())
    .bind(d.retention.as_deref())
    .bind(ends_on)
    .bind(d.pages)
    .bind(&d.note)
    .bind(serde_json::to_string(&d.extra).expect("pairs of strings are JSON"))
    .bind(d.carrier.as_deref())
    .bind(d.in_box.as_deref())
    .bind(d.place.as_deref())
    .execute(&mut *change.tx)
    .await?;
    db::exactly(1, &done)?;
    if next.kind == VersionKind::Description {
        return Ok(());
    }
    sqlx::query("DELETE FROM record_file WHERE record_id = $1").bind(id).execute(&mut *change.tx).await?;
    let mut files = Rows::new(db::engine_of(&change.tx), "INSERT INTO record_file", filing::FILE);
    d.files.iter().for_each(|file| filing::file_row(&mut files, id, file));
    Ok(files.insert(&mut change.tx).await?)
}

const VERSION: &[Column] = &[
    ("record_id", Cell::Text),
    ("number", Cell::Number),
    ("at", Cell::Text),
    ("actor", Cell::Text),
    ("by_name", Cell::Text),
    ("kind", Cell::Text),
    ("reason", Cell::Text),
    ("changed", Cell::Text),
    ("described", Cell::Text),
];

/// Keeps versions as they are: with an amendment, and when a rebuild finds them in the
/// store.
pub async fn keep_versions(change: &mut Change<'_>, versions: &[Version]) -> Result<(), DbError> {
    let mut rows = Rows::new(db::engine_of(&change.tx), "INSERT INTO record_version", VERSION);
    for one in versions {
        let changed = serde_json::to_string(&one.changed).expect("strings are JSON");
        let described = serde_json::to_string(&one.described).expect("a description is JSON");
        rows.text(&one.described.id).number(one.number).text(&one.at).text(&one.actor).text(&one.by);
        rows.text(one.kind.word()).text(&one.reason).text(&changed).text(&described);
    }
    rows.insert(&mut change.tx).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holdings::FondsJson;

    fn file(number: i64, path: &str, sha256: &str) -> DescribedFile {
        let (name, path) = (format!("{number}.pdf"), path.to_owned());
        DescribedFile {
            number,
            name,
            path,
            format: "pdf".into(),
            bytes: 1,
            sha256: sha256.into(),
            pages: None,
            puid: None,
            puid_basis: None,
            puid_name: None,
        }
    }

    fn described() -> Described {
        Described {
            form: RECORD_JSON.into(),
            id: "r".into(),
            code: "c".into(),
            fonds: FondsJson { id: "f".into(), code: "X001".into(), names: vec![] },
            scheme_id: "s".into(),
            scheme_from_year: 2000,
            scheme: serde_json::Value::Null,
            category: "WS".into(),
            department: None,
            year: None,
            retention: None,
            secrecy: "公开".into(),
            title: "旧".into(),
            responsible: String::new(),
            docno: String::new(),
            dated: None,
            pages: None,
            note: String::new(),
            carrier: None,
            in_box: None,
            place: None,
            extra: vec![("盒号".into(), "3".into())],
            filing: "g".into(),
            filed_at: "2026-11-24T08:00:00.000Z".into(),
            files: vec![file(1, "v1/content/0001", "aa"), file(2, "v1/content/0002", "bb")],
        }
    }

    fn lines(changed: &[Changed]) -> Vec<String> {
        changed.iter().map(|one| format!("{}: {} → {}", one.field, one.before, one.after)).collect()
    }

    #[test]
    fn what_changed_is_told_field_by_field() {
        let before = described();
        assert_eq!(compared(&before, &before), (VersionKind::Description, vec![]));
        let mut after = described();
        (after.title, after.pages, after.dated) = ("新".into(), Some(3), Some("2011-06".into()));
        after.extra = vec![("人名".into(), "甲".into())];
        let (kind, changed) = compared(&before, &after);
        assert_eq!(kind, VersionKind::Description);
        let wanted = ["title: 旧 → 新", "date:  → 2011-06", "pages:  → 3", "extra:盒号: 3 → ", "extra:人名:  → 甲"];
        assert_eq!(lines(&changed), wanted);
    }

    #[test]
    fn a_file_in_anothers_place_and_another_order_are_told_apart() {
        let before = described();
        let mut replaced = described();
        replaced.files[1] = file(2, "v2/content/0002", "cc");
        let (kind, changed) = compared(&before, &replaced);
        assert_eq!((kind, changed.len(), changed[0].field.as_str()), (VersionKind::File, 1, "file:2"));
        let mut turned = described();
        turned.files = vec![file(1, "v1/content/0002", "bb"), file(2, "v1/content/0001", "aa")];
        let (kind, changed) = compared(&before, &turned);
        assert_eq!((kind, lines(&changed)), (VersionKind::Order, vec!["order: 1 2 → 2 1".to_owned()]));
    }
}
