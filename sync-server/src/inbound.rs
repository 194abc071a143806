//! What other systems tell the hub: a helpline's referral becomes the draft of a case, a missing or sighted post becomes a
//! report of a child.
//!
//! A post is signed, keeps to a published schema, and has the caller's own reference: said again it is what it was, said
//! differently it is refused. What is refused though it was signed is kept for a person to look at. Who posts learns the
//! record's id and nothing of what else is known of the child.

mod referral;
mod report;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use casefile::{Action, Document, DocumentKey, Edit, EditError};
use casework::{DocumentKind, Subject, Value};
use jsonschema::Validator;
use protocol::{AuthorId, DocumentId};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::hub::{Hub, NOBODY};
use crate::rights::{Given, readable};
use crate::storage::{
    CommitError, NewChange, NewSubject, Post, Posted, RefusedPost, StorageError, UnbegunPost, Writing,
};

/// A referral is a few sentences.
pub const POST_BYTES_MAX: usize = 32 * 1024;
/// A post whose record has not begun for so long was left behind by a hub that came to its end.
pub const LEFT_BEHIND_MS: i64 = 30_000;
/// Posts that were left behind, begun before the hub does something else.
const LEFT_BEHIND_AT_ONCE: u32 = 64;
/// Faults of one post that are told.
const FAULTS_MAX: usize = 16;

/// A system that posts.
#[derive(Debug)]
pub struct Inbound {
    /// The code of the channel by which it is known, and told what became of it.
    pub channel: &'static str,
    /// The name of its schema below `/v1/schemas/`.
    pub name: &'static str,
    /// Its JSON Schema.
    pub schema: &'static str,
    /// A golden example.
    pub example: &'static str,
    /// Whether somebody on duty is asked to go.
    asks_for_somebody: bool,
    /// What the post says, as facts.
    read: fn(&str, &Json, i64) -> Reading,
}

/// What a post says.
struct Reading {
    /// What it is about: the kinds of document that begin with it, the one that is told of first.
    documents: Vec<(DocumentKind, Vec<(&'static str, Value)>)>,
    subject: fn([u8; 16]) -> Subject,
}

/// Every system that posts.
pub static INBOUND: [&Inbound; 3] = [&referral::HELPLINE, &report::KHOYA_PAYA, &report::TRACKCHILD];

/// What is wrong with a post, where, in words that repeat nothing of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field, as a JSON Pointer.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A record began with it.
    Begun([u8; 16]),
    /// It had been posted before.
    Known([u8; 16]),
    /// Something else was posted under the same reference.
    Differs,
    /// What began with it was destroyed by law.
    Destroyed,
    /// It is not as its schema says.
    Faulty(Vec<Fault>),
}

/// Why a post could not be taken: the same one may be later.
#[derive(Debug, thiserror::Error)]
pub enum InboundError {
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The first change could not be made.
    #[error("the record cannot be begun")]
    Edit(#[from] EditError),
    /// The first change could not be kept.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// The system with that channel's code.
pub fn find(channel: &str) -> Option<&'static Inbound> {
    INBOUND.into_iter().find(|one| one.channel == channel)
}

static VALIDATORS: LazyLock<BTreeMap<&'static str, Validator>> = LazyLock::new(|| {
    let of = |one: &&'static Inbound| {
        let schema = serde_json::from_str(one.schema).expect("schemas are JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("schemas are schemas");
        (one.channel, validator)
    };
    INBOUND.iter().map(of).collect()
});

/// Takes a post whose signature holds.
pub fn take(hub: &Hub, from: &'static Inbound, body: &[u8]) -> Result<Outcome, InboundError> {
    let now_ms = hub.clock.now_ms();
    let refuse = |faults: Vec<Fault>| {
        let reasons: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} {}", fault.field, fault.reason))
            .collect();
        hub.storage.refuse_post(&RefusedPost {
            id: record_id(&[b"refused", from.channel.as_bytes(), body]),
            channel: from.channel.to_owned(),
            at_ms: now_ms,
            reason: reasons.join("; "),
            body: body.to_vec(),
        })?;
        Ok(Outcome::Faulty(faults))
    };
    let whole: Json = match serde_json::from_slice(body) {
        Ok(whole) => whole,
        Err(_) => return refuse(vec![fault("", "is no JSON")]),
    };
    let faults = faults(from, &whole);
    if !faults.is_empty() {
        return refuse(faults);
    }
    let data = &whole["data"];
    let text = |name: &str| data[name].as_str().unwrap_or_default();
    let district = text("district");
    if hub.storage.district(district)?.is_none() {
        return refuse(vec![fault("/data/district", "is no district of this hub")]);
    }
    let subject = record_id(&[from.channel.as_bytes(), text("reference").as_bytes()]);
    let post = Post {
        subject,
        channel: from.channel.to_owned(),
        content: Sha256::digest(body).to_vec(),
        at_ms: now_ms,
        body: body.to_vec(),
    };
    match hub.storage.post(&post) {
        Ok(Posted::Differs) => return Ok(Outcome::Differs),
        Ok(Posted::New | Posted::Same) => {}
        Err(StorageError::Destroyed) => return Ok(Outcome::Destroyed),
        Err(error) => return Err(error.into()),
    }
    if hub.storage.destruction(subject)?.is_some() {
        return Ok(Outcome::Destroyed);
    }
    // A post that was cut behind its first step is begun by the next one.
    if hub.storage.subject_district(subject)?.is_some() {
        return Ok(Outcome::Known(subject));
    }
    let outcome = begin_with(hub, from, data, subject, now_ms)?;
    hub.storage.forget_begun_posts()?;
    Ok(outcome)
}

