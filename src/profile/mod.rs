//! What a rule says, as data: categories, schemes of codes, words for periods, deadlines.
//!
//! The files of `config/` are compiled in; a folder with files of the same names
//! replaces them, and `schemes/*.toml` there adds further schemes. A profile that
//! loads is complete: every rule names its source, every scheme can be parsed and
//! counted by, and an unknown key or file is refused instead of ignored.
//!
//! # Why
//!
//! No Rust names a regulation. An archive may keep codes that no standard
//! describes, and its rules change while its records stay.

mod carrier;
mod category;
mod column;
mod deadline;
mod load;
mod post;
mod retention;
mod scheme;
mod template;

pub use carrier::{Carrier, FileNeeded};
pub use category::{Category, SecondLevel, Unit};
pub use column::{Column, Field};
pub use deadline::{Deadline, HandoverRules};
pub use load::{Profile, ProfileError};
pub use post::Post;
pub use retention::{PermanentWords, RetentionWords, TermWords, UndecidedWords};
pub use scheme::{Charset, Element, ElementError, Form, Kind, Preset, Separator, TextRule, check_elements};
pub use template::{Template, TemplateColumn, Templates};
