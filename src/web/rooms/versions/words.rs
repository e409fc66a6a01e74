//! Versions in words: what changed, and why something was not changed.

use crate::{
    holdings::{Changed, VersionKind},
    ingest::{defects::Lang as DefectLang, version::VersionError},
    vault::VaultError,
    web::{refusal::Refusal, refused::Words, shown, texts::Lang},
};
use std::sync::Arc;

/// The refusal that an error comes to. What the asker may not do and what is not there are
/// told alike.
pub fn refused(error: VersionError) -> Refusal {
    match error {
        VersionError::Missing => Refusal::Missing,
        error if words(Lang::Zh, &error).is_none() => Refusal::fault(&error),
        error => Refusal::Amend(Arc::new(error)),
    }
}

/// What was refused, and what to do; `None` for what has no words of its own: not there, our
/// own fault.
pub fn words(lang: Lang, error: &VersionError) -> Option<Words> {
    let (kind, detail, remedy) = match error {
        VersionError::Outdated { newest, .. } => {
            ("outdated", lang.with("version-outdated", "newest", newest), lang.t("version-outdated-remedy"))
        }
        VersionError::Unsealed => ("unsealed", lang.t("version-unsealed"), lang.t("version-unsealed-remedy")),
        VersionError::Reason => ("wrong", lang.t("version-reason"), lang.t("version-reason-remedy")),
        VersionError::Unchanged => ("unchanged", lang.t("version-unchanged"), lang.t("version-unchanged-remedy")),
        VersionError::Field { field, fault } => {
            let said = fault.words(match lang {
                Lang::Zh => DefectLang::Zh,
                Lang::En => DefectLang::En,
            });
            let detail = lang.with2("version-field", "field", field_words(lang, field), "reason", said.reason);
            ("wrong", detail, said.remedy)
        }
        VersionError::NoFile { number, files } => {
            ("wrong", lang.with2("version-no-file", "number", number, "files", files), lang.t("version-no-file-remedy"))
        }
        VersionError::FileRefused { name, why } => {
            let detail = lang.with2("version-file-refused", "name", name, "why", why);
            ("file-refused", detail, lang.t("version-file-refused-remedy"))
        }
        VersionError::TooLarge { largest } => {
            ("too-large", lang.with("version-too-large", "largest", largest), lang.t("version-too-large-remedy"))
        }
        VersionError::NotReceived(_) => {
            ("not-received", lang.t("version-not-received"), lang.t("version-not-received-remedy"))
        }
        VersionError::FileName => ("wrong", lang.t("version-file-name"), lang.t("version-file-name-remedy")),
        VersionError::Order { files } => {
            ("wrong", lang.with("version-order-wrong", "files", files), lang.t("version-order-wrong-remedy"))
        }
        VersionError::Vault(VaultError::Full { .. }) => ("full", lang.t("version-full"), lang.t("version-full-remedy")),
        VersionError::Missing
        | VersionError::Object(_)
        | VersionError::Ingest(_)
        | VersionError::Holdings(_)
        | VersionError::Vault(_)
        | VersionError::Db(_) => return None,
    };
    Some(Words { kind, detail, remedy })
}

/// The status of a refusal that has words.
pub fn status(error: &VersionError) -> u16 {
    match error {
        VersionError::Outdated { .. } | VersionError::Unsealed | VersionError::Unchanged => 409,
        VersionError::TooLarge { .. } => 413,
        VersionError::NotReceived(_) => 400,
        VersionError::Vault(_) => 507,
        _ => 422,
    }
}

/// What kind of change a version is.
pub fn kind_words(lang: Lang, kind: VersionKind) -> String {
    match kind {
        VersionKind::Filed => lang.t("version-filed"),
        VersionKind::Description => lang.t("version-description"),
        VersionKind::File => lang.t("version-file"),
        VersionKind::Order => lang.t("version-order"),
    }
}

/// What a changed field is called.
pub fn field_words(lang: Lang, field: &str) -> String {
    match field {
        "title" => lang.t("record-title"),
        "responsible" => lang.t("responsible"),
        "docno" => lang.t("docno"),
        "date" => lang.t("date"),
        "retention" => lang.t("retention"),
        "pages" => lang.t("pages"),
        "note" => lang.t("record-note"),
        "carrier" => lang.t("carrier"),
        "box" => lang.t("box-number"),
        "place" => lang.t("place-kept"),
        "order" => lang.t("version-order-of"),
        other => match other.split_once(':') {
            Some(("file", number)) => lang.with("version-file-n", "number", number),
            Some((_, name)) => name.to_owned(),
            None => other.to_owned(),
        },
    }
}

/// What stood there before and after, as it is shown.
pub fn changed_words(lang: Lang, one: &Changed) -> (String, String) {
    let said = |value: &str| match one.field.as_str() {
        "retention" if !value.is_empty() => shown::retention(lang, value),
        _ => value.to_owned(),
    };
    (said(&one.before), said(&one.after))
}
