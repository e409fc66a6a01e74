//! Codes of an app (动态口令). RFC 6238 with what every app takes: SHA-1, six digits,
//! steps of 30 seconds; a step before and a step after count too (§5.2).

use super::{key, sealed};
use crate::{
    access::{AccessError, Gate, Guest},
    audit::{Change, Event},
    kernel::{Id, Instant, Person},
};
use data_encoding::BASE32_NOPAD;
use totp_rs::{Builder, Totp};

/// RFC 4226 §4 R6: 160 bits.
const SECRET: usize = 20;
const DIGITS: usize = 6;
/// How long a secret that was drawn waits for its first code, in seconds.
const UNCONFIRMED: i64 = 15 * 60;

/// A secret that waits for its first code.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub label: String,
    /// `otpauth://totp/…`, for an app that reads it from a picture.
    pub uri: String,
    /// The same secret in base32, for one that has it typed.
    pub base32: String,
}

/// The step whose code this is, around `now`.
pub(super) fn step_of(secret: &[u8], code: &str, now: Instant) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step = totp(secret, "lantai", "lantai")?.check(&code, now.millis() / 1000)?;
    i64::try_from(step).ok()
}

fn totp(secret: &[u8], house: &str, name: &str) -> Option<Totp> {
    // A colon parts the two in the label.
    let plain = |text: &str| text.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(1);
    builder.with_issuer(Some(plain(house))).with_account_name(plain(name)).build().ok()
}

impl Gate {
    /// Draws a secret for an app; it counts once a code of it was typed
    /// ([`Gate::confirm_totp`]). One that was drawn before and waits is forgotten.
    ///
    /// # Errors
    /// [`AccessError::Unknown`], [`AccessError::Shut`] for the password;
    /// [`AccessError::Factor`] for no label or one factor too many; [`AccessError::Key`].
    pub async fn draw_totp(
        &self,
        who: &Guest,
        address: &str,
        password: &str,
        label: &str,
    ) -> Result<String, AccessError> {
        let (person, _) = self.owner(who)?;
        let label = self.labelled(person, label).await?;
        self.asked_again(who, address, password).await?;
        let key = self.standing_key().await?;
        let mut secret = [0_u8; SECRET];
        getrandom::fill(&mut secret).expect("the operating system gives random bytes");
        let mut change = Change::begin(&self.db, self.clock.as_ref(), who.actor()).await?;
        sqlx::query("DELETE FROM second_factor WHERE person_id = $1 AND confirmed_at IS NULL")
            .bind(person.as_str())
            .execute(&mut *change.tx)
            .await?;
        let id = Id::<Person>::fresh(change.at).to_string();
        sqlx::query(
            "INSERT INTO second_factor (id, person_id, kind, label, secret, last_step, created_at)
             VALUES ($1, $2, 'totp', $3, $4, 0, $5)",
        )
        .bind(&id)
        .bind(person.as_str())
        .bind(label)
        .bind(sealed::seal(&key, person.as_str(), &id, &secret))
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
        change.commit(Event::new("factor.drawn", person).and(&id).with("label", label)).await?;
        Ok(id)
    }

    /// The secret that waits for its first code, for its owner; `house` is what the app
    /// calls the archive.
    ///
    /// # Errors
    /// [`AccessError::Missing`] where it was confirmed, is somebody else's, or has waited
    /// for a quarter of an hour.
    pub async fn drawn_totp(&self, who: &Guest, id: &str, house: &str) -> Result<Drawn, AccessError> {
        let (person, name) = self.owner(who)?;
        let (label, secret) = self.waiting(person, id).await?;
        let totp = totp(&secret, house, name).ok_or(AccessError::Missing)?;
        let uri = totp.to_url().map_err(|_| AccessError::Missing)?;
        Ok(Drawn { label, uri, base32: BASE32_NOPAD.encode(&secret) })
    }

    /// Takes the first code: from now on one is asked for at sign-in.
    ///
    /// # Errors
    /// [`AccessError::Proof`] for a code that is none of it; [`AccessError::Missing`] as above.
    pub async fn confirm_totp(&self, who: &Guest, id: &str, code: &str) -> Result<(), AccessError> {
        let (person, _) = self.owner(who)?;
        let (label, secret) = self.waiting(person, id).await?;
        let step = step_of(&secret, code, self.clock.now()).ok_or(AccessError::Proof)?;
        let mut change = Change::begin(&self.db, self.clock.as_ref(), who.actor()).await?;
        let done = sqlx::query(
            "UPDATE second_factor SET confirmed_at = $3, last_step = $4
             WHERE id = $1 AND person_id = $2 AND confirmed_at IS NULL",
        )
        .bind(id)
        .bind(person.as_str())
        .bind(change.at.to_string())
        .bind(step)
        .execute(&mut *change.tx)
        .await?;
        if done.rows_affected() != 1 {
            return Err(AccessError::Missing);
        }
        let event = Event::new("factor.added", person).and(id).with("kind", "totp");
        change.commit(event.with("label", label)).await?;
        Ok(())
    }

    /// Label and secret of one that waits.
    async fn waiting(&self, person: &Id<Person>, id: &str) -> Result<(String, Vec<u8>), AccessError> {
        let row: Option<(String, String)> = sqlx::query_as(
            "SELECT label, secret FROM second_factor
             WHERE id = $1 AND person_id = $2 AND kind = 'totp' AND confirmed_at IS NULL AND created_at >= $3",
        )
        .bind(id)
        .bind(person.as_str())
        .bind(self.clock.now().plus_seconds(-UNCONFIRMED).to_string())
        .fetch_optional(self.db.read())
        .await?;
        let (label, text) = row.ok_or(AccessError::Missing)?;
        let key = self.standing_key().await?;
        let secret = sealed::open(&key, person.as_str(), id, &text);
        Ok((label, secret.ok_or_else(|| key::KeyError::Unopened(id.to_owned()))?))
    }

    /// The key under which secrets are sealed.
    pub(super) async fn standing_key(&self) -> Result<key::Key, AccessError> {
        let sealed: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM second_factor WHERE kind = 'totp'")
            .fetch_one(self.db.read())
            .await?;
        Ok(key::standing(&self.desk.keys, sealed)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [
            (59_u64, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Instant::from_millis(seconds * 1000).unwrap();
            let step = i64::try_from(seconds / 30).unwrap();
            assert_eq!(step_of(secret, code, now), Some(step), "{seconds}");
            assert_eq!(step_of(secret, &format!(" {} {} ", &code[..3], &code[3..]), now), Some(step));
        }
    }

    #[test]
    fn a_step_before_and_after_count_and_no_other() {
        let (secret, code) = (b"12345678901234567890", "005924");
        let at = |seconds: u64| step_of(secret, code, Instant::from_millis(seconds * 1000).unwrap());
        let begin = 1_234_567_890 / 30 * 30;
        for (seconds, counts) in
            [(begin - 31, false), (begin - 30, true), (begin, true), (begin + 59, true), (begin + 60, false)]
        {
            assert_eq!(at(seconds).is_some(), counts, "{seconds}");
        }
        for wrong in ["", "00592", "0059244", "００５９２４", "005923"] {
            assert_eq!(step_of(secret, wrong, Instant::from_millis(begin * 1000).unwrap()), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_reads_house_and_name() {
        let uri = totp(&[1; SECRET], "乌有:档案馆", "李乙").unwrap().to_url().unwrap();
        assert!(uri.starts_with("otpauth://totp/") && uri.contains("secret=AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIB"), "{uri}");
        assert!(uri.contains("issuer="), "{uri}");
    }
}
