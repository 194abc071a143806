//! Delivery of an outbox by signed webhook: tried until the receiver has answered, or somebody has to look at it.

mod answer;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use self::answer::{Answer, Reach, answer_of, trouble};
use super::retry::{retry_after_ms, wait_ms};
use super::webhook::{ID, SIGNATURE, Signed, TIMESTAMP};
use crate::config::{ChannelConfig, Limits};
use crate::hub::Hub;
use crate::storage::{Claim, Delivery, Held, NewReceipt, Parcel, Receipt, StorageError};
use crate::wake::Woken;

pub use self::answer::shortened;

/// Few at a time: what a hub holds when it dies waits until the hold ends.
const DELIVERIES_AT_ONCE: u32 = 8;
/// How long a hold on deliveries lasts. Nothing is sent that might not be answered within it.
const HOLD_MS: i64 = 120_000;
/// An answer is a reference or a reason, no more.
const ANSWER_BYTES_MAX: u64 = 4096;
const HOUR_MS: i64 = 3_600_000;

/// Delivers one channel's outbox.
#[derive(Debug)]
pub struct Deliverer {
    channel: &'static str,
    url: String,
    config: ChannelConfig,
    limits: Limits,
    client: reqwest::blocking::Client,
    /// The receiver was out of reach or asked to be left alone: nothing is tried before this.
    pause_until_ms: i64,
    failures: u32,
}

/// Delivers until the hub stops. A channel without an address is fetched from.
pub fn run(hub: &Arc<Hub>, channel: &'static str, config: ChannelConfig) {
    let Some(bell) = hub.to_deliver.of(channel) else {
        return;
    };
    let mut deliverer = match Deliverer::new(channel, config, hub.config.limits) {
        Ok(Some(deliverer)) => deliverer,
        Ok(None) => return,
        Err(error) => {
            tracing::error!(%error, channel, "no webhook can be sent");
            return;
        }
    };
    let look_every = Duration::from_millis(hub.config.limits.look_every_ms);
    loop {
        match deliverer.deliver_due(hub) {
            Ok(0) => {
                if bell.sleep(look_every) == Woken::Stop {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, channel, "delivery failed; it will be tried again");
                if bell.sleep(look_every) == Woken::Stop {
                    return;
                }
            }
        }
    }
}

