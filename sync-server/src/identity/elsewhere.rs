//! Staff who sign in elsewhere: OpenID Connect, by the authorisation code, with PKCE, a state and a nonce.
//!
//! What binds the way out to the way back is a ticket that only this hub can read, in a cookie of the browser ([`flow`]). What
//! comes back is believed only after the provider gave an ID token for the code, to this hub, for this very sign-in, signed with
//! a key of its own ([`token`]). Whom it names must have been linked with a member of staff before.

mod fetch;
mod flow;
mod provider;
mod token;

use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod};
use openidconnect::{
    AuthType, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use zeroize::Zeroizing;

use super::staff::{SESSION_MS, new_token, session_hash};
use crate::config::SignInConfig;
use crate::hub::Hub;
use crate::storage::{Link, Return, SignedIn, StorageError};

use self::fetch::Caller;
use self::flow::Flow;
use self::provider::{Known, Provider};
use self::token::{Answer, Asker, Refused};

pub use self::flow::FLOW_MS;
pub use self::token::VALUE_BYTES_MAX;

/// Where browsers come back to, below the hub's address.
const BACK_PATH: &str = "/v1/admin/oidc/back";
/// Longest code of a provider that is handed on, in bytes.
const CODE_BYTES_MAX: usize = 2_048;

/// What is known of the provider.
#[derive(Debug, Default)]
pub struct Elsewhere(Known);

/// Somebody on their way to the provider.
pub struct Departure {
    /// Where their browser goes.
    pub address: String,
    /// What its cookie holds until it comes back.
    pub ticket: Zeroizing<String>,
}

impl std::fmt::Debug for Departure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Departure(…)")
    }
}

/// What a browser comes back with.
#[derive(Debug, Clone, Copy)]
pub struct Back<'a> {
    /// What its cookie holds.
    pub ticket: Option<&'a str>,
    /// What went out as the state.
    pub state: Option<&'a str>,
    /// The provider's code; none where it let nobody in.
    pub code: Option<&'a str>,
    /// Who says that it is the provider, where it is said (RFC 9207).
    pub issuer: Option<&'a str>,
}

/// What came of it.
#[derive(Debug)]
pub enum Arrival {
    /// A session, by the token that the browser shows from now on.
    Yes(Zeroizing<String>),
    /// This browser began no such sign-in, or it took too long: the provider was not asked.
    Astray,
    /// The provider did not let them in, said it in no way that is believed, or knows somebody whom nobody has linked.
    No,
}

/// Why nobody can sign in elsewhere now.
#[derive(Debug, thiserror::Error)]
pub enum ElsewhereError {
    /// `hub.toml` names no provider.
    #[error("no provider of sign-in is set up")]
    NotSetUp,
    /// The provider does not answer, or not as one does.
    #[error("the provider of sign-in does not answer")]
    Away,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Sends somebody to the provider.
pub fn depart(hub: &Hub, elsewhere: &Elsewhere) -> Result<Departure, ElsewhereError> {
    let config = set_up(hub)?;
    let now_ms = hub.clock.now_ms();
    let flow = Flow::begun(now_ms);
    let provider = elsewhere.0.provider(config, now_ms)?;
    let (state, nonce) = (CsrfToken::new(flow.state()), Nonce::new(flow.nonce()));
    let asker = asker(hub, config, &provider)?;
    let mut request = asker
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
        .add_scopes(config.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier(&flow)));
    if let Some(acr) = &config.acr {
        request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
    }
    let (address, _, _) = request.url();
    Ok(Departure {
        address: address.into(),
        ticket: flow.sealed(hub)?,
    })
}

