//! Working off an answer, message by message.
//!
//! Verdicts and entries are held until a mark; what stands before a mark is *sealed* and goes into the store in one
//! transaction with the mark. A fast link brings many marks in a moment, so sealed batches are committed together;
//! when the link is cut, what was sealed is committed and the rest forgotten.

use std::collections::{BTreeSet, HashMap};

use casefile::{Run, next_of_many};
use casework::card::Card;
use protocol::{
    AuthorId, Cursor, DocumentId, Epoch, PROTOCOL_VERSION_MIN, Refusal,
    dismissal::SignedDismissal,
    limits::{CHANGE_BYTES_MAX, PACKS_MAX, PIECES_MAX, SHARES_MAX, SNAPSHOT_BYTES_MAX},
    message::{
        DownMessage, Names,
        down::{
            Appealed, Cards, Changes, Close, Detail, Done, Index, Judged, Outcome, Piece, Proposals, Receipt, Received,
            Share, StateMark, Token, Verdict,
        },
    },
    pack::PackRef,
    parcel::{Collector, unpack},
    terms::SignedTerms,
};

use super::{
    commit,
    exchange::ExchangeError,
    outbound::{CURSOR, Outbound, SPEAKS},
};
use crate::{
    documents::{Granted, Incoming},
    lease,
    session::{BEHIND, Session},
    store::{AuthorRow, PieceRow, StoreError},
};

/// Sealed bytes that are committed at once, link or no link.
const COMMIT_BYTES: usize = 64 * 1024;

/// Something the log says.
pub(super) enum Entry {
    /// A refused change of ours is refused for good.
    Judged(Judged),
    Change(DocumentId, Incoming, bool),
    Grant(DocumentId, Granted),
    /// A piece of a grant, whether the user may write in the document, and which documents share it, where it is the last of several.
    Piece(PieceRow, bool, Option<Vec<Share>>),
    /// What the list shows of cases that are still to come.
    Cards(Vec<([u8; 16], Card)>),
    /// The document, and under which section of the law its record was destroyed, where it was.
    Revoke(DocumentId, Option<String>),
    Author(AuthorRow),
    Receipt(Receipt),
    Received(Received),
}

/// What the hub's word on the access log means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    /// It has no more of it than before, or all.
    AsKnown,
    /// It has more of it than before, and still not all.
    Left,
    /// It has more of it than there is here.
    Behind,
}

/// What belongs into one transaction.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) verdicts: Vec<(i64, Verdict)>,
    pub(super) entries: Vec<Entry>,
    pub(super) cursor: Option<Cursor>,
    pub(super) confirmed: Vec<[u8; 17]>,
    /// What came of the index of missing children.
    pub(super) index: Vec<Index>,
    /// What the hub proposes now.
    pub(super) proposals: Option<Proposals>,
    /// Answers about records that the user asked for.
    pub(super) details: Vec<Detail>,
    /// How it stands with what the user asked about refused words.
    pub(super) appealed: Vec<Appealed>,
    /// The hub has told everything that there is.
    pub(super) told_all: bool,
    bytes: usize,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.verdicts.is_empty()
            && self.entries.is_empty()
            && self.cursor.is_none()
            && self.confirmed.is_empty()
            && self.index.is_empty()
            && self.proposals.is_none()
            && self.details.is_empty()
            && self.appealed.is_empty()
    }
}

/// The end of an answer.
pub(super) struct Closed {
    pub(super) token: Token,
    pub(super) more: bool,
    pub(super) packs: Vec<PackRef>,
    /// Whether the hub would take more of the access log than went up.
    pub(super) access_left: bool,
    /// The author is shut out and may still hand in.
    pub(super) dismissal: Option<SignedDismissal>,
    /// What the hub need not say again once all of it has been followed.
    pub(super) state: Option<StateMark>,
    /// The first change that the hub asks for as a whole chunk.
    pub(super) send_whole: Option<i64>,
    /// There is more of the index of missing children.
    pub(super) index_more: bool,
}

/// What the end of an answer says, in either version.
struct Ending {
    cursor: Cursor,
    token: Token,
    more: bool,
    packs: Option<Vec<PackRef>>,
    terms: Option<SignedTerms>,
    access_upto: Option<u64>,
    access_differs: bool,
    dismissal: Option<SignedDismissal>,
    state: Option<StateMark>,
    speaks: Option<u16>,
    index_more: bool,
}

/// An answer on its way in.
pub(super) struct Inbound<'s> {
    session: &'s Session,
    sent: BTreeSet<i64>,
    confirmed: Vec<[u8; 17]>,
    access_left: bool,
    welcomed: bool,
    greeted: bool,
    /// The version that was spoken, and the cursor that was sent.
    version: u16,
    cursor: Cursor,
    send_whole: Option<i64>,
    documents: Names<DocumentId>,
    authors: Names<AuthorId>,
    runs: HashMap<DocumentId, Run>,
    changes: Collector<(DocumentId, u64)>,
    grants: Collector<(DocumentId, u64)>,
    sealed: Batch,
    unsealed: Vec<Entry>,
    unsealed_bytes: usize,
}

