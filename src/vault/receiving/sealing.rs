//! How the bytes of a staged file are sealed.
//!
//! ```text
//! file  = magic (8) ‖ chunk ‖ chunk ‖ …          at least one chunk
//! chunk = nonce (24) ‖ ciphertext ‖ tag (16)     64 KiB of plaintext, the last one less or as much
//! ```
//!
//! Every chunk is sealed by XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under the key
//! of its file, bound to its number and to whether it is the last. The file's key is
//! HKDF-SHA256 (RFC 5869) of the key of its tray, with the file's name: a file under
//! another's name opens nothing, and whoever is given one file's key has no other's.
//!
//! # Why
//!
//! *A nonce of random bytes for each chunk, and not a counter* as in STREAM
//! (Hoang, Reyhanitabar, Rogaway, Vizár 2015): an upload that was broken off goes on in the middle of a
//! chunk, and after a crash perhaps with other bytes than came before. Its chunk is then
//! sealed again, and under a counter that would be other bytes under the same nonce. 192
//! random bits do not come twice. Number and mark of the end, which STREAM has in its
//! nonces, are bound as associated data.

use crate::vault::error::{VaultError, failed};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{AeadInPlace as _, Tag},
};
use hkdf::Hkdf;
use sha2::Sha256;
use std::{fmt, fs::File, os::unix::fs::FileExt as _, path::Path};

/// The first bytes of a sealed file; the last two are the version.
pub(super) const MAGIC: [u8; 8] = *b"lantai\x00\x01";
/// Bytes of plaintext in a chunk.
pub(super) const CHUNK: usize = 64 << 10;
const NONCE: usize = 24;
const TAG: usize = 16;
/// A whole chunk as it lies in the file.
const SEALED: usize = NONCE + CHUNK + TAG;

/// The key of one file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileKey([u8; 32]);

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey")
    }
}

