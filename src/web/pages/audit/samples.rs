use super::{Fault, Group, Line, Shown, TrailPage, Typed, Verb};
use crate::web::pages::{Frame, Place, Who};
use crate::web::texts::Lang;

impl TrailPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, TrailPage)> {
        let page = |typed: Typed, fault, shown| {
            let mut frame = Frame::sample(lang, Some(Place::Trail));
            frame.who = Some(Who { name: "周丙".into(), role: lang.t("role-auditor"), places: vec![Place::Trail] });
            TrailPage { frame, typed, verbs: verbs(), fault, shown }
        };
        let filtered =
            Typed { person: "张甲".into(), verb: "person.".into(), from: "2026-11-01".into(), ..Typed::default() };
        let wrong = Typed { subject: "X001-WS·2026-Y-9999号".into(), ..Typed::default() };
        let fault = Fault { field: "subject", message: lang.t("trail-no-thing") };
        vec![
            ("normal", page(Typed::default(), None, shown(false))),
            ("filtered", page(filtered.clone(), None, shown(true))),
            ("none", page(filtered, None, Shown { filtered: true, first: true, ..Shown::default() })),
            ("empty", page(Typed::default(), None, Shown { first: true, ..Shown::default() })),
            ("wrong", page(wrong, Some(fault), Shown::default())),
        ]
    }
}

fn verbs() -> Vec<Group> {
    let verb = |value: &str, words: &str| Verb { value: value.into(), words: words.into() };
    vec![
        Group {
            value: "person.".into(),
            verbs: vec![verb("person.added", "添加人员"), verb("person.signed_in", "登录")],
        },
        Group { value: "record.".into(), verbs: vec![verb("record.filed", "归档")] },
    ]
}

fn shown(filtered: bool) -> Shown {
    let line = |n, who: &str, deed: &str, verb: &str, name: Option<&str>, others, details: &str| Line {
        n,
        at: format!("2026-11-23 09:{:02}:41", n % 60),
        who: who.into(),
        deed: deed.into(),
        verb: verb.into(),
        subject: "0197c3a0-0000-7000-8000-000000000002".into(),
        name: name.map(Into::into),
        others,
        details: details.into(),
        life: "/trail?subject=0197c3a0-0000-7000-8000-000000000002".into(),
    };
    let long = "题名：关于下达二〇二五年度农村饮用水水源地保护与水库移民后期扶持项目资金计划的通知；档号：X030-WS·2025-D30-SWJ-0001";
    Shown {
        total: filtered.then_some(4_812).or(Some(1_204_311)),
        lines: vec![
            line(1_204_311, "张甲", "登录", "person.signed_in", Some("张甲"), 0, "途径：browser；地址：http"),
            line(1_204_310, "系统（seal）", "封存", "records.sealed", None, 255, ""),
            line(1_204_309, "张甲", "归档", "record.filed", None, 0, long),
            line(1_204_308, "李乙", "授权", "grant.given", Some("王戊"), 1, "职能：search read；范围：全宗 X030"),
        ],
        first: false,
        newest: "/trail".into(),
        next: Some("/trail?after=1204308".into()),
        jsonl: "/trail.jsonl".into(),
        xlsx: "/trail.xlsx".into(),
        filtered,
    }
}
