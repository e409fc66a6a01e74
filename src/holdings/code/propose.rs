//! Which scheme the codes of a catalogue follow, when the archive has none.

use super::{
    CodeError, Scheme, fold,
    parse::{Fitted, fit, parse, split},
};
use crate::profile::{Element, Kind, Profile, TextRule};
use std::cmp::Reverse;

/// A scheme under which the codes parse, for a person to confirm.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub scheme: Scheme,
    /// How many of the codes it explains, look-alikes made canonical first.
    pub explained: usize,
    /// The others: where in the list, and why.
    pub refused: Vec<(usize, CodeError)>,
}

/// The narrowest scheme that explains most of `codes`, all of one fonds and
/// category: a preset, its widths moved as far as the codes ask and the preset
/// allows. Among schemes that explain as many: one that needs no widening, then
/// one that arranges as the category does (item or volume), then the earlier
/// preset (DA/T 22-2015 first). `None` where no preset explains a single one.
///
/// Its first year is the earliest in the codes, or 1 where they have none. A
/// number's width is that of the codes, not the preset's range: what comes next
/// is padded like what is there.
pub fn propose<S: AsRef<str>>(profile: &Profile, fonds: &str, category: &str, codes: &[S]) -> Option<Proposal> {
    let counted: Vec<(&str, usize)> = codes.iter().map(|code| (code.as_ref(), 1)).collect();
    propose_counted(profile, fonds, category, &counted)
}

/// The same, each code standing for as many of its shape: codes that differ in their last
/// number alone, and not in its width, are read alike by every scheme.
pub fn propose_counted(profile: &Profile, fonds: &str, category: &str, codes: &[(&str, usize)]) -> Option<Proposal> {
    let folded: Vec<(String, usize)> = codes.iter().map(|(code, count)| (fold(code), *count)).collect();
    let unit = profile.category(category)?.unit;
    profile
        .presets
        .iter()
        .enumerate()
        .filter_map(|(order, preset)| {
            let scheme = Scheme::of(profile, preset, fonds, category, 1).ok()?;
            let (proposal, widened) = measured(scheme, &folded, Kind::is_number)?;
            Some(((proposal.explained, !widened, preset.unit == unit, Reverse(order)), proposal))
        })
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, proposal)| proposal)
}

/// The scheme widened as far as `codes` ask and its elements allow, never
/// narrowed: what it reads today it still reads. For a catalogue whose codes an
/// archive's scheme refuses for their width. Its first year is its own, or the
/// earliest in the codes. `None` where the codes ask for no other width.
pub fn widen<S: AsRef<str>>(scheme: &Scheme, codes: &[S]) -> Option<Proposal> {
    let folded: Vec<(String, usize)> = codes.iter().map(|code| (fold(code.as_ref()), 1)).collect();
    let own = scheme.first_year();
    let (mut proposal, widened) = measured(scheme.clone(), &folded, |_| false)?;
    let first_year = own.min(proposal.scheme.first_year());
    proposal.scheme = proposal.scheme.from_year(first_year);
    widened.then_some(proposal)
}

/// The scheme fitted to the codes, and whether a width went beyond its own.
/// Where `exact`, the width becomes that of the codes, also a smaller one.
fn measured(scheme: Scheme, codes: &[(String, usize)], exact: impl Fn(Kind) -> bool) -> Option<(Proposal, bool)> {
    let wide = widest(scheme.elements());
    let mut seen: Vec<Vec<Option<(usize, usize)>>> = wide.iter().map(|e| vec![None; e.text.len()]).collect();
    for (code, _) in codes {
        let Ok(tokens) = split(code) else { continue };
        let Ok(fitted) = fit(&scheme, &wide, &tokens) else { continue };
        for (token, Fitted { element, rule }) in tokens.iter().zip(fitted) {
            let width = token.text.chars().count();
            let range = seen[element][rule].get_or_insert((width, width));
            *range = (range.0.min(width), range.1.max(width));
        }
    }
    seen.iter().flatten().any(Option::is_some).then_some(())?;
    let mut widened = false;
    let mut elements = scheme.elements().to_vec();
    for (element, seen) in elements.iter_mut().zip(&seen) {
        for (rule, seen) in element.text.iter_mut().zip(seen) {
            let Some((low, high)) = *seen else { continue };
            widened |= low < rule.min || high > rule.max;
            (rule.min, rule.max) =
                if exact(element.kind) { (low, high) } else { (rule.min.min(low), rule.max.max(high)) };
        }
    }
    let scheme = scheme.with_elements(elements).ok()?;
    let proposal = tried(scheme, codes);
    (proposal.explained > 0).then_some((proposal, widened))
}

/// The elements, each width as far as it may go.
fn widest(elements: &[Element]) -> Vec<Element> {
    let widen = |rule: &TextRule| {
        let (min, max) = rule.widest.unwrap_or((rule.min, rule.max));
        TextRule { min, max, ..rule.clone() }
    };
    elements.iter().map(|e| Element { text: e.text.iter().map(widen).collect(), ..e.clone() }).collect()
}

fn tried(scheme: Scheme, codes: &[(String, usize)]) -> Proposal {
    let (mut explained, mut refused, mut first_year) = (0, Vec::new(), None);
    for (at, (code, count)) in codes.iter().enumerate() {
        match parse(&scheme, code) {
            Ok(code) => {
                explained += count;
                first_year = [first_year, code.part(Kind::Year).and(code.year())].into_iter().flatten().min();
            }
            Err(error) => refused.push((at, error)),
        }
    }
    let from = first_year.unwrap_or(scheme.first_year());
    Proposal { scheme: scheme.from_year(from), explained, refused }
}
