//! Sending a batch to a server elsewhere: its files go there by the tus resumable upload
//! protocol 1.0.0, are checked there, and are taken in if nothing found forbids it.
//!
//! Broken off anywhere, the same command goes on: which batch was begun is noted here
//! ([`note`]), which files came and how far is asked of the server. A file that changed since
//! it was announced, by its length or the time of its change, is sent anew, so that nothing
//! is ever put together of two.
//!
//! # Why
//!
//! - *The note lies with the sender and not in the folder*: what is handed in is left as it
//!   is, and may lie where nobody but its owner may write.
//! - *No count is said beforehand*: what came is compared with what lies here, path by path,
//!   before the check is asked for, and a batch that is mended has other counts.
//! - *A token goes over TLS or to this machine, nowhere else.*

mod door;
mod files;
mod found;
mod note;

use super::{
    Answer,
    args::{IngestArgs, Wait},
    ingest::write_sheet,
};
use crate::ingest::{
    catalogue,
    defects::{self, Defect, Severity},
    folder,
};
use anyhow::Context as _;
use door::{Away, Door};
use files::{Local, Outcome};
use found::Found;
use note::Note;
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// How often the server is asked how far it is.
const LOOK: Duration = Duration::from_millis(500);

/// Sends the batch of `args` to `server`, as the owner of the token in the environment;
/// `person` is who that must be.
pub(super) async fn run(args: &IngestArgs, server: &str, person: Option<&str>) -> anyhow::Result<Answer> {
    let Some(token) = std::env::var("LANTAI_TOKEN").ok().filter(|token| !token.is_empty()) else {
        return Ok(Answer::refused("没有服务器的令牌", "在服务器网页“我的账号”领取令牌，放进环境变量 LANTAI_TOKEN"));
    };
    let door = match Door::to(server, &token) {
        Ok(door) => door,
        Err(why) => return Ok(Answer::wrong(why, "写明 https:// 开头的地址；本机的可用 http://127.0.0.1:端口")),
    };
    match send(args, &door, person).await {
        Ok(answer) => Ok(answer),
        Err(Away::Refused(answer)) => Ok(*answer),
        Err(Away::Broken(error)) => {
            Ok(Answer::wrong(format!("与 {server} 的连接断了：{error:#}"), "再运行同一命令，从断处接着传"))
        }
        Err(Away::Here(error)) => Err(error),
    }
}

async fn send(args: &IngestArgs, door: &Door, person: Option<&str>) -> Result<Answer, Away> {
    let began = Instant::now();
    let owner = door.owner().await?;
    if let Some(person) = person.filter(|person| *person != owner) {
        let detail = format!("令牌是 {owner} 的，不是 {person} 的");
        return Ok(Answer::refused(detail, "换用本人的令牌；--as 只核对是谁，不能代人办理"));
    }
    let folder = args.batch.canonicalize().with_context(|| format!("{} cannot be opened", args.batch.display()))?;
    if !folder.is_dir() {
        return Ok(Answer::wrong(
            format!("{} 不是文件夹", folder.display()),
            "先解压，送其中的文件夹；或在服务器上用 lantai ingest 接收压缩包",
        ));
    }
    let Some(mut note) = Note::open(door.base(), &folder)? else {
        return Ok(Answer::refused("此文件夹正由另一个命令传送", "等它传完再试"));
    };
    let begun = begun(door, &note).await?;
    if args.abandon {
        return abandon(door, note, begun).await;
    }
    let (local, refused, left) = match listed(&folder) {
        Ok(listed) => listed,
        Err(why) => return Ok(Answer::wrong(why, "按上面所说改正后再试")),
    };
    // What was begun before is another command's to end.
    let own = begun.is_none();
    let batch = match begun {
        Some(batch) => batch,
        None => {
            let name = folder.file_name().map_or_else(|| "批次".to_owned(), |name| name.to_string_lossy().into_owned());
            match door.post("/api/v1/batches", &json!({ "name": name })).await {
                Ok(opened) => {
                    note.begin(opened["batch"].as_str().unwrap_or_default())?;
                    opened
                }
                Err(error) => {
                    note.end()?;
                    return Err(error);
                }
            }
        }
    };
    let at = format!("/api/v1/batches/{}", batch["batch"].as_str().unwrap_or_default());
    let mut sent = 0.0;
    // Whatever came of it before, a batch that is being checked or filed has its files.
    if matches!(batch["state"].as_str(), Some("receiving" | "checked" | "returned")) {
        if let Outcome::Changed(path) = files::send(door, &at, &local).await? {
            return Ok(Answer::wrong(format!("{path} 在传送时变了"), "等它不再变动，再运行同一命令"));
        }
        sent = began.elapsed().as_secs_f64();
        door.post(&format!("{at}/check"), &told(args)).await?;
    }
    let checked = settled(door, &at, "checking", "check").await?;
    let mut found = Found::of(door, &at, checked).await?;
    found.defects.extend(refused);
    let checked_at = began.elapsed().as_secs_f64();
    if let Some(sheet) = &args.report {
        write_sheet(sheet, &found.defects).with_context(|| format!("{} cannot be written", sheet.display()))?;
    }
    let answer = |found: Found, kept: bool, filed: f64| {
        found.answer(
            kept,
            &left,
            json!({
                "total": began.elapsed().as_secs_f64(), "send": sent, "check": checked_at - sent, "file": filed,
            }),
        )
    };
    if args.dry_run {
        if own {
            door.delete(&at).await?;
            note.end()?;
        }
        return Ok(answer(found, !own, 0.0));
    }
    if found.state() == "checked" {
        if found.is_all_there() {
            // The archive holds every row as it is: nothing is left to take in.
            door.delete(&at).await?;
            note.end()?;
            return Ok(answer(found, false, 0.0));
        }
        if found.forbids(args) {
            return Ok(answer(found, true, 0.0));
        }
        let how = json!({ "accept_good": args.accept_good, "make_missing": args.yes, "read_text": !args.no_text });
        door.post(&format!("{at}/commit"), &how).await?;
    }
    found.batch = settled(door, &at, "filing", "take-in").await?;
    if found.state() == "checked" {
        // The archive changed since: what is wrong now is another list.
        let found = Found::of(door, &at, found.batch).await?;
        return Ok(answer(found, true, 0.0));
    }
    // The note stays: a batch that is returned comes again as its next round.
    drop(note);
    found.batch = followed(door, &at, args.wait).await?;
    let filed = began.elapsed().as_secs_f64() - checked_at;
    Ok(answer(found, true, filed))
}

