//! PRONOM's language of byte sequences, read.
//!
//! | written | meant |
//! | --- | --- |
//! | `4D5A`, `'MZ'` | these bytes; quotes in containers |
//! | `??`, `{4}` | any byte, any four |
//! | `{2-8}`, `{2-*}`, `*` | a gap of two to eight bytes, of two and more, of any length |
//! | `(0D0A\|0A)` | one of these |
//! | `[41:5A]`, `['6'-'7']` | a value from … to, both included; also of several bytes |
//! | `[!00]`, `[!41:5A]` | as many bytes, but not these |
//! | `[&01]`, `[~03]` | a byte with all, with any of these bits |
//!
//! The field `endianness` of the data says how a number inside is to be read; the bytes
//! of a sequence stand in the order of the file whatever it says.

use memchr::memmem::Finder;

/// The longest fixed gap or count that is believed, in bytes.
const LONGEST: usize = 16 << 20;
/// How deep alternatives may stand in alternatives.
const DEEPEST: usize = 8;
/// A key whose place in its run varies by more than this is none.
const SLACK: usize = 16;

/// Runs of bytes with gaps between them.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub runs: Vec<Run>,
    /// Bytes that must still follow.
    pub after: usize,
    /// How many may: of use only where the end is where it is counted from.
    pub after_most: Option<usize>,
}

/// A gap of `least` to `most` bytes, then atoms one after the other.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub least: usize,
    pub most: Option<usize>,
    pub atoms: Vec<Atom>,
    /// Bytes that stand in every match, to be looked for first.
    pub key: Option<Key>,
}

#[derive(Clone, Debug)]
pub(super) struct Key {
    pub finder: Finder<'static>,
    /// How far it stands from the beginning of its run.
    pub least: usize,
    pub most: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    Bytes(Vec<u8>),
    Any(usize),
    One(Box<[bool; 256]>),
    /// As many bytes as `low` and `high` have, within them or not. Read backwards where
    /// the file is.
    Range {
        low: Vec<u8>,
        high: Vec<u8>,
        not: bool,
        backwards: bool,
    },
    Either(Vec<Vec<Atom>>),
}

impl Atom {
    /// The least and the most bytes it stands for.
    fn length(&self) -> (usize, usize) {
        match self {
            Self::Bytes(bytes) => (bytes.len(), bytes.len()),
            Self::Any(count) => (*count, *count),
            Self::One(_) => (1, 1),
            Self::Range { low, .. } => (low.len(), low.len()),
            Self::Either(ways) => {
                let lengths = ways.iter().map(|way| length(way));
                lengths.fold((usize::MAX, 0), |(a, b), (least, most)| (a.min(least), b.max(most)))
            }
        }
    }

    fn backwards(self) -> Self {
        match self {
            Self::Bytes(mut bytes) => {
                bytes.reverse();
                Self::Bytes(bytes)
            }
            Self::Range { low, high, not, backwards } => Self::Range { low, high, not, backwards: !backwards },
            Self::Either(ways) => Self::Either(ways.into_iter().map(backwards).collect()),
            other => other,
        }
    }
}

fn length(atoms: &[Atom]) -> (usize, usize) {
    let lengths = atoms.iter().map(Atom::length);
    lengths.fold((0, 0), |(a, b), (least, most)| (a.saturating_add(least), b.saturating_add(most)))
}

fn backwards(atoms: Vec<Atom>) -> Vec<Atom> {
    atoms.into_iter().rev().map(Atom::backwards).collect()
}

impl Run {
    fn of(least: usize, most: Option<usize>, atoms: Vec<Atom>) -> Self {
        let mut run = Self { least, most, atoms, key: None };
        run.key = run.choose_key();
        run
    }

    /// The bytes that are worth most as a key: long ones, of many values.
    fn choose_key(&self) -> Option<Key> {
        let (mut least, mut most) = (0, 0);
        let mut best: Option<(usize, Key)> = None;
        for atom in &self.atoms {
            if most - least > SLACK {
                break;
            }
            if let Atom::Bytes(bytes) = atom
                && bytes.len() >= 2
            {
                let mut values = bytes.clone();
                values.sort_unstable();
                values.dedup();
                let worth = bytes.len() + 4 * values.iter().filter(|value| ![0, 0xff].contains(*value)).count();
                if best.as_ref().is_none_or(|(of_best, _)| worth > *of_best) {
                    let finder = Finder::new(bytes).into_owned();
                    best = Some((worth, Key { finder, least, most }));
                }
            }
            let (shortest, longest) = atom.length();
            (least, most) = (least.saturating_add(shortest), most.saturating_add(longest));
        }
        best.map(|(_, key)| key)
    }
}

