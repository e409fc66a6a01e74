//! Who somebody of the provider is here.

use super::OidcError;
use crate::{
    access::{AccessError, Entering, Gate, Kind, Signed, attempt::Counted, factor},
    audit::{Change, Event},
    kernel::{Actor, Id, Person, Sha256},
};

/// Whom the provider names.
pub(super) struct Outsider<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    /// `preferred_username`.
    pub name: Option<String>,
}

impl Gate {
    pub(super) async fn sign_in_outsider(
        &self,
        outsider: Outsider<'_>,
        trust_names: bool,
        entering: Entering<'_>,
    ) -> Result<Signed, AccessError> {
        let Outsider { issuer, subject, name } = outsider;
        let nobody = || OidcError::Nobody(name.clone().unwrap_or_else(|| subject.to_owned()));
        let held: Option<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT person.id, person.name, person.left_at
             FROM outside_identity JOIN person ON person.id = outside_identity.person_id
             WHERE outside_identity.issuer = $1 AND outside_identity.subject = $2",
        )
        .bind(issuer)
        .bind(subject)
        .fetch_optional(self.db.read())
        .await?;
        let is_new = held.is_none();
        let (id, called) = match held {
            Some((_, _, Some(_))) => return Err(nobody().into()),
            Some((id, called, None)) => (Id::<Person>::known(id), called),
            None => {
                let named = name.as_deref().filter(|name| trust_names && !name.contains('\0'));
                self.unclaimed(issuer, named.ok_or_else(nobody)?).await?.ok_or_else(nobody)?
            }
        };
        self.open_for(&Counted::of(&called, entering.address)).await?;
        let owed = factor::confirmed(&self.db, &id).await?;
        let who = Actor::Person { id: id.clone(), name: called };
        let mut change = Change::begin(&self.db, self.clock.as_ref(), &who).await?;
        if is_new {
            link(&mut change, &id, issuer, subject).await?;
        }
        let Entering { kind, address, agent, .. } = entering;
        let kind = if owed { Kind::Pending } else { kind };
        let signed = self.begin_session(&mut change, &id, kind, address, agent).await?;
        let verb = if owed { "person.provider_named" } else { "person.signed_in" };
        let event = Event::new(verb, &id).with("kind", kind.word()).with("address", address);
        change.commit(event.with("issuer", issuer)).await?;
        Ok(signed)
    }

    /// The account of this name, if nobody of this issuer has it yet.
    async fn unclaimed(&self, issuer: &str, name: &str) -> Result<Option<(Id<Person>, String)>, AccessError> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT id, name FROM person WHERE name = $1 AND left_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM outside_identity WHERE issuer = $2 AND person_id = person.id)",
        )
        .bind(name)
        .bind(issuer)
        .fetch_optional(self.db.read())
        .await?;
        Ok(row.map(|(id, name)| (Id::known(id), name)))
    }
}

/// Keeps who it is, in the change that lets him in. Whoever was quicker has the account.
async fn link(change: &mut Change<'_>, id: &Id<Person>, issuer: &str, subject: &str) -> Result<(), AccessError> {
    let done = sqlx::query(
        "INSERT INTO outside_identity (issuer, subject, person_id, created_at)
         SELECT $1, $2, $3, $4
         WHERE NOT EXISTS (SELECT 1 FROM outside_identity WHERE issuer = $1 AND (person_id = $3 OR subject = $2))",
    )
    .bind(issuer)
    .bind(subject)
    .bind(id.as_str())
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await?;
    if done.rows_affected() != 1 {
        return Err(OidcError::Nobody(subject.to_owned()).into());
    }
    // The subject may be a name at the provider: the trail holds its digest.
    let digest = Sha256::of(subject.as_bytes());
    change.say(Event::new("person.linked", id).with("issuer", issuer).with("subject", digest));
    Ok(())
}
