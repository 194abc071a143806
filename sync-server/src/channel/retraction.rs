//! The message that takes a record back.

use serde_json::json;

use super::{Message, message_id, payload};
use crate::storage::{Order, Parcel, Way};
use casefile::DocumentKey;
use protocol::DocumentId;

/// The JSON Schema of a retraction, as it is published.
pub const RETRACTION_SCHEMA: &str = include_str!("../../schemas/retraction-1.json");

/// What is taken back.
#[derive(Debug, Clone, Copy)]
pub struct Retraction<'a> {
    /// The record.
    pub record: [u8; 16],
    /// Its district.
    pub district: &'a str,
    /// Why.
    pub why: Why<'a>,
}

/// Why a record is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why<'a> {
    /// It was destroyed under this section of the law.
    Destroyed(&'a str),
    /// It is not for the channel any more: the consent was withdrawn, or what it was told of is over.
    Withdrawn,
}

impl<'a> Retraction<'a> {
    /// The record's id, as it is sent.
    pub fn id(&self) -> String {
        uuid::Uuid::from_bytes(self.record).to_string()
    }

    /// The section of the law, where it was destroyed.
    pub const fn section(&self) -> Option<&'a str> {
        match self.why {
            Why::Destroyed(section) => Some(section),
            Why::Withdrawn => None,
        }
    }
}

/// The message that a record is to be forgotten. It says nothing of the record but its id.
pub(super) fn record_retracted(retraction: &Retraction<'_>) -> Message {
    let reason = match retraction.why {
        Why::Destroyed(_) => "destroyed",
        Why::Withdrawn => "withdrawn",
    };
    Message {
        kind: "record.retracted",
        data: json!({
            "record": retraction.id(),
            "district": retraction.district,
            "reason": reason,
            "section": retraction.section(),
        }),
    }
}

/// What a channel is told of a record that was destroyed; `None` for a channel that this hub does not know any more.
pub fn retraction(channel: &str, order: &Order, district: &str, way: Way, now_ms: i64) -> Option<Parcel> {
    let channel = super::find(channel)?;
    let message = (channel.retract)(&Retraction {
        record: order.subject,
        district,
        why: Why::Destroyed(&order.section),
    });
    let mut document = [0; 17];
    document[..16].copy_from_slice(&order.subject);
    document[16] = order.kind;
    // Of a case the answer is told at its core, whichever of its documents the order names.
    let case = DocumentKey::from_bytes(document).and_then(DocumentKey::case_id);
    let document = case.map_or(document, |case| {
        DocumentKey::case(case, casework::Compartment::Core).to_bytes()
    });
    Some(Parcel {
        channel: channel.code.to_owned(),
        subject: order.subject,
        district: district.to_owned(),
        document: DocumentId(document),
        message: message_id(),
        upto: 0,
        payload: payload(&message, now_ms),
        way,
    })
}
