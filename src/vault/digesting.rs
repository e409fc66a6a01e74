//! Digests over a stream, all in one pass.

use super::object::Algorithm;
use crate::kernel::{Sha256, Sha512};
use sha2::Digest as _;
use std::io::{self, Read, Write};

/// Bytes read, hashed and written at a time. Large enough that a system call
/// costs nothing beside the hashing, small enough that eight streams fit in
/// 2 MiB (ours).
pub(super) const BLOCK: usize = 256 << 10;

/// Which digests a pass computes.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub sha256: bool,
    pub sha512: bool,
}

impl Wanted {
    /// The catalogue's SHA-256 and the inventory's own.
    pub fn both(main: Algorithm) -> Self {
        Self { sha256: true, sha512: main == Algorithm::Sha512 }
    }
    /// The inventory's alone.
    pub fn only(main: Algorithm) -> Self {
        Self { sha256: main == Algorithm::Sha256, sha512: main == Algorithm::Sha512 }
    }
}

/// The digests of one stream, and how long it was.
pub(super) struct Digests {
    pub bytes: u64,
    pub sha256: Option<Sha256>,
    pub sha512: Option<Sha512>,
}

impl Digests {
    /// The digest by `algorithm` as lower-case hex, if the pass computed it.
    pub fn hex(&self, algorithm: Algorithm) -> Option<String> {
        match algorithm {
            Algorithm::Sha256 => self.sha256.map(|digest| digest.to_string()),
            Algorithm::Sha512 => self.sha512.map(|digest| digest.to_string()),
        }
    }
}

/// Digests of bytes that are in memory.
pub(super) fn hex_of(algorithm: Algorithm, bytes: &[u8]) -> String {
    match algorithm {
        Algorithm::Sha256 => Sha256::of(bytes).to_string(),
        Algorithm::Sha512 => Sha512::of(bytes).to_string(),
    }
}

/// Reads `from` to its end, computes the digests wanted and hands every block
/// to `to`. Holds [`BLOCK`] bytes, whatever the length.
pub(super) fn pass(from: &mut impl Read, to: &mut impl Write, wanted: Wanted) -> io::Result<Digests> {
    let mut sha256 = wanted.sha256.then(sha2::Sha256::new);
    let mut sha512 = wanted.sha512.then(sha2::Sha512::new);
    let mut block = vec![0; BLOCK];
    let mut bytes = 0;
    loop {
        let read = match from.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let part = &block[..read];
        if let Some(hasher) = &mut sha256 {
            hasher.update(part);
        }
        if let Some(hasher) = &mut sha512 {
            hasher.update(part);
        }
        to.write_all(part)?;
        bytes += read as u64;
    }
    Ok(Digests {
        bytes,
        sha256: sha256.map(|hasher| Sha256(hasher.finalize().into())),
        sha512: sha512.map(|hasher| Sha512(hasher.finalize().into())),
    })
}
