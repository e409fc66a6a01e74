//! A CSV catalogue: its encoding and delimiter are found in its head, then its
//! rows are streamed. UTF-16, which Excel calls Unicode text, is UTF-8 from here on.

use super::{
    CatalogueError, Cell, Columns, HEADER_WITHIN, MOST_COLUMNS, Mapping, Opens, Row,
    delimited::{Broken, Delimited, RawRow},
};
use encoding_rs::{Decoder, DecoderResult, GB18030, UTF_16BE, UTF_16LE};
use std::{
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

/// How much of the file is looked at to guess, in bytes.
const HEAD: usize = 64 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
    /// Read as UTF-8, which it was made into.
    Utf16,
}

impl Encoding {
    /// Of a file without a byte order mark: the first line that is not ASCII
    /// decides. A header has Chinese words, so that is nearly always line 1.
    fn guess(head: &[u8]) -> Self {
        let line = head.split(|byte| *byte == b'\n').find(|line| !line.is_ascii());
        match line.map(std::str::from_utf8) {
            None | Some(Ok(_)) => Self::Utf8,
            // Cut by the end of the head, not by a fault.
            Some(Err(error)) if error.error_len().is_none() => Self::Utf8,
            Some(Err(_)) => Self::Gb18030,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
            Self::Utf16 => "UTF-16",
        }
    }

    fn decode(self, bytes: Vec<u8>) -> Option<String> {
        match self {
            Self::Utf8 | Self::Utf16 => String::from_utf8(bytes).ok(),
            Self::Gb18030 => {
                GB18030.decode_without_bom_handling_and_without_replacement(&bytes).map(std::borrow::Cow::into_owned)
            }
        }
    }
}

pub struct TextRows {
    path: PathBuf,
    encoding: Encoding,
    rows: Delimited<BufReader<Box<dyn Read + Send>>>,
}

impl TextRows {
    /// Opens the file and finds encoding, delimiter and header; the first row
    /// given afterwards is the one below the header.
    pub fn open(path: &Path, source: &dyn Opens, mapping: &Mapping) -> Result<(Self, Columns), CatalogueError> {
        let io = |source| CatalogueError::Io { path: path.to_owned(), source };
        let (file, marked) = text_of(source, io)?;
        let mut head = Vec::new();
        file.take(HEAD as u64).read_to_end(&mut head).map_err(io)?;
        let encoding = marked.unwrap_or_else(|| Encoding::guess(&head));
        let (delimiter, columns) = guess_delimiter(&head, encoding, mapping)?;
        let rows = Delimited::new(BufReader::with_capacity(HEAD, text_of(source, io)?.0), delimiter);
        let mut text = Self { path: path.to_owned(), encoding, rows };
        text.skip_to(columns.header_row())?;
        Ok((text, columns))
    }

    pub fn next_row(&mut self) -> Option<Result<Row, CatalogueError>> {
        loop {
            match self.rows.next_row() {
                Ok(None) => return None,
                Ok(Some(raw)) if raw.is_blank() => {}
                Ok(Some(raw)) => return Some(decode(raw, self.encoding)),
                Err(broken) => return Some(Err(self.error(broken))),
            }
        }
    }

    fn skip_to(&mut self, header: u64) -> Result<(), CatalogueError> {
        for _ in 0..header {
            self.rows.next_row().map_err(|broken| self.error(broken))?;
        }
        Ok(())
    }

    fn error(&self, broken: Broken) -> CatalogueError {
        match broken {
            Broken::Row(error) => error,
            Broken::Io(source) => CatalogueError::Io { path: self.path.clone(), source },
        }
    }
}

/// The file from the first byte after its byte order mark, and the encoding that names.
fn text_of(
    source: &dyn Opens,
    io: impl Fn(io::Error) -> CatalogueError,
) -> Result<(Box<dyn Read + Send>, Option<Encoding>), CatalogueError> {
    let mut file = source.open().map_err(CatalogueError::Source)?;
    let mut mark = Vec::new();
    (&mut file).take(3).read_to_end(&mut mark).map_err(&io)?;
    let (skip, encoding) = match mark.as_slice() {
        [0xEF, 0xBB, 0xBF] => (3, Some(Encoding::Utf8)),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => (2, Some(Encoding::Utf16)),
        _ => (0, None),
    };
    let begun = io::Cursor::new(mark.split_off(skip)).chain(file);
    Ok(match (encoding, mark.as_slice()) {
        (Some(Encoding::Utf16), [0xFF, ..]) => {
            (Box::new(Transcoded::of(begun, UTF_16LE.new_decoder_without_bom_handling())), encoding)
        }
        (Some(Encoding::Utf16), _) => {
            (Box::new(Transcoded::of(begun, UTF_16BE.new_decoder_without_bom_handling())), encoding)
        }
        _ => (Box::new(begun), encoding),
    })
}