impl FileKey {
    pub fn known(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Of the file called `name` in the tray whose key is `tray`.
    pub fn of(tray: &[u8; 32], name: &str) -> Self {
        let mut key = [0; 32];
        let info = [b"lantai staged file 1\0", name.as_bytes()].concat();
        Hkdf::<Sha256>::new(None, tray).expand(&info, &mut key).expect("32 bytes are less than 255 digests");
        Self(key)
    }

    /// Seals `plain` as chunk `index` into `sealed`, which is emptied first.
    pub fn seal(&self, index: u64, last: bool, plain: &[u8], sealed: &mut Vec<u8>) {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
        self.seal_with(nonce, index, last, plain, sealed);
    }

    fn seal_with(&self, nonce: [u8; NONCE], index: u64, last: bool, plain: &[u8], sealed: &mut Vec<u8>) {
        sealed.clear();
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let cipher = XChaCha20Poly1305::new((&self.0).into());
        let tag = cipher
            .encrypt_in_place_detached(&XNonce::from(nonce), &bound(index, last), &mut sealed[NONCE..])
            .expect("a chunk is far below what the cipher takes");
        sealed.extend_from_slice(&tag);
    }

    /// Opens a chunk in its place; what is left in `chunk` is the plaintext. `false`, and
    /// nothing usable in it, where it is not what was sealed as this chunk of this file.
    #[must_use]
    pub fn open(&self, index: u64, last: bool, chunk: &mut Vec<u8>) -> bool {
        let nonce = chunk.first_chunk::<NONCE>().copied();
        let tag = chunk.get(NONCE..).and_then(|rest| rest.last_chunk::<TAG>()).copied();
        let Some((nonce, tag)) = nonce.zip(tag) else { return false };
        let (nonce, tag) = (XNonce::from(nonce), Tag::<XChaCha20Poly1305>::from(tag));
        chunk.truncate(chunk.len() - TAG);
        let cipher = XChaCha20Poly1305::new((&self.0).into());
        let opened = cipher.decrypt_in_place_detached(&nonce, &bound(index, last), &mut chunk[NONCE..], &tag);
        chunk.drain(..NONCE);
        opened.is_ok()
    }
}

/// What a chunk is bound to besides its file's key.
fn bound(index: u64, last: bool) -> [u8; 17] {
    let mut bound = [0; 17];
    bound[..8].copy_from_slice(&MAGIC);
    bound[8..16].copy_from_slice(&index.to_le_bytes());
    bound[16] = last.into();
    bound
}

/// Where chunk `index` lies.
pub(super) fn place_of(index: u64) -> u64 {
    MAGIC.len() as u64 + index * SEALED as u64
}

/// Chunks and bytes of plaintext of a whole file of this length; `None` where no file of
/// ours is so long.
pub(super) fn measure(length: u64) -> Option<(u64, u64)> {
    let sealed = length.checked_sub(MAGIC.len() as u64)?;
    let chunks = sealed.div_ceil(SEALED as u64);
    let bytes = sealed.checked_sub(chunks.checked_mul((NONCE + TAG) as u64)?)?;
    // The last chunk holds something, unless it is the only one.
    (chunks > 0 && (bytes > (chunks - 1) * CHUNK as u64 || chunks == 1)).then_some((chunks, bytes))
}

/// Reads chunk `index` of `file` into `chunk` and opens it there.
pub(super) fn read_chunk(
    (file, path): (&File, &Path),
    key: &FileKey,
    index: u64,
    last: bool,
    chunk: &mut Vec<u8>,
) -> Result<(), VaultError> {
    chunk.resize(SEALED, 0);
    let mut got = 0;
    while got < SEALED {
        match file.read_at(&mut chunk[got..], place_of(index) + got as u64) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed("read", path)(error)),
        }
    }
    chunk.truncate(got);
    if key.open(index, last, chunk) {
        return Ok(());
    }
    chunk.clear();
    Err(VaultError::Spoilt { path: path.to_owned(), at: index * CHUNK as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// Sealed files may lie in archives when this program is exchanged: these may never
    /// change. Worked out apart from this program: HKDF and HChaCha20 written after their
    /// papers, the ChaCha20-Poly1305 of OpenSSL.
    const KEY: &str = "103d222817b8cd625cf40c29adfbbdae7a70c8632cf0cfcc70d69c0b9c88bf65";
    const SEALED_CHUNK: &str =
        "404142434445464748494a4b4c4d4e4f50515253545556576a8b0bdca647c5a345479b8a93cde40e8eb0ff4915d6";

    fn tray() -> [u8; 32] {
        std::array::from_fn(|at| at as u8)
    }

    #[test]
    fn what_is_sealed_today_opens_for_ever() {
        let key = FileKey::of(&tray(), "00112233445566778899aabbccddeeff");
        assert_eq!(HEXLOWER.encode(key.bytes()), KEY);
        let nonce = std::array::from_fn(|at| 0x40 + at as u8);
        let mut chunk = Vec::new();
        key.seal_with(nonce, 3, true, "兰台".as_bytes(), &mut chunk);
        assert_eq!(HEXLOWER.encode(&chunk), SEALED_CHUNK);
        assert!(key.open(3, true, &mut chunk));
        assert_eq!(chunk, "兰台".as_bytes());
    }

    #[test]
    fn a_chunk_is_of_its_file_its_place_and_its_end() {
        let key = FileKey::of(&tray(), "a");
        let mut sealed = Vec::new();
        key.seal(1, false, b"bytes", &mut sealed);
        for (other, index, last) in [("b", 1, false), ("a", 0, false), ("a", 1, true)] {
            assert!(!FileKey::of(&tray(), other).open(index, last, &mut sealed.clone()), "{other} {index} {last}");
        }
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(!key.open(1, false, &mut flipped), "bit of byte {at}");
            assert!(!key.open(1, false, &mut sealed[..at].to_vec()), "cut at {at}");
        }
        let mut again = Vec::new();
        key.seal(1, false, b"bytes", &mut again);
        assert_ne!(sealed, again, "no nonce comes twice");
        assert!(key.open(1, false, &mut sealed) && sealed == b"bytes");
        assert_eq!(format!("{key:?}"), "FileKey");
    }

    #[test]
    fn a_length_says_how_much_is_inside_or_is_none_of_ours() {
        let whole = SEALED as u64;
        for (length, wanted) in [
            (8 + 40, Some((1, 0))),
            (8 + 41, Some((1, 1))),
            (8 + whole, Some((1, CHUNK as u64))),
            (8 + whole + 41, Some((2, CHUNK as u64 + 1))),
            (0, None),
            (8, None),
            (8 + 39, None),
            (8 + whole + 1, None),
            (8 + whole + 40, None),
        ] {
            assert_eq!(measure(length), wanted, "{length}");
        }
    }
}
