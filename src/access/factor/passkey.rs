//! Passkeys (通行密钥): WebAuthn level 3, worked out by webauthn-rs. Any authenticator
//! that verifies its user; who made it is not asked.

use super::{
    challenge::Question,
    prove::{Mark, Shown},
};
use crate::{
    access::{AccessError, Gate, Guest, session::digest},
    audit::{Change, Event},
    kernel::{Id, Person, Sha256},
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use webauthn_rs::prelude::{
    Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder,
};

/// Where passkeys count: the address that browsers know the archive by. They are bound to
/// its host for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(Url);

impl Site {
    /// `https://archive.example`, or `http://localhost:PORT`: browsers offer passkeys
    /// nowhere else.
    pub fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let secure = url.scheme() == "https" || (url.scheme() == "http" && url.domain() == Some("localhost"));
        (bare && secure && url.domain().is_some()).then_some(Self(url))
    }

    fn asking(&self) -> Result<Webauthn, AccessError> {
        let builder =
            WebauthnBuilder::new(self.0.domain().unwrap_or_default(), &self.0).map_err(AccessError::Passkey)?;
        builder.build().map_err(AccessError::Passkey)
    }
}

/// A number for somebody that tells nothing of him (WebAuthn §14.6.1).
fn handle(person: &Id<Person>) -> Uuid {
    let digest = Sha256::of(format!("lantai passkey owner 1\0{person}").as_bytes()).to_string();
    Uuid::from_u128(u128::from_str_radix(&digest[..32], 16).unwrap_or_default())
}

impl Gate {
    /// What the browser is asked, to make a passkey for who is signed in with `token` and
    /// names his password: the options of `navigator.credentials.create`, JSON.
    ///
    /// # Errors
    /// [`AccessError::Unknown`], [`AccessError::Shut`] for the password;
    /// [`AccessError::Factor`] for no label or one factor too many.
    pub async fn ask_for_new_passkey(
        &self,
        who: &Guest,
        token: &str,
        site: &Site,
        (address, password): (&str, &str),
        label: &str,
    ) -> Result<Value, AccessError> {
        let (person, name) = self.owner(who)?;
        self.labelled(person, label).await?;
        self.asked_again(who, address, password).await?;
        let held = self.passkeys(person).await?;
        let held = held.iter().map(|(_, _, passkey)| passkey.cred_id().clone()).collect();
        let asked = site.asking()?.start_passkey_registration(handle(person), name, name, Some(held));
        let (options, state) = asked.map_err(AccessError::Passkey)?;
        self.desk.challenges.ask(digest(token), self.clock.now(), Question::Make(state));
        serde_json::to_value(options).map_err(|_| AccessError::Factor)
    }