/// Begins what a post says, as it came then.
fn begin_with(
    hub: &Hub,
    from: &Inbound,
    data: &Json,
    subject: [u8; 16],
    came_ms: i64,
) -> Result<Outcome, InboundError> {
    let district = data["district"].as_str().unwrap_or_default();
    if from.asks_for_somebody {
        // Before the case begins: whatever ends this here, the referral is not left to nobody.
        hub.storage.add_referral(subject, district, came_ms)?;
    }
    begin(
        hub,
        district,
        subject,
        (from.read)(from.channel, data, came_ms),
        came_ms,
    )
}

/// The district that a kept post names; none where it was not kept.
pub fn district_of(post: &UnbegunPost) -> Option<String> {
    let noted = post.district.clone();
    noted.or_else(|| named_district(post.body.as_deref()?))
}

/// The district that a post names, wherever that is.
pub fn named_district(body: &[u8]) -> Option<String> {
    let whole: Json = serde_json::from_slice(body).ok()?;
    Some(whole["data"]["district"].as_str()?.to_owned())
}

/// Begins the record of a post that was taken by a hub which came to its end before it did so; `None` where nothing was kept of it.
pub fn begin_kept(hub: &Hub, post: &UnbegunPost) -> Result<Option<Outcome>, InboundError> {
    let (Some(from), Some(body)) = (find(&post.channel), &post.body) else {
        return Ok(None);
    };
    let Ok(whole) = serde_json::from_slice::<Json>(body) else {
        return Ok(None);
    };
    let outcome = begin_with(hub, from, &whole["data"], post.subject, post.at_ms)?;
    hub.storage.forget_begun_posts()?;
    Ok(Some(outcome))
}

/// Begins what hubs left behind that came to their end; says how much that was. What cannot be begun waits for a person.
pub fn begin_left_behind(hub: &Hub) -> Result<usize, StorageError> {
    let now_ms = hub.clock.now_ms();
    let mut begun = 0;
    for post in hub.storage.unbegun_posts(LEFT_BEHIND_AT_ONCE)? {
        // Whoever took it a moment ago is at it.
        if now_ms - post.at_ms < LEFT_BEHIND_MS {
            continue;
        }
        match begin_kept(hub, &post) {
            Ok(Some(_)) => begun += 1,
            Ok(None) => {}
            Err(InboundError::Storage(error)) if error.is_out_of_reach() => return Err(error),
            Err(error) => {
                tracing::error!(%error, channel = post.channel, "a post that was taken begins no record; a person is to look");
            }
        }
    }
    Ok(begun)
}

/// Begins all documents of a record in one transaction, for whoever sees the district.
fn begin(hub: &Hub, district: &str, subject: [u8; 16], reading: Reading, now_ms: i64) -> Result<Outcome, InboundError> {
    let about = (reading.subject)(subject);
    let id = |kind: DocumentKind| DocumentId(DocumentKey::of(about, kind).to_bytes());
    let all: Vec<DocumentId> = about.kinds().iter().map(|kind| id(*kind)).collect();
    let pack = hub.pack_of(district)?;
    let mut shared = Vec::new();
    for reader in hub.storage.users(district)? {
        let may = readable(&pack, &reader, &all, Given::No);
        shared.extend(may.into_iter().map(|one| (reader.id, one)));
    }
    let author = casework::AuthorId::HUB;
    let mut begun = Vec::new();
    for (kind, facts) in reading.documents {
        let edits: Vec<Edit> = facts
            .into_iter()
            .map(|(name, value)| Edit::SetFact {
                fact: name.parse().expect("readings name facts by their ids"),
                value,
            })
            .collect();
        if let Some(change) = Document::new(kind).edit(author, now_ms, &Action::ENTER, &edits)? {
            begun.push((id(kind), change));
        }
    }
    // All documents begin with the first change; the others are of the same record.
    let mut first = Some(NewSubject {
        documents: all,
        assigned: None,
        readable: shared,
    });
    let changes: Vec<NewChange<'_>> = begun
        .iter()
        .map(|(document, change)| NewChange {
            document: *document,
            district,
            user: NOBODY,
            author: AuthorId(author.to_bytes()),
            seq: change.seq,
            hash: change.hash,
            bytes: &change.bytes,
            writing: Writing::Founds(first.take().unwrap_or(NewSubject {
                documents: Vec::new(),
                assigned: None,
                readable: Vec::new(),
            })),
            media: Vec::new(),
            now_ms,
        })
        .collect();
    match hub.storage.commit_changes(&changes) {
        Ok(_) => {
            hub.to_ask.ring();
            hub.changed.ring();
            Ok(Outcome::Begun(subject))
        }
        // Another request or another hub has begun it meanwhile.
        Err(CommitError::RightGone | CommitError::Fork) => Ok(Outcome::Known(subject)),
        Err(error) => Err(error.into()),
    }
}

