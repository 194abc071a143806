//! Channels: what the hub tells other systems, and how.
//!
//! A channel is one module that says which facts it may carry and maps a record to its message; its JSON Schemas and golden
//! examples are in `schemas/`. The mapping is given a [`Seen`], which has nothing but those facts, so a fact that is not
//! listed cannot be sent, whatever the mapping asks for. What is built on that, here and in `delivery`, is the same for all:
//! a message is put into the outbox and the feed with the rows it follows from, and only where it says something new.

pub mod carings;
mod delivery;
pub mod figures;
pub mod helpline;
pub(crate) mod inert;
pub mod khoya_paya;
mod retraction;
mod retry;
mod seen;
#[cfg(test)]
mod tests;
pub mod trackchild;
pub mod vatsalya;
mod webhook;

pub use delivery::{Deliverer, run, shortened};
pub use inert::{json as inert_json, text as inert_text};
pub use retraction::{RETRACTION_SCHEMA, Retraction, Why, retraction};
pub use seen::{Age, Clocks, Seen, Source, rfc3339};
pub use webhook::{BadSignature, SecretError, WebhookSecret};

use axum::http::HeaderMap;
use serde_json::{Value as Json, json};

use crate::config::ChannelConfig;
use crate::hub::Hub;
use crate::inbound::INBOUND;
use crate::storage::{Parcel, Way};

/// A system that is told of records.
#[derive(Debug)]
pub struct Channel {
    /// Its code: in `hub.toml`, in addresses, in receipts.
    pub code: &'static str,
    /// The facts it may carry, by name: the one list. A fact that is not here does not reach it.
    pub facts: &'static [&'static str],
    /// The columns of tables it may carry.
    pub columns: &'static [(&'static str, &'static str)],
    /// Whether it may carry the child's age in whole years, which is made of the date of birth or the age as stated.
    pub age: Age,
    /// The statutory clocks whose times it may carry, of whatever facts they are made.
    pub clocks: Clocks,
    /// The messages it sends.
    pub schemas: &'static [Schema],
    /// What it is told of a record; `None` where that is not for it, or not any more.
    pub tell: fn(&Seen<'_>) -> Option<Message>,
    /// How it is told to forget a record.
    pub retract: fn(&Retraction<'_>) -> Message,
}

/// A message as it is published.
#[derive(Debug)]
pub struct Schema {
    /// The name of its file below `/v1/schemas/`.
    pub name: &'static str,
    /// Its JSON Schema, draft 2020-12.
    pub text: &'static str,
    /// A golden example.
    pub example: &'static str,
    /// What the example was made of.
    pub source: Option<&'static str>,
}

/// What a channel is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// What happened, as Standard Webhooks writes it: `case.updated`.
    pub kind: &'static str,
    /// What is told. The same data is not told twice.
    pub data: Json,
}

/// Every channel there is, in the order of their codes.
pub static CHANNELS: [&Channel; 5] = [
    &carings::CHANNEL,
    &helpline::CHANNEL,
    &khoya_paya::CHANNEL,
    &trackchild::CHANNEL,
    &vatsalya::CHANNEL,
];

/// How the kind of a message ends that takes a record back.
const RETRACTED: &str = ".retracted";

/// The channel of that code.
pub fn find(code: &str) -> Option<&'static Channel> {
    CHANNELS.into_iter().find(|channel| channel.code == code)
}

/// The JSON Schema that is published under a name.
pub fn published(name: &str) -> Option<&'static str> {
    let all = CHANNELS.iter().flat_map(|channel| channel.schemas);
    let found = all
        .map(|schema| (schema.name, schema.text))
        .chain([("retraction-1", RETRACTION_SCHEMA)])
        .chain(INBOUND.map(|inbound| (inbound.name, inbound.schema)));
    found
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| text)
}

/// Whether a body and its headers are signed with a secret, not long ago.
pub(crate) fn verify_signed(
    secret: &WebhookSecret,
    headers: &HeaderMap,
    body: &[u8],
    now_s: i64,
) -> Result<(), BadSignature> {
    let signed = webhook::Signed::of(headers, body).ok_or(BadSignature)?;
    secret.verify(&signed, now_s)
}

/// The channels that this hub tells, with their settings, in the order of their codes.
pub fn configured(hub: &Hub) -> impl Iterator<Item = (&'static Channel, &ChannelConfig)> {
    CHANNELS
        .into_iter()
        .filter_map(|channel| Some((channel, hub.config.channels.of(channel.code)?)))
}

/// What channels are to be told of a record as it stands, where it differs from what they were told last.
pub fn parcels(hub: &Hub, source: &Source<'_>, told: &[Parcel]) -> Vec<Parcel> {
    let mut parcels = Vec::new();
    for (channel, config) in configured(hub) {
        let last = told.iter().find(|last| last.channel == channel.code).map(said);
        let message = match ((channel.tell)(&Seen::new(channel, source)), &last) {
            (Some(message), Some(last)) if last.says(&message) => continue,
            (Some(message), _) => message,
            (None, Some(last)) if !last.kind.ends_with(RETRACTED) => (channel.retract)(&Retraction {
                record: source.subject.to_bytes(),
                district: source.district,
                why: Why::Withdrawn,
            }),
            (None, _) => continue,
        };
        parcels.push(Parcel {
            channel: channel.code.to_owned(),
            subject: source.subject.to_bytes(),
            district: source.district.to_owned(),
            document: source.told_at(),
            message: message_id(),
            upto: source.upto,
            payload: payload(&message, source.changed_ms),
            way: config.way(),
        });
    }
    parcels
}

/// A new message's id.
pub fn message_id() -> String {
    format!("msg_{}", uuid::Uuid::new_v4().simple())
}

/// The words of a message, as they are signed and sent.
pub fn payload(message: &Message, at_ms: i64) -> String {
    let whole = json!({ "type": message.kind, "timestamp": rfc3339(at_ms), "data": message.data });
    inert_json(&whole)
}

impl ChannelConfig {
    /// How messages get to the portal: sent where there is an address.
    pub const fn way(&self) -> Way {
        if self.url.is_some() { Way::Sent } else { Way::Fetched }
    }
}

/// What a channel was told last.
#[derive(Debug, Default)]
pub(crate) struct Said {
    kind: String,
    data: Json,
}

impl Said {
    pub(crate) fn says(&self, message: &Message) -> bool {
        self.kind == message.kind && self.data == message.data
    }
}

pub(crate) fn said(parcel: &Parcel) -> Said {
    // What cannot be read was told by an older hub: it is told anew.
    let Ok(Json::Object(mut whole)) = serde_json::from_str(&parcel.payload) else {
        return Said::default();
    };
    Said {
        kind: whole.get("type").and_then(Json::as_str).unwrap_or_default().to_owned(),
        data: whole.remove("data").unwrap_or_default(),
    }
}
