//! How an answer looks on a terminal.

use super::{
    Command,
    args::{
        CatalogueCommand, DepartmentCommand, FondsCommand, GrantCommand, PostCommand, PresetCommand, TokenCommand,
        TrailCommand, UserCommand,
    },
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
        Command::User(UserCommand::Reset { .. }) => {
            format!("{} 的初始密码 {}（请登录后更换）", said(&document["name"]), said(&document["password"]))
        }
        Command::User(UserCommand::List { .. }) => lines(&document["items"], |one| {
            let left = if one["left_at"].is_null() { "" } else { "  已离职" };
            format!("{}  {}  {}{left}", said(&one["name"]), said(&one["role"]), said(&one["department"]))
        }),
        Command::Department(DepartmentCommand::List) => lines(&document["items"], |one| {
            let closed = if one["closed_at"].is_null() { "" } else { "  已撤销" };
            format!("{}  {}  {}{closed}", said(&one["code"]), said(&one["name"]), said(&one["parent"]))
        }),
        Command::Post(PostCommand::List { .. }) => lines(&document["items"], |one| {
            let (post, of) = (said(&one["post"]), said(&one["department"]));
            format!("{}  {post} {of}  {}  {}", said(&one["id"]), said(&one["name"]), days(one))
        }),
        Command::Grant(GrantCommand::List { .. }) => lines(&document["items"], |one| {
            format!("{}  {}  {}  {}", said(&one["id"]), said(&one["name"]), words(&one["functions"]), days(one))
        }),
        Command::Token(TokenCommand::List { .. }) => lines(&document["items"], |one| {
            let drawn = if one["drawn_at"].is_null() { "待领取" } else { "已领取" };
            let (name, label) = (said(&one["name"]), said(&one["label"]));
            format!("{}  {name}  {label}  {}  {drawn}  {}", said(&one["id"]), words(&one["functions"]), days(one))
        }),
        Command::Token(TokenCommand::Draw { .. }) => {
            format!("令牌只在此显示一次：\n{}", said(&document["token"]))
        }
        Command::Fonds(FondsCommand::List) => {
            lines(&document["items"], |fonds| format!("{}  {}", said(&fonds["code"]), said(&fonds["name"])))
        }
        Command::Fonds(FondsCommand::Gaps { .. }) => lines(&document["items"], |gap| {
            format!("{}  用至 {}，缺 {}", said(&gap["scope"]), gap["last"], gap["missing"])
        }),
        Command::Fonds(_) => format!("{}  {}", said(&document["code"]), said(&document["name"])),
        Command::Ingest(_) => batch(document),
        Command::Return { .. } => format!("已退回 {} 件；改正后从原处再送，即为下一轮", document["records"]),
        Command::Withdraw { .. } => {
            format!("已撤回 {} 件；档号可由改正后的批次再用", document["records"])
        }
        Command::Catalogue(CatalogueCommand::Preview { .. }) => preview(document),
        Command::Catalogue(CatalogueCommand::Presets(PresetCommand::List)) => lines(&document["items"], preset),
        Command::Catalogue(CatalogueCommand::Presets(_)) => preset(document),
        Command::Catalogue(CatalogueCommand::Template { .. }) => format!("已写出 {}", said(&document["file"])),
        Command::Handovers { .. } => lines(&document["items"], yearly),
        Command::Identify { .. } => lines(document, identified),
        Command::Search { .. } => hits(document),
        Command::Verify { .. } => verified(document),
        Command::Versions { .. } => lines(&document["items"], version),
        Command::Correct { .. } | Command::Replace { .. } | Command::Reorder { .. } => {
            format!("{}\n{}", said(&document["code"]), version(document))
        }
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

/// A department's year: the deadline, how it stands, and how much there is.
fn yearly(one: &Value) -> String {
    let state = match one["state"].as_str() {
        Some("owed") => format!("▲ 逾期未移交 {} 天", one["days"]),
        Some("late") => format!("△ 逾期移交，迟 {} 天", one["days"]),
        Some("not-due") => "○ 未到期".to_owned(),
        Some("in-time") => "● 按期移交".to_owned(),
        _ => "■ 无法判定".to_owned(),
    };
    let (name, code) = (said(&one["name"]), said(&one["department"]));
    let name = if name.is_empty() { "未注明机构".to_owned() } else { format!("{name} {code}") };
    let year = one["year"].as_i64().map_or_else(|| "无年度".to_owned(), |year| format!("{year} 年度"));
    let due = match one["deadline"].as_str() {
        Some(due) => format!("期限 {due}（{}）", words(&one["clauses"])),
        None => "无期限".to_owned(),
    };
    let (in_time, late, unsigned) = (&one["in_time"], &one["late"], &one["unsigned"]);
    format!("{}  {year}  {due}  {state}  按期 {in_time} 件，逾期 {late} 件，未签 {unsigned} 件", name.trim_end())
}

fn preset(one: &Value) -> String {
    let told = one["columns"].as_object().into_iter().flatten();
    let told = told.map(|(header, field)| format!("{header}={}", field.as_str().unwrap_or("-")));
    format!("{}  {}  {}", said(&one["name"]), said(&one["sender"]), told.collect::<Vec<_>>().join("  "))
}

/// A column a line with what it is taken for, then the rows.
fn preview(document: &Value) -> String {
    let mut text = format!("栏名在第 {} 行\n", document["header_row"]);
    text.push_str(&lines(&document["columns"], |one| {
        let how = match one["how"].as_str() {
            Some("told") => "（已说明）",
            Some("guessed") => "（按栏名）",
            _ => "",
        };
        let field = one["field"].as_str().unwrap_or("按原名保留");
        format!("  {}  {} → {field}{how}", said(&one["column"]), said(&one["header"]))
    }));
    for row in document["rows"].as_array().into_iter().flatten() {
        let closed = if row["secrecy"] == "open" { "" } else { "（涉密，不显示）" };
        let _ = write!(text, "\n{}{closed}  {}", row["row"], words_by(&row["cells"], " | "));
        for fault in row["faults"].as_array().into_iter().flatten() {
            let said = |key: &str| said(&fault[key]);
            let _ = write!(text, "\n  ▲ {}：{}。{}", said("column"), said("reason"), said("remedy"));
        }
    }
    let missing = words_by(&document["missing"], "、");
    if !missing.is_empty() {
        let _ = write!(text, "\n▲ 没有这些栏：{missing}。用 --map 栏名=字段 说明哪一栏是它");
    }
    text
}

fn words_by(list: &Value, between: &str) -> String {
    list.as_array().into_iter().flatten().map(said).collect::<Vec<_>>().join(between)
}

fn batch(document: &Value) -> String {
    if document["abandoned"] == true {
        return format!("已放弃该批次，撤回 {} 件；文件夹未动，可改正后重新送交", document["records"]);
    }
    let unchanged = document["unchanged"].as_u64().map_or(String::new(), |count| format!("未变 {count} 件，"));
    let mut text = format!(
        "目录 {} 行：归档 {} 件（{} 个文件，{} 字节），{unchanged}搁置 {} 件，用时 {:.1} 秒",
        document["rows"],
        document["records"],
        document["files"],
        document["bytes"],
        document["set_aside"],
        document["seconds"]["total"].as_f64().unwrap_or_default(),
    );
    if document["state"] == "checked" {
        let _ = write!(text, "\n已传到服务器并检测，尚未归档：改正后再运行同一命令，或加 --yes、--accept-good");
    }
    let left: Vec<_> = document["not_sent"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !left.is_empty() {
        let _ = write!(text, "\n未传送（不是档案内容）：{}", left.join("、"));
    }
    for defect in document["defects"].as_array().into_iter().flatten() {
        let row = defect["row"].as_u64().map_or(String::new(), |row| format!("第 {row} 行"));
        let mark = if defect["severity"] == "blocking" { "▲" } else { "△" };
        let of = [row, said(&defect["code"]), said(&defect["file"])];
        let of = of.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let colon = if of.is_empty() { "" } else { "：" };
        let _ = write!(text, "\n{mark} {of}{colon}{}。{}", said(&defect["reason"]), said(&defect["remedy"]));
    }
    text
}

/// One file: its format, and on what that stands; below it what else it may be, and why not.
fn identified(one: &Value) -> String {
    let basis = match one["basis"].as_str() {
        Some("container") => "容器特征",
        Some("signature") => "特征",
        Some("extension") => "仅扩展名",
        _ => "未识别",
    };
    let format = |one: &Value| {
        let parts = [said(&one["puid"]), said(&one["name"]), said(&one["version"])];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let mut text = format!("{}  {}  {basis}  {}", said(&one["file"]), format(one), said(&one["mime"]));
    text.truncate(text.trim_end().len());
    for other in one["also"].as_array().into_iter().flatten() {
        let _ = write!(text, "\n    也可能是 {}", format(other));
    }
    let reason = said(&one["reason"]);
    if !reason.is_empty() {
        let _ = write!(text, "\n    {reason}");
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

/// One version: who, when, why, and what changed.
fn version(one: &Value) -> String {
    let mut text =
        format!("第 {} 版  {}  {}  {}", one["number"], said(&one["at"]), said(&one["by"]), said(&one["reason"]));
    text.truncate(text.trim_end().len());
    for changed in one["changed"].as_array().into_iter().flatten() {
        let (before, after) = (said(&changed["before"]), said(&changed["after"]));
        let _ = write!(text, "\n    {}：{before} → {after}", said(&changed["field"]));
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

/// From when to when, and whether it was ended before.
fn days(one: &Value) -> String {
    let ended = if one["ended_at"].is_null() { "" } else { "  已止" };
    format!("{}..{}{ended}", said(&one["since"]), said(&one["until"]))
}

fn words(list: &Value) -> String {
    list.as_array().into_iter().flatten().map(said).collect::<Vec<_>>().join(" ")
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
