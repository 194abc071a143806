//! The cases of this tablet, as reports read them: out of the slices that lists are made of, without opening a document.

use std::collections::BTreeSet;

use casefile::DocumentKey;
use casework::{
    Compartment, DocumentKind, Record,
    reports::{Basis, CaseTold, CountedFrom, Period, Reach},
};

use crate::{
    session::Session,
    store::{CaseSlice, Read, StoreError},
};

/// The last letters of a case's id name it where it has no number: they are drawn by chance, the first say when.
const ID_LETTERS: usize = 8;

/// The cases of this tablet.
pub(crate) struct Gathered {
    pub(crate) cases: Vec<CaseTold>,
    without_identity: u64,
    not_here: u64,
}

/// A case as its documents say together.
#[derive(Default)]
struct Parts {
    record: Record,
    kinds: BTreeSet<DocumentKind>,
}

/// Reads every case that is here. A case without its document `core` is not whole and is left out.
pub(crate) fn gather(session: &Session, read: &Read<'_>) -> Result<Gathered, StoreError> {
    let mut gathered = Gathered {
        cases: Vec::new(),
        without_identity: 0,
        not_here: read.count_announced()?.into(),
    };
    let slices = read.case_slices()?;
    for of_case in slices.chunk_by(|one, next| one.subject == next.subject) {
        let parts = parts(session, of_case)?;
        if !parts.kinds.contains(&Compartment::Core.into()) {
            gathered.not_here += 1;
            continue;
        }
        if !parts.kinds.contains(&Compartment::Identity.into()) {
            gathered.without_identity += 1;
        }
        let id = casework::CaseId::from_bytes(of_case[0].subject).to_string();
        let name = &id[id.len().saturating_sub(ID_LETTERS)..];
        let reads = |kind: DocumentKind| session.may_read(kind);
        let told = CaseTold::of(session.pack, &parts.record, name, session.now_ms(), reads);
        gathered.cases.push(told);
    }
    Ok(gathered)
}

fn parts(session: &Session, slices: &[CaseSlice]) -> Result<Parts, StoreError> {
    let mut parts = Parts::default();
    for slice in slices {
        let Some(key) = DocumentKey::from_bytes(slice.document) else {
            continue;
        };
        // What is on the tablet by an older right is not counted any more.
        if !session.may_read(key.kind) {
            continue;
        }
        let record: Record = serde_json::from_str(&slice.record).map_err(|_| StoreError::Row("case_slice"))?;
        parts.record.facts.extend(record.facts);
        parts.record.rows.extend(record.rows);
        parts.kinds.insert(key.kind);
    }
    Ok(parts)
}

impl Gathered {
    /// What a report of them is counted from.
    pub(crate) fn basis(&self, session: &Session, period: Option<Period>, reach: Reach) -> Basis {
        let compartments = [Compartment::Identity, Compartment::Care, Compartment::Legal];
        let now_ms = session.now_ms();
        let undated = self.cases.iter().filter(|case| case.opened_at_ms.is_none());
        Basis {
            place: session.enrolment.district_name.clone(),
            now_ms,
            from: CountedFrom::Tablet,
            cases: self.cases.len() as u64,
            undated: if period.is_some() { undated.count() as u64 } else { 0 },
            without_identity: self.without_identity,
            not_here: self.not_here,
            reads_in_part: !compartments.into_iter().all(|kind| session.may_read(kind)),
            is_running: period.is_some_and(|period| period.ends_ms() > now_ms),
            reach,
        }
    }
}
