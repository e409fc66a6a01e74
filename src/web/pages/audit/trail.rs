use askama::Template;

use crate::web::pages::Frame;

/// 审计记录: what happened, newest first. GET
/// `/trail?person=&actor=&subject=&verb=&from=&to=&after=`.
#[derive(Template)]
#[template(path = "audit/trail.html", config = "config/askama.toml")]
pub struct TrailPage {
    pub frame: Frame,
    pub typed: Typed,
    pub verbs: Vec<Group>,
    pub fault: Option<Fault>,
    pub shown: Shown,
}

/// The form as typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub person: String,
    pub subject: String,
    pub verb: String,
    /// Days, ISO.
    pub from: String,
    pub to: String,
}

/// Verbs of one kind of thing; `value` with its point stands for all of them.
pub struct Group {
    pub value: String,
    pub verbs: Vec<Verb>,
}

pub struct Verb {
    pub value: String,
    pub words: String,
}

/// A field that means nothing; a sentence at it.
pub struct Fault {
    pub field: &'static str,
    pub message: String,
}

/// A page of lines, and where one goes from it.
#[derive(Default)]
pub struct Shown {
    /// Of the whole filter, where it is cheap to say.
    pub total: Option<u64>,
    pub lines: Vec<Line>,
    /// Whether it is the first page.
    pub first: bool,
    pub newest: String,
    pub next: Option<String>,
    pub jsonl: String,
    pub xlsx: String,
    pub filtered: bool,
}

/// One line.
pub struct Line {
    pub n: u64,
    /// ISO, with seconds, in the archive's zone.
    pub at: String,
    pub who: String,
    pub deed: String,
    pub verb: String,
    /// The id of the main subject.
    pub subject: String,
    /// Its name, if it is a person.
    pub name: Option<String>,
    /// How many further subjects there are.
    pub others: u64,
    pub details: String,
    /// The way to the life of the main subject.
    pub life: String,
}

impl TrailPage {
    fn fault_at(&self, field: &str) -> Option<&str> {
        self.fault.as_ref().filter(|fault| fault.field == field).map(|fault| fault.message.as_str())
    }
}
