//! Storing a batch of an answer: one transaction.

use std::collections::BTreeSet;

use casefile::DocumentKey;
use casework::{CaseId, Subject, matching::Entry as ReportEntry};
use ipc::Topic;
use protocol::{
    DocumentId, Epoch,
    limits::{SHARED_BYTES_MAX, SNAPSHOT_BYTES_MAX},
    message::down::{self, Appealed, Index, Outcome, Piece, Proposals, Receipt, ReceiptState, Share},
    parcel::unpack,
};

use super::{
    exchange::ExchangeError,
    inbound::{Batch, Entry},
    outbound::{CURSOR, INDEX, PROPOSALS},
};
use crate::{
    documents::{DocumentError, Documents, Granted, Incoming, to_row},
    matching,
    session::Session,
    store::{AccessAction, AccessRow, ElsewhereRow, PieceRow, Pieced, StoreError, Verdict, Write},
};

/// Name of the mark that says which life of the hub's log the cursor belongs to.
const EPOCH: &str = "epoch";

/// What a batch changed.
#[derive(Default)]
struct Done {
    subjects: BTreeSet<Subject>,
    destroyed: usize,
    /// Reports of the index that were here were forgotten.
    index: bool,
}

/// Stores a batch with its mark, then tells the screens.
pub(super) fn commit(session: &Session, batch: Batch) -> Result<(), ExchangeError> {
    let now_ms = session.now_ms();
    let batch_proposes = batch.proposals.is_some() || !batch.details.is_empty();
    let done = session.write_documents(|documents, write| {
        let mut done = Done::default();
        for (n, said) in &batch.verdicts {
            done.subjects.extend(verdict(write, *n, said)?);
        }
        entries(documents, write, now_ms, batch.entries, &mut done)?;
        if batch.told_all {
            let gone = write.forget_announced()?.into_iter();
            done.subjects
                .extend(gone.map(|subject| Subject::Case(CaseId::from_bytes(subject))));
        }
        destroy_what_is_handed_in(documents, write, now_ms, &mut done)?;
        for document in &batch.confirmed {
            write.forget_destroyed(document)?;
        }
        for index in &batch.index {
            done.index |= take_index(write, index)?;
        }
        if let Some(proposals) = &batch.proposals {
            take_proposals(write, proposals)?;
        }
        for detail in &batch.details {
            let answer = minicbor::to_vec(detail).map_err(|_| StoreError::Row("asked"))?;
            write.answered(&detail.record, &answer, now_ms)?;
        }
        for said in &batch.appealed {
            done.subjects.extend(appealed(write, said)?);
        }
        if let Some(cursor) = &batch.cursor {
            write.set_blob(CURSOR, cursor.as_bytes())?;
        }
        Ok::<_, ExchangeError>(done)
    })?;
    if batch_proposes {
        session.news.tell([Topic::Matches]);
    }
    if done.index {
        matching::forget(session);
    }
    if done.destroyed > 0 {
        session.store.give_back()?;
    }
    if !done.subjects.is_empty() {
        session.tell_all_changed(done.subjects);
    }
    Ok(())
}

/// Keeps how it stands with something that was asked about refused words. Once it is granted, they are sent again: whoever
/// granted it gave the record, or has taken them in. Gives what the screens show anew.
fn appealed(write: &Write<'_>, said: &Appealed) -> Result<Option<Subject>, StoreError> {
    if !write.set_appealed(said)? {
        return Ok(None);
    }
    if said.state == Appealed::GRANTED {
        // Of a record that has left this tablet the hub has what was written, and takes it in by itself.
        write.forget_gone(&said.document.0)?;
        if let Some(first) = write.first_refused(&said.document.0)? {
            write.send_again(first)?;
        }
    }
    Ok(about(said.document))
}

/// Keeps what the hub proposes, with its mark.
fn take_proposals(write: &Write<'_>, said: &Proposals) -> Result<(), StoreError> {
    // 1 is a case and 2 a report; what a newer hub calls otherwise this app does not show.
    let known = |sort: u8| matches!(sort, 1 | 2);
    let rows = said
        .proposals
        .iter()
        .filter(|one| known(one.own_sort) && known(one.other_sort));
    let rows: Vec<ElsewhereRow> = rows
        .map(|one| ElsewhereRow {
            own: one.own,
            own_is_case: one.own_sort == 1,
            other: one.other,
            other_is_case: one.other_sort == 1,
            district: one.district.clone(),
            percent: one.percent.min(99),
            agreed: one.agreed.clone(),
            theirs: one.theirs.clone(),
        })
        .collect();
    write.set_elsewhere(&rows)?;
    write.set_blob(PROPOSALS, &said.mark.0)
}

