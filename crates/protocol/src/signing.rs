//! Who says it: the author's key, and the chain of signed frames a device sends up.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::frame::{self, Frame};
use crate::limits::{FRAME_HEAD_BYTES, FRAME_TAIL_BYTES, SIGNATURE_BYTES};
use crate::message::{DecodeError, EncodeError, UpMessage};

const CHAIN_CONTEXT: &[u8] = b"vatsalya-sync-v1";

/// An author's secret key, made on the device. Erased from memory when dropped.
#[derive(Clone)]
pub struct AuthorKey(SigningKey);

impl AuthorKey {
    /// The key that grows from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 bytes to keep in the vault.
    pub fn to_seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// What the hub may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// A signature over a context and what is said in it. The context keeps one use from passing for another.
    pub(crate) fn sign(&self, context: &[u8], parts: &[&[u8]]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(&[context, &parts.concat()].concat()).to_bytes()
    }
}

impl std::fmt::Debug for AuthorKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("AuthorKey(…)")
    }
}

/// An author's public key, as it came; it may turn out to be no key at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Whether the signature is by this key. Strict: weak keys and malleable signatures fail.
    pub(crate) fn verify(&self, context: &[u8], parts: &[&[u8]], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| {
            let said = [context, &parts.concat()].concat();
            key.verify_strict(&said, &Signature::from_bytes(signature)).is_ok()
        })
    }
}

/// Signs the frames of one request, each bound to the one before.
#[derive(Debug)]
pub struct SigningChain<'k> {
    key: &'k AuthorKey,
    previous: [u8; 32],
}

impl<'k> SigningChain<'k> {
    /// A chain that has not begun. Its first message must be `Open`.
    pub const fn new(key: &'k AuthorKey) -> Self {
        Self { key, previous: [0; 32] }
    }

    /// The next frame of the request.
    pub fn sign(&mut self, message: &UpMessage) -> Result<Frame, EncodeError> {
        self.sign_with(message, 0)
    }

    /// The last frame of a request of version 2: no `End` follows.
    pub fn sign_last(&mut self, message: &UpMessage) -> Result<Frame, EncodeError> {
        self.sign_with(message, frame::LAST)
    }

    fn sign_with(&mut self, message: &UpMessage, flags: u8) -> Result<Frame, EncodeError> {
        let body = message.to_cbor()?;
        let mut bytes = frame::head(message.kind(), flags, body.len() + SIGNATURE_BYTES)?.to_vec();
        bytes.extend_from_slice(&body);
        let signature = self.key.sign(CHAIN_CONTEXT, &[&self.previous, &bytes]);
        bytes.extend_from_slice(&signature);
        let frame = Frame::sealed(bytes);
        self.previous = Sha256::digest(frame.as_bytes()).into();
        Ok(frame)
    }
}

/// Why a frame does not continue the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Not signed by this author, or not behind the frame before.
    #[error("a frame's signature does not hold")]
    BadSignature,
    /// Signed, but it says nothing this version understands.
    #[error(transparent)]
    Message(#[from] DecodeError),
}

/// Checks the frames of one request, each bound to the one before.
#[derive(Debug)]
pub struct VerifyingChain {
    key: PublicKey,
    previous: [u8; 32],
    broken: bool,
}

impl VerifyingChain {
    /// A chain that has not begun. To learn whose key to ask for, read the first frame with [`UpMessage::unverified`].
    pub const fn new(key: PublicKey) -> Self {
        Self {
            key,
            previous: [0; 32],
            broken: false,
        }
    }

    /// What the next frame says, if this author says it here. After the first error nothing more is believed.
    pub fn verify(&mut self, frame: &Frame) -> Result<UpMessage, ChainError> {
        if self.broken || !self.fits(frame) {
            self.broken = true;
            return Err(ChainError::BadSignature);
        }
        self.previous = Sha256::digest(frame.as_bytes()).into();
        UpMessage::unverified(frame).map_err(|error| {
            self.broken = true;
            error.into()
        })
    }

    fn fits(&self, frame: &Frame) -> bool {
        let bytes = frame.as_bytes();
        let Some((said, tail)) = bytes.split_at_checked(bytes.len().saturating_sub(SIGNATURE_BYTES + FRAME_TAIL_BYTES))
        else {
            return false;
        };
        let Some(signature) = tail.first_chunk::<SIGNATURE_BYTES>() else {
            return false;
        };
        said.len() >= FRAME_HEAD_BYTES && self.key.verify(CHAIN_CONTEXT, &[&self.previous, said], signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::up::{Confirm, End};
    use crate::{DocumentId, FrameDecoder};

    fn confirm(byte: u8) -> UpMessage {
        UpMessage::Confirm(Confirm {
            document: DocumentId([byte; 17]),
        })
    }

    #[test]
    fn a_chain_is_read_in_its_order_only() {
        let key = AuthorKey::from_seed(&[7; 32]);
        let mut signing = SigningChain::new(&key);
        let frames: Vec<_> = (0..3).map(|byte| signing.sign(&confirm(byte)).unwrap()).collect();

        let mut chain = VerifyingChain::new(key.public());
        for (frame, byte) in frames.iter().zip(0..) {
            assert_eq!(chain.verify(frame), Ok(confirm(byte)));
        }

        let mut chain = VerifyingChain::new(key.public());
        assert!(chain.verify(&frames[0]).is_ok());
        assert_eq!(chain.verify(&frames[2]), Err(ChainError::BadSignature));
        assert_eq!(
            chain.verify(&frames[1]),
            Err(ChainError::BadSignature),
            "nothing is believed behind a break"
        );
    }

    #[test]
    fn another_key_or_another_byte_is_refused() {
        let key = AuthorKey::from_seed(&[7; 32]);
        let frame = SigningChain::new(&key).sign(&confirm(1)).unwrap();
        let other = AuthorKey::from_seed(&[8; 32]).public();
        assert_eq!(VerifyingChain::new(other).verify(&frame), Err(ChainError::BadSignature));
        assert_eq!(
            VerifyingChain::new(PublicKey([0; 32])).verify(&frame),
            Err(ChainError::BadSignature)
        );

        for at in 0..frame.payload().len() {
            let mut payload = frame.payload().to_vec();
            payload[at] ^= 1;
            let forged = Frame::new(frame.kind(), &payload).unwrap();
            assert_eq!(
                VerifyingChain::new(key.public()).verify(&forged),
                Err(ChainError::BadSignature),
                "byte {at}"
            );
        }
        let relabelled = Frame::new(5, frame.payload()).unwrap();
        assert_eq!(
            VerifyingChain::new(key.public()).verify(&relabelled),
            Err(ChainError::BadSignature)
        );
    }

    #[test]
    fn a_frame_too_short_for_a_signature_is_refused() {
        for length in 0..70 {
            let frame = Frame::new(5, &vec![0; length]).unwrap();
            let key = AuthorKey::from_seed(&[7; 32]).public();
            assert_eq!(VerifyingChain::new(key).verify(&frame), Err(ChainError::BadSignature));
        }
    }

    #[test]
    fn a_signed_frame_passes_the_decoder() {
        let key = AuthorKey::from_seed(&[1; 32]);
        let frame = SigningChain::new(&key).sign(&UpMessage::End(End::default())).unwrap();
        let decoded = FrameDecoder::new().feed(&mut frame.as_bytes()).unwrap();
        assert_eq!(decoded, Some(frame));
    }
}
