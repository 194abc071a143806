//! Delivery of an outbox by signed webhook: tried until the receiver has answered, however long that takes.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::vatsalya;
use crate::config::{ChannelConfig, Limits};
use crate::hub::Hub;
use crate::storage::{Claim, Delivery, Held, NewReceipt, Parcel, Receipt, StorageError};
use crate::wake::Woken;

/// Few at a time: what a hub holds when it dies waits until the hold ends.
const DELIVERIES_AT_ONCE: u32 = 8;
/// How long a hold on deliveries lasts. Nothing is sent that might not be answered within it.
const HOLD_MS: i64 = 120_000;
const REQUEST_TIMEOUT_MS: i64 = 30_000;
/// An answer is a reference or a reason, no more.
const ANSWER_BYTES_MAX: u64 = 4096;
/// A channel's words as they are kept and shown.
const WORDS_CHARS_MAX: usize = 300;

/// Delivers one channel's outbox.
#[derive(Debug)]
pub struct Deliverer {
    channel: &'static str,
    config: ChannelConfig,
    limits: Limits,
    client: reqwest::blocking::Client,
    /// The receiver was out of reach: nothing is tried before this.
    pause_until_ms: i64,
    failures: u32,
}

/// What a receiver answered.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Accepted {
        reference: String,
    },
    Rejected {
        reason: String,
    },
    /// Something to try again after: it says nothing about this case.
    Trouble {
        words: String,
        reach: Reach,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The receiver answered.
    Answered,
    /// It could not be reached: the next delivery would not reach it either.
    Unreachable,
}

/// What a receiver may say.
#[derive(Debug, Default, Deserialize)]
struct Said {
    reference: Option<String>,
    reason: Option<String>,
}

/// Delivers until the hub stops.
pub fn run(hub: &Arc<Hub>, config: ChannelConfig) {
    let mut deliverer = match Deliverer::new(vatsalya::CODE, config, hub.config.limits) {
        Ok(deliverer) => deliverer,
        Err(error) => {
            tracing::error!(%error, "no webhook can be sent");
            return;
        }
    };
    let look_every = Duration::from_millis(hub.config.limits.look_every_ms);
    loop {
        match deliverer.deliver_due(hub) {
            Ok(0) => {
                if hub.to_deliver.sleep(look_every) == Woken::Stop {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "delivery failed; it will be tried again");
                if hub.to_deliver.sleep(look_every) == Woken::Stop {
                    return;
                }
            }
        }
    }
}

impl Deliverer {
    /// A deliverer of this channel.
    pub fn new(channel: &'static str, config: ChannelConfig, limits: Limits) -> Result<Self, reqwest::Error> {
        // A redirect would carry a case to an address nobody has configured.
        let client = reqwest::blocking::Client::builder()
            .timeout(Duration::from_millis(REQUEST_TIMEOUT_MS.unsigned_abs()))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            channel,
            config,
            limits,
            client,
            pause_until_ms: 0,
            failures: 0,
        })
    }

    /// Tries what is due and no other hub holds; says how many were tried.
    pub fn deliver_due(&mut self, hub: &Hub) -> Result<usize, StorageError> {
        let now_ms = hub.clock.now_ms();
        if now_ms < self.pause_until_ms {
            return Ok(0);
        }
        let claim = Claim {
            worker: hub.worker()?,
            now_ms,
            until_ms: now_ms + HOLD_MS,
        };
        let due = hub.storage.claim_deliveries(self.channel, claim, DELIVERIES_AT_ONCE)?;
        let mut tried = 0;
        for delivery in &due {
            if hub.clock.now_ms() + REQUEST_TIMEOUT_MS > claim.until_ms {
                break;
            }
            tried += 1;
            let answer = self.post(&delivery.parcel, hub.clock.now_ms());
            if self.settle(hub, delivery, answer)? == Reach::Unreachable {
                break;
            }
        }
        if tried < due.len() {
            hub.storage.let_go(self.channel, claim.worker)?;
        }
        Ok(tried)
    }

    fn settle(&mut self, hub: &Hub, delivery: &Delivery, answer: Answer) -> Result<Reach, StorageError> {
        let now_ms = hub.clock.now_ms();
        let (accepted, words) = match answer {
            Answer::Accepted { reference } => (true, reference),
            Answer::Rejected { reason } => (false, reason),
            Answer::Trouble { words, reach } => {
                let next_ms = now_ms + wait_ms(self.limits, delivery.attempts);
                hub.storage.put_off(&delivery.parcel, hub.worker()?, next_ms, &words)?;
                tracing::warn!(channel = self.channel, attempts = delivery.attempts + 1, trouble = %words, "not delivered");
                if reach == Reach::Unreachable {
                    self.pause_until_ms = now_ms + wait_ms(self.limits, self.failures);
                    self.failures += 1;
                }
                return Ok(reach);
            }
        };
        self.failures = 0;
        let parcel = &delivery.parcel;
        let receipt = Receipt {
            document: parcel.document,
            channel: parcel.channel.clone(),
            upto: parcel.upto,
            at_ms: now_ms,
            accepted,
            words,
        };
        let new = NewReceipt {
            district: &parcel.district,
            subject: parcel.subject,
            message: &parcel.message,
            receipt,
            worker: hub.worker()?,
        };
        if hub.storage.settle(&new)? == Held::Lost {
            tracing::warn!(
                channel = self.channel,
                "answered too late: another hub delivers the same message"
            );
        }
        Ok(Reach::Answered)
    }

    fn post(&self, parcel: &Parcel, now_ms: i64) -> Answer {
        let timestamp_s = now_ms / 1000;
        let signature = self.config.secret.sign(&parcel.message, timestamp_s, &parcel.payload);
        let sent = self
            .client
            .post(&self.config.url)
            .header("content-type", "application/json")
            .header("webhook-id", &parcel.message)
            .header("webhook-timestamp", timestamp_s.to_string())
            .header("webhook-signature", signature)
            .body(parcel.payload.clone())
            .send();
        match sent {
            Ok(response) => {
                let status = response.status().as_u16();
                let mut body = Vec::new();
                let read = response.take(ANSWER_BYTES_MAX).read_to_end(&mut body);
                read.map_or_else(|_| trouble("the answer broke off"), |_| answer_of(status, &body))
            }
            // The error's text would name the address; its kind is enough.
            Err(error) => {
                let words = if error.is_timeout() {
                    "no answer in time"
                } else {
                    "out of reach"
                };
                Answer::Trouble {
                    words: words.to_owned(),
                    reach: Reach::Unreachable,
                }
            }
        }
    }
}