/// Keeps what a message says of the index, with its cursor. Gives whether everything before it was forgotten.
fn take_index(write: &Write<'_>, index: &Index) -> Result<bool, ExchangeError> {
    let (Some(entries), Some(gone)) = (index.entries(), index.gone()) else {
        return Err(ExchangeError::Garbled);
    };
    let anew = index.anew == Some(true);
    if anew {
        write.forget_reports()?;
    }
    for bytes in &entries {
        // What cannot be read, a newer hub may send: it is no report for this app.
        if let Ok(entry) = ReportEntry::from_bytes(bytes) {
            write.put_report(&entry.id, bytes, entry.look)?;
        }
    }
    for id in &gone {
        write.forget_report(id)?;
    }
    write.set_blob(INDEX, index.cursor.as_bytes())?;
    Ok(anew)
}

fn verdict(write: &Write<'_>, n: i64, said: &down::Verdict) -> Result<Option<Subject>, StoreError> {
    let number = |number: u64| i64::try_from(number).map_err(|_| StoreError::Row("own_change"));
    let document = match &said.outcome {
        Outcome::Accepted { number: given, late } => write.set_verdict(
            n,
            Verdict::Numbered {
                number: number(*given)?,
                late: *late,
                received_ms: said.received_ms,
            },
        ),
        Outcome::Duplicate { number: given } => write.set_verdict(
            n,
            Verdict::Numbered {
                number: number(*given)?,
                late: false,
                received_ms: said.received_ms,
            },
        ),
        // The hub is busy, not unwilling: the change simply goes on waiting.
        Outcome::Refused { code } if code.is_passing() => Ok(None),
        Outcome::Refused { code } => write.set_verdict(n, Verdict::Refused { code: code.code() }),
    }?;
    Ok(document.and_then(|document| about(DocumentId(document))))
}

fn entries(
    documents: &mut Documents,
    write: &Write<'_>,
    now_ms: i64,
    entries: Vec<Entry>,
    done: &mut Done,
) -> Result<(), DocumentError> {
    let mut run: Option<(DocumentId, Vec<Incoming>)> = None;
    for entry in entries {
        if let Entry::Change(document, incoming, late) = entry {
            if let Ok(head) = casefile::ChangeHead::parse(&incoming.bytes) {
                // After a restore of the hub our own changes may come down: then it has them.
                let subject = document.0.first_chunk().expect("a document id begins with its subject");
                write.set_number_by_hash(subject, &head.hash, incoming.number, late)?;
                write.set_received(subject, &head.hash, incoming.received_ms)?;
            }
            match &mut run {
                Some((running, changes)) if *running == document => changes.push(incoming),
                _ => {
                    apply(documents, write, run.replace((document, vec![incoming])), done)?;
                }
            }
            continue;
        }
        apply(documents, write, run.take(), done)?;
        match entry {
            Entry::Change(..) => {}
            Entry::Grant(document, granted) => grant(documents, write, document, granted, done)?,
            Entry::Piece(piece, writable, shares) => {
                let whole = match write.put_piece(&piece)? {
                    Pieced::More => continue,
                    Pieced::Whole(packed) if Piece::digest(&packed) == piece.digest => Some(packed),
                    Pieced::Whole(_) | Pieced::Broken => None,
                };
                let shares = shares.as_deref();
                for (document, granted) in shared_out(&piece, writable, shares, whole.as_deref()) {
                    match granted {
                        Some(granted) => grant(documents, write, document, granted, done)?,
                        None => documents.ask_again(write, document.0, now_ms)?,
                    }
                }
            }
            Entry::Cards(cards) => {
                for (subject, card) in cards {
                    let running = card.next.clone().map(to_row);
                    if write.announce_card(&subject, &card, running.as_deref())? {
                        done.subjects.insert(Subject::Case(CaseId::from_bytes(subject)));
                    }
                }
            }
            Entry::Revoke(document, None) => {
                done.subjects.extend(about(document));
                documents.revoke(write, &document.0)?;
            }
            Entry::Revoke(document, Some(section)) => {
                documents.destroy_by_law(write, &document.0, &section, now_ms)?;
                note_gone(write, document, now_ms, done)?;
            }
            Entry::Judged(judged) => {
                done.subjects.extend(about(judged.document));
                write.refuse_by_hash(&subject_of(judged.document), &judged.hash.0, judged.code)?;
            }
            Entry::Author(row) => write.set_author(&row)?,
            Entry::Receipt(receipt) => {
                done.subjects.extend(about(receipt.document));
                store_receipt(write, &receipt)?;
            }
            Entry::Received(received) => {
                done.subjects.extend(about(received.document));
                store_received(write, &received)?;
            }
        }
    }
    apply(documents, write, run, done)
}

fn grant(
    documents: &mut Documents,
    write: &Write<'_>,
    document: DocumentId,
    granted: Granted,
    done: &mut Done,
) -> Result<(), DocumentError> {
    done.subjects.extend(about(document));
    if let Some(key) = DocumentKey::from_bytes(document.0) {
        return documents.grant(write, key, &granted);
    }
    // A kind of document that only a newer app knows: kept for when this one is newer.
    let kept = Incoming {
        number: granted.upto,
        received_ms: 0,
        bytes: granted.snapshot,
    };
    Ok(write.set_aside(&document.0, &kept, "kind")?)
}

