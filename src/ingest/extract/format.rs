//! What a file is, by its first bytes; by its name only where it is plain text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The formats that are opened here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Pdf,
    Docx,
    Txt,
    Jpeg,
    Png,
    Tiff,
    /// Kept, and not opened.
    Other,
}

impl Format {
    /// `head` is the first kilobytes; `name` what the sender called the file.
    pub fn of(head: &[u8], name: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        let ending = ending.as_deref();
        // A PDF may carry up to a kilobyte of something else first (ISO 32000-1 H.3.4.1).
        let pdf = head.len() >= 5 && head[..head.len().min(1_024)].windows(5).any(|five| five == b"%PDF-");
        match head {
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Self::Tiff,
            _ if pdf => Self::Pdf,
            [b'P', b'K', 3, 4, ..] if ending == Some("docx") => Self::Docx,
            _ => match ending {
                Some("txt" | "text" | "log" | "md" | "csv") => Self::Txt,
                // The name promises a format that the bytes are not: let its reader say so.
                Some("pdf") => Self::Pdf,
                Some("jpg" | "jpeg") => Self::Jpeg,
                Some("png") => Self::Png,
                Some("tif" | "tiff") => Self::Tiff,
                Some("docx") => Self::Docx,
                _ => Self::Other,
            },
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Txt => "txt",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Tiff => "tiff",
            Self::Other => "other",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_before_names() {
        for (head, name, format) in [
            (&b"%PDF-1.7"[..], "a.txt", Format::Pdf),
            (b"\x00\x00junk%PDF-1.4", "a.pdf", Format::Pdf),
            (b"\xff\xd8\xff\xe0", "0001", Format::Jpeg),
            (b"II*\0", "a", Format::Tiff),
            (b"PK\x03\x04", "a.docx", Format::Docx),
            (b"PK\x03\x04", "a.zip", Format::Other),
            (b"hello", "a.TXT", Format::Txt),
            (b"garbage", "a.jpg", Format::Jpeg),
            (b"", "a.txt", Format::Txt),
            (b"MZ", "a.exe", Format::Other),
        ] {
            assert_eq!(Format::of(head, name), format, "{name}");
        }
    }
}
