//! Somebody is sent to the provider.

use super::{AWAY, MOST, OidcError, Waiting};
use crate::access::Gate;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, RedirectUrl, Scope, core::CoreAuthenticationFlow};
use std::sync::PoisonError;

impl Gate {
    /// Whether a provider is named.
    pub fn has_provider(&self) -> bool {
        self.provider.is_some()
    }

    /// Where the browser goes to, and the state it must bring back in its cookie as well
    /// as in the address. `back` is where the provider sends it then.
    ///
    /// # Errors
    /// [`OidcError::Provider`] while the provider is down: after five seconds at most.
    pub async fn ask_provider(&self, back: &str) -> Result<(String, String), OidcError> {
        let line = self.line()?;
        let now = self.clock.now();
        let known = line.known(now).await?;
        let back = RedirectUrl::new(back.to_owned()).map_err(|error| OidcError::Provider(error.to_string()))?;
        let client = line.client(known, back.clone())?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (to, state, nonce) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let state = state.into_secret();
        let mut waiting = line.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, one| one.until >= now);
        if waiting.len() >= MOST
            && let Some(oldest) = waiting.iter().min_by_key(|(_, one)| one.until).map(|(state, _)| state.clone())
        {
            waiting.remove(&oldest);
        }
        waiting.insert(state.clone(), Waiting { nonce, verifier, back, until: now.plus_seconds(AWAY) });
        Ok((to.to_string(), state))
    }
}