/// What the check is told of the headers.
fn told(args: &IngestArgs) -> Value {
    json!({ "preset": args.told.preset, "map": args.told.map })
}

/// The batch that was begun and can go on, or was returned and comes again; `None` where there
/// is none, or it came to an end.
async fn begun(door: &Door, note: &Note) -> Result<Option<Value>, Away> {
    let Some(id) = note.batch() else { return Ok(None) };
    let batch = door.find(&format!("/api/v1/batches/{id}")).await?;
    let going = |batch: &Value| {
        matches!(batch["state"].as_str(), Some("receiving" | "checking" | "checked" | "filing" | "returned"))
    };
    Ok(batch.filter(going))
}

async fn abandon(door: &Door, note: Note, begun: Option<Value>) -> Result<Answer, Away> {
    let Some(batch) = begun.filter(|batch| batch["state"] != "returned") else {
        return Ok(Answer::wrong("此文件夹没有传送到一半的批次", "在网页“接收”查看已有的批次"));
    };
    let id = batch["batch"].as_str().unwrap_or_default();
    door.delete(&format!("/api/v1/batches/{id}")).await?;
    note.end()?;
    Ok(Answer::done(json!({ "batch": id, "abandoned": true, "records": 0 })))
}

type Listed = (Vec<Local>, Vec<Defect>, Vec<String>);

/// The catalogue and every file of content; what cannot be sent; what lies beside and is not
/// sent. `Err` says why the folder is no batch.
fn listed(folder: &Path) -> Result<Listed, String> {
    let catalogue = catalogue::find(folder).map_err(|error| error.to_string())?;
    let walked = folder::walk(folder).map_err(|error| error.to_string())?;
    let refused = defects::refused(&walked, defects::Lang::Zh);
    let name = catalogue.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = walked.beside.iter().filter(|(path, _)| *path != name).map(|(path, _)| path.clone()).collect();
    let mut local = vec![Local { relative: name, path: catalogue }];
    local.extend(walked.files.into_iter().filter_map(|file| Local::of(&file)));
    Ok((local, refused, beside))
}

/// Waits while the batch is in this state; its job is asked after, so that nobody waits for
/// one that gave up.
async fn settled(door: &Door, at: &str, state: &str, job: &str) -> Result<Value, Away> {
    loop {
        let batch = door.get(at).await?;
        if batch["state"] == "receiving" {
            let detail = "批次退回到传送中：检测开始时有文件尚未传完";
            return Err(Away::refused(detail, "再运行同一命令"));
        }
        if batch["state"] != state {
            return Ok(batch);
        }
        gave_up(&batch, job)?;
        tokio::time::sleep(LOOK).await;
    }
}

/// The refusal where this job of the batch gave up.
fn gave_up(batch: &Value, kind: &str) -> Result<(), Away> {
    let jobs = batch["jobs"].as_array().into_iter().flatten();
    let fault = jobs.filter(|job| job["kind"] == kind && job["state"] == "gave_up").map(|job| &job["fault"]).next();
    match fault {
        None => Ok(()),
        Some(fault) => Err(Away::refused(
            format!("服务器没有办成：{}", fault.as_str().unwrap_or_default()),
            "请系统管理员查看任务，排除原因后重试",
        )),
    }
}

/// Waits as far as `wait` asks.
async fn followed(door: &Door, at: &str, wait: Wait) -> Result<Value, Away> {
    let kinds: &[&str] = match wait {
        Wait::Filed => &[],
        Wait::Sealed => &["seal"],
        Wait::Indexed | Wait::Read => &["seal", "read"],
    };
    loop {
        let batch = door.get(at).await?;
        let state = |kind: &str| {
            let jobs = batch["jobs"].as_array().into_iter().flatten();
            jobs.filter(|job| job["kind"] == kind).find_map(|job| job["state"].as_str())
        };
        // A job that follows another is not there until that is done.
        let findable = matches!(wait, Wait::Filed | Wait::Sealed) || batch["index_behind"] == 0;
        let open = !findable || kinds.iter().any(|kind| !matches!(state(kind), Some("done")));
        if !open {
            return Ok(batch);
        }
        for kind in kinds {
            gave_up(&batch, kind)?;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether any of them keeps its row outside.
fn blocking(defects: &[Defect]) -> impl Iterator<Item = &Defect> {
    defects.iter().filter(|defect| defect.severity == Severity::Blocking)
}
