//! Taking in a batch.

use super::{
    Answer,
    args::{IngestArgs, Wait},
    catalogue,
};
use crate::{
    access::Guest,
    app::{self, App},
    ingest::{
        batch::{self, Handed, IngestError, Plan},
        defects::{Defect, Lang, Severity, write_xlsx},
    },
};
use anyhow::Context as _;
use serde_json::json;
use std::{path::Path, sync::Arc, time::Instant};

/// Checks the batch; files it unless asked not to, or something found forbids it.
pub(super) async fn run(app: &Arc<App>, guest: &Guest, args: IngestArgs) -> anyhow::Result<Answer> {
    let began = Instant::now();
    let desk = app.desk();
    let turn = if args.dry_run { None } else { Some(desk.turn.lock().await) };
    if args.abandon {
        return abandon(app, guest, &args.batch).await;
    }
    let begun = batch::begun_from(&app.db, &args.batch).await?;
    if begun.as_ref().is_some_and(|begun| !may_go_on(guest, begun)) {
        return Ok(not_his());
    }
    let filing = begun.as_ref().map(|batch| batch.filing.to_string());
    let told = match (&begun, catalogue::told(app, &args.told).await?) {
        // It goes on as it was begun.
        (Some(begun), Ok(_)) if !args.dry_run => begun.told.clone(),
        (_, Ok(told)) => told,
        (_, Err(refused)) => return Ok(refused),
    };
    let planned = match Handed::open(&desk, &args.batch).await.map(|handed| Handed { told, ..handed }) {
        Ok(handed) => batch::plan(&desk, handed, &guest.reach(), filing.as_deref()).await,
        Err(error) => Err(error),
    };
    let plan = match planned {
        Ok(plan) => plan,
        Err(
            error @ (IngestError::Catalogue(_)
            | IngestError::Folder(_)
            | IngestError::Package { .. }
            | IngestError::Source(..)),
        ) => {
            return Ok(Answer::wrong(error.to_string(), "按上面所说改正后再试"));
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(begun) = begun.as_ref().filter(|_| !args.dry_run) {
        batch::goes_on(begun, &plan)?;
    }
    let mut report = Report::of(&plan)?;
    let proposals = plan.proposals("加 --yes 建立，或先用 lantai fonds add 建立");
    let refused = begun.is_none()
        && (args.dry_run || (plan.blocked() && !args.accept_good) || (!args.yes && !proposals.is_empty()));
    if !args.yes && !args.dry_run {
        report.defects.extend(proposals.iter().cloned());
    }
    report.proposals = proposals;
    if let Some(sheet) = &args.report {
        write_sheet(sheet, &report.defects).with_context(|| format!("{} cannot be written", sheet.display()))?;
    }
    if refused || args.dry_run || (plan.to_file.is_empty() && begun.is_none()) {
        if !args.dry_run && !refused {
            app::drain(app).await?;
        }
        return Ok(report.answer(None, 0, began, [("stage_and_file", 0.0), ("seal", 0.0), ("read_and_index", 0.0)]));
    }
    let committed = match batch::commit(&desk, guest, plan, begun, args.accept_good, !args.no_text).await {
        Ok(committed) => committed,
        Err(IngestError::Beyond { count, first }) => {
            let detail = format!("{count} 行不在你可收集的范围内，第一行是 {first}；此批一件未收");
            return Ok(Answer::refused(detail, "请安全保密员授权，或由有权限的人送交这些行"));
        }
        Err(IngestError::NotArranged) => {
            let detail = "此批带来档案中没有的全宗或档号方案，而你无权建立；此批一件未收";
            return Ok(Answer::refused(detail, "先请有权限的人建立"));
        }
        Err(error) => return Err(error.into()),
    };
    // What follows is for the jobs: who takes in or withdraws a batch does not wait for them.
    drop(turn);
    let filed = committed.took.as_secs_f64();
    let (sealed, read) = finish(app, &committed, args.wait).await?;
    let phases = [("stage_and_file", filed), ("seal", sealed), ("read_and_index", read)];
    Ok(report.answer(Some(committed.batch.to_string()), committed.records, began, phases))
}

/// Gives up the batch that was begun from the folder.
async fn abandon(app: &App, guest: &Guest, folder: &Path) -> anyhow::Result<Answer> {
    let Some(begun) = batch::begun_from(&app.db, folder).await? else {
        return Ok(Answer::wrong(
            format!("{} 没有归档到一半的批次", folder.display()),
            "用 lantai doctor 查看还有哪些批次没有办完",
        ));
    };
    if !may_go_on(guest, &begun) {
        return Ok(not_his());
    }
    let records = batch::abandon(&app.desk(), guest, &begun).await?;
    Ok(Answer::done(json!({ "batch": begun.id.as_str(), "abandoned": true, "records": records })))
}

/// Whether the batch is one that `guest` sees.
fn may_go_on(guest: &Guest, begun: &batch::BatchRow) -> bool {
    match batch::seen_by(guest) {
        batch::Seen::All => true,
        batch::Seen::Of(name) => begun.received_by == name,
    }
}

fn not_his() -> Answer {
    Answer::refused("此文件夹的批次由别人送交，还没有归档完", "请送交的人或有全部收集权限的人办理")
}

/// The defects as a sheet for whoever mends them. The name must be free.
pub(super) fn write_sheet(path: &Path, defects: &[Defect]) -> anyhow::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    write_xlsx(defects, &mut file, Lang::Zh)?;
    Ok(file.sync_all()?)
}

/// Runs the jobs that follow as far as `wait` asks; the rest is left to the queue.
async fn finish(app: &Arc<App>, committed: &batch::Committed, wait: Wait) -> anyhow::Result<(f64, f64)> {
    if wait == Wait::Filed {
        return Ok((0.0, 0.0));
    }
    let begun = Instant::now();
    app::run_kind(app, batch::SEAL_JOB, committed.filing.as_str()).await?;
    let sealed = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    if wait != Wait::Sealed {
        app::run_kind(app, batch::READ_JOB, committed.filing.as_str()).await?;
        app::follow(app).await?;
    }
    Ok((sealed, begun.elapsed().as_secs_f64()))
}

/// What is said of a batch.
struct Report {
    rows: u64,
    files: u64,
    bytes: u64,
    set_aside: u64,
    unchanged: u64,
    defects: Vec<Defect>,
    proposals: Vec<Defect>,
    catalogue: f64,
    digests: f64,
    examine: f64,
}

impl Report {
    fn of(plan: &Plan) -> anyhow::Result<Self> {
        Ok(Self {
            rows: plan.rows,
            files: plan.files() as u64,
            bytes: plan.bytes(),
            set_aside: plan.set_aside,
            unchanged: plan.unchanged,
            defects: plan.defects.iter().collect::<Result<_, _>>()?,
            proposals: Vec::new(),
            catalogue: plan.took.catalogue.as_secs_f64(),
            digests: plan.took.digests.as_secs_f64(),
            examine: plan.took.examine.as_secs_f64(),
        })
    }

    fn answer(self, batch: Option<String>, records: u64, began: Instant, phases: [(&str, f64); 3]) -> Answer {
        let findings = self.defects.iter().any(|defect| defect.severity == Severity::Blocking);
        let mut seconds = json!({
            "total": began.elapsed().as_secs_f64(),
            "catalogue": self.catalogue,
            "digests": self.digests,
            "examine": self.examine,
        });
        for (phase, took) in phases {
            seconds[phase] = took.into();
        }
        Answer::found(
            findings,
            json!({
                "batch": batch,
                "rows": self.rows,
                "records": records,
                "files": self.files,
                "bytes": self.bytes,
                "set_aside": self.set_aside,
                "defects": self.defects,
                "proposals": self.proposals,
                "unchanged": self.unchanged,
                "seconds": seconds,
            }),
        )
    }
}
