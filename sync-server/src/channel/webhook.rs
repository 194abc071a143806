//! Signatures after Standard Webhooks: an HMAC-SHA256 over `id.timestamp.body`.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// The header that names a message.
pub(super) const ID: &str = "webhook-id";
/// The header that says when it was signed, in seconds since 1970.
pub(super) const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub(super) const SIGNATURE: &str = "webhook-signature";
/// How far the clocks of the two sides may be apart; what the specification's own libraries allow.
const TOLERANCE_S: u64 = 300;
/// Signatures of one message that are looked at.
const SIGNATURES_MAX: usize = 8;
const PREFIX: &str = "whsec_";
/// The specification asks for 24 to 64 bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A shared secret, written `whsec_` and base64.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct WebhookSecret(Vec<u8>);

/// Something signed, as its headers and its body have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    /// `webhook-id`.
    pub(crate) id: &'a str,
    /// `webhook-timestamp`.
    pub(crate) timestamp: &'a str,
    /// `webhook-signature`.
    pub(crate) signature: &'a str,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl<'a> Signed<'a> {
    /// What these headers say of a body; `None` where one of the three is missing.
    pub(crate) fn of(headers: &'a HeaderMap, body: &'a [u8]) -> Option<Self> {
        let header = |name: &str| headers.get(name)?.to_str().ok();
        Some(Self {
            id: header(ID)?,
            timestamp: header(TIMESTAMP)?,
            signature: header(SIGNATURE)?,
            body,
        })
    }
}

/// Nobody who has the secret signed it, or it is old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not hold")]
pub struct BadSignature;

/// Why a text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is `whsec_` and base64 of 24 to 64 bytes")]
pub struct SecretError;

impl TryFrom<String> for WebhookSecret {
    type Error = SecretError;

    fn try_from(text: String) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretError)?;
        if SECRET_BYTES.contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(SecretError)
        }
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// Whether somebody who has the secret signed this, not long ago. Of several signatures one must hold: whoever changes
    /// the secret signs with both for a while.
    pub(crate) fn verify(&self, signed: &Signed<'_>, now_s: i64) -> Result<(), BadSignature> {
        let timestamp_s: i64 = signed.timestamp.parse().map_err(|_| BadSignature)?;
        if timestamp_s.abs_diff(now_s) > TOLERANCE_S {
            return Err(BadSignature);
        }
        let holds = |signature: &str| {
            let Some(code) = signature.strip_prefix("v1,") else {
                return false;
            };
            let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
            mac.update(signed.id.as_bytes());
            mac.update(b".");
            mac.update(signed.timestamp.as_bytes());
            mac.update(b".");
            mac.update(signed.body);
            STANDARD.decode(code).is_ok_and(|code| mac.verify_slice(&code).is_ok())
        };
        let mut signatures = signed.signature.split(' ').take(SIGNATURES_MAX);
        if signatures.any(holds) {
            Ok(())
        } else {
            Err(BadSignature)
        }
    }

    /// The value of the header `webhook-signature`.
    pub(crate) fn sign(&self, id: &str, timestamp_s: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp_s}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh";

    #[test]
    fn another_implementation_signs_alike() {
        let ours = WebhookSecret::try_from(SECRET.to_owned()).unwrap();
        let theirs = standardwebhooks::Webhook::new(SECRET).unwrap();
        let body = "{\"type\":\"case.updated\",\"data\":\"बच्चा\"}";
        assert_eq!(
            ours.sign("msg_1", 1_795_000_000, body),
            theirs.sign("msg_1", 1_795_000_000, body.as_bytes()).unwrap()
        );
    }

    #[test]
    fn what_another_implementation_signed_holds_and_nothing_else_does() {
        let ours = WebhookSecret::try_from(SECRET.to_owned()).unwrap();
        let theirs = standardwebhooks::Webhook::new(SECRET).unwrap();
        let signature = theirs.sign("msg_1", 1_795_000_000, b"{}").unwrap();
        let both = format!("v1,AAAA v2,x {signature}");
        let good = Signed {
            id: "msg_1",
            timestamp: "1795000000",
            signature: &both,
            body: b"{}",
        };
        assert_eq!(ours.verify(&good, 1_795_000_300), Ok(()));
        let wrong = [
            Signed { id: "msg_2", ..good },
            Signed {
                timestamp: "1795000001",
                ..good
            },
            Signed {
                timestamp: "soon",
                ..good
            },
            Signed {
                signature: "v1,AAAA",
                ..good
            },
            Signed { signature: "", ..good },
            Signed { body: b"{ }", ..good },
        ];
        for bad in wrong {
            assert_eq!(ours.verify(&bad, 1_795_000_000), Err(BadSignature), "{bad:?}");
        }
        for late_s in [1_795_000_301, 1_794_999_699, 0] {
            assert_eq!(ours.verify(&good, late_s), Err(BadSignature));
        }
        let other = WebhookSecret::try_from("whsec_b3RoZXIgc2VjcmV0IG9mIDI0IGJ5dGVzIQ==".to_owned()).unwrap();
        assert_eq!(other.verify(&good, 1_795_000_000), Err(BadSignature));
    }

    #[test]
    fn a_short_or_bare_secret_is_refused_and_none_is_shown() {
        for bad in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "dGVzdCBzZWNyZXQgb2YgMjQgYnl0ZXMh",
            "whsec_%%%",
        ] {
            assert!(WebhookSecret::try_from(bad.to_owned()).is_err(), "{bad}");
        }
        let secret = WebhookSecret::try_from(SECRET.to_owned()).unwrap();
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
    }
}
