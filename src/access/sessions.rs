//! The sessions of somebody: seen and ended.

use super::{AccessError, Gate, Guest, person::begin_of, session::digest};
use crate::{
    audit::Event,
    db::Asked,
    kernel::{Id, Person},
};

/// A session as it is listed.
#[derive(Clone, Debug)]
pub struct SessionLine {
    pub id: String,
    pub person: Id<Person>,
    pub name: String,
    /// `browser` or `token`.
    pub kind: String,
    pub address: String,
    pub agent: String,
    pub created_at: String,
    /// To the minute.
    pub seen_at: String,
    pub until: String,
    /// The one that is asked with.
    pub here: bool,
}

impl Gate {
    /// Sessions that have not ended, newest first: of `person`, or of everybody. `token`
    /// is the one that is asked with.
    pub async fn sessions(&self, person: Option<&Id<Person>>, token: &str) -> Result<Vec<SessionLine>, AccessError> {
        let mut asked = Asked::new(
            "SELECT session.id, person.id, person.name, session.kind, session.address, session.agent,
                    session.created_at, session.seen_at, session.until, session.digest
             FROM session JOIN person ON person.id = session.person_id
             WHERE session.kind <> 'pending' AND session.until >= ",
        );
        asked.bind(self.clock.now().to_string());
        if let Some(person) = person {
            asked.push(" AND person.id = ").bind(person.as_str());
        }
        asked.push(" ORDER BY session.created_at DESC LIMIT 500");
        type Row = (String, String, String, String, String, String, String, String, String, String);
        let (rows, own): (Vec<Row>, _) = (asked.fetch(&self.db).await?, digest(token));
        Ok(rows
            .into_iter()
            .map(|(id, person, name, kind, address, agent, created_at, seen_at, until, digest)| SessionLine {
                id,
                person: Id::known(person),
                name,
                kind,
                address,
                agent,
                created_at,
                seen_at,
                until,
                here: digest == own,
            })
            .collect())
    }

    /// Ends a session by its id: one's own, or anybody's by who administers people.
    /// Nothing happens where it has ended.
    pub async fn end_session(&self, who: &Guest, id: &str) -> Result<(), AccessError> {
        let owner: Option<String> = sqlx::query_scalar("SELECT person_id FROM session WHERE id = $1")
            .bind(id)
            .fetch_optional(self.db.read())
            .await?;
        let owner = Id::<Person>::known(owner.ok_or(AccessError::Missing)?);
        let mut change = begin_of(&self.db, self.clock.as_ref(), who, &owner).await?;
        sqlx::query("DELETE FROM session WHERE id = $1").bind(id).execute(&mut *change.tx).await?;
        change.commit(Event::new("session.ended", owner).and(id)).await?;
        Ok(())
    }
}
