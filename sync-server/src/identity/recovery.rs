//! The district's recovery key: made by an officer, kept away from the hub, brought only to open a vault.

use std::str::FromStr as _;

use protocol::recovery::{RecoveryAnswer, RecoveryRequest, SealedKey};
use sealing::{Identity, Recipient, seal};

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// Not an age X25519 identity.
    #[error("the file holds no age identity (AGE-SECRET-KEY-1…)")]
    NoIdentity,
    /// Not an age X25519 recipient.
    #[error("this is no age recipient (age1…)")]
    NoRecipient,
    /// Sealed to another district, or damaged.
    #[error(
        "this identity does not open what the device has sealed: it was sealed to another recovery key, or is damaged"
    )]
    NotForUs,
    /// What is sealed is another author's key than the request says.
    #[error("the request is by one author and the sealed key is another's: do not answer it")]
    AnotherAuthor,
}

/// An answer and whose vault it opens.
#[derive(Debug)]
pub struct Answered {
    /// Whose key was sealed, as the device said when it sealed it.
    pub name: String,
    /// The answer.
    pub answer: RecoveryAnswer,
}

/// A new identity, as the text of its file, and its recipient.
pub fn make_recovery_identity() -> (zeroize::Zeroizing<String>, String) {
    let identity = Identity::generate();
    let recipient = identity.recipient().to_string();
    let text = format!(
        "# The district's recovery key. Whoever has this file opens the vaults of the district's tablets: keep it offline.\n\
         # public key: {recipient}\n{}\n",
        identity.to_text().as_str()
    );
    (zeroize::Zeroizing::new(text), recipient)
}

/// The recipient, if the text is one.
pub fn check_recipient(text: &str) -> Result<String, RecoveryError> {
    let recipient = Recipient::from_str(text.trim()).map_err(|_| RecoveryError::NoRecipient)?;
    Ok(recipient.to_string())
}

/// Opens what a device has sealed and seals it to the device that asks.
pub fn answer_recovery(identity_file: &str, request: &RecoveryRequest) -> Result<Answered, RecoveryError> {
    let mut lines = identity_file.lines().map(str::trim);
    let secret = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let identity = secret
        .and_then(|secret| Identity::from_str(secret).ok())
        .ok_or(RecoveryError::NoIdentity)?;
    let to = Recipient::from_str(&request.recipient).map_err(|_| RecoveryError::NoRecipient)?;
    let plain = identity.open(&request.sealed).map_err(|_| RecoveryError::NotForUs)?;
    let key = SealedKey::from_cbor(&plain).map_err(|_| RecoveryError::NotForUs)?;
    if key.author != request.author {
        return Err(RecoveryError::AnotherAuthor);
    }
    let sealed = seal(&to, &plain).map_err(|_| RecoveryError::NotForUs)?;
    Ok(Answered {
        name: key.name.clone(),
        answer: RecoveryAnswer {
            request: request.id(),
            sealed,
        },
    })
}

#[cfg(test)]
mod tests {
    use protocol::recovery::KeyBytes;
    use protocol::{AuthorId, UserId};

    use super::*;

    #[test]
    fn only_the_right_identity_answers_and_only_for_the_author_inside() {
        let (file, recipient) = make_recovery_identity();
        let key = SealedKey {
            author: AuthorId([1; 16]),
            user: UserId([2; 16]),
            name: "Asha Toppo".into(),
            keys: vec![KeyBytes(vec![7; 33])],
        };
        let to = Recipient::from_str(&recipient).unwrap();
        let device = Identity::generate();
        let request = RecoveryRequest {
            author: AuthorId([1; 16]),
            name: "Asha Toppo".into(),
            made_ms: 5,
            recipient: device.recipient().to_string(),
            sealed: seal(&to, &key.to_cbor()).unwrap(),
        };
        let answered = answer_recovery(&file, &request).unwrap();
        assert_eq!(answered.name, "Asha Toppo");
        let opened = device.open(&answered.answer.sealed).unwrap();
        assert!(SealedKey::from_cbor(&opened).unwrap() == key);

        let (other, _) = make_recovery_identity();
        assert!(matches!(
            answer_recovery(&other, &request),
            Err(RecoveryError::NotForUs)
        ));
        assert!(matches!(
            answer_recovery("hello", &request),
            Err(RecoveryError::NoIdentity)
        ));
        let stranger = RecoveryRequest {
            author: AuthorId([9; 16]),
            ..request
        };
        assert!(matches!(
            answer_recovery(&file, &stranger),
            Err(RecoveryError::AnotherAuthor)
        ));
        assert!(check_recipient("age1nonsense").is_err());
        assert_eq!(check_recipient(&format!(" {recipient}\n")).unwrap(), recipient);
    }
}
