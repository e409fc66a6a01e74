//! The part of a file that is seen: both ends, and the hole between them.

use super::HALF;
use crate::vault::Bytes;
use std::io::{self, Read as _, SeekFrom};

/// Bytes one after the other; at `hole`, if there is one, some are left out.
pub(super) struct View {
    pub bytes: Vec<u8>,
    pub hole: Option<usize>,
}

impl View {
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        Self { bytes, hole: None }
    }

    /// Both ends of `file`: at most twice [`HALF`], whatever it weighs, and also where it
    /// grows meanwhile.
    pub(super) fn of(file: &mut dyn Bytes) -> io::Result<Self> {
        let size = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        if size <= 2 * HALF {
            (&mut *file).take(2 * HALF).read_to_end(&mut bytes)?;
            return Ok(Self::whole(bytes));
        }
        (&mut *file).take(HALF).read_to_end(&mut bytes)?;
        let hole = Some(bytes.len());
        file.seek(SeekFrom::Start(size - HALF))?;
        (&mut *file).take(HALF).read_to_end(&mut bytes)?;
        Ok(Self { bytes, hole })
    }

    /// The same from the end to the beginning, for what is counted from there.
    pub(super) fn backwards(&self) -> Self {
        let bytes: Vec<u8> = self.bytes.iter().rev().copied().collect();
        Self { hole: self.hole.map(|hole| bytes.len() - hole), bytes }
    }

    /// Where what begins at `at` must end: the hole or the end.
    pub(super) fn end_for(&self, at: usize) -> usize {
        match self.hole {
            Some(hole) if at < hole => hole,
            _ => self.bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn a_small_file_is_seen_whole_and_a_large_one_at_both_ends() {
        let small = vec![7; 2 * HALF as usize];
        let view = View::of(&mut Cursor::new(small.clone())).unwrap();
        assert!(view.bytes == small && view.hole.is_none());
        let mut large = vec![1; 3 * HALF as usize];
        large.extend([9]);
        let view = View::of(&mut Cursor::new(large)).unwrap();
        assert_eq!((view.bytes.len(), view.hole), (2 * HALF as usize, Some(HALF as usize)));
        assert_eq!(view.bytes.last(), Some(&9));
        assert_eq!(view.backwards().bytes[0], 9);
        assert_eq!((view.end_for(3), view.end_for(HALF as usize)), (HALF as usize, 2 * HALF as usize));
    }
}
