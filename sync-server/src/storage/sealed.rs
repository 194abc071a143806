//! A store that keeps no word of a record in plain: what stands in documents, what was refused, and what was made of them is
//! sealed with the record's key before it reaches the database, and opened behind it.
//!
//! Stays in plain: who may read what, numbers, hashes and times, the codes by which lists are sorted. Both stores stand
//! behind this one, which knows no SQL; what the hub keeps is always kept through it. Bytes that older hubs kept in plain
//! are read as they are until [`super::Destructions::seal_plain`] has come to them.

mod passed_on;
mod posts;

use std::mem;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use protocol::{Appeal, AuthorId, DocumentId, Epoch, UserId};

use super::destructions::subject_of;
use super::{
    AppealRow, Appeals, CardRow, CaseRow, Cases, Claim, CommitError, Committed, Decision, Delivery, DocumentState,
    Documents, Entries, Entry, EntryBody, FirstReading, Folded, Held, Kept, Listed, MadeDecision, MatchProposal,
    NewChange, NumberedReport, Outbox, Parcel, PlainBytes, ProposedTo, Quarantine, QuarantineRow, Readings,
    ReceivedRun, Refused, ReportRow, ReportSort, Reports, Rest, Result, StaffId, StaffKeys, Storage, StorageError,
    StoredChange, Told, UnfoldedSubject, Window, WorkerId,
};
use crate::identity::{RecordKey, RecordKeys, SEALED_MORE_BYTES, Sealed, is_sealed};

/// How sealed text begins in a column of text.
const SEALED_TEXT: &str = "sealed1:";

/// A store behind the keys of records.
#[derive(Debug)]
pub struct Sealing {
    inner: Box<dyn Storage>,
    keys: Arc<RecordKeys>,
}

impl Sealing {
    /// The store, with what is kept in it sealed by these keys.
    pub fn new(inner: Box<dyn Storage>, keys: Arc<RecordKeys>) -> Self {
        Self { inner, keys }
    }

    fn key(&self, subject: [u8; 16]) -> Result<RecordKey> {
        self.keys.of(subject).ok_or(StorageError::Destroyed)
    }

    /// What was sealed; what was kept in plain as it is.
    fn open(&self, what: Sealed, subject: [u8; 16], about: &[u8], bytes: Vec<u8>) -> Result<Vec<u8>> {
        if !is_sealed(&bytes) {
            return Ok(bytes);
        }
        self.key(subject)?
            .open(what, about, &bytes)
            .map_err(|_| StorageError::Damaged)
    }

    fn open_text(&self, what: Sealed, subject: [u8; 16], text: String) -> Result<String> {
        let Some(encoded) = text.strip_prefix(SEALED_TEXT) else {
            return Ok(text);
        };
        let sealed = STANDARD_NO_PAD.decode(encoded).map_err(|_| StorageError::Damaged)?;
        let plain = self.open(what, subject, &subject, sealed)?;
        String::from_utf8(plain).map_err(|_| StorageError::Damaged)
    }

    fn open_state(&self, id: DocumentId, state: &mut DocumentState) -> Result<()> {
        let subject = subject_of(id.0);
        state.snapshot = self.open(Sealed::Snapshot, subject, &id.0, mem::take(&mut state.snapshot))?;
        for change in &mut state.tail {
            *change = self.open(Sealed::Change, subject, &id.0, mem::take(change))?;
        }
        Ok(())
    }

    fn opened_case(&self, mut row: CaseRow) -> Result<CaseRow> {
        row.facts = self.open_text(Sealed::Facts, row.subject, row.facts)?;
        Ok(row)
    }

    fn opened_parcel(&self, mut parcel: Parcel) -> Result<Parcel> {
        parcel.payload = self.open_text(Sealed::Parcel, parcel.subject, parcel.payload)?;
        Ok(parcel)
    }

    fn opened_deliveries(&self, deliveries: Vec<Delivery>) -> Result<Vec<Delivery>> {
        let open = |delivery: Delivery| {
            let parcel = self.opened_parcel(delivery.parcel)?;
            Ok(Delivery { parcel, ..delivery })
        };
        deliveries.into_iter().map(open).collect()
    }

    fn opened_appeal(&self, mut row: AppealRow) -> Result<AppealRow> {
        row.words = self.open_text(Sealed::Words, subject_of(row.document.0), row.words)?;
        Ok(row)
    }

