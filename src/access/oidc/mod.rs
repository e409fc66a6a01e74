//! Signing in at another provider (统一登录): OpenID Connect Core 1.0, authorization code
//! with PKCE (RFC 7636), worked out by openidconnect. Off unless an issuer is named.
//!
//! # Why
//!
//! - The provider says who somebody is, never what he may do, and makes no account: who
//!   has none here is refused. So a fault at the provider gives nobody new rights.
//! - The first time somebody comes he is found by his name, if the archive trusts the
//!   provider's names (`preferred_username`); from then on by issuer and subject alone: a
//!   name may go to somebody else there. One account has one identity of an issuer.
//! - The question (state, nonce, verifier) is kept in memory and taken out by its answer;
//!   the browser carries the state in a cookie, so that nobody is signed in by a link.
//! - Nothing is asked of the provider before somebody wants to come in that way; while it
//!   is down passwords go on.

mod ask;
mod back;
mod fetch;
mod identity;

use super::Gate;
use crate::kernel::Instant;
use fetch::FetchError;
use openidconnect::{
    ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeVerifier,
    RedirectUrl,
    core::{CoreClient, CoreProviderMetadata},
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The provider, as the installation names it.
#[derive(Clone, Debug)]
pub struct Provider {
    pub issuer: String,
    pub client_id: String,
    /// The file that holds the secret; `None` for a client without one.
    pub secret: Option<PathBuf>,
    /// Whether somebody who comes for the first time is found by `preferred_username`.
    pub trust_names: bool,
}

/// Why the provider let nobody in.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("no provider is named")]
    Off,
    #[error("the provider cannot be reached or does not answer as one: {0}")]
    Provider(String),
    #[error("the secret of this client cannot be read from {path}")]
    Secret { path: PathBuf, source: std::io::Error },
    /// An answer to nothing that was asked, or a second one.
    #[error("the provider's answer belongs to no question")]
    Unasked,
    #[error("the provider's answer is not believed: {0}")]
    Unproven(String),
    #[error("nobody here is {0} of the provider")]
    Nobody(String),
}

/// The provider at work.
#[derive(Debug)]
pub(super) struct Line {
    provider: Provider,
    http: reqwest::Client,
    /// What the provider said of itself, and until when that is believed.
    known: Mutex<Option<(Instant, CoreProviderMetadata)>>,
    /// Questions that wait, by their state.
    waiting: Mutex<HashMap<String, Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    /// Where the provider sends the browser back to.
    back: RedirectUrl,
    until: Instant,
}

/// How long the provider may take over one answer, and over saying what it is.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long what it said of itself is believed, in seconds.
const BELIEVED: i64 = 3_600;
/// How long somebody may take at the provider, in seconds.
const AWAY: i64 = 600;
/// So many are away at once; one more forgets the oldest.
const MOST: usize = 1_000;

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

impl Gate {
    /// The same gate with a provider beside it.
    ///
    /// # Errors
    /// Where the system has no certificates to check a provider's by.
    pub fn with_provider(mut self, provider: Provider) -> Result<Self, OidcError> {
        // A provider that sends us elsewhere is not followed: what is sent holds secrets.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build();
        let http = http.map_err(|error| OidcError::Provider(chain(&error)))?;
        self.provider = Some(Line { provider, http, known: Mutex::default(), waiting: Mutex::default() });
        Ok(self)
    }

    fn line(&self) -> Result<&Line, OidcError> {
        self.provider.as_ref().ok_or(OidcError::Off)
    }
}

impl Line {
    /// What the provider says of itself and the keys it signs with.
    async fn known(&self, now: Instant) -> Result<CoreProviderMetadata, OidcError> {
        if let Some((until, known)) = &*self.known.lock().unwrap_or_else(PoisonError::into_inner)
            && *until >= now
        {
            return Ok(known.clone());
        }
        let issuer = IssuerUrl::new(self.provider.issuer.clone());
        let issuer = issuer.map_err(|error| OidcError::Provider(error.to_string()))?;
        let ask = fetch::with(&self.http);
        let asked = CoreProviderMetadata::discover_async(issuer, &ask);
        let said = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(said)) => said,
            Ok(Err(error)) => return Err(OidcError::Provider(chain(&error))),
            Err(_) => return Err(OidcError::Provider(format!("no answer in {} s", PATIENCE.as_secs()))),
        };
        let until = now.plus_seconds(BELIEVED);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((until, said.clone()));
        Ok(said)
    }

    /// Asks anew the next time: a provider changes its keys now and then.
    fn forget(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn client(&self, known: CoreProviderMetadata, back: RedirectUrl) -> Result<Client, OidcError> {
        let secret = match &self.provider.secret {
            None => None,
            Some(path) => match std::fs::read_to_string(path) {
                Ok(secret) => Some(ClientSecret::new(secret.trim_end().to_owned())),
                Err(source) => return Err(OidcError::Secret { path: path.clone(), source }),
            },
        };
        let id = ClientId::new(self.provider.client_id.clone());
        Ok(CoreClient::from_provider_metadata(known, id, secret).set_redirect_uri(back))
    }
}

/// An error with its causes: openidconnect's own words leave them out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
}
