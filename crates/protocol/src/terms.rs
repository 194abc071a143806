//! On what terms an author holds a district's work, as the hub signs it: until when without the hub, and to whose key
//! the device seals its own.
//!
//! The hub says [`Terms`] when a device enrols ([`Enrolled::terms`](crate::enrol::Enrolled::terms)) and again in every
//! `Close`, signed by the key that devices learn at enrolment ([`crate::pack`]) over
//!
//! ```text
//! "vatsalya-terms-v1" | author | issued i64 | ends i64, both little endian | recipient, or nothing
//! ```
//!
//! A device keeps those with the greatest `issued_ms` and refuses any that are not for it. Past `ends_ms` it shows
//! nothing of a case until the hub has given it new ones; nothing is lost by that, and it goes on handing in what waits.
//! `issued_ms` is the hub's clock, by which the device corrects its own.
//!
//! `recovery` is an age X25519 recipient (`age1…`), the public half of a key that an officer of the district keeps
//! offline. The device seals its master key to it ([`crate::recovery`]).

use minicbor::{Decode, Encode};

use crate::ids::AuthorId;
use crate::limits::RECIPIENT_BYTES_MAX;
use crate::pack::PackKey;
use crate::signing::PublicKey;

const TERMS_CONTEXT: &[u8] = b"vatsalya-terms-v1";

/// The terms, as the hub's clock has them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Terms {
    /// When the hub gave them.
    #[n(0)]
    pub issued_ms: i64,
    /// Until when the vault opens without the hub.
    #[n(1)]
    pub ends_ms: i64,
    /// The district's recovery recipient, where it has one.
    #[n(2)]
    pub recovery: Option<String>,
}

/// Terms with the hub's signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedTerms {
    /// What was signed.
    #[n(0)]
    terms: Terms,
    /// The hub's signature.
    #[cbor(n(1), with = "minicbor::bytes")]
    signature: [u8; 64],
}

/// Why terms are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Not signed by this hub for this author.
    #[error("the terms' signature does not hold")]
    BadSignature,
    /// They end before they begin, or name no recipient.
    #[error("the terms make no sense")]
    Malformed,
}

impl SignedTerms {
    /// Signs terms for an author.
    pub fn sign(key: &PackKey, author: AuthorId, terms: Terms) -> Self {
        let (issued, ends) = (terms.issued_ms.to_le_bytes(), terms.ends_ms.to_le_bytes());
        let recipient = terms.recovery.as_deref().unwrap_or_default().as_bytes();
        let signature = key.sign(TERMS_CONTEXT, &[author.as_bytes(), &issued, &ends, recipient]);
        Self { terms, signature }
    }

    /// The terms, if the holder of `key` signed them for this author.
    pub fn open(&self, key: PublicKey, author: AuthorId) -> Result<&Terms, TermsError> {
        let Terms {
            issued_ms,
            ends_ms,
            recovery,
        } = &self.terms;
        let recipient = recovery.as_deref().unwrap_or_default();
        let (issued, ends) = (issued_ms.to_le_bytes(), ends_ms.to_le_bytes());
        let parts: [&[u8]; 4] = [author.as_bytes(), &issued, &ends, recipient.as_bytes()];
        if !key.verify(TERMS_CONTEXT, &parts, &self.signature) {
            return Err(TermsError::BadSignature);
        }
        if ends_ms < issued_ms || recipient.len() > RECIPIENT_BYTES_MAX {
            return Err(TermsError::Malformed);
        }
        Ok(&self.terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHOR: AuthorId = AuthorId([7; 16]);

    fn terms() -> Terms {
        Terms {
            issued_ms: 5,
            ends_ms: 9,
            recovery: Some("age1invented".into()),
        }
    }

    #[test]
    fn terms_hold_for_their_author_and_from_their_hub_only() {
        let key = PackKey::from_seed(&[1; 32]);
        let signed = SignedTerms::sign(&key, AUTHOR, terms());
        assert_eq!(signed.open(key.public(), AUTHOR), Ok(&terms()));
        let other = PackKey::from_seed(&[2; 32]);
        assert_eq!(signed.open(other.public(), AUTHOR), Err(TermsError::BadSignature));
        assert_eq!(
            signed.open(key.public(), AuthorId([8; 16])),
            Err(TermsError::BadSignature)
        );
        for change in [
            |terms: &mut Terms| terms.issued_ms += 1,
            |terms: &mut Terms| terms.ends_ms += 1,
            |terms: &mut Terms| terms.recovery = None,
        ] {
            let mut forged = signed.clone();
            change(&mut forged.terms);
            assert_eq!(forged.open(key.public(), AUTHOR), Err(TermsError::BadSignature));
        }
    }

    #[test]
    fn terms_that_end_before_they_begin_are_none() {
        let key = PackKey::from_seed(&[1; 32]);
        let signed = SignedTerms::sign(&key, AUTHOR, Terms { ends_ms: 4, ..terms() });
        assert_eq!(signed.open(key.public(), AUTHOR), Err(TermsError::Malformed));
    }
}
