//! What is asked of a child, and what it answers.

use super::Format;
use crate::ingest::identify::Identified;
use crate::vault::Source;
use serde::{Deserialize, Serialize};

/// Where a file lies, as it is told to a child: a path as the hex of its bytes, since
/// names of old systems are no UTF-8.
mod wire {
    use crate::vault::{ReceivedFile, Source};
    use data_encoding::HEXLOWER;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
    use std::{
        ffi::OsString,
        os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    };

    #[derive(Serialize, Deserialize)]
    enum Told {
        Plain(String),
        /// With its key: the child opens it in its own memory, and no plaintext needs a place.
        Received(String, String),
    }

    pub fn serialize<S: Serializer>(source: &Source, to: S) -> Result<S::Ok, S::Error> {
        let told = match source {
            Source::Plain(path) => Told::Plain(HEXLOWER.encode(path.as_os_str().as_bytes())),
            Source::Received(file) => {
                Told::Received(HEXLOWER.encode(file.path().as_os_str().as_bytes()), HEXLOWER.encode(file.key()))
            }
        };
        told.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Source, D::Error> {
        let bytes = |hex: String| HEXLOWER.decode(hex.as_bytes()).map_err(D::Error::custom);
        Ok(match Told::deserialize(from)? {
            Told::Plain(path) => Source::Plain(OsString::from_vec(bytes(path)?).into()),
            Told::Received(path, key) => {
                let key = bytes(key)?.try_into().map_err(|_| D::Error::custom("a key has 32 bytes"))?;
                Source::Received(ReceivedFile::told(OsString::from_vec(bytes(path)?).into(), key))
            }
        })
    }
}

/// A request, as JSON behind its length.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    Examine {
        #[serde(with = "wire")]
        file: Source,
        name: String,
    },
    Identify {
        #[serde(with = "wire")]
        file: Source,
        name: String,
    },
    Extract {
        #[serde(with = "wire")]
        file: Source,
        name: String,
    },
    Render {
        #[serde(with = "wire")]
        file: Source,
        name: String,
        page: u32,
        width: u32,
    },
}

/// The answer; a picture follows as bytes behind its length.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    Examined(Examined),
    Identified(Identified),
    Reading(Reading),
    /// Only LibreOffice reads this form.
    Office(Format),
    /// Base64 (RFC 4648 §4) of a JPEG.
    Picture(String),
    Failed(String),
}

/// What a look at a file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examined {
    pub format: Format,
    /// `None` where the format has none, or they cannot be counted.
    pub pages: Option<u32>,
    /// Why it is not whole.
    pub fault: Option<String>,
    /// Its format by PRONOM; `None` where that could not be looked at.
    pub identified: Option<Identified>,
}

impl Examined {
    /// It could not be looked at, and why.
    pub(super) fn failed(why: String) -> Self {
        Self { format: Format::Other, pages: None, fault: Some(why), identified: None }
    }
}

/// What reading a file for its text gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// One text a page.
    Read {
        pages: Vec<String>,
    },
    /// Read, and there is none.
    NoText {
        pages: u32,
    },
    CouldNotRead {
        reason: String,
    },
}
