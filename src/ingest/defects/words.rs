//! What defects say, in both languages, side by side.

use crate::ingest::catalogue::{CatalogueError, DateFault, RetentionFault};
use crate::ingest::folder::Refusal;
use crate::kernel::{Dated, Secrecy};

/// The language a defect speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

/// A reason and a remedy, each a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub reason: String,
    pub remedy: String,
}

/// Longest part of a cell that is quoted, in characters (ours).
const QUOTED: usize = 40;

/// Longest unknown secrecy mark that is quoted: a longer one may be a title
/// that slipped into the wrong column (ours).
const QUOTED_MARK: usize = 8;

fn quoted(cell: &str) -> String {
    let mut short: String = cell.chars().take(QUOTED).collect();
    if cell.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short
}

macro_rules! say {
    ($lang:expr, $zh:expr, $zh_remedy:expr, $en:expr, $en_remedy:expr $(,)?) => {
        match $lang {
            Lang::Zh => Words { reason: format!($zh), remedy: format!($zh_remedy) },
            Lang::En => Words { reason: format!($en), remedy: format!($en_remedy) },
        }
    };
}

/// The cells of a row.
impl Words {
    pub fn of_date(fault: DateFault, cell: &str, lang: Lang) -> Self {
        match fault {
            DateFault::NoSuchDay => Self::no_such_day(cell, lang),
            DateFault::Ambiguous => Self::ambiguous_date(cell, lang),
            DateFault::Serial(day) => Self::serial_date(cell, day, lang),
            DateFault::Backwards => Self::backwards_dates(cell, lang),
            DateFault::NotADate => Self::not_a_date(cell, lang),
        }
    }

    pub fn of_retention(fault: RetentionFault, cell: &str, lang: Lang) -> Self {
        match fault {
            RetentionFault::OldTerm => Self::old_retention(cell, lang),
            RetentionFault::Unknown => Self::unknown_retention(cell, lang),
        }
    }

    pub fn row_unreadable(error: &CatalogueError, lang: Lang) -> Self {
        let line = match error {
            CatalogueError::Undecodable { line, .. }
            | CatalogueError::Mixed { line, .. }
            | CatalogueError::OpenQuote { line, .. }
            | CatalogueError::LongRow { line, .. } => line.to_string(),
            _ => "?".into(),
        };
        match error {
            CatalogueError::OpenQuote { .. } | CatalogueError::LongRow { .. } => say!(
                lang,
                "文件第 {line} 行的引号没有结束，此后各行均无法读取",
                "补上引号，或另存为 .xlsx 后重新提交",
                "line {line} opens a quote that does not end; no row after it can be read",
                "close the quote, or save the catalogue as .xlsx and hand it in again",
            ),
            CatalogueError::Wide { limit, .. } => say!(
                lang,
                "本行超过 {limit} 列",
                "删除多余的列后重新提交",
                "the row has more than {limit} columns",
                "remove the surplus columns and hand the catalogue in again",
            ),
            CatalogueError::Heavy { limit, .. } => say!(
                lang,
                "本行文字超过 {limit} 字节",
                "把多余的文字移到正文文件中，重新提交",
                "the row has more than {limit} bytes of text",
                "move the surplus text to a file of the record and hand the catalogue in again",
            ),
            _ => say!(
                lang,
                "文件第 {line} 行的文字编码与全表不一致，无法读取",
                "将目录另存为 CSV UTF-8 或 .xlsx 后重新提交",
                "line {line} is not in the encoding of the rest of the file",
                "save the catalogue as CSV UTF-8 or .xlsx and hand it in again",
            ),
        }
    }

    pub fn cell_broken(value: &str, lang: Lang) -> Self {
        let value = quoted(value);
        say!(
            lang,
            "单元格的值为 {value}",
            "在 Excel 中改正公式，或直接填写内容",
            "the cell's value is {value}",
            "mend the formula in Excel, or type the value"
        )
    }

    pub fn missing_code(lang: Lang) -> Self {
        say!(lang, "未填写", "填写档号", "the cell is blank", "fill in the code")
    }

    pub fn missing_title(lang: Lang) -> Self {
        say!(
            lang,
            "未填写",
            "照录文件题名；无题名的自拟，并加 [ ]",
            "the cell is blank",
            "copy the title; where there is none, make one and put it in [ ]"
        )
    }

