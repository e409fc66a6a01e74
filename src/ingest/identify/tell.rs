//! The act: what is this file?

use super::{
    FUEL,
    container::{self, Kind, Trouble},
    data::{Format, Signatures, floating_key},
    floating::Standing,
    fuel::{Fuel, Spent},
    known::rank,
    matching::Place,
    verdict::{Basis, Identified},
    window::View,
};
use crate::vault::Bytes;
use std::io;

const TOO_MUCH: &str = "无法判断：比对所需的步数超过上限，文件可能是特意构造的";

impl Signatures {
    /// What `file` is; `name` is what its sender called it. May be called again; where
    /// the file stands before is of no matter, where after is not said.
    ///
    /// Takes at most 3 MiB of memory beside what [`super::DIRECTORY`] bounds.
    ///
    /// # Errors
    /// Of reading the file alone. What cannot be told is an answer.
    pub fn identify(&self, file: &mut dyn Bytes, name: &str) -> io::Result<Identified> {
        self.identify_with(file, name, FUEL)
    }

    pub(super) fn identify_with(&self, file: &mut dyn Bytes, name: &str, fuel: u64) -> io::Result<Identified> {
        let told = self.tell(file, name, fuel)?;
        Ok(Identified { signatures: self.version().to_owned(), ..told })
    }

    fn tell(&self, file: &mut dyn Bytes, name: &str, fuel: u64) -> io::Result<Identified> {
        let view = View::of(file)?;
        if view.bytes.is_empty() {
            return Ok(Identified::nothing("文件是空的"));
        }
        let fuel = Fuel::of(fuel);
        let ending = ending(name);
        let mut odd = None;
        if let Some(kind) = Kind::of(&view.bytes) {
            match container::matches(kind, file, self, &fuel) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => return Ok(self.told(Basis::Container, found, &ending, None)),
                Err(Trouble::Damaged(why)) => odd = Some(format!("按 {} 打不开：{why}", kind.word())),
                Err(Trouble::TooMuch) => {
                    return Ok(Identified::nothing(format!("无法判断：{} 内部比所看的上限大", kind.word())));
                }
                Err(Trouble::Spent) => return Ok(Identified::nothing(TOO_MUCH)),
            }
        }
        let found = match self.matching_bytes(&view, &fuel) {
            Ok(found) => found,
            Err(Spent) => return Ok(Identified::nothing(TOO_MUCH)),
        };
        if !found.is_empty() {
            return Ok(self.told(Basis::Signature, found, &ending, odd));
        }
        Ok(self.by_ending(&ending, odd))
    }

    fn matching_bytes(&self, view: &View, fuel: &Fuel) -> Result<Vec<usize>, Spent> {
        let backwards = view.backwards();
        let standing = self.floating.over(view, fuel)?;
        let mut found = Vec::new();
        for (nth, format) in self.formats.iter().enumerate() {
            if self.stands(format, view, &backwards, &standing, fuel)? {
                found.push(nth);
            }
        }
        Ok(found)
    }

    fn stands(
        &self,
        format: &Format,
        view: &View,
        backwards: &View,
        standing: &Standing,
        fuel: &Fuel,
    ) -> Result<bool, Spent> {
        'signatures: for signature in &format.bytes {
            for placed in signature {
                if floating_key(placed).is_some_and(|key| !self.floating.can(standing, key)) {
                    continue 'signatures;
                }
                let view = if placed.place == Place::End { backwards } else { view };
                if !placed.stands(view, fuel)? {
                    continue 'signatures;
                }
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Without those over which another one found has priority, best first.
    fn told(&self, basis: Basis, found: Vec<usize>, ending: &str, reason: Option<String>) -> Identified {
        let below = |one: &usize| found.iter().any(|other| other != one && self.formats[*other].over.contains(one));
        let mut best: Vec<usize> = found.iter().copied().filter(|one| !below(one)).collect();
        if best.is_empty() {
            // Data in which priorities go round in a ring: none of it goes before.
            best = found;
        }
        self.in_order(&mut best, ending);
        let formats = best.into_iter().map(|nth| self.formats[nth].known.clone()).collect();
        Identified { basis, formats, reason, signatures: String::new() }
    }

    fn in_order(&self, formats: &mut [usize], ending: &str) {
        let rank_of = |nth: &usize| {
            let format = &self.formats[*nth];
            let named = format.endings.iter().any(|one| one == ending);
            let (space, number, _) = rank(&format.known.puid);
            (!named, space, number, *nth)
        };
        formats.sort_by_key(rank_of);
    }

    /// Nothing matched: formats with this ending that have no signature to match.
    fn by_ending(&self, ending: &str, odd: Option<String>) -> Identified {
        let named = self.endings.get(ending).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<usize> = named.iter().copied().filter(|nth| !self.formats[*nth].has_signature()).collect();
        if !found.is_empty() {
            self.in_order(&mut found, ending);
            let formats = found.into_iter().map(|nth| self.formats[nth].known.clone()).collect();
            return Identified { basis: Basis::Extension, formats, reason: odd, signatures: String::new() };
        }
        let why = match named {
            [] => "没有特征与内容相符，扩展名也不认识".to_owned(),
            [first, ..] => {
                let first = &self.formats[*first].known;
                format!(
                    "没有特征与内容相符；扩展名 {ending} 的格式（{} {} 等）都有特征，内容却不是",
                    first.puid, first.name
                )
            }
        };
        Identified::nothing(odd.map_or(why.clone(), |odd| format!("{odd}；{why}")))
    }
}

/// What stands behind the last point of a name, in lower case; empty where there is none.
fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}
