//! What the pages of people are drawn from in tests.

use super::{
    Choice, DepartmentForm, DepartmentLine, DepartmentsPage, Fault, GrantForm, GrantShown, GrantsPage, HoldingShown,
    PeoplePage, PersonForm, PersonLine, PersonPage, PostForm, PostGroup, PostsPage, SecretPage, SessionShown,
    TokenForm, TokenShown,
};
use crate::web::{
    pages::{Frame, Place, access::FactorRow},
    texts::Lang,
};

const ID: &str = "0197c3a0-0000-7000-8000-000000000001";

fn choices(words: &[&str]) -> Vec<Choice> {
    let choice = |(at, word): (usize, &&str)| Choice { value: at.to_string(), word: (*word).into(), chosen: at == 1 };
    words.iter().enumerate().map(choice).collect()
}

fn fault() -> Fault {
    Fault { detail: "张甲 已有".into(), remedy: "换一个".into() }
}

pub(crate) fn grants() -> Vec<GrantShown> {
    let grant = |functions: &str, scope: &str, ended: Option<&str>| GrantShown {
        id: ID.into(),
        person: ID.into(),
        name: "张甲".into(),
        functions: functions.into(),
        scope: scope.into(),
        days: "2026-11-24 起".into(),
        reason: "编史".into(),
        ended: ended.map(str::to_owned),
    };
    vec![
        grant("查档、阅读原文", "全宗 X001，WS 文书档案，2011–2015 年度，密级至 内部", None),
        grant("查档", "全部馆藏", Some("2026-11-30 09:12")),
    ]
}

pub(crate) fn posts() -> Vec<HoldingShown> {
    let post = |post: &str, acts_for: Option<&str>, today| HoldingShown {
        id: ID.into(),
        person: ID.into(),
        name: "张甲".into(),
        post: post.into(),
        department: Some("BGS".into()),
        days: "2026-11-24 至 2026-12-31".into(),
        acts_for: acts_for.map(str::to_owned),
        reason: "任免通知 12 号".into(),
        today,
        open: today,
    };
    vec![post("部门经理", None, true), post("兼职档案员", Some("王丙"), false)]
}

fn factors() -> Vec<FactorRow> {
    let one = |label: &str, is_passkey| FactorRow {
        id: label.into(),
        label: label.into(),
        is_passkey,
        since: "2026-11-02".into(),
        used: is_passkey.then(|| "2026-11-23".into()),
    };
    vec![one("手机", false), one("笔记本", true)]
}

pub(crate) fn sessions() -> Vec<SessionShown> {
    let session = |kind: &str, here| SessionShown {
        id: ID.into(),
        kind: kind.into(),
        address: "192.0.2.7".into(),
        agent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0".into(),
        began: "2026-11-24 08:31".into(),
        seen: "2026-11-24 09:12".into(),
        here,
    };
    vec![session("浏览器", true), session("命令行", false)]
}

pub(crate) fn tokens() -> Vec<TokenShown> {
    let token = |label: &str, drawn: Option<&str>, over| TokenShown {
        id: ID.into(),
        label: label.into(),
        functions: "查档".into(),
        until: "2027-06-30".into(),
        drawn: drawn.map(str::to_owned),
        over,
    };
    let drawn = Some("2026-11-24 08:31");
    vec![token("门户检索", drawn, false), token("年报统计", None, false), token("旧门户", drawn, true)]
}

impl PeoplePage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, PeoplePage)> {
        let line = |name: &str, left: Option<&str>, due| PersonLine {
            id: ID.into(),
            name: name.into(),
            role: "利用者".into(),
            department: left.is_none().then(|| "BGS".into()),
            clearance: "内部".into(),
            left: left.map(str::to_owned),
            due,
        };
        let page = |people, next: Option<&str>, fault| PeoplePage {
            frame: Frame::sample(lang, Some(Place::People)),
            name: "张".into(),
            roles: choices(&["不限", "档案员", "利用者"]),
            departments: choices(&["不限", "BGS 办公室"]),
            left: true,
            people,
            next: next.map(str::to_owned),
            form: PersonForm {
                name: String::new(),
                roles: choices(&["档案员", "利用者"]),
                department: String::new(),
                departments: choices(&["不属任何机构", "BGS 办公室"]),
                clearances: choices(&["公开", "内部"]),
                fault,
            },
        };
        let people = vec![line("张甲", None, false), line("王丙", None, true), line("赵丁", Some("2026-10-31"), false)];
        vec![("some", page(people, Some("/people?next=%E8%B5%B5"), None)), ("none", page(vec![], None, Some(fault())))]
    }
}