    pub fn no_such_day(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "“{cell}”不是实际存在的日期",
            "核对原件后改正；月、日不详的写 00，如 20110600",
            "\"{cell}\" is no day of the calendar",
            "check the document; write 00 for an unknown month or day, as in 20110600",
        )
    }

    pub fn ambiguous_date(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "“{cell}”无法确定年、月、日",
            "年份写四位并放在最前，如 20110614",
            "in \"{cell}\" year, month and day cannot be told apart",
            "put the year first, with four digits, as in 20110614",
        )
    }

    pub fn serial_date(cell: &str, day: Dated, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "“{cell}”是数字，不是日期（可能是 Excel 的日期序号，即 {day}）",
            "将该列设为日期格式，或改写为 {day}",
            "\"{cell}\" is a number and no date (perhaps Excel's serial of {day})",
            "format the column as dates, or write {day}",
        )
    }

    pub fn backwards_dates(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(lang, "“{cell}”的止日早于起日", "核对起止日期", "\"{cell}\" ends before it begins", "check both dates")
    }

    pub fn not_a_date(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "“{cell}”不是日期",
            "写成 8 位数字，如 20110614；月、日不详的写 00",
            "\"{cell}\" is no date",
            "write eight digits, as in 20110614; 00 for an unknown month or day",
        )
    }

    pub fn unknown_retention(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "保管期限“{cell}”无法识别",
            "写成“永久”“30年”“10年”等，或代码 Y、D30、D10",
            "\"{cell}\" is no retention period we know",
            "write 永久, 30年, 10年 or a code: Y, D30, D10",
        )
    }

    pub fn old_retention(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "“{cell}”是旧的期限划分，没有年数",
            "由档案人员按现行保管期限表定为永久或若干年",
            "\"{cell}\" is an old term without a number of years",
            "let an archivist decide by the present schedule: permanent, or a number of years",
        )
    }

    pub fn unknown_carrier(cell: &str, known: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "载体“{cell}”无法识别，按原样附记，此行须有文件",
            "写成以下之一：{known}；不用文件的载体写对后即可不交文件",
            "\"{cell}\" is no carrier we know; it is kept as written, and the row needs a file",
            "write one of: {known}; a row on a carrier that needs no file may then come without one",
        )
    }

    pub fn unknown_secrecy(mark: &str, lang: Lang) -> Self {
        let remedy_zh = "写成公开、内部、秘密、机密、绝密之一，有期限的如 机密★10年；未明确前按涉密处理";
        let remedy_en = "write 公开, 内部, 秘密, 机密 or 绝密, with a term as in 机密★10年; until then the row is treated as secret";
        if mark.chars().count() > QUOTED_MARK {
            return say!(
                lang,
                "密级栏的内容不是密级",
                "{remedy_zh}",
                "the cell holds no mark of secrecy",
                "{remedy_en}"
            );
        }
        say!(lang, "密级“{mark}”无法识别", "{remedy_zh}", "\"{mark}\" is no mark of secrecy", "{remedy_en}")
    }

    /// `above`: above what the installation may hold (保密法实施条例 art. 32, standards-cn §8).
    pub fn set_aside(secrecy: Secrecy, above: bool, lang: Lang) -> Self {
        if !above {
            return say!(
                lang,
                "密级为{secrecy}，本系统还不能加密封存，未保留其题名和内容",
                "留存原件，待能封存后再提交；已解密的，更正密级后重新提交",
                "marked {secrecy}, which cannot be sealed yet; neither title nor content was kept",
                "keep the originals and hand them in when sealing is there; if declassified, correct the mark",
            );
        }
        say!(
            lang,
            "密级为{secrecy}，本系统不接收此密级，未保留其题名和内容",
            "按保密规定另行移交；已解密的，更正密级后重新提交",
            "marked {secrecy}, above what this archive may hold; neither title nor content was kept",
            "hand it over as the rules of secrecy demand; if declassified, correct the mark and hand it in again",
        )
    }

    pub fn not_a_count(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(lang, "“{cell}”不是页数", "填写阿拉伯数字", "\"{cell}\" is no number of pages", "write a number in digits")
    }
}

/// Codes, and a row against its files.
impl Words {
    pub fn duplicate_code(rows: &str, lang: Lang) -> Self {
        say!(
            lang,
            "同一档号也出现在第 {rows} 行",
            "每件一个档号，改正其中一个",
            "the same code stands in row {rows}",
            "give each record a code of its own"
        )
    }

    pub fn code_part_differs(part: &str, column: &str, lang: Lang) -> Self {
        let column = quoted(column);
        say!(
            lang,
            "档号中为“{part}”，目录栏中为“{column}”",
            "核对后使两处一致",
            "the code says \"{part}\", the column says \"{column}\"",
            "check which is right and make both agree",
        )
    }

