//! Leaving (离职、调离). Somebody is cleared only when nothing is in his hands.
//!
//! Source: A02.12: on transfer or departure, an employee hands over every record in hand
//! against a list.

use super::{
    AccessError, Guest, by_id, holdings,
    person::{begin, end_grants, may_change},
};
use crate::{
    audit::Event,
    db::{self, Db},
    kernel::{Clock, Day, Id, Person},
};

/// Something in somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InHand {
    /// `post`, `batch` …
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
}

/// The posts that `person` still holds on `today`; what other rooms know of is added by
/// whoever asks.
pub async fn posts_in_hand(db: &Db, person: &Id<Person>, today: Day) -> Result<Vec<InHand>, AccessError> {
    let today = today.to_string();
    let held = holdings(db, Some(person)).await?;
    let held = held.into_iter().filter(|one| one.ended_at.is_none() && one.until.as_ref().is_none_or(|u| *u >= today));
    Ok(held
        .map(|one| InHand {
            kind: "post",
            name: match one.department {
                Some(department) => format!("{} {department}", one.post),
                None => one.post,
            },
        })
        .collect())
}

/// Clears `person`: no sign-in, no session, no token, no grant from here on. The name
/// stays taken, and what he did stays his.
///
/// `in_hand` is asked inside the change, so that nothing comes into his hands between the
/// question and the act.
///
/// # Errors
/// [`AccessError::InHand`] with the list; [`AccessError::LastOfRole`] for the last of one
/// of the three officers.
pub async fn leave<Asked: Future<Output = anyhow::Result<Vec<InHand>>>>(
    db: &Db,
    clock: &dyn Clock,
    who: &Guest,
    person: &Id<Person>,
    in_hand: impl FnOnce() -> Asked,
) -> Result<(), AccessError> {
    may_change(db, who, Some(person)).await?;
    let mut change = begin(db, clock, who, Some(person)).await?;
    let leaver = by_id(db, person).await?.filter(|one| one.left_at.is_none()).ok_or(AccessError::Missing)?;
    if leaver.role.is_officer() {
        let others: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM person WHERE role = $1 AND id <> $2 AND left_at IS NULL")
                .bind(leaver.role.word())
                .bind(person.as_str())
                .fetch_one(&mut *change.tx)
                .await?;
        if others == 0 {
            return Err(AccessError::LastOfRole(leaver.role));
        }
    }
    let held = in_hand().await.map_err(AccessError::Asking)?;
    if !held.is_empty() {
        return Err(AccessError::InHand(held));
    }
    let at = change.at.to_string();
    let done = sqlx::query("UPDATE person SET left_at = $2 WHERE id = $1 AND left_at IS NULL")
        .bind(person.as_str())
        .bind(&at)
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)?;
    end_grants(&mut change, person).await?;
    sqlx::query("DELETE FROM session WHERE person_id = $1").bind(person.as_str()).execute(&mut *change.tx).await?;
    sqlx::query("UPDATE api_token SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL")
        .bind(person.as_str())
        .bind(&at)
        .execute(&mut *change.tx)
        .await?;
    sqlx::query("DELETE FROM second_factor WHERE person_id = $1")
        .bind(person.as_str())
        .execute(&mut *change.tx)
        .await?;
    sqlx::query("DELETE FROM outside_identity WHERE person_id = $1")
        .bind(person.as_str())
        .execute(&mut *change.tx)
        .await?;
    change.commit(Event::new("person.left", person).with("name", leaver.name)).await?;
    Ok(())
}
