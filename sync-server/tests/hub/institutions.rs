use casefile::DocumentKey;
use casework::{DocumentKind, InstitutionId};
use protocol::DocumentId;
use sync_server::{institutions, storage::Institution};

use crate::support::{DISTRICT, TestHub};

fn document(id: [u8; 16]) -> DocumentId {
    DocumentId(DocumentKey::of(InstitutionId::from_bytes(id).into(), DocumentKind::Institution).to_bytes())
}

fn house(id: u8) -> Institution {
    Institution {
        id: [id; 16],
        district: DISTRICT.into(),
        name: "Asha Kiran Children's Home".into(),
        kind: "childrens_home".into(),
        capacity: 30,
    }
}

#[test]
fn an_institution_from_before_gets_its_document_once() {
    let hub = TestHub::start();
    let mut head = hub.officer("dcpo");
    hub.hub.storage.add_institution(&house(7), 0).unwrap();
    // The hub looks once when it starts, maybe only now.
    let mut granted = head.sync().granted;
    for _ in 0..2 {
        institutions::found_missing(&hub.hub, 1).unwrap();
        granted.extend(head.sync().granted);
    }
    assert_eq!(granted, [document([7; 16])]);
}

#[test]
fn whoever_comes_later_gets_the_institutions_that_the_role_reads() {
    let hub = TestHub::start();
    institutions::add(&hub.hub, &house(7), 0).unwrap();
    institutions::add(&hub.hub, &house(8), 0).unwrap();
    let (mut head, mut police, mut home) = (hub.officer("dcpo"), hub.officer("cwpo"), hub.officer("superintendent"));
    assert_eq!(head.sync().granted, [document([7; 16]), document([8; 16])]);
    assert!(police.sync().granted.is_empty());
    assert!(home.sync().granted.is_empty());
    hub.assign(&home, [8; 16]);
    assert_eq!(home.sync().granted, [document([8; 16])]);
    hub.unassign(&home, [8; 16]);
    assert_eq!(home.sync().revoked, [document([8; 16])]);
}
