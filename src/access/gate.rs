//! The gate: what signing in and every request stand on.

use super::{AccessError, Guest, factor::Desk, oidc::Line, seen::Seen};
use crate::{
    db::Db,
    kernel::{Clock, Day},
};
use std::{sync::Arc, time::Duration};

/// What the installation says about signing in. Times in whole seconds.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The archive's time zone (IANA): a grant begins and ends with a day there.
    pub zone: String,
    /// A browser's session ends after so long without a request.
    pub idle: Duration,
    /// A browser's session ends after so long in any case.
    pub longest: Duration,
    /// The command line's token ends after so long.
    pub token: Duration,
    pub passwords: PasswordRules,
    /// Failed attempts before an account is shut, and before an address is.
    pub account_failures: i64,
    pub address_failures: i64,
    /// How long the first time; each further failure doubles it.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    pub second_factor: SecondFactor,
}

/// What a password must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// In characters.
    pub shortest: usize,
    /// How many of: small letters, capitals, digits, anything else.
    pub kinds: usize,
}

/// Who must have a second factor before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Whoever wants one has one.
    Offered,
    /// The three officers must.
    Officers,
    Everybody,
}

impl Default for Rules {
    /// What `config/lantai.toml` says.
    fn default() -> Self {
        Self {
            zone: "Asia/Shanghai".to_owned(),
            idle: Duration::from_secs(30 * 60),
            longest: Duration::from_secs(12 * 3600),
            token: Duration::from_secs(30 * 86_400),
            passwords: PasswordRules { shortest: 10, kinds: 2 },
            account_failures: 5,
            address_failures: 50,
            first_wait: Duration::from_secs(30),
            longest_wait: Duration::from_secs(3600),
            second_factor: SecondFactor::Offered,
        }
    }
}

/// Lets people in and says whom a token stands for.
pub struct Gate {
    pub(super) db: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rules: Rules,
    pub(super) seen: Seen,
    pub(super) desk: Desk,
    pub(super) provider: Option<Line>,
}

impl Gate {
    pub fn new(db: Db, clock: Arc<dyn Clock>, rules: Rules) -> Self {
        Self { db, clock, rules, seen: Seen::default(), desk: Desk::default(), provider: None }
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The day it is in the archive.
    pub fn today(&self) -> Day {
        let now = self.clock.now();
        now.day_in(&self.rules.zone).unwrap_or_else(|| now.day_in("UTC").expect("UTC is built in"))
    }

    /// Whether `guest` owes a second factor before anything else.
    pub async fn owes_factor(&self, guest: &Guest) -> Result<bool, AccessError> {
        let asked = match self.rules.second_factor {
            SecondFactor::Offered => false,
            SecondFactor::Officers => guest.role().is_officer(),
            SecondFactor::Everybody => true,
        };
        let Some(person) = guest.person().filter(|_| asked && guest.in_person()) else { return Ok(false) };
        Ok(!super::factor::confirmed(&self.db, person).await?)
    }
}