impl PersonPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, PersonPage)> {
        let page = |open: bool, officer: bool, held: &[&str], fault: Option<Fault>| PersonPage {
            frame: Frame::sample(lang, Some(Place::People)),
            id: ID.into(),
            name: "张甲".into(),
            role: "利用者".into(),
            department: Some("BGS".into()),
            clearance: "内部".into(),
            since: "2026-11-24".into(),
            left: (!open).then(|| "2026-12-31".into()),
            due: open,
            open,
            officer,
            roles: choices(&["档案员", "利用者"]),
            departments: choices(&["不属任何机构", "BGS 办公室"]),
            clearances: choices(&["公开", "内部"]),
            fault: fault.clone(),
            grants: if held.is_empty() { vec![] } else { grants() },
            grant: GrantForm {
                functions: choices(&["查档", "阅读原文"]),
                fonds: choices(&["不限", "X001 乌有实业集团有限公司"]),
                categories: choices(&["不限", "WS 文书档案"]),
                whose: choices(&["不限机构", "本人机构及下属", "指定机构及下属"]),
                departments: choices(&["—", "BGS 办公室"]),
                year_from: "2011".into(),
                year_to: String::new(),
                secrecies: choices(&["以可知密级为限", "公开"]),
                openings: choices(&["不限", "开放"]),
                since: "2026-11-24".into(),
                until: String::new(),
                reason: "编史".into(),
                fault: fault.clone(),
            },
            posts: if held.is_empty() { vec![] } else { posts() },
            post: PostForm {
                posts: choices(&["办公室主任", "部门经理"]),
                departments: choices(&["—", "BGS 办公室"]),
                since: "2026-11-24".into(),
                until: String::new(),
                acts_for: choices(&["不代人", "王丙 部门经理 BGS"]),
                reason: String::new(),
                fault: fault.clone(),
            },
            sessions: if held.is_empty() { vec![] } else { sessions() },
            factors: if held.is_empty() { vec![] } else { factors() },
            tokens: if held.is_empty() { vec![] } else { tokens() },
            token: TokenForm {
                label: String::new(),
                functions: choices(&["查档", "阅读原文"]),
                until: String::new(),
                fault: fault.clone(),
            },
            in_hand: held.iter().map(|one| (*one).to_owned()).collect(),
            leave_fault: fault,
        };
        vec![
            ("held", page(true, false, &["岗位 部门经理 BGS", "未归档的批次 2026-11 移交"], None)),
            ("fault", page(true, false, &["岗位 部门经理 BGS"], Some(fault()))),
            ("officer", page(true, true, &[], None)),
            ("left", page(false, false, &[], None)),
        ]
    }
}

impl SecretPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, SecretPage)> {
        let page = SecretPage {
            frame: Frame::sample(lang, Some(Place::People)),
            title: "初始口令".into(),
            name: "张甲".into(),
            secret: "k7mq-2xwd-9hfp-t3ns".into(),
            how: "当面或另行交给本人；首次登录须更换。".into(),
            on: format!("/people/{ID}"),
            on_word: "到 张甲 的页面".into(),
        };
        vec![("password", page)]
    }
}

impl DepartmentsPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, DepartmentsPage)> {
        let line = |code: &str, name: &str, depth, closed: Option<&str>| DepartmentLine {
            code: code.into(),
            name: name.into(),
            depth,
            closed: closed.map(str::to_owned),
        };
        let form = |code: &str, fault| DepartmentForm {
            code: code.into(),
            name: "档案科".into(),
            parents: choices(&["没有上级", "BGS 办公室"]),
            fault,
        };
        let page = |lines, change, fault: Option<Fault>| DepartmentsPage {
            frame: Frame::sample(lang, Some(Place::Departments)),
            lines,
            fault: fault.clone(),
            change,
            open: form("", fault),
        };
        let lines = vec![
            line("BGS", "办公室", 0, None),
            line("DAK", "档案科", 1, None),
            line("JJC", "基建处", 0, Some("2020-01-01")),
        ];
        vec![("tree", page(lines, Some(form("DAK", None)), None)), ("none", page(vec![], None, Some(fault())))]
    }
}

impl PostsPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, PostsPage)> {
        let group = |name: &str, held| PostGroup { name: name.into(), source: "A01.5".into(), held };
        let page = |posts| PostsPage { frame: Frame::sample(lang, Some(Place::Posts)), posts };
        vec![("some", page(vec![group("部门经理", posts()), group("总经理", vec![])])), ("none", page(vec![]))]
    }
}

impl GrantsPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, GrantsPage)> {
        let page = |grants| GrantsPage {
            frame: Frame::sample(lang, Some(Place::Grants)),
            person: "张".into(),
            ended: true,
            grants,
        };
        vec![("some", page(grants())), ("none", page(vec![]))]
    }
}