    /// Keeps the passkey that `answer` (JSON of the browser) brings; from now on it is
    /// asked for at sign-in. That the password was named, the question says that waits.
    ///
    /// # Errors
    /// [`AccessError::Factor`] for no label or one factor too many; [`AccessError::Proof`]
    /// for an answer to nothing that was asked, or of a passkey that is kept already.
    pub async fn keep_passkey(
        &self,
        who: &Guest,
        token: &str,
        site: &Site,
        label: &str,
        answer: &str,
    ) -> Result<(), AccessError> {
        let (person, _) = self.owner(who)?;
        let label = self.labelled(person, label).await?;
        let Some(Question::Make(state)) = self.desk.challenges.answered(&digest(token), self.clock.now()) else {
            return Err(AccessError::Proof);
        };
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| AccessError::Proof)?;
        let made = site.asking()?.finish_passkey_registration(&answer, &state).map_err(|_| AccessError::Proof)?;
        let secret = serde_json::to_string(&made).map_err(|_| AccessError::Proof)?;
        let mut change = Change::begin(&self.db, self.clock.as_ref(), who.actor()).await?;
        // Two accounts with one passkey would each let the other in. As it is, the text of
        // its id stands in the row; `_` in it stands for any character and does no harm.
        let twin: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM second_factor WHERE kind = 'passkey' AND secret LIKE $1")
                .bind(format!("%\"{}\"%", BASE64URL_NOPAD.encode(made.cred_id().as_ref())))
                .fetch_one(&mut *change.tx)
                .await?;
        if twin > 0 {
            return Err(AccessError::Proof);
        }
        let id = Id::<Person>::fresh(change.at).to_string();
        sqlx::query(
            "INSERT INTO second_factor (id, person_id, kind, label, secret, last_step, created_at, confirmed_at)
             VALUES ($1, $2, 'passkey', $3, $4, 0, $5, $5)",
        )
        .bind(&id)
        .bind(person.as_str())
        .bind(label)
        .bind(secret)
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
        let event = Event::new("factor.added", person).and(&id).with("kind", "passkey");
        change.commit(event.with("label", label)).await?;
        Ok(())
    }

    /// What the browser is asked, to sign with a passkey of `person`: the options of
    /// `navigator.credentials.get`, JSON. `token` is a session of his, or a pending one.
    ///
    /// # Errors
    /// [`AccessError::Missing`] where he has none.
    pub async fn ask_for_passkey(&self, person: &Id<Person>, token: &str, site: &Site) -> Result<Value, AccessError> {
        let held = self.passkeys(person).await?;
        if held.is_empty() {
            return Err(AccessError::Missing);
        }
        let (rows, passkeys): (Vec<_>, Vec<_>) = held.into_iter().map(|(id, row, key)| ((id, row), key)).unzip();
        let asked = site.asking()?.start_passkey_authentication(&passkeys).map_err(AccessError::Passkey)?;
        let (options, state) = asked;
        self.desk.challenges.ask(digest(token), self.clock.now(), Question::Sign(state, rows));
        serde_json::to_value(options).map_err(|_| AccessError::Factor)
    }

    /// The passkey of `person` that signed what this session was asked.
    pub(super) async fn shown_passkey(
        &self,
        token: &str,
        person: &Id<Person>,
        site: &Site,
        answer: &str,
    ) -> Result<Option<Shown>, AccessError> {
        let Some(Question::Sign(state, rows)) = self.desk.challenges.answered(&digest(token), self.clock.now()) else {
            return Ok(None);
        };
        let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(None) };
        let signed = match site.asking()?.finish_passkey_authentication(&answer, &state) {
            Ok(signed) => signed,
            Err(error) => {
                tracing::info!(person.id = %person, "a passkey was not taken: {error}");
                return Ok(None);
            }
        };
        for (id, was) in rows {
            let mut passkey = read(&id, &was)?;
            if passkey.update_credential(&signed).is_some() {
                let is = serde_json::to_string(&passkey).map_err(|_| AccessError::Factor)?;
                return Ok(Some(Shown::new(id, Mark::Passkey { was, is })));
            }
        }
        Ok(None)
    }

    /// Id, row and passkey of each that `person` has.
    async fn passkeys(&self, person: &Id<Person>) -> Result<Vec<(String, String, Passkey)>, AccessError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, secret FROM second_factor
             WHERE person_id = $1 AND kind = 'passkey' AND confirmed_at IS NOT NULL ORDER BY id",
        )
        .bind(person.as_str())
        .fetch_all(self.db.read())
        .await?;
        rows.into_iter().map(|(id, row)| read(&id, &row).map(|passkey| (id, row, passkey))).collect()
    }
}

fn read(id: &str, row: &str) -> Result<Passkey, AccessError> {
    serde_json::from_str(row).map_err(|_| {
        let value = row.chars().take(40).collect();
        crate::db::DbError::Inconsistent { table: "second_factor", column: "secret", row: id.to_owned(), value }.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_where_browsers_offer_passkeys() {
        for good in ["https://archive.example", "https://archive.example:8443/", "http://localhost:8080"] {
            assert!(Site::of(good).unwrap().asking().is_ok(), "{good}");
        }
        for bad in [
            "",
            "archive.example",
            "http://archive.example",
            "http://127.0.0.1:8080",
            "https://127.0.0.1",
            "https://archive.example/path",
            "https://u@archive.example",
            "ftp://localhost",
        ] {
            assert!(Site::of(bad).is_none(), "{bad}");
        }
    }
}
