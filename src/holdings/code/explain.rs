//! What a code is, asked without an archive.

use super::{
    Code, CodeError, Fault, Place, Scheme, fold,
    parse::{Token, fits_a_rule, parse, split, wanted},
};
use crate::profile::{Kind, Preset, Profile};

/// The answer about one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub ok: bool,
    /// The preset that reads the code or, refused, the one that got furthest.
    pub scheme: Option<String>,
    /// Names and texts in order; empty where refused.
    pub parts: Vec<(String, String)>,
    /// The code that may have been meant, where it was refused.
    pub proposal: Option<String>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The same as it was found.
    pub error: Option<CodeError>,
}

/// Tries the presets in their order and says what the first that reads `raw`
/// makes of it. Where none does: the reason of the one that got furthest, and the
/// folded text if any preset reads that. Without the archive's own scheme this is
/// a guess: some codes have several readings.
pub fn explain(profile: &Profile, raw: &str) -> Explained {
    let read: Vec<_> = profile.presets.iter().map(|preset| (preset, read(profile, preset, raw))).collect();
    if let Some((preset, Ok(code))) = read.iter().find(|(_, read)| read.is_ok()) {
        return understood(&preset.id, code);
    }
    let refusals = read.into_iter().filter_map(|(preset, read)| Some((preset, read.err()?)));
    // `max_by_key` keeps the last of equals; the first preset shall win.
    let furthest = refusals.rev().max_by_key(|(_, error)| reach(error));
    let folded = fold(raw);
    let meant = folded != raw && profile.presets.iter().any(|preset| self::read(profile, preset, &folded).is_ok());
    Explained {
        ok: false,
        scheme: furthest.as_ref().map(|(preset, _)| preset.id.clone()),
        parts: Vec::new(),
        proposal: meant.then_some(folded),
        reason: furthest.as_ref().map(|(_, error)| error.to_string()),
        error: furthest.map(|(_, error)| error),
    }
}

/// The same by one preset alone.
pub fn explain_by(profile: &Profile, preset: &Preset, raw: &str) -> Explained {
    match read(profile, preset, raw) {
        Ok(code) => understood(&preset.id, &code),
        Err(error) => {
            let folded = fold(raw);
            let meant = folded != raw && read(profile, preset, &folded).is_ok();
            Explained {
                ok: false,
                scheme: Some(preset.id.clone()),
                parts: Vec::new(),
                proposal: meant.then_some(folded),
                reason: Some(error.to_string()),
                error: Some(error),
            }
        }
    }
}

/// How far the code was followed: the parts understood, then whether at least the
/// separator before the next one was right.
fn reach(error: &CodeError) -> (usize, bool) {
    (error.understood, !matches!(error.fault, Fault::Separator { .. }))
}

fn understood(preset: &str, code: &Code) -> Explained {
    let (parts, scheme) = (code.named_parts(), Some(preset.to_owned()));
    Explained { ok: true, scheme, parts, proposal: None, reason: None, error: None }
}

/// Reads the code by the preset, fonds and category taken from the code itself.
fn read(profile: &Profile, preset: &Preset, text: &str) -> Result<Code, CodeError> {
    let tokens = split(text)?;
    parse(&bound(profile, preset, &tokens)?, text)
}

fn bound(profile: &Profile, preset: &Preset, tokens: &[Token<'_>]) -> Result<Scheme, CodeError> {
    let fonds = tokens[0];
    if let Some(form) = preset.forms.iter().find(|form| !form.names_category()) {
        return Ok(Scheme::bound(preset, form, fonds.text, "", &[]));
    }
    let rules = &preset.forms[0].elements[0].text;
    if fits_a_rule(rules, fonds.text).is_none() {
        let (wanted, found) = (wanted(rules), fonds.text.to_owned());
        return Err(CodeError::at(Fault::Shape { kind: Kind::Fonds, wanted, found }, fonds.place, 0));
    }
    let Some(token) = tokens.get(1) else {
        let place = Place { level: 2, part: None };
        return Err(CodeError::at(Fault::Missing { kind: Kind::Category }, place, 1));
    };
    let found = token.text.to_owned();
    let Some(category) = profile.category(token.text) else {
        return Err(CodeError::at(Fault::UnknownCategory { found }, token.place, 1));
    };
    let Some(form) = preset.form(token.text) else {
        let fault = Fault::NotForCategory { scheme: preset.id.clone(), category: found };
        return Err(CodeError::at(fault, token.place, 1));
    };
    Ok(Scheme::bound(preset, form, fonds.text, token.text, &category.second_levels))
}
