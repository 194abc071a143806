//! A record that must be gone by law, and the certificate that it is.

use casefile::{Document, DocumentKey};
use casework::{DocumentKind, Value};
use protocol::DocumentId;
use uuid::Uuid;

use super::{DeedError, certificate_of_destruction, check_name};
use crate::channel;
use crate::hub::Hub;
use crate::identity::sign_certificate;
use crate::rights::key_of;
use crate::storage::{Order, Parcel, Survey, Way};
use crate::sync;

/// Longest of what an order says, in bytes: a device shows the section to its officer.
const WORDS_BYTES_MAX: usize = 200;
/// The fact by which an office calls a case.
const CASE_NUMBER: &str = "case.number";

const NO_RECORD: DeedError = DeedError::NotThere("no such record");

/// Whose order it is.
#[derive(Debug, Clone, Copy)]
pub struct Ordered<'a> {
    /// Name and office.
    pub by: &'a str,
    /// What it is filed under.
    pub reference: &'a str,
    /// The section of the law.
    pub section: &'a str,
}

/// By what somebody says once more which record is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// By the number of the case.
    Number(String),
    /// By its id: it has no number.
    Id(String),
}

impl Known {
    /// What is to be typed.
    pub const fn what(&self) -> &'static str {
        match self {
            Self::Number(_) => "number of the case",
            Self::Id(_) => "id of the record",
        }
    }

    /// Which is this.
    pub fn expected(&self) -> &str {
        match self {
            Self::Number(words) | Self::Id(words) => words,
        }
    }
}

/// What there is of a record that may be destroyed.
pub fn look(hub: &Hub, subject: [u8; 16]) -> Result<Survey, DeedError> {
    let survey = hub.storage.survey(subject)?.ok_or(NO_RECORD)?;
    let mut id = [survey.kind; 17];
    id[..16].copy_from_slice(&subject);
    let kind = DocumentKey::from_bytes(id).map(|key| key.kind);
    if !matches!(kind, Some(DocumentKind::Case(_) | DocumentKind::Missing)) {
        return Err(DeedError::not_so(
            "neither a case nor a report of a child: nothing else is destroyed by this",
        ));
    }
    Ok(survey)
}

/// By what it is to be named once more, before it is destroyed.
pub fn known(hub: &Hub, subject: [u8; 16]) -> Result<Known, DeedError> {
    let fact = CASE_NUMBER.parse().expect("this is the name of a fact");
    let district = hub.storage.subject_district(subject)?.ok_or(NO_RECORD)?;
    let pack = hub.pack_of(&district)?;
    let read = |id: DocumentId| -> Option<Document> {
        let state = hub.storage.document(id).ok()??;
        sync::fold(key_of(id)?.kind, &state, &pack).ok()
    };
    // A document that cannot be read any more must not keep the record from being destroyed.
    let documents = hub.storage.subject_documents(subject)?;
    let mut numbers = documents.into_iter().filter_map(read).filter_map(|document| {
        let number = document.facts().get(&fact).and_then(Value::as_text)?.trim().to_owned();
        (!number.is_empty()).then_some(number)
    });
    let id = || Known::Id(Uuid::from_bytes(subject).to_string());
    Ok(numbers.next().map_or_else(id, Known::Number))
}

/// An order about a record, in words of the right length.
pub fn order(subject: [u8; 16], survey: &Survey, ordered: Ordered<'_>) -> Result<Order, DeedError> {
    let words = |what: &str, said: &str| {
        check_name(what, said.trim(), WORDS_BYTES_MAX)?;
        Ok::<_, DeedError>(said.trim().to_owned())
    };
    Ok(Order {
        subject,
        kind: survey.kind,
        ordered_by: words("name of who ordered it", ordered.by)?,
        reference: words("reference", ordered.reference)?,
        section: words("section", ordered.section)?,
    })
}

/// Destroys its rows, and gives the number of the certificate. What is left of it at this hub a hub that runs has go.
pub fn destroy(hub: &Hub, order: &Order, survey: &Survey) -> Result<u64, DeedError> {
    let now_ms = hub.clock.now_ms();
    let number = hub
        .storage
        .destroy(order, &retractions(hub, order, survey, now_ms), now_ms)?;
    hub.to_deliver.ring();
    hub.to_keep.ring();
    Ok(number)
}

/// The certificate of a destroyed record as things stand now, signed.
pub fn certificate(hub: &Hub, subject: [u8; 16]) -> Result<String, DeedError> {
    let words = certificate_of_destruction::words(hub, subject)?;
    let words = words.ok_or(DeedError::NotThere("no such record was destroyed"))?;
    Ok(sign_certificate(&*hub.storage, &words)?)
}

/// A channel that is not set up any more is told where somebody fetches: it had been told of the record.
fn retractions(hub: &Hub, order: &Order, survey: &Survey, now_ms: i64) -> Vec<Parcel> {
    let told = survey.channels.iter().filter_map(|code| {
        let config = hub.config.channels.of(code);
        let way = config.map_or(Way::Fetched, crate::config::ChannelConfig::way);
        channel::retraction(code, order, &survey.district, way, now_ms)
    });
    told.collect()
}
