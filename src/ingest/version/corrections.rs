//! Correcting a description (更正著录).

use super::{
    act::{Amended, Asked, Begun},
    error::{FieldFault, VersionError},
};
use crate::{
    access::{Facts, Guest, Right},
    holdings::{Described, compared},
    ingest::{
        batch::Desk,
        catalogue::{self, Cell},
    },
    profile::Profile,
    vault::FileNow,
};

/// What can be corrected, besides `extra:NAME`.
pub const FIELDS: [&str; 10] =
    ["title", "responsible", "docno", "date", "retention", "pages", "note", "carrier", "box", "place"];
/// Of a record, and decided otherwise.
const FIXED: [&str; 7] = ["code", "secrecy", "fonds", "category", "department", "year", "opening"];
/// Longest text of a field, in characters (ours).
const LONGEST: usize = 10_000;
/// Longest name of a field that has none here, in characters (ours).
const LONGEST_NAME: usize = 100;
/// Where the words of a date are kept that is supposed or a span, as a catalogue has them.
const DATE_WORDS: &str = "日期";

/// Fields and what they shall say, as typed; blank is nothing. What is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections(pub Vec<(String, String)>);

impl Corrections {
    /// The description with the fields as they shall be: read as a catalogue's cells are.
    fn apply(&self, before: &Described, profile: &Profile) -> Result<Described, VersionError> {
        let mut after = before.clone();
        for (field, value) in &self.0 {
            let value = value.replace("\r\n", "\n");
            let value = value.trim();
            set(&mut after, profile, field, value)
                .map_err(|fault| VersionError::Field { field: field.clone(), fault })?;
        }
        Ok(after)
    }
}

fn set(after: &mut Described, profile: &Profile, field: &str, value: &str) -> Result<(), FieldFault> {
    if let Some(control) = value.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(FieldFault::Control(control));
    }
    if value.chars().nth(LONGEST).is_some() {
        return Err(FieldFault::TooLong);
    }
    match field {
        "title" if value.is_empty() => return Err(FieldFault::MissingTitle),
        "title" => value.clone_into(&mut after.title),
        "responsible" => value.clone_into(&mut after.responsible),
        "docno" => value.clone_into(&mut after.docno),
        "note" => value.clone_into(&mut after.note),
        "carrier" if value.is_empty() => after.carrier = None,
        "carrier" => {
            let carrier = catalogue::carrier(profile, value);
            let carrier = carrier.ok_or_else(|| FieldFault::Carrier(value.to_owned(), catalogue::carriers(profile)))?;
            after.carrier = Some(carrier.code.clone());
        }
        "box" => after.in_box = Some(value.to_owned()).filter(|text| !text.is_empty()),
        "place" => after.place = Some(value.to_owned()).filter(|text| !text.is_empty()),
        "date" => set_date(after, value)?,
        "retention" => {
            let period = catalogue::retention(value).map_err(|fault| FieldFault::Retention(fault, value.to_owned()))?;
            let period = period.map(|period| period.to_string());
            match super::act::retention_of_code(after) {
                Some(code) if period.as_ref() != Some(&code) => return Err(FieldFault::RetentionInCode(code)),
                _ => after.retention = period,
            }
        }
        "pages" if value.is_empty() => after.pages = None,
        "pages" => {
            let pages = catalogue::pages(value).ok_or_else(|| FieldFault::Pages(value.to_owned()))?;
            after.pages = Some(i64::from(pages));
        }
        field if FIXED.contains(&field) => return Err(FieldFault::Fixed),
        field => {
            let name = field.strip_prefix("extra:").map(str::trim).filter(|name| {
                let plain = !name.chars().any(char::is_control);
                !name.is_empty() && name.chars().count() <= LONGEST_NAME && plain
            });
            set_extra(after, name.ok_or(FieldFault::Unknown)?, value);
        }
    }
    Ok(())
}

/// A date that is supposed (考证) or a span keeps its words beside it, as a catalogue's does.
fn set_date(after: &mut Described, value: &str) -> Result<(), FieldFault> {
    let when = catalogue::read_date(&Cell::from_text(value.to_owned()));
    let when = when.map_err(|fault| FieldFault::Date(fault, value.to_owned()))?;
    let dated = when.map(|when| when.dated.to_string());
    let in_words = when.is_some_and(|when| when.supposed || when.until.is_some());
    if dated != after.dated || in_words {
        set_extra(after, DATE_WORDS, if in_words { value } else { "" });
    }
    after.dated = dated;
    Ok(())
}

