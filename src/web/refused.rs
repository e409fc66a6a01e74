//! Why an act on people was refused, in words of the asker's language. One place for the
//! pages, the API and the command line.

use super::{given::Unread, refusal::Refusal, shown, texts::Lang};
use crate::{access::AccessError, app::App};
use std::sync::Arc;

/// A refusal in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// A stable word.
    pub kind: &'static str,
    pub detail: String,
    pub remedy: String,
}

/// The refusal that an error of the room comes to. What the asker may not do and what is
/// not there are told alike.
pub fn refused(error: AccessError) -> Refusal {
    match error {
        AccessError::Unknown => Refusal::NotKnown,
        AccessError::Proof => Refusal::FactorWrong,
        AccessError::Shut { until } => Refusal::Shut { until },
        AccessError::Denied(_) | AccessError::Missing => Refusal::Missing,
        AccessError::Asking(_)
        | AccessError::Argon(_)
        | AccessError::Key(_)
        | AccessError::Oidc(_)
        | AccessError::Passkey(_)
        | AccessError::Db(_) => Refusal::fault(&error),
        error => Refusal::Act(Arc::new(error)),
    }
}

/// What was refused for what was asked, and what to do; `None` for what has no words of
/// its own: not let in, not there, our own fault.
pub fn words(app: &App, lang: Lang, error: &AccessError) -> Option<Words> {
    let (kind, detail, remedy) = match error {
        AccessError::NameTaken(name) => {
            ("name-taken", lang.with("name-taken", "name", name), lang.t("name-taken-remedy"))
        }
        AccessError::InUse(code) => ("in-use", lang.with("in-use", "code", code), lang.t("in-use-remedy")),
        AccessError::InHand(held) => {
            let held: Vec<_> = held.iter().map(|one| shown::in_hand(app, lang, one)).collect();
            let list = held.join(&lang.t("list-comma"));
            ("in-hand", lang.with("in-hand", "list", list), lang.t("in-hand-remedy"))
        }
        AccessError::LastOfRole(role) => {
            let role = shown::role(lang, *role);
            ("last-of-role", lang.with("last-of-role", "role", role), lang.t("last-of-role-remedy"))
        }
        AccessError::Officer => ("officer", lang.t("officer"), lang.t("officer-remedy")),
        AccessError::Name => ("wrong", lang.t("wrong-name"), lang.t("wrong-name-remedy")),
        AccessError::Password(rules) => {
            let detail = lang.with2("wrong-password", "shortest", rules.shortest, "kinds", rules.kinds);
            ("wrong", detail, lang.t("wrong-password-remedy"))
        }
        AccessError::Clearance => ("wrong", lang.t("wrong-clearance"), lang.t("wrong-clearance-remedy")),
        AccessError::Department => ("wrong", lang.t("wrong-department"), lang.t("wrong-department-remedy")),
        AccessError::Circle => ("wrong", lang.t("wrong-circle"), lang.t("wrong-circle-remedy")),
        AccessError::Grant => ("wrong", lang.t("wrong-grant"), lang.t("wrong-grant-remedy")),
        AccessError::Post => ("wrong", lang.t("wrong-post"), lang.t("wrong-post-remedy")),
        AccessError::Token => ("wrong", lang.t("wrong-token"), lang.t("wrong-token-remedy")),
        AccessError::Factor => ("wrong", lang.t("factor-label-wrong"), lang.t("wrong-name-remedy")),
        AccessError::Unknown
        | AccessError::Proof
        | AccessError::Key(_)
        | AccessError::Oidc(_)
        | AccessError::Passkey(_)
        | AccessError::Shut { .. }
        | AccessError::Denied(_)
        | AccessError::Missing
        | AccessError::Asking(_)
        | AccessError::Argon(_)
        | AccessError::Db(_) => return None,
    };
    Some(Words { kind, detail, remedy })
}

/// A word that could not be read.
pub fn unread(lang: Lang, unread: &Unread) -> Words {
    let detail = lang.with2("wrong-word", "field", unread.field, "given", &unread.given);
    Words { kind: "wrong", detail, remedy: lang.t("wrong-word-remedy") }
}

/// The status of a refusal that has words.
pub(super) fn status(error: &AccessError) -> u16 {
    use AccessError::{InHand, InUse, LastOfRole, NameTaken, Officer};
    if matches!(error, NameTaken(_) | InUse(_) | InHand(_) | LastOfRole(_) | Officer) { 409 } else { 422 }
}