    fn sealed_keys(&self, id: StaffId, keys: &StaffKeys) -> Result<StaffKeys> {
        let code_secret = self.key(id.0)?.seal(Sealed::CodeSecret, &id.0, &keys.code_secret);
        Ok(StaffKeys {
            code_secret,
            ..keys.clone()
        })
    }

    fn opened_keys(&self, id: StaffId, keys: StaffKeys) -> Result<StaffKeys> {
        let code_secret = self.open(Sealed::CodeSecret, id.0, &id.0, keys.code_secret)?;
        Ok(StaffKeys { code_secret, ..keys })
    }

    fn open_report(&self, row: &mut ReportRow) -> Result<()> {
        let subject = row.subject;
        let entry = row.entry.take();
        row.entry = entry
            .map(|entry| self.open(Sealed::Report, subject, &subject, entry))
            .transpose()?;
        row.looks = self.open(Sealed::Looks, subject, &subject, mem::take(&mut row.looks))?;
        Ok(())
    }
}

impl Storage for Sealing {}

/// Seals what an older hub kept in plain; `None` where the record's key is gone.
pub fn seal_plain(keys: &RecordKeys, what: PlainBytes, plain: &[u8]) -> Option<Vec<u8>> {
    let of_document = |sort, id: DocumentId| Some(keys.of(subject_of(id.0))?.seal(sort, &id.0, plain));
    let of_subject = |sort, subject: [u8; 16]| Some(keys.of(subject)?.seal(sort, &subject, plain));
    match what {
        PlainBytes::Change(id) => of_document(Sealed::Change, id),
        PlainBytes::Snapshot(id) => of_document(Sealed::Snapshot, id),
        PlainBytes::Refused(id) => of_document(Sealed::Refused, id),
        PlainBytes::Report(subject) => of_subject(Sealed::Report, subject),
        PlainBytes::Looks(subject) => of_subject(Sealed::Looks, subject),
        PlainBytes::Facts(subject) => Some(as_text(&of_subject(Sealed::Facts, subject)?).into_bytes()),
        PlainBytes::Message(subject) => Some(as_text(&of_subject(Sealed::Parcel, subject)?).into_bytes()),
    }
}

/// With as many bytes as came.
fn as_it_came(mut row: QuarantineRow) -> QuarantineRow {
    row.bytes = row.bytes.saturating_sub(SEALED_MORE_BYTES as u64);
    row
}

fn seal_parcel(key: &RecordKey, parcel: &mut Parcel) {
    parcel.payload = as_text(&key.seal(Sealed::Parcel, &parcel.subject, parcel.payload.as_bytes()));
}

fn seal_card(key: &RecordKey, card: &mut CardRow) {
    for text in [&mut card.core, &mut card.identity] {
        *text = as_text(&key.seal(Sealed::Card, &card.subject, text.as_bytes()));
    }
}

/// Sealed bytes for a column of text.
fn as_text(sealed: &[u8]) -> String {
    format!("{SEALED_TEXT}{}", STANDARD_NO_PAD.encode(sealed))
}

impl Readings for Sealing {
    fn listed(&self, district: &str, reader: UserId, head: u64) -> Result<Vec<Listed>> {
        self.inner.listed(district, reader, head)
    }

    fn entries_at(&self, district: &str, reader: UserId, numbers: &[u64]) -> Result<Vec<Entry>> {
        self.inner.entries_at(district, reader, numbers)
    }

    /// The card of a record that is destroyed is none.
    fn cards(&self, subjects: &[[u8; 16]]) -> Result<Vec<CardRow>> {
        let mut opened = Vec::new();
        for mut card in self.inner.cards(subjects)? {
            if self.keys.of(card.subject).is_none() {
                continue;
            }
            card.core = self.open_text(Sealed::Card, card.subject, card.core)?;
            card.identity = self.open_text(Sealed::Card, card.subject, card.identity)?;
            opened.push(card);
        }
        Ok(opened)
    }

    fn without_card(&self, limit: u32) -> Result<Vec<[u8; 16]>> {
        self.inner.without_card(limit)
    }

    fn add_card(&self, card: &CardRow) -> Result<()> {
        let Some(key) = self.keys.of(card.subject) else {
            return Ok(());
        };
        let mut card = card.clone();
        seal_card(&key, &mut card);
        self.inner.add_card(&card)
    }

    fn keep_reading(&self, author: AuthorId, reading: &FirstReading, now_ms: i64, forget_before_ms: i64) -> Result<()> {
        self.inner.keep_reading(author, reading, now_ms, forget_before_ms)
    }

