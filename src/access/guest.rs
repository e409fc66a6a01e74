//! Who asks.

use super::{Facts, Functions, Permit, Purpose, Reach, Right, Role, Scope, grant::Held};
use crate::kernel::{Actor, Id, Instant, Person, Record};

/// How long a permit to read lasts: one page or one download is asked for and
/// answered within it.
const PERMIT_SECONDS: i64 = 600;

/// Who asks: somebody known, the operator, or the archive itself. Read anew for every
/// request, so that a change of right takes effect in the next one.
#[derive(Clone, Debug)]
pub struct Guest {
    pub(super) actor: Actor,
    pub(super) role: Role,
    pub(super) clearance: i64,
    /// The grants that hold today, departments worked out.
    pub(super) grants: Vec<Held>,
    /// Of a token for programs: what it is for. `None`: everything of its owner.
    pub(super) narrowed: Option<Functions>,
    /// The password is one that somebody else knows.
    pub(super) password_due: bool,
    /// Sent back with every form of this session.
    pub csrf: String,
}

impl Guest {
    /// The command line without a person's token, holding the archive's lock:
    /// may do an archivist's work, and is never shown sealed content.
    pub fn operator() -> Self {
        let whole = Held { functions: Functions::of_data(Role::Archivist), scope: Scope::up_to(0) };
        Self {
            actor: Actor::Operator,
            role: Role::Archivist,
            clearance: 0,
            grants: vec![whole],
            narrowed: None,
            password_due: false,
            csrf: String::new(),
        }
    }

    /// The archive itself, going on with what somebody began.
    pub fn machine(work: &'static str) -> Self {
        Self { actor: Actor::Machine(work), ..Self::operator() }
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    /// `None` for the operator and the archive itself.
    pub fn person(&self) -> Option<&Id<Person>> {
        match &self.actor {
            Actor::Person { id, .. } => Some(id),
            _ => None,
        }
    }
    pub fn role(&self) -> Role {
        self.role
    }
    pub fn clearance(&self) -> i64 {
        self.clearance
    }
    /// Whether the password must be changed before anything else.
    pub fn password_due(&self) -> bool {
        self.password_due
    }
    /// Whether this is a person at a browser or a terminal, not a program's token: only
    /// they change their own account.
    pub fn in_person(&self) -> bool {
        self.narrowed.is_none() && self.person().is_some()
    }

    /// Whether the guest has this function at all; on what part of the holdings, says
    /// [`Self::reach_for`].
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
            && self.narrowed.as_ref().is_none_or(|only| only.has(right))
            && (!right.is_of_data() || self.grants.iter().any(|held| held.functions.has(right)))
    }

    /// Whether the guest arranges this fonds; `None`: any, as for a new one.
    pub fn arranges(&self, fonds: Option<&str>) -> bool {
        let reach = self.reach_for(Right::Arrange);
        fonds.map_or_else(|| reach.is_whole(), |code| reach.holds_fonds(code))
    }

    /// What the guest may know of.
    pub fn reach(&self) -> Reach {
        self.reach_for(Right::Search)
    }

    /// The part of the holdings on which the guest has this function: as granted, and
    /// never above the clearance.
    pub fn reach_for(&self, right: Right) -> Reach {
        if !self.may(right) {
            return Reach::nothing();
        }
        let capped = |held: &Held| Scope {
            secrecy_at_most: held.scope.secrecy_at_most.min(self.clearance),
            ..held.scope.clone()
        };
        Reach::of(self.grants.iter().filter(|held| held.functions.has(right)).map(capped).collect())
    }

    /// Leave to open `record` of these facts; `None` is a refusal. Takes the function to
    /// read *and* knowing of the record.
    pub fn permit(&self, record: &Id<Record>, facts: &Facts<'_>, purpose: Purpose, now: Instant) -> Option<Permit> {
        let reached = self.reach().covers(facts) && self.reach_for(Right::Read).covers(facts);
        reached.then(|| Permit::new(self.actor.clone(), record.clone(), purpose, now.plus_seconds(PERMIT_SECONDS)))
    }
}
