//! What a role may do, and what a permit takes. What is not granted is denied.

use std::{fmt, str::FromStr};

/// What somebody is in the archive: one role a person, so that nobody is two of the
/// three officers (三员分立), nor one of them and an archivist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// 档案员: takes in, arranges, describes.
    Archivist,
    /// 利用者: searches and reads.
    Staff,
    /// 系统管理员: health and configuration; no content, no grants.
    SystemAdministrator,
    /// 安全保密员: people, grants, clearances; no content.
    SecurityOfficer,
    /// 安全审计员: reads the trail; changes nothing.
    Auditor,
}

/// A function of the archive that a route or a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Search, and see records' descriptions.
    Search,
    /// Open the content of records.
    Read,
    /// Take in batches and see them.
    Ingest,
    /// Fonds, schemes, codes.
    Arrange,
    /// Check the archive's bytes, rebuild its index.
    Maintain,
    /// See the health of what the archive stands on.
    Health,
    /// Settings of the installation.
    Configure,
    /// People, departments, posts, grants, sessions of others.
    People,
    /// Read the trail.
    Trail,
}

impl Role {
    pub const ALL: [Self; 5] =
        [Self::Archivist, Self::Staff, Self::SystemAdministrator, Self::SecurityOfficer, Self::Auditor];

    pub fn may(self, right: Right) -> bool {
        use Right::{Arrange, Configure, Health, Ingest, Maintain, People, Read, Search, Trail};
        match self {
            Self::Archivist => matches!(right, Search | Read | Ingest | Arrange | Maintain | Health),
            Self::Staff => matches!(right, Search | Read),
            Self::SystemAdministrator => matches!(right, Maintain | Health | Configure),
            Self::SecurityOfficer => matches!(right, People),
            Self::Auditor => matches!(right, Trail),
        }
    }

    /// Whether it is one of the three (三员): no content, no grants, no posts; never
    /// turned into another role, and the last holder stays.
    pub fn is_officer(self) -> bool {
        matches!(self, Self::SystemAdministrator | Self::SecurityOfficer | Self::Auditor)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Archivist => "archivist",
            Self::Staff => "staff",
            Self::SystemAdministrator => "sysadmin",
            Self::SecurityOfficer => "security",
            Self::Auditor => "auditor",
        }
    }
}

impl Right {
    pub const ALL: [Self; 9] = [
        Self::Search,
        Self::Read,
        Self::Ingest,
        Self::Arrange,
        Self::Maintain,
        Self::Health,
        Self::Configure,
        Self::People,
        Self::Trail,
    ];

    /// Whether the function works on the holdings, so that it also needs a grant of data.
    pub fn is_of_data(self) -> bool {
        matches!(self, Self::Search | Self::Read | Self::Ingest | Self::Arrange)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Read => "read",
            Self::Ingest => "ingest",
            Self::Arrange => "arrange",
            Self::Maintain => "maintain",
            Self::Health => "health",
            Self::Configure => "configure",
            Self::People => "people",
            Self::Trail => "trail",
        }
    }
}

/// Some functions, as a row keeps them: their words with a blank between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Functions(Vec<Right>);

impl Functions {
    pub fn of(rights: impl IntoIterator<Item = Right>) -> Self {
        let mut rights: Vec<Right> = rights.into_iter().collect();
        rights.sort_unstable();
        rights.dedup();
        Self(rights)
    }

    /// All of a role that work on the holdings.
    pub fn of_data(role: Role) -> Self {
        Self::of(Right::ALL.into_iter().filter(|right| right.is_of_data() && role.may(*right)))
    }

    pub fn has(&self, right: Right) -> bool {
        self.0.contains(&right)
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = Right> {
        self.0.iter().copied()
    }
}

impl fmt::Display for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|right| right.word()).collect::<Vec<_>>().join(" "))
    }
}
impl FromStr for Functions {
    type Err = ();
    /// `Err` for a word that is no function.
    fn from_str(text: &str) -> Result<Self, ()> {
        text.split_whitespace().map(str::parse).collect::<Result<Vec<Right>, ()>>().map(Self::of)
    }
}
impl FromStr for Right {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|right| right.word() == text).ok_or(())
    }
}
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
impl FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.word() == text).ok_or(())
    }
}