    fn reading(&self, author: AuthorId) -> Result<Option<FirstReading>> {
        self.inner.reading(author)
    }
}

impl Rest for Sealing {
    fn rest(&self) {
        self.inner.rest();
    }
}

impl Cases for Sealing {
    fn unfolded(&self, limit: u32) -> Result<Vec<UnfoldedSubject>> {
        self.inner.unfolded(limit)
    }

    fn claim_unfolded(&self, claim: Claim, limit: u32) -> Result<Vec<UnfoldedSubject>> {
        self.inner.claim_unfolded(claim, limit)
    }

    fn save_folded(&self, folded: &Folded, worker: WorkerId, now_ms: i64) -> Result<Held> {
        // A record that was destroyed meanwhile: what was made of it is kept nowhere.
        let Some(key) = self.keys.of(folded.done.subject) else {
            return Ok(Held::Lost);
        };
        let subject = &folded.done.subject;
        let mut folded = folded.clone();
        for (id, snapshot, _) in &mut folded.snapshots {
            *snapshot = key.seal(Sealed::Snapshot, &id.0, snapshot);
        }
        if let Some(card) = &mut folded.card {
            seal_card(&key, card);
        }
        if let Some(case) = &mut folded.case {
            case.facts = as_text(&key.seal(Sealed::Facts, subject, case.facts.as_bytes()));
        }
        for parcel in &mut folded.parcels {
            seal_parcel(&key, parcel);
        }
        if let Some(report) = &mut folded.report {
            report.entry = report
                .entry
                .as_deref()
                .map(|entry| key.seal(Sealed::Report, subject, entry));
            if !report.looks.is_empty() {
                report.looks = key.seal(Sealed::Looks, subject, &report.looks);
            }
        }
        self.inner.save_folded(&folded, worker, now_ms)
    }

    fn unfold_everything(&self) -> Result<()> {
        self.inner.unfold_everything()
    }

    fn received_ms(&self, district: &str, number: u64) -> Result<Option<i64>> {
        self.inner.received_ms(district, number)
    }

    fn case(&self, subject: [u8; 16]) -> Result<Option<CaseRow>> {
        self.inner.case(subject)?.map(|row| self.opened_case(row)).transpose()
    }

    fn cases(&self, district: &str) -> Result<Vec<CaseRow>> {
        let rows = self.inner.cases(district)?;
        rows.into_iter().map(|row| self.opened_case(row)).collect()
    }
}

impl Documents for Sealing {
    fn epoch(&self) -> Epoch {
        self.inner.epoch()
    }

    fn subject_district(&self, subject: [u8; 16]) -> Result<Option<String>> {
        self.inner.subject_district(subject)
    }

    fn subject_documents(&self, subject: [u8; 16]) -> Result<Vec<DocumentId>> {
        self.inner.subject_documents(subject)
    }

    fn subject_states(&self, subject: [u8; 16]) -> Result<Vec<(DocumentId, DocumentState)>> {
        let mut states = self.inner.subject_states(subject)?;
        for (id, state) in &mut states {
            self.open_state(*id, state)?;
        }
        Ok(states)
    }

    fn district_documents(&self, district: &str) -> Result<Vec<DocumentId>> {
        self.inner.district_documents(district)
    }

    fn document(&self, id: DocumentId) -> Result<Option<DocumentState>> {
        let Some(mut state) = self.inner.document(id)? else {
            return Ok(None);
        };
        self.open_state(id, &mut state)?;
        Ok(Some(state))
    }

