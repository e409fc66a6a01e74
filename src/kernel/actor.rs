//! Who acts.

use super::{Id, Person};

/// Who a change is done by. `access` makes people, `cli` the operator, `jobs`
/// the machine itself; none of them is a default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person signed in, or the owner of a token.
    Person { id: Id<Person>, name: String },
    /// The command line without a person's token, holding the archive's lock.
    /// Never shown sealed content.
    Operator,
    /// The archive itself, doing work somebody's act asked for.
    Machine(&'static str),
}

impl Actor {
    /// The actor as the trail writes it: `person:<id>`, `operator`, `machine:<name>`.
    /// ASCII, and no name of a person in it.
    pub fn id_text(&self) -> String {
        match self {
            Self::Person { id, .. } => format!("person:{id}"),
            Self::Operator => "operator".to_owned(),
            Self::Machine(name) => format!("machine:{name}"),
        }
    }

    /// What people call the actor.
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } => name,
            Self::Operator => "operator",
            Self::Machine(name) => name,
        }
    }
}
