//! The trail in words: its verbs, who acted, what the details are called.

use crate::{
    access,
    app::App,
    audit::{Detail, Kept},
    web::texts::Lang,
};
use std::collections::{BTreeSet, HashMap};

/// Every verb that the source says, and those that archives hold from before, with the
/// key of its words; a test finds one that is missing.
const VERBS: &[(&str, &str)] = &[
    ("archive.rebuilt", "deed-archive-rebuilt"),
    ("batch.abandoned", "deed-batch-abandoned"),
    ("batch.advanced", "deed-batch-advanced"),
    ("batch.check_asked", "deed-batch-check-asked"),
    ("batch.checked", "deed-batch-checked"),
    ("batch.emptied", "deed-batch-emptied"),
    ("batch.erased", "deed-batch-erased"),
    ("batch.filed", "deed-batch-filed"),
    ("batch.filing_asked", "deed-batch-filing-asked"),
    ("batch.opened", "deed-batch-opened"),
    ("batch.handed_over", "deed-batch-handed-over"),
    ("batch.prepared", "deed-batch-prepared"),
    ("batch.received", "deed-batch-received"),
    ("batch.reopened", "deed-batch-reopened"),
    ("batch.returned", "deed-batch-returned"),
    ("batch.signed", "deed-batch-signed"),
    ("batch.taken_back", "deed-batch-taken-back"),
    ("batch.withdrawn", "deed-batch-withdrawn"),
    ("department.changed", "deed-department-changed"),
    ("department.closed", "deed-department-closed"),
    ("department.opened", "deed-department-opened"),
    ("factor.added", "deed-factor-added"),
    ("factor.drawn", "deed-factor-drawn"),
    ("factor.removed", "deed-factor-removed"),
    ("fonds.added", "deed-fonds-added"),
    ("fonds.opened", "deed-fonds-opened"),
    ("fonds.renamed", "deed-fonds-renamed"),
    ("grant.ended", "deed-grant-ended"),
    ("grant.given", "deed-grant-given"),
    ("person.added", "deed-person-added"),
    ("person.changed", "deed-person-changed"),
    ("person.factor_failed", "deed-person-factor-failed"),
    ("person.left", "deed-person-left"),
    ("person.linked", "deed-person-linked"),
    ("person.password_changed", "deed-person-password-changed"),
    ("person.password_named", "deed-person-password-named"),
    ("person.password_reset", "deed-person-password-reset"),
    ("person.provider_named", "deed-person-provider-named"),
    ("person.signed_in", "deed-person-signed-in"),
    ("person.signed_out", "deed-person-signed-out"),
    ("post.ended", "deed-post-ended"),
    ("post.given", "deed-post-given"),
    ("preset.removed", "deed-preset-removed"),
    ("preset.saved", "deed-preset-saved"),
    ("reading.asked", "deed-reading-asked"),
    ("rebuild.advanced", "deed-rebuild-advanced"),
    ("rebuild.begun", "deed-rebuild-begun"),
    ("record.corrected", "deed-record-corrected"),
    ("record.file_replaced", "deed-record-file-replaced"),
    ("record.filed", "deed-record-filed"),
    ("record.reordered", "deed-record-reordered"),
    ("records.described", "deed-records-described"),
    ("records.read", "deed-records-read"),
    ("records.sealed", "deed-records-sealed"),
    ("records.verified", "deed-records-verified"),
    ("records.withdrawn", "deed-records-withdrawn"),
    ("scheme.added", "deed-scheme-added"),
    ("scheme.widened", "deed-scheme-widened"),
    ("session.ended", "deed-session-ended"),
    ("sign_in.shut", "deed-sign-in-shut"),
    ("settings.changed", "deed-settings-changed"),
    ("settings.kept", "deed-settings-kept"),
    ("store.verified", "deed-store-verified"),
    ("token.allowed", "deed-token-allowed"),
    ("token.drawn", "deed-token-drawn"),
    ("token.ended", "deed-token-ended"),
    ("trail.exported", "deed-trail-exported"),
    ("version.sealed", "deed-version-sealed"),
];