/// Takes somebody in who comes back from the provider.
pub fn arrive(hub: &Hub, elsewhere: &Elsewhere, back: &Back<'_>) -> Result<Arrival, ElsewhereError> {
    let config = set_up(hub)?;
    let now_ms = hub.clock.now_ms();
    let flow = back.ticket.and_then(|ticket| Flow::opened(hub, ticket, now_ms));
    let Some(flow) = flow.filter(|flow| back.state.is_some_and(|state| flow.has_state(state))) else {
        return Ok(Arrival::Astray);
    };
    let is_another = back.issuer.is_some_and(|issuer| issuer != config.issuer);
    let Some(code) = back.code.filter(|code| code.len() <= CODE_BYTES_MAX && !is_another) else {
        return Ok(Arrival::No);
    };
    let provider = elsewhere.0.provider(config, now_ms)?;
    let Some(answer) = exchanged(hub, config, &provider, &flow, code)? else {
        return Ok(Arrival::No);
    };
    let Some(value) = named(hub, elsewhere, &provider, &flow, &answer)? else {
        return Ok(Arrival::No);
    };
    let link = Link {
        issuer: config.issuer.clone(),
        claim: config.claim.clone(),
        value,
    };
    let token = new_token();
    let back = Return {
        link: &link,
        flow: flow.hash(),
        session: session_hash(&token),
    };
    match hub.storage.return_staff(&back, now_ms, now_ms - SESSION_MS)? {
        Some((_, SignedIn::Yes)) => Ok(Arrival::Yes(token)),
        Some((_, SignedIn::Replay)) => Ok(Arrival::No),
        None => {
            hub.storage.note_unlinked(&config.issuer, now_ms)?;
            Ok(Arrival::No)
        }
    }
}

fn set_up(hub: &Hub) -> Result<&SignInConfig, ElsewhereError> {
    hub.config.sign_in.as_ref().ok_or(ElsewhereError::NotSetUp)
}

/// The provider's answer to a code; `None` where it takes the code for none of its own, or for another browser's.
fn exchanged(
    hub: &Hub,
    config: &SignInConfig,
    provider: &Provider,
    flow: &Flow,
    code: &str,
) -> Result<Option<Answer>, ElsewhereError> {
    let caller = Caller::new(config).map_err(|_| ElsewhereError::Away)?;
    let asker = asker(hub, config, provider)?;
    let request = asker
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|_| ElsewhereError::Away)?
        .set_pkce_verifier(verifier(flow));
    match request.request(&|request| caller.call(request)) {
        Ok(answer) => Ok(Some(answer)),
        Err(RequestTokenError::ServerResponse(_)) => {
            tracing::warn!("a code of sign-in elsewhere was not taken by the provider");
            Ok(None)
        }
        Err(RequestTokenError::Request(error)) => {
            tracing::warn!(%error, "the provider of sign-in could not be asked about a code");
            Err(ElsewhereError::Away)
        }
        Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
            tracing::warn!("the provider of sign-in answered about a code as none does");
            Err(ElsewhereError::Away)
        }
    }
}

/// Whom a token names that is believed. Where its key is not known, the provider may have changed its keys: they are asked for once
/// more, and not for every such token.
fn named(
    hub: &Hub,
    elsewhere: &Elsewhere,
    provider: &Provider,
    flow: &Flow,
    answer: &Answer,
) -> Result<Option<String>, ElsewhereError> {
    let config = set_up(hub)?;
    let now_ms = hub.clock.now_ms();
    let Some(id_token) = answer.id_token() else {
        tracing::warn!("the provider of sign-in gave no ID token");
        return Ok(None);
    };
    let nonce = Nonce::new(flow.nonce());
    let mut named = token::named(config, provider, id_token, &nonce, now_ms);
    if matches!(named, Err(Refused::UnknownKey))
        && let Some(newer) = elsewhere.0.newer_keys(config, now_ms)
    {
        named = token::named(config, &newer, id_token, &nonce, now_ms);
    }
    match named {
        Ok(value) => Ok(Some(value)),
        Err(refused) => {
            tracing::warn!(%refused, "a token of sign-in elsewhere is not believed");
            Ok(None)
        }
    }
}

/// The hub as the provider knows it.
fn asker(hub: &Hub, config: &SignInConfig, provider: &Provider) -> Result<Asker, ElsewhereError> {
    let url = hub.config.hub_url().map_err(|_| ElsewhereError::NotSetUp)?;
    let base = url.as_str().split('#').next().unwrap_or_default();
    let back = format!("{}{BACK_PATH}", base.trim_end_matches('/'));
    let asker = Asker::from_provider_metadata(
        provider.metadata.clone(),
        ClientId::new(config.client_id.clone()),
        Some(ClientSecret::new(config.secret().to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(back).map_err(|_| ElsewhereError::NotSetUp)?);
    // Without a word about it, a provider takes a secret in the head of a request.
    let ways = provider.metadata.token_endpoint_auth_methods_supported();
    let in_head = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
    Ok(if in_head {
        asker
    } else {
        asker.set_auth_type(AuthType::RequestBody)
    })
}

fn verifier(flow: &Flow) -> PkceCodeVerifier {
    PkceCodeVerifier::new(flow.verifier())
}
