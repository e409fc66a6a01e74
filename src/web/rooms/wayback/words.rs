//! Why a batch did not go back, in words.

use crate::{
    ingest::wayback::{DecisionKind, WaybackError},
    web::{refusal::Refusal, refused::Words, texts::Lang},
};
use std::sync::Arc;

/// The refusal that an error comes to. What the asker may not do and what is not there are
/// told alike.
pub fn refused(error: WaybackError) -> Refusal {
    match error {
        WaybackError::Missing => Refusal::Missing,
        error if words(Lang::Zh, &error).is_none() => Refusal::fault(&error),
        error => Refusal::Back(Arc::new(error)),
    }
}

/// What was refused, and what to do; `None` for what has no words of its own: not there, our
/// own fault.
pub fn words(lang: Lang, error: &WaybackError) -> Option<Words> {
    let (kind, detail, remedy) = match error {
        WaybackError::State(state) => {
            let remedy = match *state {
                "filing" => lang.t("back-filing-remedy"),
                _ => lang.t("back-state-remedy"),
            };
            ("state", lang.with("back-state", "state", state_words(lang, state)), remedy)
        }
        WaybackError::HandedOver => ("handed-over", lang.t("back-handed-over"), lang.t("back-handed-over-remedy")),
        WaybackError::NoNextRound => ("no-next-round", lang.t("back-no-round"), lang.t("back-no-round-remedy")),
        WaybackError::Beyond(count) => {
            ("beyond", lang.with("back-beyond", "count", count), lang.t("back-beyond-remedy"))
        }
        WaybackError::Busy => ("busy", lang.t("back-busy"), lang.t("back-busy-remedy")),
        WaybackError::Reason => ("wrong", lang.t("back-reason"), lang.t("back-reason-remedy")),
        WaybackError::Missing
        | WaybackError::Holdings(_)
        | WaybackError::Upload(_)
        | WaybackError::Vault(_)
        | WaybackError::Db(_) => {
            return None;
        }
    };
    Some(Words { kind, detail, remedy })
}

/// The status of a refusal that has words.
pub fn status(error: &WaybackError) -> u16 {
    match error {
        WaybackError::State(_)
        | WaybackError::NoNextRound
        | WaybackError::HandedOver
        | WaybackError::Beyond(_)
        | WaybackError::Busy => 409,
        _ => 422,
    }
}

/// Where a batch stands.
pub fn state_words(lang: Lang, state: &str) -> String {
    match state {
        "receiving" => lang.t("batch-state-receiving"),
        "checking" => lang.t("batch-state-checking"),
        "checked" => lang.t("batch-state-checked"),
        "filing" => lang.t("batch-state-filing"),
        "filed" => lang.t("batch-state-filed"),
        "returned" => lang.t("batch-state-returned"),
        "withdrawn" => lang.t("batch-state-withdrawn"),
        "abandoned" => lang.t("batch-state-abandoned"),
        other => other.to_owned(),
    }
}

/// What was decided.
pub fn decision_words(lang: Lang, kind: DecisionKind) -> String {
    match kind {
        DecisionKind::Returned => lang.t("decision-returned"),
        DecisionKind::Withdrawn => lang.t("decision-withdrawn"),
    }
}
