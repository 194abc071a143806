//! What a receiver's answer means.

use serde::Deserialize;

/// A channel's words as they are kept and shown.
const WORDS_CHARS_MAX: usize = 300;

/// What a receiver answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It took the message, and this is its number.
    Accepted { reference: String },
    /// It has the message and says later what becomes of it.
    HandedOver,
    /// It does not take this message.
    Rejected { reason: String },
    /// Something to try again after: it says nothing about this case.
    Trouble {
        words: String,
        reach: Reach,
        /// How long the receiver asked to be left alone.
        asked_ms: Option<i64>,
    },
}

/// Whether the next message is worth a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The receiver answered.
    Answered,
    /// It answered that it has no time now, for anything.
    Busy,
    /// It could not be reached: the next delivery would not reach it either.
    Unreachable,
}

/// What a receiver may say.
#[derive(Debug, Default, Deserialize)]
struct Said {
    reference: Option<String>,
    reason: Option<String>,
}

pub(super) fn trouble(words: &str) -> Answer {
    Answer::Trouble {
        words: words.to_owned(),
        reach: Reach::Answered,
        asked_ms: None,
    }
}

/// What an answer means. Only a status that speaks of this very message rejects it; a wrong key, a wrong address or a
/// receiver in trouble are put right by people, and the message waits for them.
pub(super) fn answer_of(status: u16, body: &[u8], asked_ms: Option<i64>) -> Answer {
    let said: Said = serde_json::from_slice(body).unwrap_or_default();
    match (status, said.reference) {
        (200..=299, Some(reference)) if !shortened(&reference).trim().is_empty() => Answer::Accepted {
            reference: shortened(&reference),
        },
        (202, _) => Answer::HandedOver,
        (200..=299, _) => trouble("acknowledged without a reference"),
        (400 | 409 | 422, _) => {
            let reason = said
                .reason
                .map_or_else(|| format!("status {status}"), |reason| shortened(&reason));
            Answer::Rejected { reason }
        }
        (429 | 503, _) => Answer::Trouble {
            words: format!("status {status}"),
            reach: Reach::Busy,
            asked_ms,
        },
        _ => trouble(&format!("status {status}")),
    }
}

/// A channel's words, short and plain.
pub fn shortened(words: &str) -> String {
    words
        .chars()
        .filter(|character| !character.is_control())
        .take(WORDS_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_case_settles_it() {
        let accepted = Answer::Accepted {
            reference: "VP-1".into(),
        };
        assert_eq!(answer_of(200, br#"{"reference":"VP-1"}"#, None), accepted);
        assert_eq!(
            answer_of(422, br#"{"reason":"unknown district"}"#, None),
            Answer::Rejected {
                reason: "unknown district".into()
            }
        );
        assert_eq!(
            answer_of(400, b"<html>", None),
            Answer::Rejected {
                reason: "status 400".into()
            }
        );
        assert_eq!(answer_of(202, b"", None), Answer::HandedOver);
        for (status, body) in [
            (200, &b"{}"[..]),
            (200, b"{\"reference\":\" \"}"),
            (200, b"{\"reference\":\"\\u0007\"}"),
            (204, b""),
            (302, b""),
            (401, b""),
            (404, b""),
            (429, b""),
            (500, b""),
            (503, b"{\"reference\":\"VP-1\"}"),
        ] {
            assert!(
                matches!(answer_of(status, body, None), Answer::Trouble { .. }),
                "{status}"
            );
        }
    }

    #[test]
    fn who_has_no_time_is_left_alone_as_long_as_it_asks() {
        for status in [429, 503] {
            let busy = answer_of(status, b"", Some(7_000));
            assert!(matches!(
                busy,
                Answer::Trouble {
                    reach: Reach::Busy,
                    asked_ms: Some(7_000),
                    ..
                }
            ));
        }
    }

    #[test]
    fn a_channels_words_are_kept_short_and_plain() {
        let long = "x\n".repeat(1_000);
        assert_eq!(shortened(&long).len(), WORDS_CHARS_MAX);
        assert!(!shortened(&long).contains('\n'));
    }
}
