//! What passkeys were asked to sign. In memory, because it must not come back from a
//! browser: who could send an old question with an old answer would need no passkey.

use crate::kernel::Instant;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use webauthn_rs::prelude::{PasskeyAuthentication, PasskeyRegistration};

/// How long an answer may take, in seconds.
const PATIENCE: i64 = 300;
/// So many questions wait at once; one more forgets the oldest.
const MOST: usize = 1_000;

/// What was asked of whom.
#[derive(Debug)]
pub(super) enum Question {
    /// To make a passkey.
    Make(PasskeyRegistration),
    /// To sign with one of these: factor's id and its row as it was.
    Sign(PasskeyAuthentication, Vec<(String, String)>),
}

/// By session: one asks again in the place of what it asked before.
#[derive(Debug, Default)]
pub(super) struct Challenges(Mutex<HashMap<String, (Instant, Question)>>);

impl Challenges {
    pub(super) fn ask(&self, session: String, now: Instant, question: Question) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (until, _)| *until >= now);
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, (until, _))| *until).map(|(session, _)| session.clone())
        {
            all.remove(&oldest);
        }
        all.insert(session, (now.plus_seconds(PATIENCE), question));
    }

    /// The question that waits for an answer of this session; it waits no longer.
    pub(super) fn answered(&self, session: &str, now: Instant) -> Option<Question> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, question) = all.remove(session)?;
        (until >= now).then_some(question)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use webauthn_rs::prelude::{Url, Uuid, WebauthnBuilder};

    fn question() -> Question {
        let origin = Url::parse("https://archive.example").unwrap();
        let site = WebauthnBuilder::new("archive.example", &origin).unwrap().build().unwrap();
        Question::Make(site.start_passkey_registration(Uuid::nil(), "a", "a", None).unwrap().1)
    }

    #[test]
    fn a_question_is_answered_once_in_time_and_so_many_wait() {
        let (all, now) = (Challenges::default(), "2031-01-02T03:04:05.000Z".parse::<Instant>().unwrap());
        all.ask("a".into(), now, question());
        assert!(all.answered("b", now).is_none());
        assert!(all.answered("a", now.plus_seconds(PATIENCE)).is_some());
        assert!(all.answered("a", now).is_none(), "twice");
        all.ask("a".into(), now, question());
        assert!(all.answered("a", now.plus_seconds(PATIENCE + 1)).is_none(), "too late");
        let one = question();
        let Question::Make(state) = &one else { unreachable!("it is one to make") };
        for at in 0..=MOST {
            let at_second = now.plus_seconds(i64::try_from(at / 100).unwrap());
            all.ask(format!("{at:04}"), at_second, Question::Make(state.clone()));
        }
        assert_eq!(all.0.lock().unwrap().len(), MOST);
        assert!(all.answered("1000", now).is_some());
    }
}
