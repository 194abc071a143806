//! Calls to the provider: to addresses that nobody reads along to, of a size and a time with limits, and followed nowhere else.

use std::io::{self, Read as _};
use std::time::{Duration, Instant};

use openidconnect::{HttpRequest, HttpResponse, http};
use reqwest::Url;
use reqwest::blocking::Client;

use crate::config::SignInConfig;

/// Longest answer: what a provider says of itself, its keys, or somebody.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Bytes taken at once, between looks at the clock.
const PIECE_BYTES: usize = 8 * 1024;

/// Why there is no answer. It says nothing of what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the address is none that may be asked")]
    Address,
    #[error("nobody answers there")]
    NoAnswer,
    #[error("the answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the answer takes too long")]
    TooSlow,
}

/// Asks a provider.
pub(super) struct Caller<'a> {
    config: &'a SignInConfig,
    client: Client,
    patience: Duration,
}

impl<'a> Caller<'a> {
    pub(super) fn new(config: &'a SignInConfig) -> Result<Self, FetchError> {
        let patience = Duration::from_millis(config.patience_ms);
        // Whatever sends elsewhere is not followed: a code and a secret are meant for the provider.
        let client = Client::builder()
            .timeout(patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| FetchError::NoAnswer)?;
        Ok(Self {
            config,
            client,
            patience,
        })
    }

    pub(super) fn call(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let until = Instant::now() + self.patience;
        let url = Url::parse(&request.uri().to_string()).map_err(|_| FetchError::Address)?;
        if !self.config.may_ask(&url) {
            return Err(FetchError::Address);
        }
        let (head, body) = request.into_parts();
        let asked = self.client.request(head.method, url).headers(head.headers).body(body);
        let mut answer = asked.send().map_err(|error| {
            if error.is_timeout() {
                FetchError::TooSlow
            } else {
                FetchError::NoAnswer
            }
        })?;
        let mut said = http::Response::builder().status(answer.status());
        if let Some(kind) = answer.headers().get(http::header::CONTENT_TYPE) {
            said = said.header(http::header::CONTENT_TYPE, kind);
        }
        let mut bytes = Vec::new();
        let mut piece = [0; PIECE_BYTES];
        loop {
            // Each piece may come in time, and all of them never.
            if Instant::now() >= until {
                return Err(FetchError::TooSlow);
            }
            match answer.read(&mut piece).map_err(|error| lost(&error))? {
                0 => break,
                read if bytes.len() + read > ANSWER_BYTES_MAX => return Err(FetchError::TooLarge),
                read => bytes.extend_from_slice(&piece[..read]),
            }
        }
        said.body(bytes).map_err(|_| FetchError::NoAnswer)
    }
}

fn lost(error: &io::Error) -> FetchError {
    let is_timeout = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<reqwest::Error>())
        .is_some_and(reqwest::Error::is_timeout);
    if is_timeout {
        FetchError::TooSlow
    } else {
        FetchError::NoAnswer
    }
}
