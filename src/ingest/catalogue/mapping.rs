//! What is told of a catalogue's headers by whoever hands it in.

use super::{
    Field,
    header::{Headers, plain},
};
use crate::profile::Profile;
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::Arc};

/// Headers as their sender explained them: a field, or `None` to keep the column as it is.
pub type Told = Vec<(String, Option<Field>)>;

/// What was told as one JSON object, as it is kept: header to field, null to keep the column.
pub(in crate::ingest) fn told_text(told: &[(String, Option<Field>)]) -> String {
    let pairs = told.iter().map(|(header, field)| (header.clone(), field.map_or(Value::Null, |f| f.word().into())));
    Value::Object(pairs.collect::<Map<_, _>>()).to_string()
}

/// What [`told_text`] wrote; `None` for anything else.
pub(in crate::ingest) fn told_of(text: &str) -> Option<Told> {
    let pairs: Map<String, Value> = serde_json::from_str(text).ok()?;
    let read = |(header, field)| match field {
        Value::Null => Some((header, None)),
        Value::String(word) => Some((header, Some(Field::from_word(&word)?))),
        _ => None,
    };
    pairs.into_iter().map(read).collect()
}

/// What is known of the headers, by their text (widths, blanks and brackets do not matter):
/// what was told goes before what the rules guess.
#[derive(Clone, Debug)]
pub struct Mapping {
    told: HashMap<String, Option<Field>>,
    pub(super) headers: Arc<Headers>,
    /// Whether the row that comes nearest to a header is taken for one.
    pub(super) lenient: bool,
}

/// Nothing told, and the rules that come with the program.
impl Default for Mapping {
    fn default() -> Self {
        Self { told: HashMap::new(), headers: Headers::compiled(), lenient: false }
    }
}

impl Mapping {
    pub fn new(told: impl IntoIterator<Item = (String, Option<Field>)>) -> Self {
        let told = told.into_iter().map(|(header, field)| (plain(&header), field)).collect();
        Self { told, ..Self::default() }
    }

    /// The same, guessing by an archive's own rules.
    #[must_use]
    pub fn by(self, profile: &Profile) -> Self {
        Self { headers: Arc::new(Headers::of(profile)), ..self }
    }

    pub(super) fn leniently(&self) -> Self {
        Self { lenient: true, ..self.clone() }
    }

    /// What was told of a header; `None` where nothing was.
    pub(super) fn told(&self, header: &str) -> Option<Option<Field>> {
        self.told.get(&plain(header)).copied()
    }
}

/// Reads `列名=field`: the field by its word (`title`) or its name (`题名`); `-` keeps the
/// column under its own header. An error says what it may be.
pub fn read_told(text: &str) -> Result<(String, Option<Field>), String> {
    let (header, field) = text.rsplit_once(['=', '＝']).unwrap_or((text, ""));
    let (header, field) = (header.trim(), field.trim());
    if !plain(header).is_empty() {
        if field == "-" {
            return Ok((header.to_owned(), None));
        }
        let named = || Field::ALL.into_iter().find(|one| plain(one.label()) == plain(field));
        if let Some(field) = Field::from_word(&field.to_lowercase()).or_else(named) {
            return Ok((header.to_owned(), Some(field)));
        }
    }
    let fields: Vec<&str> = Field::ALL.into_iter().map(Field::word).collect();
    Err(format!("“{text}”不是“列名=字段”；字段是 {} 或 -（按原名保留）", fields.join("、")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_kept_as_it_was_told() {
        let told = vec![("物品号".to_owned(), Some(Field::Code)), ("说明".to_owned(), None)];
        assert_eq!(told_text(&told), r#"{"物品号":"code","说明":null}"#);
        assert_eq!(told_of(&told_text(&told)), Some(told));
        assert_eq!(told_of("{}"), Some(Vec::new()));
        for other in ["", "[]", r#"{"a":"colour"}"#, r#"{"a":1}"#] {
            assert_eq!(told_of(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_told_is_read_by_word_or_name() {
        for (text, wanted) in [
            ("物品号=code", Some(("物品号", Some(Field::Code)))),
            ("事由＝题名", Some(("事由", Some(Field::Title)))),
            ("a=b=docno", Some(("a=b", Some(Field::DocNo)))),
            ("说明 = -", Some(("说明", None))),
            ("机构=机构（问题）", Some(("机构", Some(Field::Department)))),
            ("事由=colour", None),
            ("事由", None),
            ("=code", None),
            ("事由=", None),
        ] {
            let read = read_told(text);
            assert_eq!(read.as_ref().ok().map(|(header, field)| (header.as_str(), *field)), wanted, "{text}: {read:?}");
        }
    }
}
