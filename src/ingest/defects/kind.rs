//! The kinds of defects.

use super::Lang;
use serde::{Deserialize, Serialize};

/// Whether a row with this defect can be filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Its row, or its file, stays outside until it is mended.
    Blocking,
    /// Worth a look; nothing waits for it.
    Note,
}

macro_rules! kinds {
    ($($kind:ident $word:literal $severity:ident $zh:literal $en:literal;)*) => {
        /// What kind of defect; the word is stable (`missing-file`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum DefectKind {
            $(#[doc = $zh] #[serde(rename = $word)] $kind,)*
        }

        impl DefectKind {
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word),* }
            }

            pub fn severity(self) -> Severity {
                match self { $(Self::$kind => Severity::$severity),* }
            }

            /// What people call it.
            pub fn label(self, lang: Lang) -> &'static str {
                match lang {
                    Lang::Zh => match self { $(Self::$kind => $zh),* },
                    Lang::En => match self { $(Self::$kind => $en),* },
                }
            }
        }
    };
}

kinds! {
    RowUnreadable "row-unreadable" Blocking "行无法读取" "row unreadable";
    CellBroken "cell-broken" Blocking "单元格出错" "broken cell";
    CodeInvalid "code-invalid" Blocking "档号无效" "invalid code";
    CodeFolded "code-folded" Note "档号字符不规范" "code with look-alike characters";
    CodeUsed "code-used" Blocking "档号已被使用" "code already used";
    CodeWithdrawn "code-withdrawn" Note "再次使用已撤回的档号" "code of a withdrawn record";
    DuplicateCode "duplicate-code" Blocking "档号重复" "duplicate code";
    CodeFonds "code-fonds" Blocking "档号与全宗号不符" "code and fonds differ";
    CodeCategory "code-category" Blocking "档号与门类不符" "code and category differ";
    CodeYear "code-year" Blocking "档号与年度不符" "code and year differ";
    CodeRetention "code-retention" Blocking "档号与保管期限不符" "code and retention differ";
    CodeDepartment "code-department" Note "档号与机构(问题)不符" "code and department differ";
    MissingTitle "missing-title" Blocking "缺题名" "title missing";
    DateInvalid "date-invalid" Blocking "日期无效" "invalid date";
    UnknownRetention "unknown-retention" Blocking "保管期限无法识别" "unknown retention";
    UnknownSecrecy "unknown-secrecy" Blocking "密级无法识别" "unknown secrecy";
    UnknownCarrier "unknown-carrier" Note "载体无法识别" "unknown carrier";
    PagesInvalid "pages-invalid" Blocking "页数无效" "invalid page count";
    PagesDiffer "pages-differ" Note "页数不符" "page count differs";
    MissingFile "missing-file" Blocking "有目录无文件" "file missing";
    SurplusFile "surplus-file" Blocking "有文件无目录" "file without a row";
    FileClaimedTwice "file-claimed-twice" Blocking "一个文件对应多行" "file claimed by several rows";
    FileNameInvalid "file-name-invalid" Blocking "文件名栏无效" "invalid file name cell";
    FileNameUnmatched "file-name-unmatched" Note "文件名栏与文件不符" "file name cell matches no file";
    FileBeside "file-beside" Note "批次外层的其他文件" "file beside the batch";
    FileRefused "file-refused" Blocking "不能接收的文件" "file refused";
    UnreadableFile "unreadable-file" Blocking "文件无法读取" "file unreadable";
    FileTooLarge "file-too-large" Blocking "文件过大" "file too large";
    FileChanged "file-changed" Blocking "文件与馆藏不同" "file differs from the archive's";
    DescriptionChanged "description-changed" Blocking "著录与馆藏不同" "description differs from the archive's";
    DuplicateContent "duplicate-content" Note "内容重复" "duplicate content";
    SetAside "set-aside" Blocking "涉密条目，未接收" "set aside";
    CatalogueUnread "catalogue-unread" Blocking "目录无法读取" "catalogue unreadable";
    CountsDiffer "counts-differ" Blocking "数量与送交时所说不符" "counts differ from what was said";
    FondsProposed "fonds-proposed" Blocking "拟建全宗" "fonds proposed";
    SchemeProposed "scheme-proposed" Blocking "拟建档号方案" "scheme proposed";
    SchemeWidened "scheme-widened" Blocking "拟放宽档号方案" "wider scheme proposed";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_a_word_of_its_own_and_serialises_as_it() {
        let words: HashSet<_> = DefectKind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(words.len(), DefectKind::ALL.len());
        for kind in DefectKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
            assert!(kind.word().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{kind:?}");
            assert!(kind.label(Lang::En).is_ascii() && !kind.label(Lang::Zh).is_ascii(), "{kind:?}");
        }
    }
}
