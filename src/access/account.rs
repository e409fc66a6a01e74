//! One's own password, and one given by the security officer.

use super::{
    AccessError, Gate, Guest, password,
    person::{begin, may_change},
    session::digest,
};
use crate::{
    audit::{Change, Event},
    db,
    kernel::{Actor, Id, Person},
};

impl Gate {
    /// Gives the guest another password, who says the old one. Every other session of his
    /// ends; `token` is the one he is asking with.
    ///
    /// # Errors
    /// [`AccessError::Unknown`] where the old one is wrong, which counts like a failed
    /// sign-in; [`AccessError::Shut`] after too many; [`AccessError::Password`] where the
    /// new one is not good enough, or the old one again.
    pub async fn change_password(
        &self,
        guest: &Guest,
        token: &str,
        address: &str,
        old: &str,
        new: &str,
    ) -> Result<(), AccessError> {
        let Actor::Person { id, name } = guest.actor() else { return Err(AccessError::Denied("operator".to_owned())) };
        if !guest.in_person() {
            return Err(AccessError::Denied(name.clone()));
        }
        let turn = password::turn().await;
        let counted = super::attempt::Counted::of(name, address);
        self.open_for(&counted).await?;
        let held: Option<String> = sqlx::query_scalar("SELECT password FROM person WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.db.read())
            .await?;
        if !password::matches(&turn, old, held).await? {
            self.failed(&counted, Some(id.to_string()), address).await?;
            return Err(AccessError::Unknown);
        }
        password::check(self.rules.passwords, name, new)?;
        if old == new {
            return Err(AccessError::Password(self.rules.passwords));
        }
        let hash = password::hash(&turn, new).await?;
        drop(turn);
        let mut change = Change::begin(&self.db, self.clock.as_ref(), guest.actor()).await?;
        let done = sqlx::query("UPDATE person SET password = $2, password_due = NULL WHERE id = $1")
            .bind(id.as_str())
            .bind(hash)
            .execute(&mut *change.tx)
            .await?;
        db::exactly(1, &done)?;
        sqlx::query("DELETE FROM session WHERE person_id = $1 AND digest <> $2")
            .bind(id.as_str())
            .bind(digest(token))
            .execute(&mut *change.tx)
            .await?;
        change.commit(Event::new("person.password_changed", id).with("name", name)).await?;
        Ok(())
    }

    /// Gives `person` a new first password, which must be changed; every session of his
    /// ends and his account is open again. His second factors stay.
    pub async fn reset_password(&self, who: &Guest, person: &Id<Person>) -> Result<String, AccessError> {
        may_change(&self.db, who, Some(person)).await?;
        let password = password::random();
        let hash = password::hash(&password::turn().await, &password).await?;
        let mut change = begin(&self.db, self.clock.as_ref(), who, Some(person)).await?;
        let name: Option<String> = sqlx::query_scalar(
            "UPDATE person SET password = $2, password_due = $3 WHERE id = $1 AND left_at IS NULL RETURNING name",
        )
        .bind(person.as_str())
        .bind(hash)
        .bind(change.at.to_string())
        .fetch_optional(&mut *change.tx)
        .await?;
        let name = name.ok_or(AccessError::Missing)?;
        super::attempt::forgive(&mut change, &name).await?;
        sqlx::query("DELETE FROM session WHERE person_id = $1").bind(person.as_str()).execute(&mut *change.tx).await?;
        change.commit(Event::new("person.password_reset", person).with("name", name)).await?;
        Ok(password)
    }
}
