//! Whether a pattern stands in a view.
//!
//! Run by run: from all places where the runs before may end follow the places where the
//! next may begin, as ranges. So the work grows with the length of the view, whatever
//! gaps and alternatives a pattern has; there is no going back. Every attempt is paid
//! for.

use super::{
    fuel::{Fuel, Spent},
    pattern::{Atom, Pattern, Run},
    window::View,
};

/// From where a sequence is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Beginning,
    End,
    Anywhere,
}

/// A pattern at `least` to `least + most` bytes from its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub place: Place,
    pub least: usize,
    pub most: usize,
    /// Backwards where the place is the end.
    pub pattern: Pattern,
}

/// Where a run may begin: from … to, both included.
type Starts = Vec<(usize, usize)>;

/// Which ends of a run are of use to what follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// The first: it ends the search, or a gap without an upper bound follows.
    First,
    All,
}

impl Placed {
    /// Whether it stands in `view`, which is backwards where the place is the end.
    pub(super) fn stands(&self, view: &View, fuel: &Fuel) -> Result<bool, Spent> {
        let length = view.bytes.len();
        let runs = &self.pattern.runs;
        let mut starts: Starts = Vec::new();
        for (nth, run) in runs.iter().enumerate() {
            if nth == 0 {
                let from = self.least.saturating_add(run.least);
                let to = match (self.place, run.most) {
                    (Place::Beginning | Place::End, Some(most)) => {
                        // What is counted does not reach over the hole.
                        let to = self.least.saturating_add(self.most).saturating_add(most);
                        to.min(view.hole.map_or(length, |hole| hole.saturating_sub(1)))
                    }
                    _ => length,
                };
                starts.push((from, to));
            }
            let wanted = match runs.get(nth + 1) {
                Some(next) if next.most.is_some() => Wanted::All,
                // What has to follow may follow a later end only if it follows the first.
                _ => Wanted::First,
            };
            let ends = ends(run, &starts, wanted, view, fuel)?;
            let Some(next) = runs.get(nth + 1) else {
                return Ok(ends.iter().any(|end| end.saturating_add(self.pattern.after) <= length));
            };
            starts = after(&ends, next, view);
            if starts.is_empty() {
                return Ok(false);
            }
        }
        Ok(false)
    }
}

/// Where `next` may begin behind these ends, which are in order.
fn after(ends: &[usize], next: &Run, view: &View) -> Starts {
    let mut starts: Starts = Vec::new();
    for end in ends {
        let from = end.saturating_add(next.least);
        let to = match next.most {
            None => view.bytes.len(),
            Some(most) => {
                // An end at the hole is before it: it began there.
                let limit = view.hole.filter(|hole| end <= hole).map_or(view.bytes.len(), |hole| hole - 1);
                end.saturating_add(most).min(limit)
            }
        };
        if from > to {
            continue;
        }
        match starts.last_mut() {
            Some((_, last)) if from <= last.saturating_add(1) => *last = to.max(*last),
            _ => starts.push((from, to)),
        }
    }
    starts
}

