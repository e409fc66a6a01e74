//! The parts of a workbook that is a ZIP file, each read as a stream.
//!
//! What a part says of its size may be a lie, so bytes are counted as they come out, and
//! a part is read to its end once, its checksum with it, before a row of it is believed.

use super::{
    super::Opens,
    trouble::{Trouble, broken},
};
use crate::vault::Bytes;
use flate2::read::DeflateDecoder;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use zip::{CompressionMethod, ZipArchive, read::ZipFile};

/// Most bytes the parts read of a workbook may unpack to (ours): a full sheet of a
/// million rows and forty columns is below it.
pub(super) const MOST_BYTES: u64 = 4 << 30;

/// A part beyond [`FREE`] may unpack to so many times what it weighs (ours). Sheets come
/// to ten to thirty times, what deflate can do at most is a thousand.
const MOST_TIMES: u64 = 300;
const FREE: u64 = 64 << 20;

type Archive = ZipArchive<BufReader<Box<dyn Bytes>>>;

pub(super) struct Parts<'a> {
    source: &'a dyn Opens,
    archive: Archive,
    /// Bytes that may still be unpacked.
    left: u64,
}

/// Where a part lies.
pub(super) struct Part {
    start: u64,
    packed: u64,
    deflated: bool,
}

impl<'a> Parts<'a> {
    pub fn open(source: &'a dyn Opens) -> Result<Self, Trouble> {
        let file = source.open().map_err(Trouble::Source)?;
        let archive = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        Ok(Self { source, archive, left: MOST_BYTES })
    }

    /// The name of the part that is meant by `name`, in whatever letters.
    pub fn named(&self, name: &str) -> Option<String> {
        let names = || self.archive.file_names().filter_map(Result::ok);
        let exact = names().find(|found| **found == *name);
        exact.or_else(|| names().find(|found| found.eq_ignore_ascii_case(name))).map(std::borrow::Cow::into_owned)
    }

    /// Reads a part once to its end through `read`, which may stop earlier.
    pub fn through<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut dyn Read) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let at = self.archive.index_for_name(name).ok_or_else(|| broken(format!("it has no part {name}")))?;
        let mut counted = Counted::of(self.archive.by_index(at).map_err(broken)?, self.left);
        let answer = read(&mut counted)?;
        io::copy(&mut counted, &mut io::sink()).map_err(broken)?;
        self.left -= counted.given;
        Ok(answer)
    }

    /// Where a part lies, to be opened again and again.
    pub fn place(&mut self, name: &str) -> Result<Part, Trouble> {
        let at = self.archive.index_for_name(name).ok_or_else(|| broken(format!("it has no part {name}")))?;
        let part = self.archive.by_index(at).map_err(broken)?;
        let deflated = match part.compression() {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            other => return Err(broken(format!("{name} is packed by {other}"))),
        };
        let start = part.data_start().ok_or_else(|| broken(format!("{name} has no place")))?;
        Ok(Part { start, packed: part.compressed_size(), deflated })
    }

    /// A part that was read [through](Self::through) before, from its first byte.
    pub fn again(&self, part: &Part) -> Result<Box<dyn Read + Send>, Trouble> {
        let mut file = self.source.open().map_err(Trouble::Source)?;
        file.seek(SeekFrom::Start(part.start)).map_err(broken)?;
        let packed = file.take(part.packed);
        Ok(if part.deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) })
    }
}

/// A part as it unpacks.
struct Counted<'a, R: Read + Seek> {
    part: ZipFile<'a, R>,
    given: u64,
    most: u64,
    left: u64,
}

impl<'a, R: Read + Seek> Counted<'a, R> {
    fn of(part: ZipFile<'a, R>, left: u64) -> Self {
        let most = part.compressed_size().saturating_mul(MOST_TIMES).max(FREE);
        Self { part, given: 0, most, left }
    }
}

impl<R: Read + Seek> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.part.read(into)?;
        self.given += count as u64;
        if self.given > self.left {
            return Err(io::Error::other(format!("it unpacks to more than {MOST_BYTES} bytes")));
        }
        if self.given > self.most {
            return Err(io::Error::other(format!("it unpacks to more than {MOST_TIMES} times its size")));
        }
        Ok(count)
    }
}

/// Unpacks every part to nowhere and counts.
pub(in crate::ingest) fn refuse_bombs(file: impl Read + Seek, most: u64) -> Result<(), String> {
    let mut parts = ZipArchive::new(file).map_err(|error| error.to_string())?;
    let mut left = most;
    for part in 0..parts.len() {
        let part = parts.by_index(part).map_err(|error| error.to_string())?;
        let bytes = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|error| error.to_string())?;
        left = left.checked_sub(bytes).ok_or_else(|| format!("it unpacks to more than {most} bytes"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Source;
    use std::io::{Cursor, Write as _};
    use zip::{ZipWriter, write::SimpleFileOptions};

    #[test]
    fn a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write_string(0, 0, "x".repeat(30_000)).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        assert!(refuse_bombs(Cursor::new(&bytes), 20_000).unwrap_err().starts_with("it unpacks to more"));
        assert_eq!(refuse_bombs(Cursor::new(&bytes), MOST_BYTES), Ok(()));
    }

    #[test]
    fn a_part_that_swells_is_refused_and_one_that_is_damaged_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.xlsx");
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("bomb", SimpleFileOptions::default()).unwrap();
        for _ in 0..80 {
            zip.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        zip.start_file("stored", SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        zip.write_all(b"what is stored").unwrap();
        let mut bytes = zip.finish().unwrap().into_inner();
        let at = bytes.windows(14).position(|window| window == b"what is stored").unwrap();
        bytes[at] = b'W';
        std::fs::write(&path, bytes).unwrap();
        let source = Source::Plain(path);
        let mut parts = Parts::open(&source).unwrap();
        let mut why = |name: &str| match parts.through(name, |_| Ok(())) {
            Err(Trouble::Broken(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(why("bomb").contains("300 times"));
        assert!(why("stored").to_lowercase().contains("checksum"));
        assert!(why("none").contains("no part none"));
    }
}
