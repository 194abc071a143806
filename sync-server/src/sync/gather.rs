//! Entries on their way to a device of version 2: changes of one document together, until a mark.

use std::collections::HashMap;

use casefile::{Naming as HashNaming, Run, add_to_many};
use protocol::limits::PART_BYTES_MAX;
use protocol::message::down::{Changes, Written};
use protocol::message::{DownMessage, Naming};
use protocol::parcel::pack_small;
use protocol::{AuthorId, DocumentId};

/// What a message of changes has beside them.
const CHANGES_BYTES: usize = 40;
/// What it has for each, beside its short form.
const WRITTEN_BYTES: usize = 32;

/// A change as the log has it.
pub(super) struct Logged {
    pub(super) number: u64,
    pub(super) author: AuthorId,
    pub(super) received_ms: i64,
    pub(super) late: bool,
    pub(super) bytes: Vec<u8>,
}

/// What stands between two marks.
#[derive(Default)]
pub(super) struct Gather {
    documents: Naming<DocumentId>,
    authors: Naming<AuthorId>,
    runs: HashMap<DocumentId, Run>,
    gathered: Vec<Gathered>,
    /// Where the changes of a document are gathered, until something else is said of it.
    open: HashMap<DocumentId, usize>,
    bytes: usize,
}

enum Gathered {
    Changes(DocumentId, Vec<Logged>),
    Messages(Vec<DownMessage>),
}

impl Gather {
    /// About how many bytes are gathered.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a change goes with others: one that may fill a frame goes by itself.
    pub(super) fn takes(change: &[u8]) -> bool {
        change.len() + WRITTEN_BYTES + CHANGES_BYTES <= PART_BYTES_MAX
    }

    /// A change, behind those of the same document that are gathered already.
    pub(super) fn change(&mut self, document: DocumentId, change: Logged) {
        // Half of it, as a rule, is what both sides know.
        self.bytes += change.bytes.len() / 2;
        let open = self.open.get(&document).map(|at| &mut self.gathered[*at]);
        if let Some(Gathered::Changes(_, changes)) = open {
            changes.push(change);
        } else {
            self.open.insert(document, self.gathered.len());
            self.gathered.push(Gathered::Changes(document, vec![change]));
        }
    }

    /// Something else, said of this document or of none.
    pub(super) fn messages(&mut self, document: Option<DocumentId>, messages: Vec<DownMessage>, bytes: usize) {
        if let Some(document) = document {
            self.open.remove(&document);
            self.runs.remove(&document);
        }
        self.bytes += bytes;
        self.gathered.push(Gathered::Messages(messages));
    }

    /// Everything that is gathered, in frames.
    pub(super) fn take(&mut self) -> Vec<DownMessage> {
        self.bytes = 0;
        self.open.clear();
        let mut messages = Vec::new();
        for gathered in std::mem::take(&mut self.gathered) {
            match gathered {
                Gathered::Messages(said) => messages.extend(said),
                Gathered::Changes(document, changes) => self.write(document, &changes, &mut messages),
            }
        }
        messages
    }

    fn write(&mut self, document: DocumentId, changes: &[Logged], messages: &mut Vec<DownMessage>) {
        let mut rest = changes;
        while let Some(first) = rest.first() {
            let run = self.runs.entry(document).or_insert_with(|| Run::new(0, None));
            run.count_from(first.received_ms);
            let (mut many, mut written) = (Vec::new(), Vec::new());
            let (mut number, mut received_ms) = (0, 0);
            let mut count = 0;
            for change in rest {
                let size = many.len() + change.bytes.len() + (written.len() + 1) * WRITTEN_BYTES;
                if count > 0 && size + CHANGES_BYTES > PART_BYTES_MAX {
                    break;
                }
                let author = casework::AuthorId::from_bytes(change.author.0);
                // A change in the log was read when it came; one that no longer can be is sent as it is.
                let short = run
                    .shorten(author, &change.bytes, HashNaming::Whole)
                    .unwrap_or_else(|_| [&[0], change.bytes.as_slice()].concat());
                add_to_many(&mut many, &short);
                written.push(Written {
                    step: change.number - number,
                    author: self.authors.name(change.author),
                    after_ms: change.received_ms - received_ms,
                    late: change.late.then_some(true),
                });
                (number, received_ms) = (change.number, change.received_ms);
                count += 1;
            }
            rest = &rest[count..];
            messages.push(
                Changes {
                    document: self.documents.name(document),
                    written,
                    bytes: pack_small(&many),
                }
                .into(),
            );
        }
    }
}
