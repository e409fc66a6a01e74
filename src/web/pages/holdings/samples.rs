use super::*;
use crate::web::pages::{Frame, Marked, Place, Standing, people::Fault};
use crate::web::texts::Lang;

fn card(full: bool) -> Card {
    let some = |text: &str| full.then(|| text.to_owned());
    Card {
        reference: some("X099-WS·2011-Y-TDC-0023"),
        standing: if full { Standing::Sealed } else { Standing::Filed },
        title: "子虚县人民政府关于乌有村集体土地确权登记发证工作方案的批复".into(),
        responsible: some("子虚县人民政府"),
        docno: some("虚政发〔2011〕23号"),
        date: some("2011-06-14"),
        pages: full.then_some(12),
        retention: some("永久"),
        secrecy: some("未标"),
        fonds_code: "X099".into(),
        fonds_name: "乌有实业集团".into(),
        category: "文书".into(),
        year: some("2011"),
        department: some("土地处"),
        filed_on: "2012-05-18".into(),
    }
}

fn content(pages: u32, image: Image, text: PageText) -> Tab {
    let strip = Content::strip(2, pages, 5);
    let thumbs = strip.map(|page| Thumb { page, hits: if page == 2 { 2 } else { 0 } }).collect();
    Tab::Content(Box::new(Content { page: 2.min(pages), pages, thumbs, image, text }))
}

fn files() -> Vec<File> {
    let copy = |store: &str, standing, day: Option<&str>| Copy {
        store: store.into(),
        standing,
        verified_on: day.map(Into::into),
    };
    let file = |number, name: &str, format: Option<&str>, copies| File {
        number,
        name: name.into(),
        role: "正本".into(),
        format: format.map(Into::into),
        puid: format.map(|_| if number == 1 { "fmt/478" } else { "x-fmt/111" }.into()),
        by_ending: number == 3,
        bytes: 14_208_391,
        sha256: "5c1e90ab".repeat(8),
        copies,
    };
    let copies = vec![
        copy("主存储", Standing::Agrees, Some("2026-10-26")),
        copy("副本二", Standing::Differs, Some("2026-10-26")),
        copy("副本三", Standing::Unverified, None),
        copy("副本四", Standing::Missing, None),
    ];
    vec![
        file(1, "X099-WS·2011-Y-TDC-0023.pdf", Some("PDF/A-2u"), copies),
        file(2, "0023-附件.bin", None, vec![]),
        file(3, "0023-说明.txt", Some("Plain Text File"), vec![]),
    ]
}

impl RecordPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, RecordPage)> {
        let page = |full, q: &str, tab| RecordPage {
            frame: Frame::sample(lang, Some(Place::Holdings)),
            id: "r1".into(),
            card: card(full),
            q: q.into(),
            files: 2,
            events: 31,
            versions: 2,
            corrects: full,
            tab,
        };
        let words = "经研究，现批复如下：\n一、原则同意《乌有村集体土地确权登记发证工作方案》。\n二、土地确权范围以第二次土地调查成果为底图。";
        let event = Event {
            at: "2026-11-23 09:34:07".into(),
            act: "查阅".into(),
            who: "李乙，档案室".into(),
            note: "第 1 页，检索“土地确权”".into(),
        };
        let fact = Fact { name: "主题词".into(), value: "土地确权；登记发证".into() };
        let read = PageText::Read(Marked::finding(words, "土地确权"));
        let torn = || "第 2 页的图像数据不完整。".to_owned();
        vec![
            ("content", page(true, "土地确权", content(12, Image::Shown, read))),
            ("blank", page(true, "", content(3, Image::Shown, PageText::Empty))),
            ("waiting", page(false, "", content(0, Image::None, PageText::Waiting))),
            (
                "unread",
                page(false, "", content(3, Image::Failed { reason: torn() }, PageText::Unread { reason: torn() })),
            ),
            ("description", page(true, "", Tab::Description(vec![fact]))),
            ("closed", page(true, "", Tab::Closed)),
            ("trail", page(true, "", Tab::Trail(vec![event]))),
            ("files", page(true, "", Tab::Files(files()))),
            ("no-files", page(false, "", Tab::Files(vec![]))),
            ("versions", page(true, "", Tab::Versions(vec![version(2), version(1)]))),
            ("no-versions", page(false, "", Tab::Versions(vec![]))),
        ]
    }
}

