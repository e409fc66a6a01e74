//! A reader that stops after so many bytes: what opens a container reads its directory
//! into memory, and a hostile one has no end.

use std::{
    cell::Cell,
    io::{self, Read, Seek, SeekFrom},
    rc::Rc,
};

/// What one read costs at least, so that many small ones end too.
const LEAST: u64 = 16;

/// Bytes that may still be read; shared, so that it can be asked and filled up while a
/// reader is lent out.
#[derive(Clone)]
pub(super) struct Left(Rc<Cell<u64>>);

impl Left {
    pub(super) fn of(bytes: u64) -> Self {
        Self(Rc::new(Cell::new(bytes)))
    }

    pub(super) fn none(&self) -> bool {
        self.0.get() == 0
    }

    pub(super) fn refill(&self, bytes: u64) {
        self.0.set(bytes);
    }
}

pub(super) struct Metered<R> {
    inner: R,
    left: Left,
}

impl<R> Metered<R> {
    pub(super) fn of(inner: R, left: Left) -> Self {
        Self { inner, left }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.0.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("more is read of this container than is allowed"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..most])?;
        self.left.0.set(left.saturating_sub((read as u64).max(LEAST)));
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_ends_when_nothing_is_left() {
        let left = Left::of(100);
        let mut metered = Metered::of(io::repeat(1), left.clone());
        let mut bytes = [0; 60];
        assert!(metered.read_exact(&mut bytes).is_ok() && !left.none());
        assert!(metered.read_exact(&mut bytes).is_err() && left.none());
        left.refill(64);
        assert!(metered.read_exact(&mut bytes).is_ok());
    }
}
