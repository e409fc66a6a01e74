//! Why something was not received, in words.

use crate::{
    ingest::{
        batch::{BatchState, IngestError},
        upload::{PathFault, UploadError},
    },
    vault::VaultError,
    web::{refusal::Refusal, refused::Words, texts::Lang},
};
use std::sync::Arc;

/// The refusal that an error comes to. What the asker may not see and what is not there are
/// told alike.
pub fn refused(error: UploadError) -> Refusal {
    match error {
        UploadError::Missing => Refusal::Missing,
        error if words(Lang::Zh, &error).is_none() => Refusal::fault(&error),
        error => Refusal::Send(Arc::new(error)),
    }
}

/// What was refused, and what to do; `None` for what has no words of its own: not there, our
/// own fault.
pub fn words(lang: Lang, error: &UploadError) -> Option<Words> {
    let plain = |kind, [key, remedy]: [&str; 2]| Some((kind, lang.t(key), lang.t(remedy)));
    let with = |kind, [key, remedy]: [&str; 2], name: &'static str, value: &dyn ToString| {
        Some((kind, lang.with(key, name, value.to_string()), lang.t(remedy)))
    };
    let said = match error {
        UploadError::State(state) => {
            let state = lang.t(state_key(*state));
            with("state", ["upload-state", "upload-state-remedy"], "state", &state)
        }
        UploadError::GoingBack => plain("going-back", ["upload-going-back", "upload-going-back-remedy"]),
        UploadError::Name => plain("wrong", ["upload-name", "upload-name-remedy"]),
        UploadError::Path { path, fault } => {
            let why = lang.t(match fault {
                PathFault::Empty => "upload-path-empty",
                PathFault::TooLong => "upload-path-long",
                PathFault::Outside => "upload-path-outside",
                PathFault::Character => "upload-path-character",
            });
            let detail = lang.with2("upload-path", "path", path, "why", why);
            Some(("path", detail, lang.t("upload-path-remedy")))
        }
        UploadError::Twice(path) => with("twice", ["upload-twice", "upload-twice-remedy"], "path", path),
        UploadError::TooMany => {
            with("too-many-files", ["upload-many", "upload-many-remedy"], "most", &crate::ingest::upload::MOST_FILES)
        }
        UploadError::TooLarge { largest } => {
            with("too-large", ["upload-large", "upload-large-remedy"], "largest", largest)
        }
        UploadError::Offset { at } => with("offset", ["upload-offset", "upload-offset-remedy"], "at", at),
        UploadError::Beyond(bytes) => with("too-large", ["upload-beyond", "upload-beyond-remedy"], "bytes", bytes),
        UploadError::Checksum => plain("checksum", ["upload-checksum", "upload-checksum-remedy"]),
        UploadError::BrokenOff(_) => plain("broken-off", ["upload-broken-off", "upload-broken-off-remedy"]),
        UploadError::Busy => plain("busy", ["upload-busy", "upload-busy-remedy"]),
        UploadError::Unfinished { count, first } => {
            let detail = lang.with2("upload-unfinished", "count", count, "first", first);
            Some(("unfinished", detail, lang.t("upload-unfinished-remedy")))
        }
        UploadError::Empty => plain("empty", ["upload-empty", "upload-empty-remedy"]),
        UploadError::Blocked(count) => with("blocked", ["upload-blocked", "upload-blocked-remedy"], "count", count),
        UploadError::Brings(count) => with("brings", ["upload-brings", "upload-brings-remedy"], "count", count),
        UploadError::NothingToFile => plain("nothing-to-file", ["upload-nothing", "upload-nothing-remedy"]),
        UploadError::Ingest(IngestError::NotArranged) => {
            plain("not-arranged", ["upload-not-arranged", "upload-not-arranged-remedy"])
        }
        UploadError::Vault(VaultError::Full { .. }) => plain("full", ["upload-full", "upload-full-remedy"]),
        UploadError::Vault(VaultError::Spoilt { .. } | VaultError::KeyGone(_)) => {
            plain("spoilt", ["upload-spoilt", "upload-spoilt-remedy"])
        }
        UploadError::Missing
        | UploadError::Ingest(_)
        | UploadError::Holdings(_)
        | UploadError::Access(_)
        | UploadError::Vault(_)
        | UploadError::Db(_) => None,
    };
    let (kind, detail, remedy) = said?;
    Some(Words { kind, detail, remedy })
}

/// The status of a refusal that has words.
pub fn status(error: &UploadError) -> u16 {
    match error {
        UploadError::TooLarge { .. } | UploadError::Beyond(_) => 413,
        // Of the protocol's own.
        UploadError::Checksum => 460,
        UploadError::BrokenOff(_) => 400,
        UploadError::Busy => 423,
        UploadError::Name | UploadError::Path { .. } | UploadError::TooMany => 422,
        UploadError::Vault(VaultError::Full { .. }) => 507,
        UploadError::Ingest(_) => 403,
        _ => 409,
    }
}

/// How a state is called.
fn state_key(state: BatchState) -> &'static str {
    match state {
        BatchState::Receiving => "batch-state-receiving",
        BatchState::Checking => "batch-state-checking",
        BatchState::Checked => "batch-state-checked",
        BatchState::Filing => "batch-state-filing",
        BatchState::Filed => "batch-state-filed",
        BatchState::Returned => "batch-state-returned",
        BatchState::Withdrawn => "batch-state-withdrawn",
        BatchState::Abandoned => "batch-state-abandoned",
    }
}