impl<'s> Inbound<'s> {
    pub(super) fn new(session: &'s Session, outbound: &Outbound) -> Self {
        Self {
            session,
            sent: outbound.sent.iter().copied().collect(),
            confirmed: outbound.confirmed.clone(),
            access_left: outbound.access_left,
            // Who stands in the hub's log already is not told of it again.
            welcomed: outbound.version >= 2 && outbound.cursor != Cursor::start(),
            greeted: false,
            version: outbound.version,
            cursor: outbound.cursor.clone(),
            send_whole: None,
            documents: Names::default(),
            authors: Names::default(),
            runs: HashMap::new(),
            changes: Collector::new(CHANGE_BYTES_MAX),
            grants: Collector::new(SNAPSHOT_BYTES_MAX),
            sealed: Batch::default(),
            unsealed: Vec::new(),
            unsealed_bytes: 0,
        }
    }

    /// Takes the next message. The answer ends with `Some`.
    pub(super) fn take(&mut self, message: DownMessage) -> Result<Option<Closed>, ExchangeError> {
        if let DownMessage::Reject(reject) = message {
            return Err(ExchangeError::Rejected {
                code: reject.code,
                hub_time_ms: reject.hub_time_ms,
                dismissal: reject.dismissal.map(Box::new),
            });
        }
        if let DownMessage::Welcome(welcome) = &message {
            if std::mem::replace(&mut self.greeted, true) {
                return Err(ExchangeError::Garbled);
            }
            self.welcomed = true;
            self.heed_epoch(welcome.epoch)?;
            return Ok(None);
        }
        if !self.welcomed || (self.is_mid_parcel() && !continues(&message)) {
            return Err(ExchangeError::Garbled);
        }
        match message {
            DownMessage::Welcome(_) | DownMessage::Reject(_) => return Err(ExchangeError::Garbled),
            DownMessage::Verdict(verdict) => self.verdict(verdict)?,
            DownMessage::Verdicts(verdicts) => {
                for verdict in verdicts.each().ok_or(ExchangeError::Garbled)? {
                    self.verdict(verdict)?;
                }
            }
            DownMessage::Changes(changes) => self.several(&changes)?,
            DownMessage::Change(change) => {
                self.runs.remove(&change.document);
                let key = (change.document, change.number);
                if let Some(bytes) = self
                    .changes
                    .add(key, change.part())
                    .map_err(|_| ExchangeError::Garbled)?
                {
                    let incoming = Incoming {
                        number: log_number(change.number)?,
                        received_ms: change.received_ms,
                        bytes,
                    };
                    self.hold(Entry::Change(change.document, incoming, change.late));
                }
            }
            DownMessage::Grant(grant) => {
                self.runs.remove(&grant.document);
                let key = (grant.document, grant.upto);
                if let Some(snapshot) = self.grants.add(key, grant.part()).map_err(|_| ExchangeError::Garbled)? {
                    let granted = Granted {
                        upto: log_number(grant.upto)?,
                        writable: grant.writable,
                        snapshot,
                    };
                    self.hold(Entry::Grant(grant.document, granted));
                }
            }
            DownMessage::Piece(piece) => self.piece(piece)?,
            DownMessage::Cards(cards) => self.cards(&cards)?,
            DownMessage::Revoke(revoke) => {
                self.runs.remove(&revoke.document);
                self.hold(Entry::Revoke(revoke.document, revoke.destroyed));
            }
            DownMessage::Judged(judged) => self.hold(Entry::Judged(judged)),
            DownMessage::Author(author) => self.hold(Entry::Author(AuthorRow {
                author: author.author.0,
                user: author.user.0,
                name: author.name,
                role: author.role,
                device: author.device,
            })),
            DownMessage::Receipt(receipt) => self.hold(Entry::Receipt(receipt)),
            DownMessage::Received(received) => self.hold(Entry::Received(received)),
            DownMessage::Index(index) => {
                // Whole in itself, whatever of the log is not sealed yet.
                self.sealed.bytes += index.entries.as_deref().map_or(64, <[u8]>::len);
                self.sealed.index.push(index);
                if self.sealed.bytes >= COMMIT_BYTES {
                    self.commit()?;
                }
            }
            DownMessage::Proposals(proposals) => {
                if !proposals.is_within_limits() {
                    return Err(ExchangeError::Garbled);
                }
                self.sealed.proposals = Some(proposals);
            }
            DownMessage::Appealed(appealed) => {
                if !appealed.is_within_limits() {
                    return Err(ExchangeError::Garbled);
                }
                self.sealed.appealed.push(appealed);
            }
            DownMessage::Detail(detail) => {
                if !detail.is_within_limits() {
                    return Err(ExchangeError::Garbled);
                }
                self.sealed.details.push(detail);
            }
            DownMessage::Mark(mark) => {
                self.seal(mark.cursor);
                if self.sealed.bytes >= COMMIT_BYTES {
                    self.commit()?;
                }
            }
            DownMessage::Close(close) => return self.close(ending_of_close(close)).map(Some),
            DownMessage::Done(done) => {
                let ending = self.ending_of_done(done);
                return self.close(ending).map(Some);
            }
        }
        Ok(None)
    }