/// Text of another encoding as UTF-8; where it is none, a byte that is no UTF-8, so that
/// its row is told.
struct Transcoded<R> {
    from: R,
    decoder: Decoder,
    /// Read and not decoded.
    raw: Vec<u8>,
    /// Decoded and not given.
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Transcoded<R> {
    fn of(from: R, decoder: Decoder) -> Self {
        Self { from, decoder, raw: Vec::new(), text: Vec::new(), given: 0, ended: false }
    }

    fn decode(&mut self) -> io::Result<()> {
        let mut block = [0; 32 << 10];
        let count = self.from.read(&mut block)?;
        self.ended = count == 0;
        self.raw.extend_from_slice(&block[..count]);
        let mut text = vec![0; 4 * self.raw.len() + 16];
        let (mut read, mut written) = (0, 0);
        loop {
            let (result, took, gave) =
                self.decoder.decode_to_utf8_without_replacement(&self.raw[read..], &mut text[written..], self.ended);
            read += took;
            written += gave;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::Malformed(..) => {
                    text[written] = 0xFF;
                    written += 1;
                }
                DecoderResult::OutputFull => text.resize(text.len() + self.raw.len() + 16, 0),
            }
        }
        self.raw.clear();
        text.truncate(written);
        (self.text, self.given) = (text, 0);
        Ok(())
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.decode()?;
        }
        let count = (&self.text[self.given..]).read(into)?;
        self.given += count;
        Ok(count)
    }
}

fn decode(raw: RawRow, encoding: Encoding) -> Result<Row, CatalogueError> {
    let (row, line) = (raw.number, raw.line);
    if raw.cells.len() > MOST_COLUMNS {
        return Err(CatalogueError::Wide { row, limit: MOST_COLUMNS });
    }
    if encoding == Encoding::Gb18030 && is_utf8_chinese(&raw.cells) {
        return Err(CatalogueError::Mixed { row, line });
    }
    let mut cells = Vec::with_capacity(raw.cells.len());
    for cell in raw.cells {
        let text = encoding.decode(cell).ok_or(CatalogueError::Undecodable { row, line, encoding: encoding.name() })?;
        cells.push(Cell::from_text(text));
    }
    Ok(Row { number: row, cells })
}

/// Whether the row reads as UTF-8 with Chinese in it: as GB18030 that would be
/// an odd accident, and its reading as GB18030 would be nonsense in the record.
fn is_utf8_chinese(cells: &[Vec<u8>]) -> bool {
    let mut chinese = false;
    for cell in cells.iter().filter(|cell| !cell.is_ascii()) {
        let Ok(text) = std::str::from_utf8(cell) else { return false };
        chinese |= text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    }
    chinese
}

/// The delimiter under which a header is found; the comma's error if none is.
fn guess_delimiter(head: &[u8], encoding: Encoding, mapping: &Mapping) -> Result<(u8, Columns), CatalogueError> {
    let (mut first, mut best): (_, Option<(u8, Columns)>) = (None, None);
    for delimiter in [b',', b'\t', b';'] {
        match Columns::find(&top_rows(head, delimiter, encoding), mapping) {
            // Any row will do then, so that the most of one decides.
            Ok(columns) if mapping.lenient => {
                let worth = |columns: &Columns| (columns.understood(), columns.headers().len());
                if best.as_ref().is_none_or(|(_, best)| worth(best) < worth(&columns)) {
                    best = Some((delimiter, columns));
                }
            }
            Ok(columns) => return Ok((delimiter, columns)),
            Err(error) => first = first.or(Some(error)),
        }
    }
    best.ok_or_else(|| first.expect("three delimiters were tried"))
}

fn top_rows(head: &[u8], delimiter: u8, encoding: Encoding) -> Vec<Row> {
    let mut reader = Delimited::new(io::Cursor::new(head), delimiter);
    // A row that cannot be read here is reported when the rows are streamed.
    std::iter::from_fn(|| reader.next_row().ok().flatten())
        .take(HEADER_WITHIN)
        .filter_map(|raw| decode(raw, encoding).ok())
        .collect()
}