impl Pattern {
    /// Reads a sequence.
    ///
    /// # Errors
    /// What is wrong and where, counted in bytes from 0.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text: text.as_bytes(), at: 0 };
        let mut pattern = Self { runs: Vec::new(), after: 0, after_most: Some(0) };
        let (mut least, mut most, mut atoms) = (0_usize, Some(0_usize), Vec::new());
        while let Some(next) = reader.peek() {
            let gap = match next {
                b'*' => {
                    reader.at += 1;
                    (0, None)
                }
                b'{' => match reader.braces()? {
                    (low, Some(high)) if low == high => {
                        push(&mut atoms, Atom::Any(low));
                        continue;
                    }
                    gap => gap,
                },
                _ => {
                    let atom = reader.atom(0)?;
                    push(&mut atoms, atom);
                    continue;
                }
            };
            if !atoms.is_empty() {
                pattern.runs.push(Run::of(least, most, std::mem::take(&mut atoms)));
                (least, most) = (0, Some(0));
            }
            least += gap.0;
            most = most.zip(gap.1).map(|(a, b)| a + b);
        }
        match atoms.is_empty() {
            true => (pattern.after, pattern.after_most) = (least, most),
            false => pattern.runs.push(Run::of(least, most, atoms)),
        }
        if pattern.runs.is_empty() {
            return Err("holds no byte".to_owned());
        }
        Ok(pattern)
    }

    /// The same for a file that is read from its end. What had to follow has to go before.
    pub(super) fn backwards(self) -> Self {
        let mut gap = (self.after, self.after_most);
        let mut runs = Vec::with_capacity(self.runs.len());
        let (after, after_most) = self.runs.first().map_or((0, None), |run| (run.least, run.most));
        for run in self.runs.into_iter().rev() {
            runs.push(Run::of(gap.0, gap.1, backwards(run.atoms)));
            gap = (run.least, run.most);
        }
        Self { runs, after, after_most }
    }
}

