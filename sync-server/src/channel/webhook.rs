//! Signatures after Standard Webhooks: an HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;

const PREFIX: &str = "whsec_";
/// The specification asks for 24 to 64 bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A shared secret, written `whsec_` and base64.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct WebhookSecret(Vec<u8>);

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
    /// The value of the header `webhook-signature`.
    pub(super) fn sign(&self, id: &str, timestamp_s: i64, body: &str) -> String {
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
