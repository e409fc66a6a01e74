//! What a file is, by its bytes; by its name only where it is plain text.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The formats that are opened here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Pdf,
    Ofd,
    Docx,
    Xlsx,
    Pptx,
    /// OpenDocument text.
    Odt,
    /// OpenDocument sheets.
    Ods,
    /// OpenDocument slides.
    Odp,
    Rtf,
    Html,
    /// Mail (RFC 5322).
    Eml,
    /// Mail of Outlook.
    Msg,
    /// Word's and WPS's binary form; read through LibreOffice.
    Doc,
    Xls,
    /// PowerPoint's and WPS's binary form; read through LibreOffice.
    Ppt,
    Txt,
    Jpeg,
    Png,
    Tiff,
    /// Office of either kind behind a password: kept, and not opened.
    Locked,
    /// Kept, and not opened.
    Other,
}

/// What holds several formats and is looked into to tell which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// A ZIP file.
    Zip,
    /// A compound file (MS-CFB).
    Compound,
}

impl Format {
    /// The word it is kept by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Ofd => "ofd",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pptx => "pptx",
            Self::Odt => "odt",
            Self::Ods => "ods",
            Self::Odp => "odp",
            Self::Rtf => "rtf",
            Self::Html => "html",
            Self::Eml => "eml",
            Self::Msg => "msg",
            Self::Doc => "doc",
            Self::Xls => "xls",
            Self::Ppt => "ppt",
            Self::Txt => "txt",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Tiff => "tiff",
            Self::Locked => "locked",
            Self::Other => "other",
        }
    }

    /// `head` is the first kilobytes; `name` what the sender called the file. A file that
    /// holds several formats is told by what lies in it ([`holder`]).
    pub(super) fn of(head: &[u8], name: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
        let ending = ending.as_deref();
        // A PDF may carry up to a kilobyte of something else first (ISO 32000-1 H.3.4.1).
        let pdf = head.len() >= 5 && head[..head.len().min(1_024)].windows(5).any(|five| five == b"%PDF-");
        match head {
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Self::Tiff,
            [b'{', b'\\', b'r', b't', b'f', ..] => Self::Rtf,
            _ if pdf => Self::Pdf,
            _ => match ending {
                // The name promises a format that the bytes are not: let its reader say so.
                Some("pdf") => Self::Pdf,
                Some("jpg" | "jpeg") => Self::Jpeg,
                Some("png") => Self::Png,
                Some("tif" | "tiff") => Self::Tiff,
                Some("docx" | "docm") => Self::Docx,
                Some("xlsx" | "xlsm") => Self::Xlsx,
                Some("pptx" | "pptm") => Self::Pptx,
                Some("odt") => Self::Odt,
                Some("ods") => Self::Ods,
                Some("odp") => Self::Odp,
                Some("ofd") => Self::Ofd,
                Some("rtf") => Self::Rtf,
                Some("msg") => Self::Msg,
                Some("doc" | "wps") => Self::Doc,
                Some("xls" | "et") => Self::Xls,
                Some("ppt" | "dps") => Self::Ppt,
                Some("eml") => Self::Eml,
                Some("htm" | "html" | "xhtml") => Self::Html,
                Some("txt" | "text" | "log" | "md" | "csv") => Self::Txt,
                _ => Self::Other,
            },
        }
    }

    /// Of a ZIP file whose members have these names and, if one is called `mimetype`, that type.
    pub(super) fn of_members(names: &[String], mimetype: &str) -> Option<Self> {
        let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        let open = mimetype.strip_prefix("application/vnd.oasis.opendocument.");
        Some(match open.map(|kind| kind.trim().trim_end_matches("-template")) {
            Some("text") => Self::Odt,
            Some("spreadsheet") => Self::Ods,
            Some("presentation") => Self::Odp,
            Some(_) => return None,
            None if has("OFD.xml") => Self::Ofd,
            None if has("word/document.xml") => Self::Docx,
            None if has("xl/workbook.xml") || has("xl/workbook.bin") => Self::Xlsx,
            None if has("ppt/presentation.xml") => Self::Pptx,
            None => return None,
        })
    }

    /// Of a compound file whose root holds streams and storages of these names.
    pub(super) fn of_streams(names: &[String]) -> Option<Self> {
        let has = |wanted: &str| names.iter().any(|name| name == wanted);
        Some(match () {
            () if has("EncryptedPackage") => Self::Locked,
            () if has("__properties_version1.0") => Self::Msg,
            () if has("WordDocument") => Self::Doc,
            () if has("Workbook") || has("Book") => Self::Xls,
            () if has("PowerPoint Document") => Self::Ppt,
            () => return None,
        })
    }
}

/// What `head` begins, if it holds several formats.
pub(super) fn holder(head: &[u8]) -> Option<Holder> {
    match head {
        [b'P', b'K', 3, 4, ..] => Some(Holder::Zip),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some(Holder::Compound),
        _ => None,
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
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
            (b"{\\rtf1", "a.doc", Format::Rtf),
            (b"hello", "a.TXT", Format::Txt),
            (b"garbage", "a.jpg", Format::Jpeg),
            (b"", "a.txt", Format::Txt),
            (b"MZ", "a.exe", Format::Other),
        ] {
            assert_eq!(Format::of(head, name), format, "{name}");
        }
    }

    #[test]
    fn what_lies_in_a_file_says_what_it_is() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (members, mimetype, format) in [
            (&["[Content_Types].xml", "word/document.xml"][..], "", Some(Format::Docx)),
            (&["ofd.xml"], "", Some(Format::Ofd)),
            (&["mimetype", "content.xml"], "application/vnd.oasis.opendocument.text-template", Some(Format::Odt)),
            (&["a.txt"], "", None),
        ] {
            assert_eq!(Format::of_members(&names(members), mimetype), format, "{members:?}");
        }
        assert_eq!(Format::of_streams(&names(&["EncryptionInfo", "EncryptedPackage"])), Some(Format::Locked));
        assert_eq!(Format::of_streams(&names(&["Workbook"])), Some(Format::Xls));
        assert_eq!(Format::of_streams(&names(&["Contents"])), None);
    }
}
