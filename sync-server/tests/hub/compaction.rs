//! What has grown is kept folded: a document is one snapshot and what came since, never its whole history change by change.

use casefile::{Document, DocumentKey};
use casework::{Compartment, DocumentKind, InstitutionId};
use protocol::DocumentId;
use protocol::limits::SNAPSHOT_BYTES_MAX;
use protocol::parcel::unpack;
use sync_server::institutions;
use sync_server::storage::{DocumentState, Institution};

use crate::support::{DISTRICT, TestHub, document, eventually, set};

const CHANGES: u64 = 40;

/// The document once the worker has folded all that came.
fn folded(hub: &TestHub, id: DocumentId) -> DocumentState {
    eventually(|| {
        let state = hub.hub.storage.document(id).unwrap()?;
        (state.tail.is_empty() && !state.snapshot.is_empty()).then_some(state)
    })
}

#[test]
fn a_case_that_has_grown_is_one_snapshot_and_its_log_stays() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let core = document(worker.open_case(), Compartment::Core);
    for n in 1..CHANGES {
        worker.edit(core, &[set("case.stage", format!("x{n}").as_str())]);
    }
    worker.sync();
    assert!(worker.outbox.is_empty());
    let state = folded(&hub, core);
    let whole = Document::load(
        Compartment::Core.into(),
        &unpack(&state.snapshot, SNAPSHOT_BYTES_MAX).unwrap(),
    )
    .unwrap();
    assert_eq!(whole.heads(), worker.documents[&core].heads());
    let received = hub.hub.storage.received(core, state.last_number).unwrap();
    assert_eq!(
        received.iter().map(|run| run.times_ms.len() as u64).sum::<u64>(),
        CHANGES
    );
}

#[test]
fn an_institution_is_kept_folded_too() {
    let hub = TestHub::start();
    let house = Institution {
        id: [7; 16],
        district: DISTRICT.into(),
        name: "Asha Kiran Children's Home".into(),
        kind: "childrens_home".into(),
        capacity: 30,
    };
    institutions::add(&hub.hub, &house, 0).unwrap();
    hub.hub.changed.ring();
    let kind = DocumentKind::Institution;
    let id = DocumentId(DocumentKey::of(InstitutionId::from_bytes(house.id).into(), kind).to_bytes());
    let state = folded(&hub, id);
    assert_eq!(
        Document::load(kind, &unpack(&state.snapshot, SNAPSHOT_BYTES_MAX).unwrap())
            .unwrap()
            .heads()
            .len(),
        1
    );
}
