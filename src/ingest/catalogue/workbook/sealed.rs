//! Texts that are too much for memory, sealed before they touch a disk.
//!
//! A catalogue's texts may be of rows above 公开, of which nothing is kept: so they go into
//! a file without a name, in blocks sealed under a key that never leaves this memory. What
//! a crash leaves of them on the disk is noise.

use super::trouble::{Trouble, broken};
use chacha20poly1305::{
    ChaCha20Poly1305, Key, KeyInit as _, Nonce,
    aead::{AeadInPlace as _, Tag},
};
use std::{fs::File, os::unix::fs::FileExt as _};

/// Bytes of a block before it is sealed.
const BLOCK: usize = 64 << 10;
/// What sealing adds to one.
const TAG: usize = 16;
/// Opened blocks that are held: 8 MiB (ours).
const HELD: usize = 128;

pub(super) struct Sealed {
    file: File,
    cipher: ChaCha20Poly1305,
    /// The block that is not full yet.
    last: Vec<u8>,
    /// Full blocks.
    blocks: u64,
    /// Block `n` in place `n % HELD`.
    held: Vec<Option<(u64, Vec<u8>)>>,
}

impl Sealed {
    pub fn new(file: File) -> Self {
        let mut key = Key::default();
        getrandom::fill(&mut key).expect("the operating system gives random bytes");
        let cipher = ChaCha20Poly1305::new(&key);
        key.fill(0);
        Self { file, cipher, last: Vec::with_capacity(BLOCK), blocks: 0, held: (0..HELD).map(|_| None).collect() }
    }

    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), Trouble> {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(BLOCK - self.last.len()));
            self.last.extend_from_slice(now);
            bytes = rest;
            if self.last.len() == BLOCK {
                let tag = self.cipher.encrypt_in_place_detached(&nonce(self.blocks), b"", &mut self.last);
                self.last.extend_from_slice(&tag.expect("a block is shorter than what one nonce seals"));
                self.file.write_all_at(&self.last, place(self.blocks)).map_err(broken)?;
                self.blocks += 1;
                self.last.clear();
            }
        }
        Ok(())
    }

    /// The bytes from `from` to before `to`, added to `into`.
    pub fn read(&mut self, mut from: u64, to: u64, into: &mut Vec<u8>) -> Result<(), Trouble> {
        while from < to {
            let (block, skip) = (from / BLOCK as u64, (from % BLOCK as u64) as usize);
            let opened = if block == self.blocks { &self.last } else { self.opened(block)? };
            let until = opened.len().min(skip + usize::try_from(to - from).unwrap_or(usize::MAX));
            if until <= skip {
                return Err(broken("a text beyond the last"));
            }
            into.extend_from_slice(&opened[skip..until]);
            from += (until - skip) as u64;
        }
        Ok(())
    }

    fn opened(&mut self, block: u64) -> Result<&Vec<u8>, Trouble> {
        let slot = &mut self.held[(block % HELD as u64) as usize];
        if slot.as_ref().is_none_or(|(held, _)| *held != block) {
            let mut bytes = slot.take().map_or_else(Vec::new, |(_, bytes)| bytes);
            bytes.resize(BLOCK + TAG, 0);
            self.file.read_exact_at(&mut bytes, place(block)).map_err(broken)?;
            let mut tag = Tag::<ChaCha20Poly1305>::default();
            tag.copy_from_slice(&bytes[BLOCK..]);
            bytes.truncate(BLOCK);
            let opened = self.cipher.decrypt_in_place_detached(&nonce(block), b"", &mut bytes, &tag);
            opened.map_err(|_| broken("what was written aside of its texts came back changed"))?;
            *slot = Some((block, bytes));
        }
        Ok(&slot.as_ref().expect("it was put there").1)
    }
}

fn place(block: u64) -> u64 {
    block * (BLOCK + TAG) as u64
}

/// Each block is sealed once under its key, so its number is a nonce of its own.
fn nonce(block: u64) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[..8].copy_from_slice(&block.to_le_bytes());
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_aside_comes_back_and_is_noise_on_the_disk() {
        let file = tempfile::tempfile().unwrap();
        let mut sealed = Sealed::new(file.try_clone().unwrap());
        let texts: Vec<String> = (0..20_000).map(|n| format!("关于{n}的请示")).collect();
        let mut ends = vec![0_u64];
        for text in &texts {
            sealed.push(text.as_bytes()).unwrap();
            ends.push(ends.last().unwrap() + text.len() as u64);
        }
        assert!(sealed.blocks >= 3);
        for at in [0, 1, 7_000, 19_999, 3] {
            let mut back = Vec::new();
            sealed.read(ends[at], ends[at + 1], &mut back).unwrap();
            assert_eq!(String::from_utf8(back).unwrap(), texts[at]);
        }
        let mut disk = vec![0; BLOCK];
        file.read_exact_at(&mut disk, 0).unwrap();
        assert!(!disk.windows(6).any(|window| window == "请示".as_bytes()));
    }

    #[test]
    fn a_changed_block_is_not_believed() {
        let file = tempfile::tempfile().unwrap();
        let mut sealed = Sealed::new(file.try_clone().unwrap());
        sealed.push(&vec![b'x'; BLOCK + 1]).unwrap();
        file.write_all_at(b"y", 100).unwrap();
        assert!(sealed.read(0, 10, &mut Vec::new()).is_err());
    }
}