    fn change_by_sequence(&self, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>> {
        self.inner.change_by_sequence(document, author, seq)
    }

    fn change_by_beginning(&self, document: DocumentId, beginning: &[u8]) -> Result<Option<[u8; 32]>> {
        self.inner.change_by_beginning(document, beginning)
    }

    fn received(&self, document: DocumentId, upto: u64) -> Result<Vec<ReceivedRun>> {
        self.inner.received(document, upto)
    }

    fn commit_changes(&self, changes: &[NewChange<'_>]) -> Result<Vec<Committed>, CommitError> {
        let seal = |change: &NewChange<'_>| {
            let key = self.keys.of(subject_of(change.document.0));
            // A record that was destroyed meanwhile takes nothing any more.
            let key = key.ok_or(CommitError::RightGone)?;
            Ok(key.seal(Sealed::Change, &change.document.0, change.bytes))
        };
        let sealed: Vec<Vec<u8>> = changes.iter().map(seal).collect::<Result<_, CommitError>>()?;
        let changes: Vec<NewChange<'_>> = changes
            .iter()
            .zip(&sealed)
            .map(|(change, sealed)| NewChange {
                bytes: sealed,
                ..change.clone()
            })
            .collect();
        self.inner.commit_changes(&changes)
    }

    fn save_snapshot(&self, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
        let key = self.key(subject_of(id.0))?;
        self.inner
            .save_snapshot(id, &key.seal(Sealed::Snapshot, &id.0, snapshot), number)
    }
}

impl Entries for Sealing {
    fn entries(
        &self,
        district: &str,
        reader: UserId,
        reading_author: AuthorId,
        window: Window,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let mut entries = self.inner.entries(district, reader, reading_author, window, limit)?;
        for entry in &mut entries {
            if let EntryBody::Change { document, bytes, .. } = &mut entry.body {
                *bytes = self.open(Sealed::Change, subject_of(document.0), &document.0, mem::take(bytes))?;
            }
        }
        Ok(entries)
    }
}

impl Outbox for Sealing {
    fn claim_deliveries(&self, channel: &str, claim: Claim, limit: u32) -> Result<Vec<Delivery>> {
        self.opened_deliveries(self.inner.claim_deliveries(channel, claim, limit)?)
    }

    fn due_deliveries(&self, channel: &str, now_ms: i64, limit: u32) -> Result<Vec<Delivery>> {
        self.opened_deliveries(self.inner.due_deliveries(channel, now_ms, limit)?)
    }

    fn waiting_deliveries(&self, channel: &str) -> Result<u64> {
        self.inner.waiting_deliveries(channel)
    }

    fn waiting_since(&self, channel: &str) -> Result<Option<i64>> {
        self.inner.waiting_since(channel)
    }

    fn put_off(&self, parcel: &Parcel, worker: WorkerId, next_ms: i64, trouble: &str) -> Result<()> {
        self.inner.put_off(parcel, worker, next_ms, trouble)
    }

    fn give_up(&self, parcel: &Parcel, worker: WorkerId, now_ms: i64, trouble: &str) -> Result<()> {
        self.inner.give_up(parcel, worker, now_ms, trouble)
    }

    fn handed_over(&self, parcel: &Parcel, worker: WorkerId) -> Result<Held> {
        self.inner.handed_over(parcel, worker)
    }

    fn let_go(&self, channel: &str, worker: WorkerId) -> Result<()> {
        self.inner.let_go(channel, worker)
    }

    fn dead_deliveries(&self, channel: &str, limit: u32) -> Result<Vec<Delivery>> {
        self.opened_deliveries(self.inner.dead_deliveries(channel, limit)?)
    }

    fn send_again(&self, channel: &str, subject: Option<[u8; 16]>, now_ms: i64) -> Result<u64> {
        self.inner.send_again(channel, subject, now_ms)
    }

    fn tell(&self, parcels: &[Parcel], now_ms: i64) -> Result<()> {
        let mut sealed = parcels.to_vec();
        for parcel in &mut sealed {
            seal_parcel(&self.key(parcel.subject)?, parcel);
        }
        self.inner.tell(&sealed, now_ms)
    }

    fn told(&self, subject: [u8; 16]) -> Result<Vec<Parcel>> {
        let told = self.inner.told(subject)?.into_iter();
        told.map(|parcel| self.opened_parcel(parcel)).collect()
    }

    fn feed(&self, channel: &str, after: u64, limit: u32) -> Result<Vec<Told>> {
        let open = |told: Told| {
            let parcel = self.opened_parcel(told.parcel)?;
            Ok(Told { parcel, ..told })
        };
        self.inner.feed(channel, after, limit)?.into_iter().map(open).collect()
    }
}

impl Quarantine for Sealing {
    fn quarantine(&self, refused: &Refused<'_>, now_ms: i64) -> Result<Kept> {
        // What is refused may be about anything: of a record whose existence is not told.
        let Some(key) = self.keys.grown(subject_of(refused.document.0)) else {
            return Ok(Kept::Destroyed);
        };
        let sealed = key.seal(Sealed::Refused, &refused.document.0, refused.bytes);
        let refused = Refused {
            bytes: &sealed,
            ..refused.clone()
        };
        self.inner.quarantine(&refused, now_ms)
    }

    fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineRow>> {
        let rows = self.inner.quarantined(limit)?;
        Ok(rows.into_iter().map(as_it_came).collect())
    }

