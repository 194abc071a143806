//! What a provider says of itself, and its keys: asked for when somebody comes, kept for a while, and not asked for by every
//! browser and every token that would have it so.

use std::sync::{Arc, Mutex, PoisonError};

use openidconnect::core::CoreProviderMetadata;
use openidconnect::{DiscoveryError, IssuerUrl};

use super::ElsewhereError;
use super::fetch::{Caller, FetchError};
use crate::config::SignInConfig;

/// So long what a provider says of itself is believed.
const KNOWN_MS: i64 = 60 * 60_000;
/// A provider that did not answer is not asked again before.
const ASKED_AGAIN_MS: i64 = 5_000;
/// Nor is one for newer keys.
const KEYS_AGAIN_MS: i64 = 60_000;

/// What a provider says of itself.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) metadata: CoreProviderMetadata,
}

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// With when it was learned.
    provider: Option<(Arc<Provider>, i64)>,
    asked_ms: Option<i64>,
}

impl State {
    fn was_asked_within(&self, ms: i64, now_ms: i64) -> bool {
        self.asked_ms
            .is_some_and(|asked_ms| (0..ms).contains(&(now_ms - asked_ms)))
    }

    fn ask(&mut self, config: &SignInConfig, now_ms: i64) -> Result<Arc<Provider>, ElsewhereError> {
        self.asked_ms = Some(now_ms);
        let provider = Arc::new(discovered(config)?);
        self.provider = Some((provider.clone(), now_ms));
        Ok(provider)
    }
}

impl Known {
    /// The provider. Whoever comes while it is asked waits for the one answer.
    pub(super) fn provider(&self, config: &SignInConfig, now_ms: i64) -> Result<Arc<Provider>, ElsewhereError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((provider, learned_ms)) = &state.provider
            && (0..KNOWN_MS).contains(&(now_ms - learned_ms))
        {
            return Ok(provider.clone());
        }
        if state.was_asked_within(ASKED_AGAIN_MS, now_ms) {
            return Err(ElsewhereError::Away);
        }
        state.ask(config, now_ms)
    }

    /// The provider with the keys that it has now; `None` where it was asked not long ago, or does not answer.
    pub(super) fn newer_keys(&self, config: &SignInConfig, now_ms: i64) -> Option<Arc<Provider>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.was_asked_within(KEYS_AGAIN_MS, now_ms) {
            return None;
        }
        state.ask(config, now_ms).ok()
    }
}

fn discovered(config: &SignInConfig) -> Result<Provider, ElsewhereError> {
    let caller = Caller::new(config).map_err(|_| ElsewhereError::Away)?;
    let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|_| ElsewhereError::NotSetUp)?;
    let metadata = CoreProviderMetadata::discover(&issuer, &|request| caller.call(request)).map_err(|error| {
        tracing::warn!(why = word(&error), "the provider of sign-in cannot be asked what it is");
        ElsewhereError::Away
    })?;
    let place = metadata.authorization_endpoint().url();
    if !config.may_ask(place) || metadata.token_endpoint().is_none() {
        tracing::warn!("the provider of sign-in names no place to sign in at that nobody reads along to");
        return Err(ElsewhereError::Away);
    }
    Ok(Provider { metadata })
}

/// Why, in words of our own: what a provider sent is written nowhere.
fn word(error: &DiscoveryError<FetchError>) -> String {
    match error {
        DiscoveryError::Request(error) => error.to_string(),
        DiscoveryError::Parse(_) => "what it says is no description".to_owned(),
        DiscoveryError::Response(status, ..) => format!("it answers with status {}", status.as_u16()),
        DiscoveryError::Validation(_) => "it calls itself something else than the issuer in hub.toml".to_owned(),
        _ => "what it says cannot be used".to_owned(),
    }
}