fn faults(from: &Inbound, whole: &Json) -> Vec<Fault> {
    let Some(validator) = VALIDATORS.get(from.channel) else {
        return vec![fault("", "cannot be checked")];
    };
    validator
        .iter_errors(whole)
        .take(FAULTS_MAX)
        .map(|error| fault(error.instance_path().as_str(), reason(error.kind().keyword())))
        .collect()
}

fn fault(field: &str, reason: &str) -> Fault {
    Fault {
        field: field.to_owned(),
        reason: reason.to_owned(),
    }
}

/// What is wrong, by the keyword of the schema that it breaks.
fn reason(keyword: &str) -> &'static str {
    match keyword {
        "required" => "lacks a field that the schema requires",
        "additionalProperties" => "has a field that the schema does not know",
        "type" => "is of another type than the schema says",
        "enum" | "const" => "is none of the values that the schema lists",
        "maxLength" | "maximum" | "maxItems" => "is larger than the schema allows",
        "minLength" | "minimum" | "minItems" => "is smaller than the schema allows",
        "pattern" | "format" => "is not written as the schema says",
        _ => "breaks the schema",
    }
}

/// The id of what begins with a post: the same for the same words, and nobody's else.
fn record_id(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new_with_prefix(b"vatsalya-inbound-v1");
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    // A UUID of version 8: made by a rule of its own.
    id[6] = 0x80 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    id
}

/// What somebody wrote, as a fact; nothing for nothing.
fn text(data: &Json, pointer: &str) -> Option<Value> {
    let words = data.pointer(pointer)?.as_str()?.trim();
    (!words.is_empty()).then(|| Value::Text(words.to_owned()))
}

fn integer(data: &Json, pointer: &str) -> Option<Value> {
    data.pointer(pointer)?.as_i64().map(Value::Integer)
}

fn number(data: &Json, pointer: &str) -> Option<Value> {
    data.pointer(pointer)?.as_f64().map(Value::Number)
}

fn moment(data: &Json, pointer: &str) -> Option<Value> {
    let at: jiff::Timestamp = data.pointer(pointer)?.as_str()?.parse().ok()?;
    Some(Value::Instant(at.as_millisecond()))
}

/// The facts that there are.
fn known<const N: usize>(facts: [(&'static str, Option<Value>); N]) -> Vec<(&'static str, Value)> {
    facts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::Pack;

    #[test]
    fn every_example_keeps_to_its_schema_and_is_read_into_facts_of_the_dictionary() {
        for from in INBOUND {
            let example: Json = serde_json::from_str(from.example).unwrap();
            assert_eq!(faults(from, &example), []);
            let reading = (from.read)(from.channel, &example["data"], 5);
            assert!(!reading.documents.is_empty());
            for (kind, facts) in reading.documents {
                assert!(!facts.is_empty());
                for (name, value) in facts {
                    let fact = Pack::national().fact(&name.parse().unwrap()).unwrap();
                    assert_eq!(fact.document, kind, "{name}");
                    assert_eq!(fact.check(&value, Pack::national()), Ok(()), "{name}");
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_by_field_and_reason_without_what_was_sent() {
        for from in INBOUND {
            let example: Json = serde_json::from_str(from.example).unwrap();
            let mut without = example.clone();
            without["data"].as_object_mut().unwrap().remove("reference");
            let lacks = fault("/data", "lacks a field that the schema requires");
            assert_eq!(faults(from, &without), [lacks], "{}", from.channel);
            let mut more = example.clone();
            more["data"]["SECRETNAME"] = "SECRETWORDS".into();
            let knows = fault("/data", "has a field that the schema does not know");
            assert_eq!(faults(from, &more), [knows]);
            let mut old = example.clone();
            old["data"]["child"]["age_years"] = 99.into();
            let large = fault("/data/child/age_years", "is larger than the schema allows");
            assert_eq!(faults(from, &old), [large]);
            for nonsense in [Json::Null, Json::from("SECRET"), Json::from(vec![1])] {
                let said = format!("{:?}", faults(from, &nonsense));
                assert!(said.len() > 2 && !said.contains("SECRET"), "{said}");
            }
        }
    }

    #[test]
    fn one_reference_of_one_system_is_one_record() {
        let id = |channel: &str, reference: &str| record_id(&[channel.as_bytes(), reference.as_bytes()]);
        assert_eq!(id("helpline", "1"), id("helpline", "1"));
        assert_ne!(id("helpline", "1"), id("helpline", "2"));
        assert_ne!(id("a", "bc"), id("ab", "c"));
        assert_eq!(uuid::Uuid::from_bytes(id("helpline", "1")).get_version_num(), 8);
    }
}
