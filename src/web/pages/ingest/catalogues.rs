use askama::Template;

use crate::web::pages::{Frame, people::Fault};
#[cfg(test)]
use crate::web::{pages::Place, texts::Lang};

/// 目录: a look at some rows, presets, empty catalogues. GET and POST `/catalogues`
/// {rows, told, preset, csrf}; POST `/catalogues/presets` {name, sender, told, csrf}.
#[derive(Template)]
#[template(path = "ingest/catalogues.html", config = "config/askama.toml")]
pub struct CataloguesPage {
    pub frame: Frame,
    pub presets: Vec<PresetLine>,
    pub templates: Vec<TemplateLine>,
    /// The word and the name of each field.
    pub fields: Vec<(&'static str, String)>,
    /// As typed: rows, and lines of `列名=字段`.
    pub rows: String,
    pub told: String,
    /// The name of the preset that was chosen.
    pub preset: String,
    pub looked: Option<Looked>,
    /// Of the preset to keep, as typed.
    pub name: String,
    pub sender: String,
    pub fault: Option<Fault>,
}

pub struct PresetLine {
    pub id: String,
    pub name: String,
    pub sender: String,
    /// `物品号 → 档号`
    pub told: Vec<String>,
    pub saved_by: String,
    pub saved_on: String,
}

pub struct TemplateLine {
    pub code: String,
    pub name: String,
    pub source: String,
}

/// What was looked at: drawn by `ingest/looked.html`.
pub struct Looked {
    pub header_row: u64,
    pub columns: Vec<ColumnShown>,
    pub rows: Vec<RowShown>,
    /// Fields that no column has, in words; empty where none is missing.
    pub missing: String,
}

pub struct ColumnShown {
    pub letters: String,
    pub header: String,
    /// What it is taken for, in words.
    pub meaning: String,
    /// Whether that was told or guessed, in words.
    pub how: String,
    pub understood: bool,
}

pub struct RowShown {
    pub number: u64,
    pub cells: Vec<String>,
    /// Why it is not shown, in words.
    pub closed: Option<String>,
    pub faults: Vec<String>,
}

#[cfg(test)]
impl CataloguesPage {
    pub(crate) fn samples(lang: Lang) -> Vec<(&'static str, CataloguesPage)> {
        let page = |looked, fault| CataloguesPage {
            frame: Frame::sample(lang, Some(Place::Ingest)),
            presets: Vec::new(),
            templates: vec![TemplateLine { code: "WS".into(), name: "文书".into(), source: "DA/T 22-2015".into() }],
            fields: vec![("code", "档号".into()), ("title", "题名".into())],
            rows: "物品号\t事由\nX1\t关于“甲”的通知".into(),
            told: "物品号=code".into(),
            preset: String::new(),
            looked,
            name: String::new(),
            sender: String::new(),
            fault,
        };
        let columns = [("物品号", "档号", true), ("事由", "按原名保留", false)].map(|(header, meaning, understood)| {
            let how = if understood { "已说明" } else { "" };
            let (header, meaning) = (header.to_owned(), meaning.to_owned());
            ColumnShown { letters: "A".into(), header, meaning, how: how.into(), understood }
        });
        let row =
            |number, closed, faults| RowShown { number, cells: vec!["X1".into(), "<甲>".into()], closed, faults };
        let rows = vec![
            row(2, None, vec!["日期：不是日期；写成 8 位数字".into()]),
            row(3, Some("涉密，不显示".into()), vec![]),
        ];
        let looked = Looked { header_row: 1, columns: columns.into(), rows, missing: "题名".into() };
        let mut full = page(Some(looked), None);
        full.presets = vec![PresetLine {
            id: "p1".into(),
            name: "水务局旧表".into(),
            sender: "水务局".into(),
            told: vec!["物品号 → 档号".into()],
            saved_by: "李乙".into(),
            saved_on: "2026-11-23".into(),
        }];
        let fault = Fault { detail: "目录无法读取".into(), remedy: "核对栏名".into() };
        vec![("empty", page(None, None)), ("full", full), ("fault", page(None, Some(fault)))]
    }
}
