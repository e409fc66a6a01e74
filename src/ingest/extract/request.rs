//! What is asked of a child, and what it answers.

use super::Format;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A request, as JSON behind its length.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    Examine { path: PathBuf, name: String },
    Extract { path: PathBuf, name: String },
    Render { path: PathBuf, name: String, page: u32, width: u32 },
}

/// The answer; a picture follows as bytes behind its length.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    Examined(Examined),
    Reading(Reading),
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