    pub fn missing_file(lang: Lang) -> Self {
        say!(
            lang,
            "没有找到本行的文件",
            "补交以档号命名的文件（或文件夹），或在“文件名”栏写明路径",
            "no file was found for this row",
            "add a file or folder named by the code, or name it in the file name column",
        )
    }

    pub fn surplus_file(lang: Lang) -> Self {
        say!(
            lang,
            "目录中没有与此文件对应的行",
            "在目录中补行，或改正文件名，或移出此文件",
            "no row of the catalogue belongs to this file",
            "add a row, correct the file's name, or take the file out",
        )
    }

    pub fn file_claimed_twice(rows: &str, lang: Lang) -> Self {
        say!(
            lang,
            "第 {rows} 行都对应此文件",
            "核对档号和文件名栏，一个文件只能属于一件",
            "rows {rows} all claim this file",
            "check codes and file names: a file belongs to one record"
        )
    }

    pub fn file_name_invalid(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "文件名“{cell}”指向批次文件夹之外",
            "写相对于批次文件夹的路径，不用盘符、开头的斜线和 ..",
            "\"{cell}\" leads out of the batch folder",
            "write a path below the batch folder, without drive, leading slash or ..",
        )
    }

    pub fn file_name_unmatched(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "没有名为“{cell}”的文件，已按档号找到文件",
            "核对文件名栏",
            "no file is called \"{cell}\"; the file was found by its code",
            "check the file name column",
        )
    }

    pub fn file_name_many(cell: &str, lang: Lang) -> Self {
        let cell = quoted(cell);
        say!(
            lang,
            "有多个名为“{cell}”的文件",
            "在文件名栏写明完整的相对路径",
            "several files are called \"{cell}\"",
            "write the whole path below the batch folder",
        )
    }

    pub fn file_refused(why: Refusal, lang: Lang) -> Self {
        let (zh, en) = match why {
            Refusal::Link => ("这是链接，不是文件", "this is a link and no file"),
            Refusal::Special => ("这是管道、套接字或设备，不是文件", "this is a pipe, socket or device and no file"),
            Refusal::Name => ("文件名的编码无法识别，或过长", "its name is neither UTF-8 nor GB18030, or too long"),
            Refusal::Unseen => (
                "文件名中有看不见的控制字符或改变书写方向的字符",
                "its name holds control characters, or such as turn the direction of writing",
            ),
            Refusal::TooDeep => ("文件夹层次过深", "it lies too many folders deep"),
            Refusal::Denied => ("无法读取", "it cannot be read"),
            Refusal::Outside => ("文件名指向压缩包之外", "its name leads out of the package"),
            Refusal::Encrypted => ("已加密，需要口令", "it opens with a password only"),
            Refusal::Method => ("压缩方式不支持", "it is packed in a way that is not read here"),
            Refusal::TooLarge => ("超过文件大小上限", "it is larger than a file may be"),
            Refusal::Bomb => ("解压后远大于压缩前，疑为压缩炸弹", "it would unpack to far more than it weighs"),
            Refusal::Double => ("压缩包中有同名文件", "another member of the package has the same name"),
            Refusal::Damaged => ("压缩包中的数据已损坏", "its bytes are not what the package says of them"),
        };
        say!(
            lang,
            "{zh}",
            "换成可以读取的普通文件，或移出此项，再重新提交",
            "{en}",
            "replace it by an ordinary file that can be read, or take it out, and hand the batch in again",
        )
    }

    pub fn pages_differ(column: u32, counted: u32, lang: Lang) -> Self {
        say!(
            lang,
            "目录为 {column} 页，文件为 {counted} 页",
            "核对是否缺页或多页；空白页不计",
            "the catalogue says {column} pages, the files have {counted}",
            "check for missing or surplus pages; blank ones do not count",
        )
    }

    pub fn control_character(shown: &str, lang: Lang) -> Self {
        say!(
            lang,
            "单元格中有控制字符 {shown}",
            "删去该字符，或重新录入此格",
            "the cell holds the control character {shown}",
            "remove it, or type the cell again"
        )
    }

    pub fn duplicate_content(rows: &str, lang: Lang) -> Self {
        say!(
            lang,
            "与第 {rows} 行的文件内容完全相同",
            "核对是否重复归档",
            "its file equals that of row {rows}",
            "check whether it was filed twice"
        )
    }
}
