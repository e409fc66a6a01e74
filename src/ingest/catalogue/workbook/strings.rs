//! The texts that the cells of a workbook share.

use super::{
    super::Aside,
    sealed::Sealed,
    trouble::{Trouble, broken},
    xml::{Xml, local, refer, unescaped},
};
use quick_xml::events::Event;
use std::io::Read;

/// Bytes held in memory (ours); what is beyond goes aside, sealed.
const HELD: usize = 64 << 20;
/// Most texts (ours): four bytes of memory each.
const MOST: usize = 16 << 20;
/// Bytes written aside before it is asked again whether there is room.
const STRETCH: u32 = 16 << 20;
/// Longest text, in bytes (ours).
pub(super) const LONGEST: usize = 1 << 20;

/// Texts by their number.
#[derive(Default)]
pub(super) struct Strings {
    ends: Vec<u32>,
    held: Vec<u8>,
    aside: Option<Sealed>,
}

impl Strings {
    /// Reads the part of shared texts.
    pub fn read(part: impl Read, room: &dyn Aside) -> Result<Self, Trouble> {
        Self::read_with(part, room, HELD)
    }

    fn read_with(part: impl Read, room: &dyn Aside, most_held: usize) -> Result<Self, Trouble> {
        let mut strings = Self::default();
        let mut xml = Xml::of(part);
        let (mut text, mut inside, mut sound) = (String::new(), false, 0_usize);
        loop {
            match xml.next()? {
                Event::Start(tag) => match local(tag.name().as_ref()) {
                    "si" => text.clear(),
                    // How a name sounds in Japanese: not its text.
                    "rPh" => sound += 1,
                    "t" => inside = sound == 0,
                    _ => {}
                },
                Event::Empty(tag) if local(tag.name().as_ref()) == "si" => strings.push("", room, most_held)?,
                Event::End(tag) => match local(tag.name().as_ref()) {
                    "si" => strings.push(&unescaped(&text), room, most_held)?,
                    "rPh" => sound = sound.saturating_sub(1),
                    "t" => inside = false,
                    _ => {}
                },
                Event::Text(said) if inside => text.push_str(&said),
                Event::CData(said) if inside => text.push_str(&said),
                Event::GeneralRef(name) if inside => refer(&name, &mut text)?,
                Event::Eof => return Ok(strings),
                _ => {}
            }
            if text.len() > LONGEST {
                return Err(broken(format!("a text of it is longer than {LONGEST} bytes")));
            }
        }
    }

    fn push(&mut self, text: &str, room: &dyn Aside, most_held: usize) -> Result<(), Trouble> {
        if self.ends.len() == MOST {
            return Err(broken(format!("it holds more than {MOST} different texts; split it")));
        }
        let end = u64::from(self.ends.last().copied().unwrap_or(0)) + text.len() as u64;
        let end = u32::try_from(end).map_err(|_| broken("its texts are longer than 4 GiB; split it"))?;
        if self.aside.is_none() && self.held.len() + text.len() <= most_held {
            self.held.extend_from_slice(text.as_bytes());
        } else {
            let begun = self.ends.last().copied().unwrap_or(0);
            if self.aside.is_none() || begun / STRETCH != end / STRETCH {
                room.room(STRETCH.into()).map_err(Trouble::Source)?;
            }
            let aside = match &mut self.aside {
                Some(aside) => aside,
                none => none.insert(Sealed::new(room.file().map_err(Trouble::Source)?)),
            };
            aside.push(text.as_bytes())?;
        }
        self.ends.push(end);
        Ok(())
    }

    /// The text of this number.
    pub fn get(&mut self, at: usize) -> Result<String, Trouble> {
        let end = *self.ends.get(at).ok_or_else(|| broken(format!("a cell names text {at}, which there is not")))?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let held = self.held.len();
        let bytes = if end as usize <= held {
            self.held[start as usize..end as usize].to_vec()
        } else {
            let mut bytes = Vec::with_capacity((end - start) as usize);
            let aside = self.aside.as_mut().expect("what memory does not hold lies aside");
            aside.read(u64::from(start) - held as u64, u64::from(end) - held as u64, &mut bytes)?;
            bytes
        };
        Ok(String::from_utf8(bytes).expect("it was text when it was put away"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::catalogue::tests::InTemp;

    const TEXTS: &str = "<sst xmlns=\"x\"><si><t>一</t></si><si/>\
        <si><r><t>富</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> 文本&amp;</t></r><rPh><t>フ</t></rPh></si>\
        <si><t>_x000D_甲</t></si></sst>";

    #[test]
    fn rich_text_is_one_text_and_how_it_sounds_is_none() {
        let mut strings = Strings::read(TEXTS.as_bytes(), &InTemp).unwrap();
        assert!(strings.aside.is_none());
        let read: Vec<String> = (0..4).map(|at| strings.get(at).unwrap()).collect();
        assert_eq!(read, ["一", "", "富 文本&", "\r甲"]);
        assert!(strings.get(4).is_err());
    }

    #[test]
    fn beyond_what_memory_holds_they_lie_aside() {
        let texts: String = (0..9_000).map(|n| format!("<si><t>题名{n:05}</t></si>")).collect();
        let mut strings = Strings::read_with(format!("<sst>{texts}</sst>").as_bytes(), &InTemp, 1_000).unwrap();
        assert!(strings.held.len() <= 1_000 && strings.aside.is_some());
        for at in [0, 90, 91, 92, 5_000, 8_999, 1] {
            assert_eq!(strings.get(at).unwrap(), format!("题名{at:05}"));
        }
    }
}
