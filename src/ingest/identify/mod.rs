//! What a file is (格式识别), told from its bytes by PRONOM's signatures.
//!
//! The signatures are data: `config/pronom/pronom.jsonl`, with its version in its first
//! line, and `config/pronom/lantai.jsonl` for what PRONOM does not know (OFD, GB/T 33190).
//! Both are compiled in; the operator may name another file for the first
//! (`reading.signatures`). `config/pronom/README.md` states the form.
//!
//! # How it is told
//!
//! 1. A ZIP or an OLE2 file is opened and the streams that signatures name are looked at
//!    ([`container`]). What matches there is the answer.
//! 2. Else the bytes themselves are matched ([`matching`]): from the beginning, from the
//!    end, anywhere.
//! 3. Of what matches, those go over which another one that matches has priority.
//! 4. Where nothing matches, the ending of the name is looked at, and only formats count
//!    that have no signature: a file called `.pdf` that is no PDF is not called one.
//!
//! More than one format may remain. All are told; first comes one of whose endings the
//! name has, then ours, then `fmt` before `x-fmt`, the lower number first.
//!
//! # Bounds (ours)
//!
//! Of a file the first and last [`HALF`] bytes are seen, so that one of up to twice that
//! is seen whole; what lies between is not. A gap without an upper bound may reach over
//! the middle, any other may not. DROID sees 64 KiB from each end by default.
//! Of a stream in a container the first [`STREAM`] bytes are seen, of all streams
//! together [`STREAMS`]; to find them [`DIRECTORY`] bytes are read.
//! All work is paid for out of a [`FUEL`] of steps. Where one of these runs out the
//! answer is "cannot tell" with its reason, never a guess.

mod container;
mod data;
mod floating;
mod fuel;
mod known;
mod matching;
mod meter;
mod pattern;
#[cfg(test)]
mod scored;
mod tell;
mod verdict;
mod window;

pub use data::{SignatureError, Signatures};
pub use verdict::{Basis, Identified, Known};

/// Bytes seen of either end of a file.
const HALF: u64 = 512 << 10;

/// Bytes seen of one stream in a container.
const STREAM: u64 = 256 << 10;

/// Bytes seen of all streams of a container.
const STREAMS: u64 = 8 << 20;

/// Bytes read to open a container: 180,000 entries of a ZIP, an OLE2 of 1 GiB.
const DIRECTORY: u64 = 8 << 20;

/// Steps for one file. A scan of 1 MiB costs some thousands, an attempt at a place a few.
const FUEL: u64 = 4_000_000;
