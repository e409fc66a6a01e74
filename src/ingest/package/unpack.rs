//! The members of a package, one after the other.

use super::{
    Member, Package, PackageError,
    directory::{broken, directory},
};
use crate::ingest::folder::Refusal;
use std::io::{self, Read};
use zip::ZipReadOptions;

/// What became of a member.
#[derive(Debug)]
pub enum Unpacked<T> {
    /// What the taker made of it.
    Taken(T),
    /// It was refused by its directory entry, or its bytes are not what that says; what
    /// the taker began of it is to be dropped.
    Refused(Refusal),
}

impl Package {
    /// Gives every member with its bytes to `take`, in the directory's order, and what became
    /// of it to `then`. `take` must read to the end; a read that fails means that the member is
    /// damaged, and what was made of it must go. Blocks.
    ///
    /// # Errors
    /// The first error that `take` has of its own (its disk is full), and what makes the
    /// package itself unreadable.
    pub fn unpack<T, E: From<PackageError>>(
        &self,
        mut take: impl FnMut(&Member, &mut dyn Read) -> Result<Result<T, io::Error>, E>,
        mut then: impl FnMut(&Member, Unpacked<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut walk = directory(self.source().open().map_err(PackageError::from)?)?;
        let mut bytes = io::BufReader::new(self.source().open().map_err(PackageError::from)?);
        let entries = walk.files().map_err(broken)?;
        let mut members = self.members().iter().peekable();
        for (place, entry) in entries.enumerate() {
            let Some(member) = members.next_if(|member| member.place == place) else { continue };
            if let Some(why) = member.refused {
                then(member, Unpacked::Refused(why))?;
                continue;
            }
            let entry = entry.map_err(broken)?;
            let mut reader = match entry.with_reader(&mut bytes, ZipReadOptions::new()) {
                Ok(reader) => Exact { inner: reader, left: member.bytes },
                Err(_) => {
                    then(member, Unpacked::Refused(Refusal::Damaged))?;
                    continue;
                }
            };
            let taken = take(member, &mut reader)?;
            let whole = reader.left == 0;
            drop(reader);
            match taken {
                Ok(taken) if whole => then(member, Unpacked::Taken(taken))?,
                Ok(_) | Err(_) => then(member, Unpacked::Refused(Refusal::Damaged))?,
            }
        }
        Ok(())
    }
}

/// Reads a member and fails where it has other than the bytes that its directory says.
struct Exact<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        if count == 0 && self.left > 0 && !into.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it unpacks to more than it says"))?;
        Ok(count)
    }
}
