//! Columns of catalogues (目录项): what they mean, and the headers they go by.

use serde::{Deserialize, Serialize};

/// What a column of a catalogue says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// 档号
    Code,
    /// 题名
    Title,
    /// 责任者
    Responsible,
    /// 文号 (文件编号)
    DocNo,
    /// 日期
    Date,
    /// 保管期限
    Retention,
    /// 密级
    Secrecy,
    /// 页数
    Pages,
    /// 备注
    Note,
    /// 文件名, or a path below the batch folder
    #[serde(rename = "file")]
    FileName,
    /// 全宗号
    Fonds,
    /// 门类 (code or name)
    Category,
    /// 年度
    Year,
    /// 机构(问题)
    Department,
    /// 载体
    Carrier,
    /// 盒号
    Box,
    /// 存放位置
    Place,
}

impl Field {
    /// In the order of our own lists.
    pub const ALL: [Self; 17] = [
        Self::Code,
        Self::Title,
        Self::Responsible,
        Self::DocNo,
        Self::Date,
        Self::Retention,
        Self::Secrecy,
        Self::Pages,
        Self::Note,
        Self::FileName,
        Self::Fonds,
        Self::Category,
        Self::Year,
        Self::Department,
        Self::Carrier,
        Self::Box,
        Self::Place,
    ];

    /// As software names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Title => "title",
            Self::Responsible => "responsible",
            Self::DocNo => "docno",
            Self::Date => "date",
            Self::Retention => "retention",
            Self::Secrecy => "secrecy",
            Self::Pages => "pages",
            Self::Note => "note",
            Self::FileName => "file",
            Self::Fonds => "fonds",
            Self::Category => "category",
            Self::Year => "year",
            Self::Department => "department",
            Self::Carrier => "carrier",
            Self::Box => "box",
            Self::Place => "place",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.word() == word)
    }

    /// What people call it where a sender gave it no header.
    pub fn label(self) -> &'static str {
        match self {
            Self::Code => "档号",
            Self::Title => "题名",
            Self::Responsible => "责任者",
            Self::DocNo => "文号",
            Self::Date => "日期",
            Self::Retention => "保管期限",
            Self::Secrecy => "密级",
            Self::Pages => "页数",
            Self::Note => "备注",
            Self::FileName => "文件名",
            Self::Fonds => "全宗号",
            Self::Category => "门类",
            Self::Year => "年度",
            Self::Department => "机构(问题)",
            Self::Carrier => "载体",
            Self::Box => "盒号",
            Self::Place => "存放位置",
        }
    }
}

/// How a column is headed, and what is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub field: Field,
    /// Its header in our own lists.
    pub name: String,
    pub english: String,
    /// Headers it goes by, the surest first: small letters, digits and Chinese, without
    /// blanks and marks.
    pub words: Vec<String>,
    /// Whether every row must say it.
    #[serde(default)]
    pub needed: bool,
    /// What is to be written there.
    pub about: String,
    pub about_en: String,
    pub source: String,
}

/// The file `columns.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnFile {
    pub column: Vec<Column>,
}

/// Why the columns are no set of columns: the one that is missing, twice there or misspelled.
pub(super) fn fault(columns: &[Column]) -> Option<String> {
    let missing = Field::ALL.into_iter().find(|field| columns.iter().filter(|one| one.field == *field).count() != 1);
    if let Some(field) = missing {
        return Some(field.word().to_owned());
    }
    let small = |c: char| c.is_alphanumeric() && !c.is_uppercase();
    let mut seen = std::collections::HashSet::new();
    let words = columns.iter().flat_map(|column| column.words.iter().map(move |word| (column, word)));
    words
        .filter(|(_, word)| word.is_empty() || !word.chars().all(small) || !seen.insert(word.as_str()))
        .map(|(column, word)| format!("{}: {word}", column.field.word()))
        .next()
}
