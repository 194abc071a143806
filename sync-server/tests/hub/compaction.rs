//! What has grown is kept folded: a document is one snapshot and what came since, never its whole history change by change.

use casefile::{Document, DocumentKey};
use casework::{Compartment, DocumentKind, InstitutionId, Pack};
use protocol::DocumentId;
use protocol::limits::SNAPSHOT_BYTES_MAX;
use protocol::parcel::unpack;
use sync_server::institutions;
use sync_server::storage::{DocumentState, Institution};

use crate::support::{DISTRICT, TestHub, document, eventually, set};

const CHANGES: u64 = 40;

/// By so many a document grows until a new snapshot is kept.
const GROWS_BY: usize = 8;

/// The document once the worker has folded all that came.
fn folded(hub: &TestHub, id: DocumentId) -> DocumentState {
    eventually(|| hub.hub.storage.unfolded(1).unwrap().is_empty().then_some(()));
    hub.hub.storage.document(id).unwrap().unwrap()
}

/// The document out of its snapshot and the few changes behind it.
fn whole(kind: DocumentKind, state: &DocumentState) -> Document {
    assert!(
        state.tail.len() < GROWS_BY,
        "{} changes are in no snapshot",
        state.tail.len()
    );
    let mut whole = Document::load(kind, &unpack(&state.snapshot, SNAPSHOT_BYTES_MAX).unwrap()).unwrap();
    whole.apply(&state.tail, Pack::national()).unwrap();
    whole
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
    let whole = whole(Compartment::Core.into(), &state);
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
    let kind = DocumentKind::Institution;
    let id = DocumentId(DocumentKey::of(InstitutionId::from_bytes(house.id).into(), kind).to_bytes());
    let mut home = hub.officer("superintendent");
    hub.assign(&home, house.id);
    home.sync();
    let mut grow = |by: usize| {
        for n in 0..by {
            home.edit(id, &[set("institution.name", format!("Asha Kiran {by}.{n}").as_str())]);
        }
        home.sync();
        assert!(home.outbox.is_empty());
        (folded(&hub, id), home.documents[&id].heads())
    };
    let (before, _) = grow(1);
    let (state, heads) = grow(GROWS_BY);
    assert_eq!(whole(kind, &state).heads(), heads);
    assert_ne!(state.snapshot, before.snapshot);
}

#[test]
fn a_snapshot_waits_until_the_document_has_grown_and_whoever_reads_it_first_has_one_made() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let core = document(worker.open_case(), Compartment::Core);
    worker.sync();
    // Whoever began it has read it: the first change is in a snapshot.
    let mut stage = 0;
    let mut grow = |by: usize| {
        for _ in 0..by {
            stage += 1;
            worker.edit(core, &[set("case.stage", format!("x{stage}").as_str())]);
        }
        worker.sync();
        folded(&hub, core).tail.len()
    };
    assert_eq!(grow(GROWS_BY - 1), GROWS_BY - 1);
    assert_eq!(grow(1), 0);
    assert_eq!(grow(1), 1);
    let mut other = hub.device(hub.user_of(&worker));
    assert!(other.sync().granted.contains(&core));
    assert_eq!(hub.hub.storage.document(core).unwrap().unwrap().tail.len(), 0);
}
