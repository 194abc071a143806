//! What a provider says of somebody, and whether it is believed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, ClaimsVerificationError, Client, ClientId, ClientSecret, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdToken, IdTokenFields, IdTokenVerifier, Nonce, SignatureVerificationError,
    StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::provider::Provider;
use crate::config::SignInConfig;

/// Longest name of somebody at a provider, in bytes: OpenID Connect allows a subject 255.
pub const VALUE_BYTES_MAX: usize = 255;
/// How far the provider's clock may be ahead of the hub's, in milliseconds.
const CLOCK_SKEW_MS: i64 = 60_000;
/// How old a token may be that comes straight from the provider, in milliseconds.
const TOKEN_AGE_MAX_MS: i64 = 10 * 60_000;

/// Signatures by keys that only the provider has. Neither none, nor one by the secret that it shares with the hub.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Claims beside those of the standard.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct More(BTreeMap<String, Json>);

impl AdditionalClaims for More {}

impl std::fmt::Debug for More {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("More(…)")
    }
}

/// A token about somebody.
pub(super) type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What a provider answers to a code.
pub(super) type Answer = StandardTokenResponse<
    IdTokenFields<
        More,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// A hub that asks.
pub(super) type Asker = Client<
    More,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Answer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why a token is not believed. It says nothing of what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("the provider has no such key")]
    UnknownKey,
    #[error("its signature does not hold, or is of a sort that is not taken")]
    Signature,
    #[error("another provider made it")]
    Issuer,
    #[error("it is meant for somebody else")]
    Audience,
    #[error("it is of another time")]
    Time,
    #[error("it is of another sign-in")]
    Nonce,
    #[error("they signed in there in another way than the one that is asked for")]
    Way,
    #[error("it does not say the claim that names staff")]
    NoName,
    #[error("it is no token that can be read")]
    Unreadable,
}

/// Whom a token names, if it is the provider's, meant for this hub, of this sign-in and of now.
pub(super) fn named(
    config: &SignInConfig,
    provider: &Provider,
    token: &Token,
    nonce: &Nonce,
    now_ms: i64,
) -> Result<String, Refused> {
    let now = DateTime::<Utc>::from_timestamp_millis(now_ms).ok_or(Refused::Time)?;
    let verifier = IdTokenVerifier::<CoreJsonWebKey>::new_confidential_client(
        ClientId::new(config.client_id.clone()),
        ClientSecret::new(config.secret().to_owned()),
        provider.metadata.issuer().clone(),
        provider.metadata.jwks().clone(),
    )
    .set_allowed_algs(SIGNATURES)
    .set_time_fn(move || now)
    .set_issue_time_verifier_fn(move |issued| {
        let age_ms = now_ms - issued.timestamp_millis();
        let is_of_now = (-CLOCK_SKEW_MS..TOKEN_AGE_MAX_MS).contains(&age_ms);
        is_of_now.then_some(()).ok_or_else(String::new)
    })
    .set_auth_context_verifier_fn(|acr| {
        let is_asked = config
            .acr
            .as_deref()
            .is_none_or(|asked| acr.is_some_and(|said| said.as_str() == asked));
        is_asked.then_some(()).ok_or_else(String::new)
    });
    let claims = token.claims(&verifier, nonce).map_err(|error| refused(&error))?;
    let is_anothers = |party: &ClientId| party.as_str() != config.client_id;
    if claims.authorized_party().is_some_and(is_anothers) {
        return Err(Refused::Audience);
    }
    let value = if config.is_by_subject() {
        Some(claims.subject().as_str())
    } else {
        claims.additional_claims().0.get(&config.claim).and_then(Json::as_str)
    };
    let value = value.filter(|value| !value.is_empty() && value.len() <= VALUE_BYTES_MAX);
    value.map(str::to_owned).ok_or(Refused::NoName)
}

fn refused(error: &ClaimsVerificationError) -> Refused {
    match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            Refused::UnknownKey
        }
        ClaimsVerificationError::SignatureVerification(_) => Refused::Signature,
        ClaimsVerificationError::InvalidIssuer(_) => Refused::Issuer,
        ClaimsVerificationError::InvalidAudience(_) => Refused::Audience,
        ClaimsVerificationError::Expired(_) | ClaimsVerificationError::InvalidAuthTime(_) => Refused::Time,
        ClaimsVerificationError::InvalidNonce(_) => Refused::Nonce,
        ClaimsVerificationError::InvalidAuthContext(_) => Refused::Way,
        _ => Refused::Unreadable,
    }
}
