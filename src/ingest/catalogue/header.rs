//! What the headers of catalogues are called.
//!
//! Source: standards-cn §13.3 (the presets of DA/T 22-2015, DA/T 22-2000,
//! GB/T 9705, GB/T 11822, accounting, photographs), and common practice (ours).

use unicode_normalization::UnicodeNormalization;

/// A column we understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    FileName,
    /// 全宗号
    Fonds,
    /// 门类 (code or name)
    Category,
    /// 年度
    Year,
    /// 机构(问题)
    Department,
}

/// Every field with its headers, the surest first: where two columns claim one
/// field, the surer header has it and the other is kept under its own name.
const HEADERS: [(Field, &[&str]); 14] = [
    (Field::Code, &["档号", "档案号", "文件档号", "案卷档号", "档案编号", "档号编号", "编号", "archivecode", "code"]),
    (
        Field::Title,
        &[
            "题名",
            "文件题名",
            "案卷题名",
            "正题名",
            "标题",
            "文件标题",
            "案卷标题",
            "文件名称",
            "档案题名",
            "名称",
            "title",
        ],
    ),
    (
        Field::Responsible,
        &[
            "责任者",
            "责任人",
            "文件责任者",
            "第一责任者",
            "形成单位",
            "形成者",
            "作者",
            "发文单位",
            "发文机关",
            "成文单位",
            "来文单位",
            "摄影者",
            "录音者",
            "responsible",
            "creator",
            "author",
        ],
    ),
    (
        Field::DocNo,
        &["文号", "文件编号", "发文字号", "文件号", "发文号", "文件字号", "文书号", "字号", "docno", "documentnumber"],
    ),
    (
        Field::Date,
        &[
            "日期",
            "成文日期",
            "文件日期",
            "形成日期",
            "形成时间",
            "成文时间",
            "文件形成日期",
            "文件时间",
            "落款日期",
            "发文日期",
            "拍摄时间",
            "拍摄日期",
            "摄影时间",
            "时间",
            "起止日期",
            "起止时间",
            "date",
        ],
    ),
    (Field::Retention, &["保管期限", "保管期限代码", "保存期限", "期限", "保管年限", "retention"]),
    (
        Field::Secrecy,
        &[
            "密级",
            "密级和保密期限",
            "密级及保密期限",
            "文件密级",
            "保密级别",
            "保密等级",
            "秘密等级",
            "密级标识",
            "secrecy",
            "classification",
        ],
    ),
    (Field::Pages, &["页数", "总页数", "文件页数", "张数", "页数张数", "张数页数", "pages", "pagecount"]),
    (Field::Note, &["备注", "附注", "说明", "note", "remarks"]),
    (
        Field::FileName,
        &[
            "文件名",
            "电子文件名",
            "电子文件名称",
            "文件路径",
            "电子文件路径",
            "原文路径",
            "原文",
            "挂接文件",
            "计算机文件名",
            "存储路径",
            "路径",
            "电子文件",
            "filename",
            "file",
            "path",
        ],
    ),
    (Field::Fonds, &["全宗号", "全宗代码", "全宗编号", "fonds"]),
    (Field::Category, &["门类代码", "档案门类代码", "档案门类", "门类", "门类名称", "category"]),
    (Field::Year, &["年度", "归档年度", "归属年度", "形成年度", "档案年度", "年份", "year"]),
    (
        Field::Department,
        &[
            "机构问题",
            "机构或问题",
            "机构问题代码",
            "机构代码",
            "问题代码",
            "机构",
            "问题",
            "部门",
            "归档部门",
            "归档单位",
            "处室",
            "科室",
            "department",
        ],
    ),
];

impl Field {
    /// The header this field has in our own lists.
    pub fn label(self) -> &'static str {
        HEADERS.iter().find(|(field, _)| *field == self).map_or("", |(_, names)| names[0])
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        HEADERS.iter().map(|(field, _)| *field)
    }

    /// The field a header means, and how sure that is (0 is surest). A header
    /// is tried whole (`页数(张数)`), then without what stands in brackets
    /// (`题名(必填)`).
    pub(super) fn guess(header: &str) -> Option<(Self, usize)> {
        let found = |name: &str| {
            HEADERS.iter().find_map(|(field, names)| Some((*field, names.iter().position(|known| *known == name)?)))
        };
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
            ("盒号", None),
            ("载体", None),
            ("全宗名称", None),
            ("件号", None),
            ("", None),
        ] {
            assert_eq!(Field::guess(header).map(|(field, _)| field), field, "{header:?}");
        }
    }

    #[test]
    fn no_header_means_two_fields() {
        let mut seen = std::collections::HashSet::new();
        for (_, names) in HEADERS {
            for name in names {
                assert!(seen.insert(*name), "{name}");
                assert_eq!(plain(name), *name, "a header is kept in its plain form");
            }
        }
    }
}