fn version(number: i64) -> VersionLine {
    let change = |field: &str, before: &str, after: &str| ChangeLine {
        field: field.into(),
        before: before.into(),
        after: after.into(),
    };
    VersionLine {
        number,
        at: "2026-11-23 09:34".into(),
        by: "李乙".into(),
        kind: if number == 1 { "归档" } else { "更正著录" }.into(),
        reason: if number == 1 { "" } else { "题名漏字，据原件改正" }.into(),
        changed: if number == 1 {
            vec![]
        } else {
            vec![change("题名", "土地确", "土地确权"), change("文号", "", "〔2011〕23号")]
        },
        sealed: number == 1,
    }
}

impl VersionPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, VersionPage)> {
        let page = |number, files| VersionPage {
            frame: Frame::sample(lang, Some(Place::Holdings)),
            id: "r1".into(),
            code: "X099-WS·2011-Y-TDC-0023".into(),
            title: "关于土地确的批复".into(),
            line: version(number),
            facts: vec![Fact { name: "题名".into(), value: "关于土地确的批复".into() }],
            files,
        };
        let file = OldFile {
            number: 1,
            name: "0023.pdf".into(),
            format: "PDF/A-2u".into(),
            bytes: 14_208_391,
            sha256: "5c1e90ab".repeat(8),
        };
        vec![("first", page(1, vec![file])), ("bare", page(2, vec![]))]
    }
}

impl CorrectPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, CorrectPage)> {
        let field = |name: &str, word: &str, value: &str, long| FieldShown {
            name: name.into(),
            word: word.into(),
            value: value.into(),
            long,
        };
        let page = |reason: &str, fault| CorrectPage {
            frame: Frame::sample(lang, Some(Place::Holdings)),
            id: "r1".into(),
            code: "X099-WS·2011-Y-TDC-0023".into(),
            title: "关于土地确的批复".into(),
            fields: vec![
                field("title", "题名", "关于土地确权的批复", true),
                field("date", "日期", "2011-06-14", false),
                field("extra:盒号", "盒号", "3", true),
            ],
            seen: "1".into(),
            reason: reason.into(),
            fault,
        };
        let fault =
            Fault { detail: "日期：“20110631”不是日历上的日子".into(), remedy: "核对原件".into() };
        vec![("fresh", page("", None)), ("fault", page("漏字", Some(fault)))]
    }
}

impl FondsListPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, FondsListPage)> {
        let line = |code: &str, name: &str, records, years: Option<&str>| FondsLine {
            code: code.into(),
            name: name.into(),
            records,
            years: years.map(Into::into),
        };
        let page = |fonds, form| FondsListPage { frame: Frame::sample(lang, Some(Place::Holdings)), fonds, form };
        let fonds = || {
            vec![line("X099", "乌有实业集团有限公司", 214_306, Some("1985–2025")), line("X102", "无何有水务", 0, None)]
        };
        let fault = NewFonds {
            code: "X099".into(),
            code_fault: Some("全宗号 X099 已有：乌有实业集团有限公司。".into()),
            name: String::new(),
            name_fault: Some("名称为空。".into()),
        };
        vec![
            ("normal", page(fonds(), Some(NewFonds::default()))),
            ("empty", page(vec![], Some(NewFonds::default()))),
            ("fault", page(fonds(), Some(fault))),
            ("reader", page(fonds(), None)),
        ]
    }
}

impl FondsPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, FondsPage)> {
        let page = |schemes, gaps, form| FondsPage {
            frame: Frame::sample(lang, Some(Place::Holdings)),
            code: "X099".into(),
            name: "乌有实业集团有限公司".into(),
            records: 1,
            names: vec![
                NameSpan { name: "乌有实业集团有限公司".into(), since: "2003-07-01".into(), until: None },
                NameSpan {
                    name: "乌有实业公司".into(), since: "1985-01-01".into(), until: Some("2003-06-30".into())
                },
            ],
            form,
            schemes,
            gaps,
        };
        let gap = |reason: Option<&str>| Gap {
            series: "X099-WS·2025-D30-TDC".into(),
            missing: "0003–0005、0011".into(),
            count: 4,
            reason: reason.map(Into::into),
        };
        let scheme =
            SchemeSpan { category: "WS 文书".into(), scheme: "da-t-22-2015".into(), from_year: "2016".into() };
        let fault = Rename {
            name: "乌有集团".into(),
            name_fault: Some("与现名相同。".into()),
            since: "1984-01-01".into(),
            since_fault: Some("早于前一名称的起始日 1985-01-01。".into()),
        };
        vec![
            ("normal", page(vec![scheme], vec![gap(None), gap(Some("作废"))], Some(Rename::default()))),
            ("bare", page(vec![], vec![], None)),
            ("fault", page(vec![], vec![], Some(fault))),
        ]
    }
}
