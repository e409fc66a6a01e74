//! Carriers (载体) as they are written.

use super::header::plain;
use crate::profile::{Carrier, Profile};

/// The carrier that a word means: `纸质`, `paper`, `纸质、电子`.
pub fn carrier<'a>(profile: &'a Profile, word: &str) -> Option<&'a Carrier> {
    profile.carrier_by_word(&plain(word))
}

/// The carriers there are, for whoever wrote another.
pub fn carriers(profile: &Profile) -> String {
    let names: Vec<&str> = profile.carriers.iter().map(|carrier| carrier.name.as_str()).collect();
    names.join("、")
}
