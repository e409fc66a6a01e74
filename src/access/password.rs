//! Passwords: argon2id, and the random ones of the first day.

use super::{AccessError, MIN_PASSWORD};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Each takes 19 MiB and a core while it runs.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Of nobody's password: what an unknown name is compared with, so that it
/// takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    Argon2::default().hash_password(random().as_bytes()).expect("argon2's own parameters are valid").to_string()
});

/// The PHC string of a password.
pub(super) async fn hash(password: &str) -> Result<String, AccessError> {
    if password.chars().count() < MIN_PASSWORD {
        return Err(AccessError::Password);
    }
    let password = password.to_owned();
    aside(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(AccessError::Argon)
    })
    .await
}

/// Whether `password` is the one `hash` was made of; without a hash it is not,
/// and takes as long to say so.
pub(super) async fn matches(password: &str, hash: Option<String>) -> Result<bool, AccessError> {
    let password = password.to_owned();
    aside(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let hash = PasswordHash::new(&hash).map_err(|error| AccessError::Argon(error.into()))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

/// A first password: 20 characters of an alphabet without look-alikes, 100 bits.
pub(super) fn random() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
) -> Result<T, AccessError> {
    let _turn = AT_ONCE.acquire().await.expect("the semaphore is never closed");
    tokio::task::spawn_blocking(work).await.expect("argon2 does not panic")
}