/// Where `run` ends if it begins within `starts`, in order and each once.
fn ends(run: &Run, starts: &Starts, wanted: Wanted, view: &View, fuel: &Fuel) -> Result<Vec<usize>, Spent> {
    let mut found: Vec<usize> = Vec::new();
    for (from, to) in starts {
        let to = (*to).min(view.bytes.len());
        if *from > to {
            continue;
        }
        match &run.key {
            Some(key) if to - from > 2 => {
                let begin = from.saturating_add(key.least);
                let needle = key.finder.needle().len();
                let end = to.saturating_add(key.most).saturating_add(needle).min(view.bytes.len());
                let mut at = begin;
                while at < end {
                    let hit = key.finder.find(&view.bytes[at..end]);
                    fuel.burn_bytes(hit.unwrap_or(end - at))?;
                    let Some(hit) = hit.map(|hit| hit + at) else { break };
                    // A later key cannot give an end before this one.
                    if wanted == Wanted::First && found.first().is_some_and(|first| hit >= *first) {
                        return Ok(found);
                    }
                    let earliest = hit.saturating_sub(key.most).max(*from);
                    let latest = to.min(hit - key.least);
                    for start in earliest..=latest {
                        begins_at(run, start, view, fuel, &mut found)?;
                    }
                    if wanted == Wanted::First {
                        keep_first(&mut found);
                    }
                    at = hit + 1;
                }
            }
            _ => {
                for start in *from..=to {
                    begins_at(run, start, view, fuel, &mut found)?;
                    if wanted == Wanted::First && !found.is_empty() {
                        keep_first(&mut found);
                        return Ok(found);
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn keep_first(found: &mut Vec<usize>) {
    if let Some(first) = found.iter().min().copied() {
        *found = vec![first];
    }
}

/// Puts the ends of `run` begun at `start` behind `found`.
fn begins_at(run: &Run, start: usize, view: &View, fuel: &Fuel, found: &mut Vec<usize>) -> Result<(), Spent> {
    fuel.burn(1)?;
    let bytes = &view.bytes[..view.end_for(start)];
    // Most attempts end at the first byte: they cost nothing but a look.
    let fits = match run.atoms.first() {
        Some(Atom::Bytes(wanted)) => bytes.get(start) == wanted.first(),
        Some(Atom::One(those)) => bytes.get(start).is_some_and(|byte| those[usize::from(*byte)]),
        _ => true,
    };
    if fits {
        let mut at = vec![start];
        step(&run.atoms, bytes, &mut at, fuel)?;
        found.extend(at);
    }
    Ok(())
}

/// Moves every place over the atoms; those where they do not stand go.
fn step(atoms: &[Atom], bytes: &[u8], at: &mut Vec<usize>, fuel: &Fuel) -> Result<(), Spent> {
    for atom in atoms {
        if at.is_empty() {
            return Ok(());
        }
        fuel.burn(at.len() as u64)?;
        if let Atom::Either(ways) = atom {
            let mut all = Vec::new();
            for way in ways {
                let mut branch = at.clone();
                step(way, bytes, &mut branch, fuel)?;
                all.extend(branch);
            }
            all.sort_unstable();
            all.dedup();
            *at = all;
        } else {
            at.retain_mut(|place| match over(atom, bytes, *place) {
                Some(next) => {
                    *place = next;
                    true
                }
                None => false,
            });
        }
    }
    Ok(())
}

/// Where one atom that is no alternative ends, if it stands at `place`.
fn over(atom: &Atom, bytes: &[u8], place: usize) -> Option<usize> {
    match atom {
        Atom::Bytes(wanted) => bytes.get(place..)?.starts_with(wanted).then(|| place + wanted.len()),
        Atom::Any(count) => place.checked_add(*count).filter(|end| *end <= bytes.len()),
        Atom::One(those) => those[usize::from(*bytes.get(place)?)].then(|| place + 1),
        Atom::Range { low, high, not, backwards } => {
            let value = bytes.get(place..place.checked_add(low.len())?)?;
            let within = if *backwards {
                let compare = |limit: &[u8]| value.iter().rev().cmp(limit.iter());
                compare(low).is_ge() && compare(high).is_le()
            } else {
                value >= low.as_slice() && value <= high.as_slice()
            };
            (within != *not).then(|| place + value.len())
        }
        Atom::Either(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(text: &str, place: Place, least: usize, most: usize, view: &View) -> Result<bool, Spent> {
        let pattern = Pattern::parse(text).unwrap();
        let fuel = Fuel::of(1_000_000);
        match place {
            Place::End => Placed { place, least, most, pattern: pattern.backwards() }.stands(&view.backwards(), &fuel),
            _ => Placed { place, least, most, pattern }.stands(view, &fuel),
        }
    }

    #[test]
    fn sequences_stand_where_they_are_written() {
        use Place::{Anywhere, Beginning, End};
        for (bytes, text, place, least, most, stands_there) in [
            ("ABCDEF", "4142", Beginning, 0, 0, true),
            ("ABCDEF", "4243", Beginning, 0, 0, false),
            ("ABCDEF", "4243", Beginning, 1, 0, true),
            ("ABCDEF", "4445", Beginning, 1, 2, true),
            ("ABCDEF", "4546", Beginning, 1, 2, false),
            ("ABCDEF", "4546", End, 0, 0, true),
            ("ABCDEF", "4445", End, 0, 0, false),
            ("ABCDEF", "4445", End, 1, 0, true),
            ("ABCDEF", "4142", End, 1, 2, false),
            ("ABCDEF", "4142", End, 1, 3, true),
            ("ABCDEF", "4142{1}44", End, 2, 0, true),
            ("ABCDEF", "41*44", End, 2, 0, true),
            ("ABCDEF", "44*41", End, 0, 9, false),
            ("ABCDEF", "4344", Anywhere, 0, 0, true),
            ("ABCDEF", "4445", Anywhere, 4, 0, false),
            ("ABCDEF", "41{2}44", Beginning, 0, 0, true),
            ("ABCDEF", "41????44", Beginning, 0, 0, true),
            ("ABCDEF", "41{3}44", Beginning, 0, 0, false),
            ("ABCDEF", "41{1-3}45", Beginning, 0, 0, true),
            ("ABCDEF", "41{1-2}45", Beginning, 0, 0, false),
            ("ABCDEF", "41{2-*}45", Beginning, 0, 0, true),
            ("ABCDEF", "41{4-*}45", Beginning, 0, 0, false),
            ("ABCDEF", "{2}43", Beginning, 0, 0, true),
            ("ABCDEF", "{0-3}44", Beginning, 0, 0, true),
            ("ABCDEF", "{0-2}44", Beginning, 0, 0, false),
            ("ABCDEF", "4546{1}", Beginning, 4, 0, false),
            ("ABCDEF", "45{1}", Beginning, 4, 0, true),
            ("ABCDEF", "44{0-5}", End, 2, 0, true),
            ("ABCDEF", "44{2}", End, 0, 0, true),
            ("ABCDEF", "43{1-5}", End, 0, 0, true),
            ("ABCDEF", "43{4-5}", End, 0, 0, false),
            ("ABCDEF", "43{1-2}", End, 0, 0, false),
            ("ABCDEF", "(4142|41)(43|4243)44", Beginning, 0, 0, true),
            ("ABCDEF", "(41|5A)[42:43][!44]44", Beginning, 0, 0, true),
            ("ABCDEF", "[!41:42]", Beginning, 1, 0, false),
            ("ABCDEF", "[4100:4200]", Beginning, 0, 0, true),
            ("ABCDEF", "[4143:4200]", Beginning, 0, 0, false),
            ("ABCDEF", "[!4142]43", Beginning, 0, 0, false),
            ("ABCDEF", "[4500:4547]", End, 0, 0, true),
            ("ABCDEF", "[4600:4647]", End, 0, 0, false),
            ("ABCDEF", "[&41]", Beginning, 0, 0, true),
            ("ABCDEF", "[&03]", Beginning, 0, 0, false),
            ("ABCDEF", "[!&02]", Beginning, 0, 0, true),
            ("ABCDEF", "[~03]", Beginning, 0, 0, true),
            ("ABCDEF", "'AB'['C'-'D']44", Beginning, 0, 0, true),
            ("AB.CD.CDE", "4142*4344{1}45", Beginning, 0, 0, false),
            ("AB.CD.CDE", "4142*434445", Beginning, 0, 0, true),
            ("ABxABxxC", "4142{2}43", Anywhere, 0, 0, true),
            ("AxAxxB.C", "41{1-3}42{1}43", Anywhere, 0, 0, true),
            ("AAAAAB", "4141{0-1}42", Anywhere, 0, 0, true),
        ] {
            let view = View::whole(bytes.as_bytes().to_vec());
            assert_eq!(stands(text, place, least, most, &view), Ok(stands_there), "{text} {least} {most} in {bytes}");
        }
    }

    #[test]
    fn only_a_gap_without_end_reaches_over_the_hole() {
        let view = View { bytes: b"ABCDEFGH".to_vec(), hole: Some(4) };
        for (text, place, stands_there) in [
            ("4142*4748", Place::Beginning, true),
            ("4142{0-8}4748", Place::Beginning, false),
            ("4142{4}4748", Place::Beginning, false),
            ("4445", Place::Anywhere, false),
            ("4546", Place::Anywhere, true),
            ("43{0-8}46", Place::Anywhere, false),
            ("4142*48", Place::End, true),
            ("4142{0-9}48", Place::End, false),
        ] {
            assert_eq!(stands(text, place, 0, 0, &view), Ok(stands_there), "{text}");
        }
        assert_eq!(stands("4546", Place::Beginning, 0, 9, &view), Ok(false), "an offset neither");
    }

    #[test]
    fn work_is_bounded_by_fuel() {
        let view = View::whole(vec![b'A'; 1 << 20]);
        let text = "41{0-60000}(41|4141)(41|4141){0-60000}(41|4141|414141){0-60000}42";
        let placed = Placed { place: Place::Anywhere, least: 0, most: 0, pattern: Pattern::parse(text).unwrap() };
        assert_eq!(placed.stands(&view, &Fuel::of(100_000)), Err(Spent));
    }
}