    fn verdict(&mut self, verdict: Verdict) -> Result<(), ExchangeError> {
        // A number nobody sent would claim that something arrived which never left.
        let n = i64::try_from(verdict.n)
            .ok()
            .filter(|n| self.sent.remove(n))
            .ok_or(ExchangeError::Garbled)?;
        if let Outcome::Refused {
            code: Refusal::SendWhole,
        } = verdict.outcome
        {
            self.send_whole = Some(self.send_whole.map_or(n, |first| first.min(n)));
        }
        self.sealed.verdicts.push((n, verdict));
        Ok(())
    }

    /// Several changes of one document. What cannot be put together again was not said by a hub of ours.
    fn several(&mut self, changes: &Changes) -> Result<(), ExchangeError> {
        let document = self
            .documents
            .meant(changes.document)
            .map_err(|_| ExchangeError::Garbled)?;
        let unpacked = unpack(&changes.bytes, CHANGE_BYTES_MAX).map_err(|_| ExchangeError::Garbled)?;
        let mut many = unpacked.as_slice();
        let run = self.runs.entry(document).or_insert_with(|| Run::new(0, None));
        run.count_from(changes.written.first().map_or(0, |first| first.after_ms));
        let (mut number, mut received_ms) = (0_u64, 0_i64);
        let mut held = Vec::new();
        for written in &changes.written {
            number = number.checked_add(written.step).ok_or(ExchangeError::Garbled)?;
            received_ms = received_ms
                .checked_add(written.after_ms)
                .ok_or(ExchangeError::Garbled)?;
            let author = self.authors.meant(written.author).map_err(|_| ExchangeError::Garbled)?;
            let short = next_of_many(&mut many).ok().flatten().ok_or(ExchangeError::Garbled)?;
            let author = casework::AuthorId::from_bytes(author.0);
            let (bytes, _) = run
                .lengthen(author, short, |_| None)
                .map_err(|_| ExchangeError::Garbled)?;
            let number = log_number(number)?;
            let incoming = Incoming {
                number,
                received_ms,
                bytes,
            };
            held.push(Entry::Change(document, incoming, written.late == Some(true)));
        }
        if !many.is_empty() {
            return Err(ExchangeError::Garbled);
        }
        for entry in held {
            self.hold(entry);
        }
        Ok(())
    }

    fn piece(&mut self, piece: Piece) -> Result<(), ExchangeError> {
        let shares = piece.shares.as_deref().unwrap_or_default();
        let are_some = piece.shares.is_none() || (1..=SHARES_MAX).contains(&shares.len());
        if piece.part >= piece.parts || piece.parts > PIECES_MAX || !are_some {
            return Err(ExchangeError::Garbled);
        }
        self.runs.remove(&piece.document);
        for share in shares {
            self.runs.remove(&share.document);
            log_number(share.upto)?;
        }
        let row = PieceRow {
            document: piece.document.0,
            upto: log_number(piece.upto)?,
            part: piece.part,
            parts: piece.parts,
            digest: piece.digest,
            bytes: piece.bytes,
        };
        self.hold(Entry::Piece(row, piece.writable, piece.shares));
        Ok(())
    }

    /// A card that cannot be read, a newer hub may send: the case itself comes all the same.
    fn cards(&mut self, cards: &Cards) -> Result<(), ExchangeError> {
        let cards = cards.cards().ok_or(ExchangeError::Garbled)?;
        let cards = cards.into_iter();
        let read = cards.filter_map(|(subject, bytes)| Some((subject, serde_json::from_slice(&bytes).ok()?)));
        self.hold(Entry::Cards(read.collect()));
        Ok(())
    }

    fn ending_of_done(&self, done: Done) -> Ending {
        Ending {
            token: done.token(),
            cursor: done.cursor.unwrap_or_else(|| self.cursor.clone()),
            more: done.more == Some(true),
            packs: done.packs,
            terms: done.terms,
            access_upto: done.access_upto,
            access_differs: done.access_differs == Some(true),
            dismissal: done.dismissal,
            state: done.state,
            speaks: Some(self.version),
            index_more: done.index_more == Some(true),
        }
    }

