//! Passwords: argon2id, what they must be, and the random ones of the first day.

use super::{AccessError, PasswordRules};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::{collections::HashSet, sync::LazyLock};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Each takes 19 MiB and a core while it runs.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Of nobody's password: what an unknown name is compared with, so that it
/// takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default().hash_password(random().as_bytes()).expect("argon2's own parameters are valid").to_string()
});

/// The longest password, in characters: beyond it hashing is only work for us.
const LONGEST: usize = 256;
/// Fewer different characters than this are no password, however long.
const DIFFERENT: usize = 5;

/// A turn to work a password out. Whoever signs in holds it from looking whether the
/// account is shut until a failure is counted, so that many at once cannot guess past
/// the count by more than the one beside it.
pub(super) struct Turn(#[expect(dead_code, reason = "held until dropped")] SemaphorePermit<'static>);

pub(super) async fn turn() -> Turn {
    Turn(AT_ONCE.acquire().await.expect("the semaphore is never closed"))
}

/// Whether `password` is good enough for whoever is called `name`.
///
/// Source: standards-cn S07 (等保二级), NIST SP 800-63B §3.1.1.2; the numbers are ours.
pub(super) fn check(rules: PasswordRules, name: &str, password: &str) -> Result<(), AccessError> {
    let length = password.chars().count();
    let kinds = [
        password.chars().any(|c| c.is_lowercase()),
        password.chars().any(|c| c.is_uppercase()),
        password.chars().any(|c| c.is_numeric()),
        password.chars().any(|c| !c.is_lowercase() && !c.is_uppercase() && !c.is_numeric()),
    ];
    let different: HashSet<char> = password.chars().collect();
    let good = (rules.shortest..=LONGEST).contains(&length)
        && kinds.iter().filter(|kind| **kind).count() >= rules.kinds
        && different.len() >= DIFFERENT
        && !password.to_lowercase().contains(&name.to_lowercase());
    if good { Ok(()) } else { Err(AccessError::Password(rules)) }
}

/// The PHC string of a password.
pub(super) async fn hash(_turn: &Turn, password: &str) -> Result<String, AccessError> {
    let password = password.to_owned();
    aside(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(AccessError::Argon)
    })
    .await
}

/// Whether `password` is the one `hash` was made of; without a hash it is not,
/// and takes as long to say so.
pub(super) async fn matches(_turn: &Turn, password: &str, hash: Option<String>) -> Result<bool, AccessError> {
    let password: String = password.chars().take(LONGEST + 1).collect();
    aside(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let hash = PasswordHash::new(&hash).map_err(|error| AccessError::Argon(error.into()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

/// A first password: 20 characters of an alphabet without look-alikes, 100 bits; always
/// with a letter and a digit in it.
pub(super) fn random() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    loop {
        let mut bytes = [0_u8; 20];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        let drawn: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        if drawn.contains(|c: char| c.is_ascii_digit()) && drawn.contains(|c: char| c.is_ascii_lowercase()) {
            return drawn;
        }
    }
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    tokio::task::spawn_blocking(work).await.expect("argon2 does not panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_mixed_and_not_the_name() {
        let rules = PasswordRules { shortest: 10, kinds: 2 };
        for good in ["a new password", "correct horse 9", "兰台令史掌图籍秘书之事1", &random()] {
            assert!(check(rules, "liyi", good).is_ok(), "{good}");
        }
        for bad in ["short 1", "onlysmallletters", "aaaaaaaaaaaa1", "my name is LiYi 1", &"ab1 c".repeat(60)] {
            assert!(matches!(check(rules, "liyi", bad), Err(AccessError::Password(_))), "{bad}");
        }
    }
}