    fn quarantined_row(&self, id: i64) -> Result<Option<QuarantineRow>> {
        Ok(self.inner.quarantined_row(id)?.map(as_it_came))
    }

    fn quarantined_of(&self, author: AuthorId, document: DocumentId) -> Result<Vec<QuarantineRow>> {
        let rows = self.inner.quarantined_of(author, document)?;
        Ok(rows.into_iter().map(as_it_came).collect())
    }

    fn refused_bytes(&self, id: i64) -> Result<Option<Vec<u8>>> {
        let (Some(row), Some(bytes)) = (self.inner.quarantined_row(id)?, self.inner.refused_bytes(id)?) else {
            return Ok(None);
        };
        let document = row.document;
        let opened = self.open(Sealed::Refused, subject_of(document.0), &document.0, bytes)?;
        Ok(Some(opened))
    }

    fn note_looked(&self, id: i64, purpose: &str, now_ms: i64) -> Result<()> {
        self.inner.note_looked(id, purpose, now_ms)
    }

    fn release(&self, id: i64, change: &NewChange<'_>) -> Result<Committed, CommitError> {
        let key = self.keys.of(subject_of(change.document.0));
        let key = key.ok_or(CommitError::RightGone)?;
        let sealed = key.seal(Sealed::Change, &change.document.0, change.bytes);
        let change = NewChange {
            bytes: &sealed,
            ..change.clone()
        };
        self.inner.release(id, &change)
    }

    fn refuse_for_good(&self, id: i64, change: Option<[u8; 32]>, now_ms: i64) -> Result<()> {
        self.inner.refuse_for_good(id, change, now_ms)
    }
}

impl Appeals for Sealing {
    fn note_appeal(&self, user: UserId, author: AuthorId, appeal: Appeal, now_ms: i64) -> Result<AppealRow> {
        self.opened_appeal(self.inner.note_appeal(user, author, appeal, now_ms)?)
    }

    fn open_appeals(&self, district: Option<&str>, limit: u32) -> Result<Vec<AppealRow>> {
        // Nothing was said to what is open.
        self.inner.open_appeals(district, limit)
    }

    fn appeal(&self, id: i64) -> Result<Option<AppealRow>> {
        self.inner.appeal(id)?.map(|row| self.opened_appeal(row)).transpose()
    }

    fn decide_appeal(&self, id: i64, decision: Decision, words: &str, now_ms: i64) -> Result<()> {
        let row = self.inner.appeal(id)?.ok_or(StorageError::NoSuch("open appeal"))?;
        let subject = subject_of(row.document.0);
        let sealed = match words {
            "" => String::new(),
            words => as_text(&self.key(subject)?.seal(Sealed::Words, &subject, words.as_bytes())),
        };
        self.inner.decide_appeal(id, decision, &sealed, now_ms)
    }
}

impl Reports for Sealing {
    fn reports(&self, state: &str, sort: ReportSort, after: u64, limit: u32) -> Result<Vec<NumberedReport>> {
        let mut reports = self.inner.reports(state, sort, after, limit)?;
        for report in &mut reports {
            self.open_report(&mut report.row)?;
        }
        Ok(reports)
    }

    fn report(&self, subject: [u8; 16]) -> Result<Option<ReportRow>> {
        let mut row = self.inner.report(subject)?;
        if let Some(row) = &mut row {
            self.open_report(row)?;
        }
        Ok(row)
    }

    fn note_asked(&self, user: UserId, author: AuthorId, subject: [u8; 16], outcome: u8, now_ms: i64) -> Result<()> {
        self.inner.note_asked(user, author, subject, outcome, now_ms)
    }

    fn last_report(&self, state: &str) -> Result<u64> {
        self.inner.last_report(state)
    }

    fn matched(&self, state: &str) -> Result<u64> {
        self.inner.matched(state)
    }

    fn keep_proposals(
        &self,
        state: &str,
        span: (u64, u64),
        compared: &[[u8; 16]],
        proposals: &[MatchProposal],
    ) -> Result<bool> {
        self.inner.keep_proposals(state, span, compared, proposals)
    }

    fn decisions(&self, state: &str, decision: &str) -> Result<Vec<MadeDecision>> {
        self.inner.decisions(state, decision)
    }

    fn note_taught(&self, state: &str, decisions: usize, now_ms: i64) -> Result<()> {
        self.inner.note_taught(state, decisions, now_ms)
    }

    fn proposed_to(&self, district: &str, limit: u32) -> Result<Vec<ProposedTo>> {
        self.inner.proposed_to(district, limit)
    }
}
