//! Failed attempts to sign in: an account or an address is shut for a while, each time
//! for twice as long. Names that nobody has are counted like those somebody has, so
//! that being shut tells nothing.
//!
//! Source: standards-cn S07 (等保二级: lock-out); the numbers are ours, see `[sign_in]`.

use super::{AccessError, Gate, quiet};
use crate::{
    audit::{Change, Event},
    kernel::{Actor, Instant, Sha256},
};
use std::time::Duration;

/// Failures further back than this, in seconds, are forgotten.
const FORGOTTEN: i64 = 3600;

/// Whose failures are counted.
pub(super) struct Counted {
    name: Sha256,
    address: Sha256,
}

impl Counted {
    pub(super) fn of(name: &str, address: &str) -> Self {
        // As with every limit by address: of IPv6 one network of /64 is one subscriber.
        let address = match address.parse::<std::net::Ipv6Addr>() {
            Ok(address) => format!("{:?}", &address.segments()[..4]),
            Err(_) => address.to_owned(),
        };
        Self {
            name: Sha256::of(format!("name:{name}").as_bytes()),
            address: Sha256::of(format!("address:{address}").as_bytes()),
        }
    }
}

impl Gate {
    /// # Errors
    /// [`AccessError::Shut`] while account or address are shut.
    pub(super) async fn open_for(&self, counted: &Counted) -> Result<(), AccessError> {
        let until: Option<String> = sqlx::query_scalar(
            "SELECT MAX(shut_until) FROM failed_sign_in WHERE about IN ($1, $2) AND shut_until > $3",
        )
        .bind(counted.name.to_string())
        .bind(counted.address.to_string())
        .bind(self.clock.now().to_string())
        .fetch_one(self.db.read())
        .await?;
        match until.and_then(|until| until.parse().ok()) {
            Some(until) => Err(AccessError::Shut { until }),
            None => Ok(()),
        }
    }

    /// Counts a failure, of `person` if the name is somebody's, and shuts what has failed
    /// too often.
    pub(super) async fn failed(
        &self,
        counted: &Counted,
        person: Option<String>,
        address: &str,
    ) -> Result<(), AccessError> {
        let now = self.clock.now();
        let about = [counted.name, counted.address];
        let counts = quiet::failed(&self.db, &about, now, now.plus_seconds(-FORGOTTEN)).await?;
        let free = [self.rules.account_failures, self.rules.address_failures];
        for (at, what) in ["account", "address"].into_iter().enumerate() {
            let beyond = counts[at] - free[at];
            if beyond < 0 {
                continue;
            }
            let until = wait(now, beyond, self.rules.first_wait, self.rules.longest_wait);
            quiet::shut(&self.db, &about[at], until).await?;
            let machine = Actor::Machine("access");
            let change = Change::begin(&self.db, self.clock.as_ref(), &machine).await?;
            // Somebody's id where there is one; never what was typed: it may be a password
            // in the wrong field.
            let subject =
                person.as_ref().filter(|_| what == "account").cloned().unwrap_or_else(|| about[at].to_string());
            let event = Event::new("sign_in.shut", subject).with("what", what).with("until", until);
            change.commit(event.with("address", address).with("failures", counts[at])).await?;
        }
        Ok(())
    }
}

/// Until when, `beyond` failures after the first that shut: doubled each time.
fn wait(now: Instant, beyond: i64, first: Duration, longest: Duration) -> Instant {
    let doubled = u32::try_from(beyond.min(20)).map_or(first, |times| first.saturating_mul(1 << times));
    now.plus_seconds(i64::try_from(doubled.min(longest).as_secs()).unwrap_or(i64::MAX))
}

/// Forgets the failures of an account, in the change in which it succeeds.
pub(super) async fn forgive(change: &mut Change<'_>, name: &str) -> Result<(), AccessError> {
    sqlx::query("DELETE FROM failed_sign_in WHERE about = $1")
        .bind(Sha256::of(format!("name:{name}").as_bytes()).to_string())
        .execute(&mut *change.tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_the_longest() {
        let now: Instant = "2031-01-02T03:04:05.000Z".parse().unwrap();
        let (first, longest) = (Duration::from_secs(30), Duration::from_secs(3600));
        for (beyond, seconds) in [(0, 30), (1, 60), (2, 120), (6, 1920), (7, 3600), (500, 3600)] {
            assert_eq!(wait(now, beyond, first, longest), now.plus_seconds(seconds), "{beyond}");
        }
    }
}
