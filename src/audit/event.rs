//! What happened, in the words of the trail.

/// One line of the trail in the making: a verb, whom it concerns, and details
/// that are kept apart from it.
#[derive(Clone, Debug)]
pub struct Event {
    pub(super) verb: &'static str,
    pub(super) subjects: Vec<String>,
    pub(super) details: Vec<(&'static str, String)>,
}

impl Event {
    /// `verb` is `subject.past`: `loan.approved`.
    pub fn new(verb: &'static str, subject: impl ToString) -> Self {
        Self { verb, subjects: vec![subject.to_string()], details: Vec::new() }
    }

    /// Concerns this thing too.
    #[must_use]
    pub fn and(mut self, subject: impl ToString) -> Self {
        self.subjects.push(subject.to_string());
        self
    }

    /// A text the line commits to: a name, a title, before and after. Fields of
    /// one event have different names.
    #[must_use]
    pub fn with(mut self, field: &'static str, body: impl ToString) -> Self {
        self.details.push((field, body.to_string()));
        self
    }
}