impl Deliverer {
    /// A deliverer of this channel; `None` for one that is fetched from.
    pub fn new(channel: &'static str, config: ChannelConfig, limits: Limits) -> Result<Option<Self>, reqwest::Error> {
        let Some(url) = config.url.clone() else {
            return Ok(None);
        };
        // A redirect would carry a case to an address nobody has configured.
        let client = reqwest::blocking::Client::builder()
            .timeout(Duration::from_millis(limits.answer_ms.max(1).unsigned_abs()))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Some(Self {
            channel,
            url,
            config,
            limits,
            client,
            pause_until_ms: 0,
            failures: 0,
        }))
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
            until_ms: now_ms + HOLD_MS.max(2 * self.limits.answer_ms),
        };
        let due = hub.storage.claim_deliveries(self.channel, claim, DELIVERIES_AT_ONCE)?;
        let mut tried = 0;
        for delivery in &due {
            if hub.clock.now_ms() + self.limits.answer_ms > claim.until_ms {
                break;
            }
            tried += 1;
            let answer = self.post(&delivery.parcel, hub);
            if self.settle(hub, delivery, answer)? != Reach::Answered {
                break;
            }
        }
        if tried < due.len() {
            hub.storage.let_go(self.channel, claim.worker)?;
        }
        Ok(tried)
    }

    fn settle(&mut self, hub: &Hub, delivery: &Delivery, answer: Answer) -> Result<Reach, StorageError> {
        let (now_ms, worker, parcel) = (hub.clock.now_ms(), hub.worker()?, &delivery.parcel);
        let held = match answer {
            Answer::Trouble { words, reach, asked_ms } => {
                self.put_off(hub, delivery, &words, (reach, asked_ms))?;
                return Ok(reach);
            }
            Answer::HandedOver => hub.storage.handed_over(parcel, worker)?,
            Answer::Accepted { reference } => self.keep(hub, parcel, true, reference, now_ms)?,
            Answer::Rejected { reason } => self.keep(hub, parcel, false, reason, now_ms)?,
        };
        self.failures = 0;
        if held == Held::Lost {
            tracing::warn!(
                channel = self.channel,
                "answered too late: another hub delivers the same message"
            );
        }
        Ok(Reach::Answered)
    }

    fn keep(
        &self,
        hub: &Hub,
        parcel: &Parcel,
        accepted: bool,
        words: String,
        now_ms: i64,
    ) -> Result<Held, StorageError> {
        let receipt = Receipt {
            document: parcel.document,
            channel: parcel.channel.clone(),
            upto: parcel.upto,
            at_ms: now_ms,
            accepted,
            words,
        };
        if !accepted {
            tracing::warn!(
                channel = self.channel,
                "a message was not taken and is a dead letter now"
            );
        }
        hub.storage.settle(&NewReceipt {
            district: &parcel.district,
            subject: parcel.subject,
            message: &parcel.message,
            receipt,
            worker: hub.worker()?,
        })
    }

    fn put_off(
        &mut self,
        hub: &Hub,
        delivery: &Delivery,
        words: &str,
        (reach, asked_ms): (Reach, Option<i64>),
    ) -> Result<(), StorageError> {
        let (now_ms, worker, parcel) = (hub.clock.now_ms(), hub.worker()?, &delivery.parcel);
        if reach != Reach::Answered {
            let wait_ms = asked_ms.unwrap_or_else(|| wait_ms(self.limits, self.failures, self.channel));
            self.pause_until_ms = now_ms + wait_ms;
            self.failures += 1;
        }
        if now_ms - delivery.since_ms > i64::from(self.limits.dead_after_hours) * HOUR_MS {
            tracing::error!(channel = self.channel, trouble = %words, "given up: a dead letter now");
            return hub.storage.give_up(parcel, worker, now_ms, words);
        }
        let wait_ms = asked_ms.unwrap_or_else(|| wait_ms(self.limits, delivery.attempts, &parcel.message));
        tracing::warn!(channel = self.channel, attempts = delivery.attempts + 1, trouble = %words, "not delivered");
        hub.storage.put_off(parcel, worker, now_ms + wait_ms, words)
    }

    fn post(&self, parcel: &Parcel, hub: &Hub) -> Answer {
        let timestamp_s = hub.clock.now_ms() / 1000;
        let signature = self.config.secret.sign(&parcel.message, timestamp_s, &parcel.payload);
        let sent = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header(ID, &parcel.message)
            .header(TIMESTAMP, timestamp_s.to_string())
            .header(SIGNATURE, signature)
            .body(parcel.payload.clone())
            .send();
        let mut response = match sent {
            Ok(response) => response,
            // The error's text would name the address; its kind is enough.
            Err(error) => {
                let words = if error.is_timeout() {
                    "no answer in time"
                } else {
                    "out of reach"
                };
                return Answer::Trouble {
                    words: words.to_owned(),
                    reach: Reach::Unreachable,
                    asked_ms: None,
                };
            }
        };
        let mut body = Vec::new();
        if response.by_ref().take(ANSWER_BYTES_MAX).read_to_end(&mut body).is_err() {
            return trouble("the answer broke off");
        }
        let now_ms = hub.clock.now_ms();
        let (status, headers) = (response.status().as_u16(), response.headers());
        let retry_after = headers.get("retry-after").and_then(|header| header.to_str().ok());
        let asked_ms = retry_after.and_then(|header| retry_after_ms(header, now_ms));
        let is_signed = headers.contains_key(SIGNATURE);
        let answer = answer_of(status, &body, asked_ms);
        if matches!(answer, Answer::Trouble { .. }) || !(is_signed || self.config.signed_answers) {
            return answer;
        }
        // Of this very message: an answer to another one is no answer to this.
        let signed = Signed::of(headers, &body).filter(|signed| signed.id == parcel.message);
        match signed.map(|signed| self.config.secret.verify(&signed, now_ms / 1000)) {
            Some(Ok(())) => answer,
            _ => trouble("the answer's signature does not hold"),
        }
    }
}