fn trouble(words: &str) -> Answer {
    Answer::Trouble {
        words: words.to_owned(),
        reach: Reach::Answered,
    }
}

/// What an answer means. Only a status that speaks of this very message rejects it; a wrong key, a wrong address or a
/// receiver in trouble are put right by people, and the message waits for them.
fn answer_of(status: u16, body: &[u8]) -> Answer {
    let said: Said = serde_json::from_slice(body).unwrap_or_default();
    match (status, said.reference) {
        (200..=299, Some(reference)) if !reference.trim().is_empty() => Answer::Accepted {
            reference: shortened(&reference),
        },
        (200..=299, _) => trouble("acknowledged without a reference"),
        (400 | 409 | 422, _) => {
            let reason = said
                .reason
                .map_or_else(|| format!("status {status}"), |reason| shortened(&reason));
            Answer::Rejected { reason }
        }
        _ => trouble(&format!("status {status}")),
    }
}

fn shortened(words: &str) -> String {
    words
        .chars()
        .filter(|character| !character.is_control())
        .take(WORDS_CHARS_MAX)
        .collect()
}

/// Waits double, up to the longest.
fn wait_ms(limits: Limits, attempts: u32) -> i64 {
    limits
        .retry_first_ms
        .saturating_mul(1 << attempts.min(20))
        .min(limits.retry_longest_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_about_the_case_settles_it() {
        let accepted = Answer::Accepted {
            reference: "VP-1".into(),
        };
        assert_eq!(answer_of(200, br#"{"reference":"VP-1"}"#), accepted);
        assert_eq!(
            answer_of(422, br#"{"reason":"unknown district"}"#),
            Answer::Rejected {
                reason: "unknown district".into()
            }
        );
        assert_eq!(
            answer_of(400, b"<html>"),
            Answer::Rejected {
                reason: "status 400".into()
            }
        );
        for (status, body) in [
            (200, &b"{}"[..]),
            (200, b"{\"reference\":\" \"}"),
            (204, b""),
            (302, b""),
            (401, b""),
            (404, b""),
            (429, b""),
            (500, b""),
            (503, b"{\"reference\":\"VP-1\"}"),
        ] {
            assert!(matches!(answer_of(status, body), Answer::Trouble { .. }), "{status}");
        }
    }

    #[test]
    fn waits_grow_to_the_longest() {
        let limits = Limits {
            retry_first_ms: 100,
            retry_longest_ms: 1_000,
            ..Limits::default()
        };
        let waits: Vec<_> = [0, 1, 2, 3, 4, 40, u32::MAX]
            .map(|attempts| wait_ms(limits, attempts))
            .into();
        assert_eq!(waits, [100, 200, 400, 800, 1_000, 1_000, 1_000]);
    }

    #[test]
    fn a_channels_words_are_kept_short_and_plain() {
        let long = "x\n".repeat(1_000);
        assert_eq!(shortened(&long).len(), WORDS_CHARS_MAX);
        assert!(!shortened(&long).contains('\n'));
    }
}
