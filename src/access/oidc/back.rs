//! Somebody comes back from the provider.

use super::{Client, FetchError, Line, OidcError, Waiting, chain, fetch, identity::Outsider};
use crate::{
    access::{AccessError, Entering, Gate, Signed},
    kernel::Instant,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClaimsVerificationError, Nonce, OAuth2TokenResponse as _,
    RequestTokenError, SubjectIdentifier, TokenResponse as _,
    core::{CoreTokenResponse, CoreUserInfoClaims},
};
use std::sync::PoisonError;

impl Gate {
    /// Signs in whom the provider names. Who has a second factor owes it as after a
    /// password. `entering` says of what kind and from where; its name and password are
    /// not looked at.
    ///
    /// # Errors
    /// [`OidcError::Unasked`] for a state that nothing waits for, also the second time;
    /// [`OidcError::Unproven`] for a code or a token that does not hold;
    /// [`OidcError::Nobody`] for somebody who has no account, or has left;
    /// [`AccessError::Shut`] while the account is shut.
    pub async fn came_back(&self, state: &str, code: &str, entering: Entering<'_>) -> Result<Signed, AccessError> {
        let line = self.line()?;
        let now = self.clock.now();
        let waiting = line.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(state);
        let Waiting { nonce, verifier, back, .. } = waiting.filter(|one| one.until >= now).ok_or(OidcError::Unasked)?;
        let client = line.client(line.known(now).await?, back)?;
        let ask = fetch::with(&line.http);
        let code = AuthorizationCode::new(code.to_owned());
        let exchanged = client.exchange_code(code).map_err(|error| OidcError::Provider(error.to_string()))?;
        let tokens = match exchanged.set_pkce_verifier(verifier).request_async(&ask).await {
            Ok(tokens) => tokens,
            Err(error @ RequestTokenError::Request(FetchError::Http(_))) => {
                return Err(OidcError::Provider(chain(&error)).into());
            }
            Err(error) => return Err(OidcError::Unproven(chain(&error)).into()),
        };
        let (subject, name) = line.told(&client, &tokens, &nonce, now)?;
        let name = match name {
            None if line.provider.trust_names => line.asked_for_name(&client, &tokens, &subject).await,
            name => name,
        };
        let outsider = Outsider { issuer: &line.provider.issuer, subject: subject.as_str(), name };
        self.sign_in_outsider(outsider, line.provider.trust_names, entering).await
    }
}

impl Line {
    /// Who it is by the ID token: issuer, audience, expiry, nonce and signature hold, and
    /// the access token is the one that came with it (Core §3.1.3.7, §3.1.3.8).
    fn told(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        nonce: &Nonce,
        now: Instant,
    ) -> Result<(SubjectIdentifier, Option<String>), OidcError> {
        let unproven = |why: &dyn std::error::Error| OidcError::Unproven(chain(why));
        let token = tokens.id_token().ok_or_else(|| OidcError::Unproven("there is no ID token".to_owned()))?;
        let millis = i64::try_from(now.millis()).unwrap_or(i64::MAX);
        let at = chrono::DateTime::from_timestamp_millis(millis).unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC);
        let verifier = client.id_token_verifier().set_time_fn(move || at);
        let claims = token.claims(&verifier, nonce).map_err(|error| {
            if let ClaimsVerificationError::SignatureVerification(_) = error {
                self.forget();
            }
            unproven(&error)
        })?;
        if let Some(wanted) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|error| unproven(&error))?;
            let key = token.signing_key(&verifier).map_err(|error| unproven(&error))?;
            let given = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if given.map_err(|error| unproven(&error))? != *wanted {
                return Err(OidcError::Unproven("the access token is another's".to_owned()));
            }
        }
        Ok((claims.subject().clone(), claims.preferred_username().map(|name| name.to_string())))
    }

    /// The name by the provider's userinfo, where the ID token has none (Core §5.3); an
    /// answer about somebody else counts as none.
    async fn asked_for_name(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        subject: &SubjectIdentifier,
    ) -> Option<String> {
        let token: AccessToken = tokens.access_token().clone();
        let ask = fetch::with(&self.http);
        let asked = client.user_info(token, Some(subject.clone())).ok()?;
        match asked.request_async(&ask).await {
            Ok(claims) => {
                let claims: CoreUserInfoClaims = claims;
                claims.preferred_username().map(|name| name.to_string())
            }
            Err(error) => {
                tracing::warn!("the provider does not say a name: {}", chain(&error));
                None
            }
        }
    }
}
