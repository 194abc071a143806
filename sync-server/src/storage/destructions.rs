//! Records that were destroyed by law, and what of that is still to be done.

use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, UserId};
use serde::{Deserialize, Serialize};

use super::Result;
use super::outbox::Parcel;

/// An order to destroy a record, as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The record.
    pub subject: [u8; 16],
    /// What kind of document it is made of: the last byte of the first of its documents' ids.
    pub kind: u8,
    /// Whose order it is.
    pub ordered_by: String,
    /// What the order is filed under.
    pub reference: String,
    /// The section of the law.
    pub section: String,
}

/// How much of a record there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Its documents.
    pub documents: u64,
    /// Changes in the log.
    pub changes: u64,
    /// Folded documents.
    pub snapshots: u64,
    /// Refused uploads in quarantine.
    pub refused: u64,
    /// Media that no other record names.
    pub media: u64,
    /// Media that another record names, too, and that stay for it.
    pub media_of_others: u64,
    /// Answers of channels.
    pub receipts: u64,
    /// Messages that waited for a channel.
    pub parcels: u64,
    /// Rows of lists and of the matching index.
    pub rows: u64,
    /// Proposals and decisions about matches.
    pub matches: u64,
    /// Grants that were taken back.
    pub grants: u64,
}

impl Counts {
    /// Each with the word that is printed.
    pub const fn named(&self) -> [(&'static str, u64); 11] {
        [
            ("documents", self.documents),
            ("changes", self.changes),
            ("snapshots", self.snapshots),
            ("refused uploads", self.refused),
            ("media", self.media),
            ("media kept for other records", self.media_of_others),
            ("answers of channels", self.receipts),
            ("messages to channels", self.parcels),
            ("rows of lists and index", self.rows),
            ("proposals and decisions about matches", self.matches),
            ("grants", self.grants),
        ]
    }
}

/// A record as it is before it is destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Its district.
    pub district: String,
    /// What kind of document it is made of.
    pub kind: u8,
    /// How much of it there is.
    pub counts: Counts,
    /// The channels that know of it.
    pub channels: Vec<String>,
}

/// A record that was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// Its number among the destroyed records of the database.
    pub number: u64,
    /// What was ordered.
    pub order: Order,
    /// The record's district.
    pub district: String,
    /// When its rows went.
    pub at_ms: i64,
    /// How much there was.
    pub counts: Counts,
    /// When the database's free room was cleared.
    pub scrubbed_ms: Option<i64>,
    /// The channels that had known of it.
    pub channels: Vec<ToldChannel>,
    /// Media whose bytes still lie where media lie.
    pub media_left: u64,
}

/// A channel that had known of a destroyed record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldChannel {
    /// Its code.
    pub channel: String,
    /// When it answered that the record is taken back, and whether it took that.
    pub answered: Option<(i64, bool)>,
}

/// A device that had a document of a destroyed record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HolderDevice {
    /// The user on it.
    pub author: AuthorId,
    /// Since when nothing of the record is on it, as it says; `None` while it has not been heard.
    pub confirmed_ms: Option<i64>,
    /// Whether it was shut out.
    pub is_shut_out: bool,
}

/// A copy of the file of record keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCopy {
    /// Which.
    pub id: [u8; 16],
    /// The last destruction whose keys are cut out of it.
    pub cut_upto: u64,
    /// When it said so.
    pub at_ms: i64,
}

/// Bytes that an older hub kept in plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainBytes {
    /// A change in the log.
    Change(DocumentId),
    /// A folded document.
    Snapshot(DocumentId),
    /// A refused upload.
    Refused(DocumentId),
    /// What a record tells for comparing.
    Report([u8; 16]),
    /// What its photos look like.
    Looks([u8; 16]),
    /// What is kept of a case beside its row.
    Facts([u8; 16]),
    /// What a channel was told last.
    Message([u8; 16]),
}

/// Seals bytes; `None` where the record's key is gone.
pub type Seal<'a> = &'a dyn Fn(PlainBytes, &[u8]) -> Option<Vec<u8>>;

/// A media object of a destroyed record: the destruction's number, its hash, and a record that names it still.
pub type MediaToDestroy = (u64, Sha256, Option<[u8; 16]>);

