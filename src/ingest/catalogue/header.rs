//! What the headers of catalogues are called.
//!
//! Source: standards-cn §13.3 (the presets of DA/T 22-2015, DA/T 22-2000, GB/T 9705,
//! GB/T 11822, accounting, photographs), and common practice (ours): `config/columns.toml`.

use crate::profile::{Field, Profile};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};
use unicode_normalization::UnicodeNormalization;

/// The headers that columns go by, as an archive's rules list them.
#[derive(Debug)]
pub struct Headers(HashMap<String, (Field, usize)>);

/// Those that come with the program.
static COMPILED: LazyLock<Arc<Headers>> =
    LazyLock::new(|| Arc::new(Headers::of(&Profile::compiled().expect("the rules that come with the program load"))));

impl Headers {
    pub fn of(profile: &Profile) -> Self {
        let words = profile.columns.iter().flat_map(|column| {
            let words = column.words.iter().enumerate();
            words.map(move |(doubt, word)| (word.clone(), (column.field, doubt)))
        });
        Self(words.collect())
    }

    pub(super) fn compiled() -> Arc<Self> {
        COMPILED.clone()
    }

    /// The field that a header names, however sure that is.
    pub fn field(&self, header: &str) -> Option<Field> {
        self.guess(header).map(|(field, _)| field)
    }

    /// The field a header means, and how sure that is (0 is surest). A header is tried whole
    /// (`页数(张数)`), then without what stands in brackets (`题名(必填)`).
    pub(super) fn guess(&self, header: &str) -> Option<(Field, usize)> {
        let found = |name: &str| self.0.get(name).copied();
        found(&plain(header)).or_else(|| found(&plain(&without_brackets(header))))
    }
}

/// Whether a column may say how secret a row is, whatever else it is called: to take a
/// secret for open is the one mistake that cannot be undone. Terms (保密期限), what
/// follows from them (解密…) and words with another 密 say no grade.
pub(super) fn speaks_of_secrecy(header: &str) -> bool {
    let name = plain(header);
    let grade = name.contains('密') && !["解密", "密集", "加密", "密度", "密码"].iter().any(|word| name.contains(word));
    let term = name.ends_with("保密期限") && !name.starts_with("密级");
    (grade && !term) || ["secrecy", "classification", "confidential", "securitylevel"].iter().any(|w| name.contains(w))
}

/// A header without blanks, line breaks, brackets, marks and widths.
pub(super) fn plain(header: &str) -> String {
    header.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn without_brackets(header: &str) -> String {
    let mut depth = 0usize;
    let mut kept = String::new();
    for c in header.nfkc() {
        match c {
            '(' | '[' | '{' | '〔' | '【' | '「' | '<' | '《' => depth += 1,
            ')' | ']' | '}' | '〕' | '】' | '」' | '>' | '》' => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_however_they_are_decorated() {
        for (header, field) in [
            ("档号", Some(Field::Code)),
            (" 档　号 ", Some(Field::Code)),
            ("档案编号", Some(Field::Code)),
            ("题\n名", Some(Field::Title)),
            ("题名（必填）", Some(Field::Title)),
            ("*标题：", Some(Field::Title)),
            ("责任者", Some(Field::Responsible)),
            ("发文字号", Some(Field::DocNo)),
            ("成文日期\r\n(YYYYMMDD)", Some(Field::Date)),
            ("保管期限", Some(Field::Retention)),
            ("密级", Some(Field::Secrecy)),
            ("页数(张数)", Some(Field::Pages)),
            ("张数/页数", Some(Field::Pages)),
            ("附注", Some(Field::Note)),
            ("电子文件名", Some(Field::FileName)),
            ("全宗号", Some(Field::Fonds)),
            ("归档年度", Some(Field::Year)),
            ("机构（问题）", Some(Field::Department)),
            ("Ｃｏｄｅ", Some(Field::Code)),
            ("盒号", Some(Field::Box)),
            ("载体类型", Some(Field::Carrier)),
            ("库位", Some(Field::Place)),
            ("卷盒规格", None),
            ("全宗名称", None),
            ("件号", None),
            ("", None),
        ] {
            assert_eq!(Headers::compiled().field(header), field, "{header:?}");
        }
    }

    #[test]
    fn the_words_of_the_rules_are_written_as_headers_are_compared() {
        let profile = Profile::compiled().unwrap();
        for column in &profile.columns {
            for word in &column.words {
                assert_eq!(plain(word), *word);
            }
            assert_eq!(Headers::compiled().field(&column.name), Some(column.field), "{}", column.name);
            assert_eq!(
                Headers::compiled().field(&column.english.replace("Document number", "documentnumber")),
                Some(column.field)
            );
            assert_eq!(plain(column.field.label()), plain(&column.name));
        }
    }
}