/// The details that are shown, with the key of their name; others by their own.
const FIELDS: &[(&str, &str)] = &[
    ("address", "field-address"),
    ("after", "field-after"),
    ("before", "field-before"),
    ("catalogue", "field-catalogue"),
    ("category", "category"),
    ("clearance", "field-clearance"),
    ("code", "field-code"),
    ("count", "field-count"),
    ("definition", "field-definition"),
    ("department", "department"),
    ("failures", "field-failures"),
    ("filter", "filters"),
    ("findings", "field-findings"),
    ("fonds", "fonds"),
    ("format", "format"),
    ("functions", "field-functions"),
    ("kind", "field-kind"),
    ("label", "field-label"),
    ("list", "field-list"),
    ("maker", "field-maker"),
    ("name", "field-name"),
    ("objects", "field-objects"),
    ("post", "field-post"),
    ("reason", "field-reason"),
    ("records", "col-records"),
    ("role", "field-role"),
    ("round", "field-round"),
    ("rows", "col-row"),
    ("scope", "field-scope"),
    ("sender", "field-sender"),
    ("side", "field-side"),
    ("since", "field-since"),
    ("title", "record-title"),
    ("until", "field-until"),
    ("version", "field-version"),
    ("what", "field-what"),
];

/// A verb in words; one that nobody knows any more as it stands.
pub fn verb_words(lang: Lang, verb: &str) -> String {
    let known = VERBS.iter().find(|(known, _)| *known == verb);
    known.map_or_else(|| verb.to_owned(), |(_, key)| lang.t(key))
}

/// Details on one line: `题名：…；档号：…`.
pub fn details(lang: Lang, details: &[Detail]) -> String {
    let pair = |detail: &Detail| format!("{}：{}", field(lang, &detail.field), detail.body);
    details.iter().map(pair).collect::<Vec<_>>().join("；")
}

/// A detail's name in words.
pub fn field(lang: Lang, field: &str) -> String {
    let known = FIELDS.iter().find(|(known, _)| *known == field);
    known.map_or_else(|| field.to_owned(), |(_, key)| lang.t(key))
}

/// Who acted: a person by name, or by id where there is none of it any more.
pub fn actor(lang: Lang, actor: &str, names: &HashMap<String, String>) -> String {
    match actor.split_once(':') {
        Some(("machine", work)) => lang.with("deed-by-machine", "work", work),
        Some((_, id)) => names.get(id).cloned().unwrap_or_else(|| id.to_owned()),
        None => lang.t("deed-by-operator"),
    }
}

/// The names of the people in these lines, by id.
pub async fn names(app: &App, lines: &[Kept]) -> Result<HashMap<String, String>, access::AccessError> {
    let actors = lines.iter().filter_map(|line| line.actor.strip_prefix("person:"));
    let subjects = lines.iter().filter_map(|line| line.subjects.first().map(String::as_str));
    let ids: BTreeSet<String> = actors.chain(subjects).map(str::to_owned).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    Ok(access::names(&app.db, &ids).await?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(path).unwrap();
                // Without the tests at its end.
                found.push(text.split("#[cfg(test)]").next().unwrap().to_owned());
            }
        }
    }

    /// The literals of a piece of source.
    fn literals(code: &str) -> Vec<&str> {
        code.split('"').skip(1).step_by(2).collect()
    }

    /// The verbs of a source: of `Event::new("a.b"`, or of the `let` that names it above.
    fn verbs_of(source: &str) -> Vec<&str> {
        let mut verbs = Vec::new();
        for (at, call) in source.match_indices("Event::new(") {
            let said = source[at + call.len()..].trim_start();
            let first = said.split(',').next().unwrap();
            if first.starts_with('"') {
                verbs.extend(literals(first));
                continue;
            }
            let bound = format!("let {first} = ");
            let above = source[..at].rfind(&bound).unwrap_or_else(|| panic!("no verb is said in {first}"));
            let given = literals(source[above..].split(';').next().unwrap());
            assert!(!given.is_empty(), "{first} names no verb");
            verbs.extend(given);
        }
        verbs
    }

    #[test]
    fn every_verb_of_the_source_has_words_in_both_languages() {
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        let verbs: BTreeSet<&str> = found.iter().flat_map(|source| verbs_of(source)).collect();
        assert!(verbs.len() > 35, "{verbs:?}");
        for verb in verbs {
            for lang in Lang::ALL {
                let words = verb_words(lang, verb);
                assert!(words != verb && !words.contains('⟦'), "{verb} has no words: write one in VERBS and the texts");
            }
        }
    }

    #[test]
    fn a_verb_is_seen_however_it_is_said() {
        let source =
            "let verb = if owed { \"a.one\" } else { \"a.two\" };\nEvent::new(verb, id); Event::new(\n  \"b.three\",";
        assert_eq!(verbs_of(source), ["a.one", "a.two", "b.three"]);
    }

    #[test]
    fn every_word_of_the_tables_is_in_the_texts() {
        for (_, key) in VERBS.iter().chain(FIELDS) {
            for lang in Lang::ALL {
                assert!(!lang.t(key).contains('⟦'), "{key}");
            }
        }
    }
}
