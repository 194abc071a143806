//! How a device learns that its author is shut out, and that what it had not sent is at the hub.
//!
//! An author may be shut out in two ways. Where the hub still lets them *hand in*, requests go on as before, except
//! that nothing new comes down: uploads are judged like any other, pictures are taken, and `Close` carries a
//! [`Dismissal`]. Where it does not, every upload is kept in quarantine for a person to look at, and the answer is a
//! `Reject` with `not_enrolled` and a `Dismissal` that says how many of this request's uploads the hub holds.
//!
//! A device that has a dismissal and nothing left to hand in says so with `End{destroys}`, then destroys keys and
//! files. Because nobody but the hub may bring that about, the dismissal is signed by the key that devices learn at
//! enrolment, bound to the request by the random bytes of its `Open`:
//!
//! ```text
//! "vatsalya-dismissal-v1" | author | nonce | dismissed i64 | told i64 | kept u64, little endian | hand in u8
//! ```

use minicbor::{Decode, Encode};

use crate::ids::{AuthorId, Nonce};
use crate::pack::PackKey;
use crate::signing::PublicKey;

const DISMISSAL_CONTEXT: &[u8] = b"vatsalya-dismissal-v1";

/// What the hub says to an author it has shut out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Dismissal {
    /// When the author was shut out, by the hub's clock.
    #[n(0)]
    pub dismissed_ms: i64,
    /// When the hub said so.
    #[n(1)]
    pub told_ms: i64,
    /// How many uploads of this request, from its first on, the hub holds: in its log or in quarantine.
    #[n(2)]
    pub kept: u64,
    /// Whether what the author hands in is judged like anybody's; otherwise it is kept in quarantine.
    #[n(3)]
    pub hand_in: bool,
}

/// A dismissal with the hub's signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedDismissal {
    /// What was signed.
    #[n(0)]
    dismissal: Dismissal,
    /// The hub's signature.
    #[cbor(n(1), with = "minicbor::bytes")]
    signature: [u8; 64],
}

fn numbers(dismissal: &Dismissal) -> [u8; 25] {
    let mut bytes = [0; 25];
    bytes[..8].copy_from_slice(&dismissal.dismissed_ms.to_le_bytes());
    bytes[8..16].copy_from_slice(&dismissal.told_ms.to_le_bytes());
    bytes[16..24].copy_from_slice(&dismissal.kept.to_le_bytes());
    bytes[24] = u8::from(dismissal.hand_in);
    bytes
}

impl SignedDismissal {
    /// Signs a dismissal in answer to the request that this nonce opened.
    pub fn sign(key: &PackKey, author: AuthorId, nonce: Nonce, dismissal: Dismissal) -> Self {
        let parts: [&[u8]; 3] = [author.as_bytes(), nonce.as_bytes(), &numbers(&dismissal)];
        let signature = key.sign(DISMISSAL_CONTEXT, &parts);
        Self { dismissal, signature }
    }

    /// The dismissal, if the holder of `key` signed it for this author in answer to this request.
    pub fn open(&self, key: PublicKey, author: AuthorId, nonce: Nonce) -> Option<&Dismissal> {
        let parts: [&[u8]; 3] = [author.as_bytes(), nonce.as_bytes(), &numbers(&self.dismissal)];
        key.verify(DISMISSAL_CONTEXT, &parts, &self.signature)
            .then_some(&self.dismissal)
    }

    /// A short code of the signature, by which a person finds this very dismissal again.
    pub fn code(&self) -> String {
        let head = self.signature.iter().take(6).map(|byte| format!("{byte:02x}"));
        head.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_dismisses_and_no_dismissal_is_played_again() {
        let key = PackKey::from_seed(&[1; 32]);
        let (author, nonce) = (AuthorId([7; 16]), Nonce([9; 16]));
        let dismissal = Dismissal {
            dismissed_ms: 5,
            told_ms: 6,
            kept: 3,
            hand_in: false,
        };
        let signed = SignedDismissal::sign(&key, author, nonce, dismissal.clone());
        assert_eq!(signed.open(key.public(), author, nonce), Some(&dismissal));
        let other = PackKey::from_seed(&[2; 32]).public();
        assert_eq!(signed.open(other, author, nonce), None);
        assert_eq!(signed.open(key.public(), AuthorId([8; 16]), nonce), None);
        assert_eq!(signed.open(key.public(), author, Nonce([8; 16])), None);
        let mut more = signed.clone();
        more.dismissal.kept = 4;
        assert_eq!(more.open(key.public(), author, nonce), None);
        assert_eq!(signed.code().len(), 12);
    }
}