fn set_extra(after: &mut Described, name: &str, value: &str) {
    if value.is_empty() {
        after.extra.retain(|(held, _)| held != name);
    } else if let Some((_, held)) = after.extra.iter_mut().find(|(held, _)| held == name) {
        value.clone_into(held);
    } else {
        after.extra.push((name.to_owned(), value.to_owned()));
    }
}

/// Whether `guest` may change a record of these facts: he arranges the part of the holdings
/// that it lies in, and may know of it.
pub fn may_amend(guest: &Guest, facts: &Facts<'_>) -> bool {
    guest.reach().covers(facts) && guest.reach_for(Right::Arrange).covers(facts)
}

/// Corrects the description of a record.
///
/// # Errors
/// [`VersionError::Unchanged`] where it says so already, and as [`VersionError`] has them.
pub async fn correct(
    desk: &Desk,
    guest: &Guest,
    asked: Asked<'_>,
    corrections: &Corrections,
) -> Result<Amended, VersionError> {
    let begun = Begun::of(desk, guest, asked).await?;
    let before = &begun.before.described;
    let after = corrections.apply(before, &desk.profile)?;
    if compared(before, &after).1.is_empty() {
        return Err(VersionError::Unchanged);
    }
    let files = (1..=before.files.len()).map(|number| FileNow::Kept(u32::try_from(number).unwrap_or(u32::MAX)));
    let files = files.collect();
    begun.finish(desk, guest, after, files).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holdings::{FondsJson, RECORD_JSON};

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
            year: Some(2011),
            retention: Some("D30".into()),
            secrecy: "公开".into(),
            title: "旧".into(),
            responsible: "甲局".into(),
            docno: String::new(),
            dated: Some("1950".into()),
            pages: None,
            note: String::new(),
            carrier: None,
            in_box: None,
            place: None,
            extra: vec![("日期".into(), "[1950]".into())],
            filing: "g".into(),
            filed_at: "2026-11-24T08:00:00.000Z".into(),
            files: vec![],
        }
    }

    fn after(field: &str, value: &str) -> Result<Described, FieldFault> {
        let corrections = Corrections(vec![(field.to_owned(), value.to_owned())]);
        corrections.apply(&described(), &Profile::compiled().unwrap()).map_err(|error| match error {
            VersionError::Field { fault, .. } => fault,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn a_field_is_read_as_a_cell_of_a_catalogue() {
        assert_eq!(after("title", "  新\r\n题 ").unwrap().title, "新\n题");
        assert_eq!(after("responsible", " ").unwrap().responsible, "");
        assert_eq!(after("pages", "共12页").unwrap().pages, Some(12));
        assert_eq!(after("retention", "永久").unwrap().retention.as_deref(), Some("Y"));
        assert_eq!(after("carrier", "纸质").unwrap().carrier.as_deref(), Some("paper"));
        assert_eq!(after("box", " 12 ").unwrap().in_box.as_deref(), Some("12"));
        assert_eq!(after("place", "").unwrap().place, None);
        let dated = after("date", "2011年6月14日").unwrap();
        assert_eq!((dated.dated.as_deref(), dated.extra.len()), (Some("2011-06-14"), 0), "the old words go");
        let supposed = after("date", "[1951]").unwrap();
        assert_eq!(supposed.extra, [("日期".to_owned(), "[1951]".to_owned())]);
        assert_eq!(after("date", "1950").unwrap(), described(), "the same date changes nothing");
        assert_eq!(after("extra:盒号", "3").unwrap().extra[1], ("盒号".to_owned(), "3".to_owned()));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_reason() {
        for (field, value) in [
            ("title", "  "),
            ("title", "a\u{7}"),
            ("date", "20110631"),
            ("retention", "长期"),
            ("pages", "许多"),
            ("carrier", "竹简"),
            ("code", "X"),
            ("secrecy", "公开"),
            ("extra:", "x"),
            ("colour", "x"),
        ] {
            let fault = after(field, value).expect_err(field);
            for lang in [crate::ingest::defects::Lang::Zh, crate::ingest::defects::Lang::En] {
                let words = fault.words(lang);
                assert!(!words.reason.is_empty() && !words.remedy.is_empty(), "{field}");
            }
        }
        assert_eq!(after("code", "X").unwrap_err(), FieldFault::Fixed);
        assert_eq!(after("title", &"长".repeat(LONGEST + 1)).unwrap_err(), FieldFault::TooLong);
    }
}
