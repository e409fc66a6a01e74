//! What every act on a filed record has in common.

use super::{
    corrections::may_amend,
    error::VersionError,
    history,
    job::{self, JOB},
};
use crate::{
    access::Guest,
    audit::{Change, Event},
    holdings::{
        self, Changed, Described, RecordView, Version, VersionKind, code::Scheme, compared, retention::Retention,
    },
    ingest::batch::Desk,
    jobs,
    kernel::{Id, Instant, Record},
    vault::{self, FileNow, StagedVersion, StoredFile, User, VaultError, VersionDraft, VersionIntent},
};

/// Longest reason, in characters (ours).
pub(super) const LONGEST_REASON: usize = 500;

/// Who asks for a change of which record, and why.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub record: &'a Id<Record>,
    /// The newest version that the asker saw; `None`: whatever it is.
    pub seen: Option<i64>,
    pub reason: &'a str,
}

/// What an act came to. It stands in the rows; the job takes it to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    pub record: Id<Record>,
    pub version: i64,
}

impl Amended {
    /// The subject of its job.
    pub fn subject(&self) -> String {
        job::subject(&self.record, self.version)
    }
}

/// An act whose asker may do it.
pub(super) struct Begun {
    pub view: RecordView,
    /// The version that was filed.
    pub first: Version,
    /// The newest version.
    pub before: Version,
    /// The newest one that is promised to the store and does not lie there yet.
    promised: Option<VersionIntent>,
    reason: String,
}

impl Begun {
    pub async fn of(desk: &Desk, guest: &Guest, asked: Asked<'_>) -> Result<Self, VersionError> {
        let found = holdings::by_id(&desk.db, &guest.reach(), std::slice::from_ref(asked.record)).await?;
        let view = found.into_iter().next().filter(|view| may_amend(guest, &view.facts()));
        let view = view.ok_or(VersionError::Missing)?;
        let reason = reason(asked.reason)?;
        if vault::copies(&desk.db, &view.id).await?.is_empty() {
            return Err(VersionError::Unsealed);
        }
        let versions = history(&desk.db, &desk.vault, &view.id).await?;
        let (first, before) = match (versions.first(), versions.last()) {
            (Some(first), Some(last)) => (first.clone(), last.clone()),
            _ => return Err(VersionError::Unsealed),
        };
        match asked.seen {
            Some(seen) if seen != before.number => Err(VersionError::Outdated { seen, newest: before.number }),
            _ => {
                let promised = vault::promised_version(&desk.db, &view.id).await?;
                Ok(Self { view, first, before, promised, reason })
            }
        }
    }

    /// Stages the version, then makes it what the rows say. `files` are those of `after` in
    /// their order; one that is new has no path in `after` yet.
    pub async fn finish(
        self,
        desk: &Desk,
        guest: &Guest,
        after: Described,
        files: Vec<FileNow>,
    ) -> Result<Amended, VersionError> {
        let number = self.before.number + 1;
        let created = desk.clock.now();
        let user = User {
            name: guest.actor().name().to_owned(),
            address: Some(format!("urn:lantai:{}", guest.actor().id_text())),
        };
        let had: Vec<Option<i64>> = files
            .iter()
            .map(|file| match file {
                FileNow::Kept(number) => Some(i64::from(*number)),
                FileNow::New(_) => None,
            })
            .collect();
        let (vault, record, message) = (desk.vault.clone(), self.view.id.clone(), self.reason.clone());
        let promised = self.promised.clone();
        let staging = tokio::task::spawn_blocking(move || {
            let mut after = after;
            let draft = VersionDraft {
                record,
                number: u32::try_from(number).unwrap_or(u32::MAX),
                created,
                message,
                user,
                files,
                describe: |stored: &[StoredFile]| described(&mut after, stored),
            };
            let staged = vault.stage_version(draft, promised.as_ref())?;
            Ok::<_, VaultError>((staged, after))
        });
        let (staged, after) = staging.await.expect("staging does not panic")?;
        let promised = self.promise(desk, guest, (&staged, created), after, &had).await;
        // Where the database did not answer, the change may stand: whether the version is
        // promised, the next start reads in the rows.
        if promised.as_ref().is_err_and(|error| !matches!(error, VersionError::Db(_))) {
            let vault = desk.vault.clone();
            let discarded = tokio::task::spawn_blocking(move || vault.discard_version(staged)).await;
            if let Err(error) = discarded.expect("removing does not panic") {
                tracing::warn!("a version that was not made stays staged until the next start: {error}");
            }
        }
        promised
    }