/// The documents of a parcel that has come whole, each as it is granted. Without bytes where a piece is missing, as after a vault was
/// made whole from what was left of it, or where they are not what was cut: then each is to be asked for again.
fn shared_out(
    last: &PieceRow,
    writable: bool,
    shares: Option<&[Share]>,
    packed: Option<&[u8]>,
) -> Vec<(DocumentId, Option<Granted>)> {
    let granted = |upto: i64, writable, snapshot: &[u8]| Granted {
        upto,
        writable,
        snapshot: snapshot.to_vec(),
    };
    let Some(shares) = shares else {
        let plain = packed.and_then(|packed| unpack(packed, SNAPSHOT_BYTES_MAX).ok());
        let granted = plain.map(|plain| granted(last.upto, writable, &plain));
        return vec![(DocumentId(last.document), granted)];
    };
    let plain = packed.and_then(|packed| unpack(packed, SHARED_BYTES_MAX).ok());
    let out = plain.as_deref().and_then(|plain| Piece::shared_out(shares, plain));
    let each = shares.iter().enumerate().map(|(at, share)| {
        // The numbers were looked at when the piece came.
        let upto = i64::try_from(share.upto).unwrap_or(i64::MAX);
        let own = out.as_ref().map(|out| granted(upto, share.writable, out[at]));
        (share.document, own)
    });
    each.collect()
}

fn apply(
    documents: &mut Documents,
    write: &Write<'_>,
    run: Option<(DocumentId, Vec<Incoming>)>,
    done: &mut Done,
) -> Result<(), DocumentError> {
    let Some((document, changes)) = run else { return Ok(()) };
    done.subjects.extend(about(document));
    match DocumentKey::from_bytes(document.0) {
        Some(key) => documents.apply(write, key, changes),
        // A kind of document that only a newer app knows: kept for when this one is newer.
        None => Ok(changes
            .iter()
            .try_for_each(|change| write.set_aside(&document.0, change, "kind"))?),
    }
}

fn store_receipt(write: &Write<'_>, receipt: &Receipt) -> Result<(), StoreError> {
    let subject = subject_of(receipt.document);
    let upto = i64::try_from(receipt.upto).map_err(|_| StoreError::Row("receipt"))?;
    match &receipt.state {
        ReceiptState::Accepted { reference } => {
            write.set_accepted(&subject, &receipt.channel, (upto, reference, receipt.at_ms))
        }
        ReceiptState::Rejected { reason } => {
            write.set_rejected(&subject, &receipt.channel, (upto, reason, receipt.at_ms))
        }
    }
}

/// Times that nobody can read are left out: they say nothing about what stands in the document.
fn store_received(write: &Write<'_>, received: &down::Received) -> Result<(), StoreError> {
    match (i64::try_from(received.first), received.times_ms()) {
        (Ok(first), Some(times_ms)) => {
            write.set_received_run(&received.document.0, &received.author.0, first, &times_ms)
        }
        _ => Ok(()),
    }
}

fn destroy_what_is_handed_in(
    documents: &mut Documents,
    write: &Write<'_>,
    now_ms: i64,
    done: &mut Done,
) -> Result<(), DocumentError> {
    for id in write.documents_handed_in()? {
        documents.destroy(write, &id)?;
        note_gone(write, DocumentId(id), now_ms, done)?;
    }
    Ok(())
}

/// A document's copy was destroyed.
fn note_gone(write: &Write<'_>, document: DocumentId, now_ms: i64, done: &mut Done) -> Result<(), StoreError> {
    let subject = subject_of(document);
    let detail = document.0[16].to_string();
    let row = AccessRow {
        at_ms: now_ms,
        action: AccessAction::Destroyed,
        subject: Some(&subject),
        detail: &detail,
    };
    write.log_access(&row)?;
    done.subjects.extend(about(document));
    done.destroyed += 1;
    Ok(())
}

/// A hub with another epoch was restored from a backup: nothing it once acknowledged is certain to be there. What was
/// written here is taken from the documents and goes up again; what the hub still has it will call a duplicate.
pub(super) fn heed_epoch(session: &Session, epoch: Epoch) -> Result<(), ExchangeError> {
    let known: Option<[u8; 16]> = session.store.read(|read| read.bytes(EPOCH))?;
    if known == Some(epoch.0) {
        return Ok(());
    }
    session.write_documents(|documents, write| {
        if known.is_some() {
            for id in write.all_documents()? {
                let Some(key) = DocumentKey::from_bytes(id) else {
                    continue;
                };
                match documents.take_numbers_back(write, key, session.author) {
                    // What cannot be read cannot be sent again either; the document says so when it is opened.
                    Err(DocumentError::Damaged) | Ok(()) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            write.forget_hub_numbers()?;
        }
        Ok::<_, ExchangeError>(write.set_blob(EPOCH, &epoch.0)?)
    })
}

/// What a document tells of, where a screen shows it.
fn about(document: DocumentId) -> Option<Subject> {
    DocumentKey::from_bytes(document.0)?.about()
}

fn subject_of(document: DocumentId) -> [u8; 16] {
    let [subject @ .., _kind] = document.0;
    subject
}