/// What is known of destroyed records, and of the keys of records.
pub trait Destructions {
    /// The name of the file of record keys that this database is sealed with. The first who asks with one gives it.
    fn record_keys(&self, fresh: Option<[u8; 16]>) -> Result<Option<[u8; 16]>>;

    /// What there is of a record; `None` where there is none.
    fn survey(&self, subject: [u8; 16]) -> Result<Option<Survey>>;

    /// Destroys a record's rows in one transaction: everything that says something of it, but for empty places in the log
    /// that keep its numbers dense. Grants are revoked; the retractions wait for their channels. One that was destroyed
    /// before is as it was. Gives its number.
    fn destroy(&self, order: &Order, retractions: &[Parcel], now_ms: i64) -> Result<u64>;

    /// The destroyed record.
    fn destruction(&self, subject: [u8; 16]) -> Result<Option<Destruction>>;

    /// The numbers and subjects of destroyed records behind a number.
    fn destroyed_after(&self, number: u64) -> Result<Vec<(u64, [u8; 16])>>;

    /// Media of destroyed records whose bytes still lie somewhere, with a record that names them still, where one does.
    fn media_to_destroy(&self, limit: u32) -> Result<Vec<MediaToDestroy>>;

    /// The bytes are gone, or belong to the record that still names them.
    fn media_destroyed(&self, number: u64, sha256: Sha256) -> Result<()>;

    /// The records that name a media object.
    fn subjects_of_media(&self, sha256: Sha256) -> Result<Vec<[u8; 16]>>;

    /// Whole media behind a hash, in the order of hashes.
    fn whole_media_after(&self, after: Option<Sha256>, limit: u32) -> Result<Vec<Sha256>>;

    /// Up to which hash the media of older hubs were sealed, and sets it.
    fn media_sealed_upto(&self, set: Option<Sha256>) -> Result<Option<Sha256>>;

    /// A copy of the file of record keys is cut up to a destruction.
    fn key_copy_is_cut(&self, copy: [u8; 16], upto: u64, now_ms: i64) -> Result<()>;

    /// The copies that are known.
    fn key_copies(&self) -> Result<Vec<KeyCopy>>;

    /// Destructions after which the database's free room was not cleared yet.
    fn unscrubbed(&self) -> Result<Vec<u64>>;

    /// Clears the free room of the database, as far as it can, and notes it for these destructions.
    fn scrub(&self, numbers: &[u64], now_ms: i64) -> Result<()>;

    /// The devices that had a document of a destroyed record.
    fn holders(&self, subject: [u8; 16]) -> Result<Vec<HolderDevice>>;

    /// Seals some of what older hubs kept in plain; says how much it was.
    fn seal_plain(&self, seal: Seal<'_>, limit: u32) -> Result<u32>;
}

/// What the audit keeps of a destruction: its number, and how much there was.
pub(super) fn destroyed_detail(number: u64, order: &Order, counts: &Counts) -> String {
    format!(
        "certificate {number}, {} changes, {} media, reference {}",
        counts.changes,
        counts.media,
        order
            .reference
            .chars()
            .filter(|one| !one.is_control())
            .collect::<String>()
    )
}

/// The first and the last that may be called a document of a subject.
pub(super) fn documents_of(subject: [u8; 16]) -> ([u8; 17], [u8; 17]) {
    super::grants::documents_between(Some(subject))
}

/// The record that a document, or what stands for one, belongs to.
pub(super) fn subject_of(document: [u8; 17]) -> [u8; 16] {
    let [subject @ .., _] = document;
    subject
}

/// A device out of what is kept of it for each document: it has none when it has none of all.
pub(super) fn holder(rows: &[(AuthorId, Option<i64>, bool)]) -> Vec<HolderDevice> {
    let mut holders: Vec<HolderDevice> = Vec::new();
    for (author, confirmed_ms, is_shut_out) in rows.iter().copied() {
        match holders.last_mut().filter(|last| last.author == author) {
            Some(last) => last.confirmed_ms = last.confirmed_ms.zip(confirmed_ms).map(|(one, other)| one.max(other)),
            None => holders.push(HolderDevice {
                author,
                confirmed_ms,
                is_shut_out,
            }),
        }
    }
    holders
}

/// Who a revocation is told to: a user, and what they had.
pub(super) struct Had {
    pub(super) user: UserId,
    pub(super) district: String,
    pub(super) document: DocumentId,
    pub(super) writable: bool,
}