    /// The one change: from its commit on the act is done, whatever happens.
    async fn promise(
        self,
        desk: &Desk,
        guest: &Guest,
        (staged, created): (&StagedVersion, Instant),
        after: Described,
        had: &[Option<i64>],
    ) -> Result<Amended, VersionError> {
        for stored in &staged.files {
            let file = after.files.iter().find(|file| file.number == i64::from(stored.number));
            if file.is_none_or(|file| file.sha256 != stored.sha256.to_string()) {
                return Err(VersionError::Vault(VaultError::SourceChanged(stored.name.clone().into())));
            }
        }
        let (kind, changed) = compared(&self.before.described, &after);
        let next = Version {
            number: self.before.number + 1,
            at: created.to_string(),
            actor: guest.actor().id_text(),
            by: guest.actor().name().to_owned(),
            kind,
            reason: self.reason,
            changed,
            described: after,
        };
        let amended = Amended { record: self.view.id.clone(), version: next.number };
        let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
        holdings::amend(&mut change, &self.first, &next, ends_on(&next.described).as_deref()).await?;
        if kind != VersionKind::Description {
            vault::rearrange_readings(&mut change, &amended.record, had).await?;
        }
        let read_anew = staged.files.first().map(|file| file.sha256.to_string());
        vault::intend_version(&mut change, &staged.intent, read_anew.as_deref()).await?;
        jobs::enqueue(&mut change, JOB, &amended.subject(), 1).await?;
        change.commit(event(&amended, &next)).await?;
        Ok(amended)
    }
}

/// The bytes of `record.json`, the new files where they lie.
fn described(after: &mut Described, stored: &[StoredFile]) -> Vec<u8> {
    for file in &mut after.files {
        if let Some(stored) = stored.iter().find(|stored| i64::from(stored.number) == file.number) {
            file.path.clone_from(&stored.content_path);
        }
    }
    serde_json::to_vec(after).expect("a description is JSON")
}

fn event(amended: &Amended, next: &Version) -> Event {
    let verb = match next.kind {
        VersionKind::File => "record.file_replaced",
        VersionKind::Order => "record.reordered",
        VersionKind::Filed | VersionKind::Description => "record.corrected",
    };
    let said = |value: fn(&Changed) -> &str| {
        let pairs = next.changed.iter().map(|one| format!("{}：{}", one.field, value(one)));
        pairs.collect::<Vec<_>>().join("；")
    };
    let event = Event::new(verb, &amended.record).with("version", next.number).with("reason", &next.reason);
    event.with("before", said(|one| &one.before)).with("after", said(|one| &one.after))
}

fn reason(given: &str) -> Result<String, VersionError> {
    let reason = given.trim().replace("\r\n", "\n");
    let fits = !reason.is_empty() && reason.chars().count() <= LONGEST_REASON;
    let plain = !reason.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n'));
    if fits && plain { Ok(reason) } else { Err(VersionError::Reason) }
}

/// The period that the record's code says, by the scheme that it was parsed by.
pub(super) fn retention_of_code(described: &Described) -> Option<String> {
    let scheme = Scheme::from_json(&described.scheme.to_string()).ok()?;
    scheme.parse(&described.code).ok()?.retention().map(|period| period.to_string())
}

fn ends_on(described: &Described) -> Option<String> {
    let period = Retention::from_code(described.retention.as_ref()?)?;
    period.ends_on(described.year?).map(|day| day.to_string())
}
