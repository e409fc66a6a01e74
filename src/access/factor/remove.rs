//! A second factor is taken away: by its owner, who shows one, or by the security
//! officer, where it is lost.

use super::Proof;
use crate::{
    access::{AccessError, Gate, Guest, attempt::Counted, person::begin},
    audit::{Change, Event},
    db,
    kernel::{Id, Person},
};

impl Gate {
    /// Takes one of the guest's own away: he names his password and shows a second factor,
    /// be it this one.
    ///
    /// # Errors
    /// [`AccessError::Unknown`], [`AccessError::Shut`] for the password;
    /// [`AccessError::Proof`] for the factor shown, which counts alike;
    /// [`AccessError::Missing`] where he has none of this id.
    pub async fn remove_own_factor(
        &self,
        who: &Guest,
        token: &str,
        (address, password): (&str, &str),
        proof: Proof<'_>,
        id: &str,
    ) -> Result<(), AccessError> {
        let (person, name) = self.owner(who)?;
        self.asked_again(who, address, password).await?;
        let shown = self.shown(token, person, proof).await?;
        if let Some(shown) = shown {
            let mut change = Change::begin(&self.db, self.clock.as_ref(), who.actor()).await?;
            if shown.write(&mut change).await? {
                return take_away(change, person, id).await;
            }
        }
        self.failed(&Counted::of(name, address), Some(person.to_string()), address).await?;
        Err(AccessError::Proof)
    }

    /// Takes one of somebody's away, for who administers people: it is lost, or he has
    /// left. (Nobody takes his own away so.)
    ///
    /// # Errors
    /// [`AccessError::Denied`]; [`AccessError::Missing`] where `person` has none of this id.
    pub async fn remove_factor(&self, who: &Guest, person: &Id<Person>, id: &str) -> Result<(), AccessError> {
        let change = begin(&self.db, self.clock.as_ref(), who, Some(person)).await?;
        take_away(change, person, id).await
    }
}

async fn take_away(mut change: Change<'_>, person: &Id<Person>, id: &str) -> Result<(), AccessError> {
    let done = sqlx::query("DELETE FROM second_factor WHERE id = $1 AND person_id = $2 AND confirmed_at IS NOT NULL")
        .bind(id)
        .bind(person.as_str())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done).map_err(|_| AccessError::Missing)?;
    change.commit(Event::new("factor.removed", person).and(id)).await?;
    Ok(())
}
