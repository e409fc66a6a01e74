//! How an answer looks on a terminal.

use super::{
    Command,
    args::{FondsCommand, TrailCommand, UserCommand},
};
use crate::web::{field_words, texts::Lang, verb_words};
use serde_json::Value;
use std::fmt::Write as _;

/// A refusal or failure, in three sentences.
pub(super) fn problem(document: &Value) -> String {
    let text = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
    format!("{}：{}。{}。", text("title"), text("detail"), text("remedy"))
}

/// What a command answered.
pub(super) fn document(command: &Command, document: &Value) -> String {
    match command {
        Command::Init { .. } | Command::Demo { .. } => accounts(document),
        Command::Login { .. } => {
            format!("已登录，令牌存于 {}，有效至 {}", said(&document["kept"]), said(&document["until"]))
        }
        Command::User(UserCommand::Add { .. }) => {
            format!("已添加 {}，初始密码 {}（请登录后更换）", said(&document["name"]), said(&document["password"]))
        }
        Command::Fonds(FondsCommand::List) => {
            lines(&document["items"], |fonds| format!("{}  {}", said(&fonds["code"]), said(&fonds["name"])))
        }
        Command::Fonds(FondsCommand::Gaps { .. }) => lines(&document["items"], |gap| {
            format!("{}  用至 {}，缺 {}", said(&gap["scope"]), gap["last"], gap["missing"])
        }),
        Command::Fonds(_) => format!("{}  {}", said(&document["code"]), said(&document["name"])),
        Command::Ingest(_) => batch(document),
        Command::Search { .. } => hits(document),
        Command::Verify { .. } => verified(document),
        Command::Trail(TrailCommand::List { .. }) => trail(document),
        Command::Trail(TrailCommand::Export { .. }) => {
            format!("已导出 {} 条到 {}", document["entries"], said(&document["file"]))
        }
        Command::Doctor => lines(&document["checks"], |check| {
            let mark = if check["state"] == "ok" { "●" } else { "▲" };
            let remedy = said(&check["remedy"]);
            let remedy = if remedy.is_empty() { remedy } else { format!("（{remedy}）") };
            format!("{mark} {}：{}{remedy}", said(&check["name"]), said(&check["detail"]))
        }),
        _ => serde_json::to_string_pretty(document).unwrap_or_default(),
    }
}

fn accounts(document: &Value) -> String {
    let mut text = format!("档案在 {}，密钥在 {}\n", said(&document["data"]), said(&document["keys"]));
    text.push_str("首次登录的账户（密码只在此显示一次，请登录后更换）：\n");
    text.push_str(&lines(&document["accounts"], |account| {
        format!("  {}  {}  {}", said(&account["name"]), said(&account["role"]), said(&account["password"]))
    }));
    text
}

fn batch(document: &Value) -> String {
    if document["abandoned"] == true {
        return format!("已放弃该批次，撤回 {} 件；文件夹未动，可改正后重新送交", document["records"]);
    }
    let mut text = format!(
        "目录 {} 行：归档 {} 件（{} 个文件，{} 字节），未变 {} 件，搁置 {} 件，用时 {:.1} 秒",
        document["rows"],
        document["records"],
        document["files"],
        document["bytes"],
        document["unchanged"],
        document["set_aside"],
        document["seconds"]["total"].as_f64().unwrap_or_default(),
    );
    for defect in document["defects"].as_array().into_iter().flatten() {
        let row = defect["row"].as_u64().map_or(String::new(), |row| format!("第 {row} 行 "));
        let mark = if defect["severity"] == "blocking" { "▲" } else { "△" };
        let _ = write!(
            text,
            "\n{mark} {row}{} {}：{}。{}",
            said(&defect["code"]),
            said(&defect["file"]),
            said(&defect["reason"]),
            said(&defect["remedy"])
        );
    }
    text
}

fn hits(document: &Value) -> String {
    let mut text =
        format!("{} 件，用时 {:.1} 毫秒", document["total"], document["took_ms"].as_f64().unwrap_or_default());
    for hit in document["hits"].as_array().into_iter().flatten() {
        let page = hit["page"].as_u64().map_or(String::new(), |page| format!("  第 {page} 页"));
        let _ = write!(text, "\n{}  {}{page}", said(&hit["code"]), said(&hit["title"]));
        let snippet = said(&hit["snippet"]);
        if !snippet.is_empty() {
            let _ = write!(text, "\n    {snippet}");
        }
    }
    text
}

fn trail(document: &Value) -> String {
    let mut text = lines(&document["items"], |line| {
        let details = line["details"].as_object().into_iter().flatten();
        let details = details.map(|(field, body)| format!("{}：{}", field_words(Lang::Zh, field), said(body)));
        format!(
            "{}  {}  {}  {}  {}  {}",
            line["n"],
            said(&line["at"]),
            said(&line["actor"]),
            verb_words(Lang::Zh, &said(&line["verb"])),
            said(&line["subjects"][0]),
            details.collect::<Vec<_>>().join("；")
        )
    });
    if let Some(next) = document["next"].as_str() {
        let _ = write!(text, "\n更早的：加 --after {next}");
    }
    text
}

fn verified(document: &Value) -> String {
    let findings = document["findings"].as_array().map_or(0, Vec::len);
    let mut text = format!(
        "核对 {} 件 {} 个文件 {} 字节，发现 {findings} 处",
        document["objects"], document["files"], document["bytes"]
    );
    for finding in document["findings"].as_array().into_iter().flatten() {
        let _ = write!(text, "\n▲ {} {} {}", said(&finding["record"]), said(&finding["path"]), said(&finding["kind"]));
    }
    text
}

fn lines(items: &Value, line: impl Fn(&Value) -> String) -> String {
    items.as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

/// A text as a terminal may show it: marks that would steer it are left out.
fn said(value: &Value) -> String {
    let steers =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    value.as_str().unwrap_or_default().chars().filter(|c| !steers(*c)).collect()
}