/// Puts bytes behind bytes together, so that keys are long.
fn push(atoms: &mut Vec<Atom>, atom: Atom) {
    match (atoms.last_mut(), atom) {
        (Some(Atom::Bytes(before)), Atom::Bytes(bytes)) => before.extend(bytes),
        (Some(Atom::Any(before)), Atom::Any(count)) => *before += count,
        (_, atom) => atoms.push(atom),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn wrong<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("{what} at {}", self.at))
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, wanted: u8) -> Result<(), String> {
        if self.eat(wanted) { Ok(()) } else { self.wrong(&format!("no {:?}", char::from(wanted))) }
    }

    fn number(&mut self) -> Result<usize, String> {
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = std::str::from_utf8(&self.text[from..self.at]).unwrap_or_default();
        match digits.parse() {
            Ok(number) if number <= LONGEST => Ok(number),
            _ => self.wrong("no number, or one too large"),
        }
    }

    /// `{n}`, `{n-m}`, `{n-*}`.
    fn braces(&mut self) -> Result<(usize, Option<usize>), String> {
        self.expect(b'{')?;
        let least = self.number()?;
        let most = match self.eat(b'-') {
            false => Some(least),
            true if self.eat(b'*') => None,
            true => Some(self.number()?),
        };
        self.expect(b'}')?;
        if most.is_some_and(|most| most < least) {
            return self.wrong("a gap that ends before it begins");
        }
        Ok((least, most))
    }

    /// What is no gap.
    fn atom(&mut self, depth: usize) -> Result<Atom, String> {
        match self.peek() {
            Some(b'(') if depth >= DEEPEST => self.wrong("too many brackets"),
            Some(b'(') => self.either(depth),
            Some(b'[') => self.brackets(),
            Some(b'?') => {
                self.at += 1;
                self.expect(b'?')?;
                Ok(Atom::Any(1))
            }
            Some(b'{') => match self.braces()? {
                (low, Some(high)) if low == high => Ok(Atom::Any(low)),
                _ => self.wrong("a gap in an alternative"),
            },
            _ => Ok(Atom::Bytes(self.value()?)),
        }
    }

    fn either(&mut self, depth: usize) -> Result<Atom, String> {
        self.expect(b'(')?;
        let mut ways = vec![Vec::new()];
        loop {
            match self.peek() {
                Some(b'|') => {
                    self.at += 1;
                    ways.push(Vec::new());
                }
                Some(b')') => break,
                Some(_) => {
                    let atom = self.atom(depth + 1)?;
                    push(ways.last_mut().expect("one is there from the beginning"), atom);
                }
                None => return self.wrong("an open bracket"),
            }
        }
        self.at += 1;
        if ways.iter().any(Vec::is_empty) {
            return self.wrong("an empty alternative");
        }
        // One byte of several is looked up, not tried.
        let mut one = Box::new([false; 256]);
        for way in &ways {
            match way.as_slice() {
                [Atom::Bytes(bytes)] if bytes.len() == 1 => one[usize::from(bytes[0])] = true,
                [Atom::One(those)] => one.iter_mut().zip(those.iter()).for_each(|(all, this)| *all |= *this),
                _ => return Ok(Atom::Either(ways)),
            }
        }
        Ok(Atom::One(one))
    }

    fn brackets(&mut self) -> Result<Atom, String> {
        self.expect(b'[')?;
        let not = self.eat(b'!');
        let bits = match self.peek() {
            Some(c @ (b'&' | b'~')) => {
                self.at += 1;
                Some(c)
            }
            _ => None,
        };
        let low = self.value()?;
        let high = match self.eat(b':') || self.eat(b'-') {
            true => self.value()?,
            false => low.clone(),
        };
        self.expect(b']')?;
        if low.len() != high.len() || low > high {
            return self.wrong("a range whose ends do not fit");
        }
        if low.len() > 1 {
            return match bits {
                None => Ok(Atom::Range { low, high, not, backwards: false }),
                Some(_) => self.wrong("bits of several bytes"),
            };
        }
        let mut one = Box::new([false; 256]);
        for (value, is) in (0..=255_u8).zip(one.iter_mut()) {
            let within = match bits {
                Some(b'&') => value & low[0] == low[0],
                Some(_) => value & low[0] != 0,
                None => (low[0]..=high[0]).contains(&value),
            };
            *is = within != not;
        }
        Ok(Atom::One(one))
    }

    /// Bytes in hex or in quotes, as many as stand there.
    fn value(&mut self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                Some(b'\'') => {
                    let rest = &self.text[self.at + 1..];
                    let Some(end) = rest.iter().position(|c| *c == b'\'') else {
                        return self.wrong("an open quote");
                    };
                    bytes.extend_from_slice(&rest[..end]);
                    self.at += end + 2;
                }
                Some(c) if c.is_ascii_hexdigit() => {
                    let pair = self.text.get(self.at..self.at + 2);
                    let byte = pair.and_then(|pair| data_encoding::HEXLOWER_PERMISSIVE.decode(pair).ok());
                    let Some(byte) = byte else {
                        return self.wrong("half a byte");
                    };
                    bytes.extend(byte);
                    self.at += 2;
                }
                _ if bytes.is_empty() => return self.wrong("no byte"),
                _ => return Ok(bytes),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sequence_is_refused_with_its_place() {
        for (text, why) in [
            ("", "holds no byte"),
            ("{2-4}*", "holds no byte"),
            ("4", "half a byte at 0"),
            ("41(42|43", "an open bracket at 8"),
            ("41(42|)", "an empty alternative at 7"),
            ("[42:41]", "a range whose ends do not fit at 7"),
            ("[41:4243]", "a range whose ends do not fit at 9"),
            ("[&0102]", "bits of several bytes at 7"),
            ("{5-2}41", "a gap that ends before it begins at 5"),
            ("{99999999999999999999}41", "no number, or one too large at 21"),
            ("'abc", "an open quote at 0"),
            ("(41*)", "no byte at 3"),
            ("({1-2}41)", "a gap in an alternative at 6"),
            ("4G", "half a byte at 0"),
            ("?41", "no '?' at 1"),
        ] {
            assert_eq!(Pattern::parse(text).map(|_| ()).unwrap_err(), why, "{text}");
        }
        let deep = format!("{}41{}", "(".repeat(1_000_000), ")".repeat(1_000_000));
        assert_eq!(Pattern::parse(&deep).map(|_| ()).unwrap_err(), "too many brackets at 8");
    }

    #[test]
    fn a_key_is_chosen_where_bytes_say_most() {
        let pattern = Pattern::parse("0000(0D0A|0A){2}0041444100*25").unwrap();
        let key = pattern.runs[0].key.as_ref().unwrap();
        assert_eq!((key.finder.needle(), key.least, key.most), (&[0, 0x41, 0x44, 0x41, 0][..], 5, 6));
        assert!(pattern.runs[1].key.is_none(), "one byte is none");
    }
}
