//! Codes (档号).

use super::{Answer, args::CodeCommand};
use crate::{
    app::Place,
    config::Config,
    holdings::code::{explain, explain_by},
};
use serde_json::{Map, Value, json};

/// Parses a code by the presets, or by the one named; needs no archive, and uses the rules of one that is there.
pub(super) async fn run(place: &Place, command: &CodeCommand) -> anyhow::Result<Answer> {
    let CodeCommand::Parse { code, scheme } = command;
    let rules = Config::load(&place.config(), crate::config::environment())?.archive.rules;
    let profile = place.rules(&rules)?;
    let explained = match scheme {
        None => explain(&profile, code),
        Some(name) => match profile.preset(name) {
            Some(preset) => explain_by(&profile, preset, code),
            None => {
                let known = profile.presets.iter().map(|preset| preset.id.clone()).collect::<Vec<_>>().join("、");
                return Ok(Answer::wrong(format!("没有方案 {name}"), format!("用 {known} 之一")));
            }
        },
    };
    let parts: Map<String, Value> = explained.parts.into_iter().map(|(name, value)| (name, value.into())).collect();
    Ok(Answer::found(
        !explained.ok,
        json!({
            "ok": explained.ok,
            "scheme": explained.scheme,
            "parts": parts,
            "proposal": explained.proposal,
            "reason": explained.reason,
        }),
    ))
}