    /// Stores what is sealed: at the end, and when the link is cut.
    pub(super) fn commit(&mut self) -> Result<(), ExchangeError> {
        let batch = std::mem::take(&mut self.sealed);
        if batch.is_empty() {
            return Ok(());
        }
        commit::commit(self.session, batch)
    }

    fn close(
        &mut self,
        Ending {
            cursor,
            token,
            more,
            packs,
            access_upto,
            access_differs,
            terms,
            dismissal,
            state,
            speaks,
            index_more,
        }: Ending,
    ) -> Result<Closed, ExchangeError> {
        self.seal(cursor);
        self.sealed.confirmed = std::mem::take(&mut self.confirmed);
        self.sealed.told_all = !more;
        self.commit()?;
        let packs = packs.unwrap_or_default();
        if packs.len() > PACKS_MAX {
            return Err(ExchangeError::Garbled);
        }
        if let Some(terms) = terms {
            lease::take(self.session, &terms)?;
        }
        let noted = self.note_access_log(access_upto, access_differs)?;
        note_version(self.session, speaks.unwrap_or(PROTOCOL_VERSION_MIN))?;
        Ok(Closed {
            token,
            more: more || noted == Noted::Behind,
            packs,
            access_left: noted == Noted::Left && self.access_left,
            dismissal,
            state,
            send_whole: self.send_whole,
            index_more,
        })
    }

    /// Notes how far the hub has the access log. Where it has another, or more than was ever written here, this vault is
    /// an older one that somebody put in the place of the right one: the hub is asked for everything once more.
    fn note_access_log(&self, upto: Option<u64>, differs: bool) -> Result<Noted, ExchangeError> {
        let Some(upto) = upto else { return Ok(Noted::AsKnown) };
        let known = i64::try_from(upto).map_err(|_| ExchangeError::Garbled)?;
        let now_ms = self.session.now_ms();
        Ok(self.session.store.write(|write| {
            let before = write.access_log_on_hub()?;
            write.set_access_log_on_hub(known)?;
            let news = before.is_none_or(|before| before < known);
            if differs || (news && write.last_access_row()? < known) {
                write.set_number(BEHIND, Some(now_ms))?;
                write.set_blob(CURSOR, &[])?;
                return Ok(Noted::Behind);
            }
            let left = news && !write.access_rows_after(known, 1)?.is_empty();
            Ok::<_, StoreError>(if left { Noted::Left } else { Noted::AsKnown })
        })?)
    }

    fn seal(&mut self, cursor: Cursor) {
        self.sealed.entries.append(&mut self.unsealed);
        self.sealed.cursor = Some(cursor);
        self.sealed.bytes += std::mem::take(&mut self.unsealed_bytes);
    }

    fn hold(&mut self, entry: Entry) {
        self.unsealed_bytes += match &entry {
            Entry::Change(_, incoming, _) => incoming.bytes.len(),
            Entry::Grant(_, granted) => granted.snapshot.len(),
            Entry::Received(received) => 8 * received.steps_ms.len(),
            Entry::Piece(piece, ..) => piece.bytes.len(),
            Entry::Cards(cards) => 128 * cards.len(),
            Entry::Revoke(..) | Entry::Judged(_) | Entry::Author(_) | Entry::Receipt(_) => 64,
        };
        self.unsealed.push(entry);
    }

    fn is_mid_parcel(&self) -> bool {
        self.changes.is_open() || self.grants.is_open()
    }

    fn heed_epoch(&self, epoch: Epoch) -> Result<(), ExchangeError> {
        commit::heed_epoch(self.session, epoch)
    }
}

/// Keeps which version the hub speaks, where that is news.
pub(super) fn note_version(session: &Session, speaks: u16) -> Result<(), StoreError> {
    let version = i64::from(speaks);
    if session.store.read(|read| read.number(SPEAKS))? == Some(version) {
        return Ok(());
    }
    session.store.write(|write| write.set_number(SPEAKS, Some(version)))
}

fn ending_of_close(close: Close) -> Ending {
    Ending {
        cursor: close.cursor,
        token: close.token,
        more: close.more,
        packs: close.packs,
        terms: close.terms,
        access_upto: close.access_upto,
        access_differs: close.access_differs == Some(true),
        dismissal: close.dismissal,
        state: None,
        speaks: close.speaks,
        index_more: false,
    }
}

/// Whether the message may stand behind an unfinished parcel; the collector then looks whether it is the right one.
const fn continues(message: &DownMessage) -> bool {
    matches!(message, DownMessage::Change(_) | DownMessage::Grant(_))
}

fn log_number(number: u64) -> Result<i64, ExchangeError> {
    i64::try_from(number).map_err(|_| ExchangeError::Garbled)
}
