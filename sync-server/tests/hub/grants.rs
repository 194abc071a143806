use casefile::{DocumentKey, Edit};
use casework::{Compartment, DocumentKind, EntryId, Value};
use protocol::message::down::Outcome;
use protocol::{DocumentId, Refusal};

use crate::support::{TestHub, document, set};

#[test]
fn an_assigned_case_comes_with_the_compartments_of_the_role() {
    let hub = TestHub::start();
    let (mut worker, mut counsellor) = (hub.officer("po_nic"), hub.officer("counsellor"));
    let case = worker.open_case();
    worker.edit(
        document(case, Compartment::Legal),
        &[set("statement.allegation", "SECRET")],
    );
    worker.sync();
    assert!(counsellor.sync().granted.is_empty());
    hub.assign(&counsellor, case);
    let answer = counsellor.sync();
    let expected = [Compartment::Core, Compartment::Identity, Compartment::Care].map(|one| document(case, one));
    assert_eq!(answer.granted, expected);

    // It may not write what it only reads, nor what it does not read.
    let identity = counsellor.edit(document(case, Compartment::Identity), &[set("child.name", "x")]);
    let legal = counsellor.edit(document(case, Compartment::Legal), &[set("statement.allegation", "x")]);
    let own = counsellor.edit(
        document(case, Compartment::Care),
        &[set("health.condition_note", "calm")],
    );
    let answer = counsellor.sync();
    let refused = Outcome::Refused {
        code: Refusal::NotPermitted,
    };
    assert_eq!(
        (&answer.verdicts[&identity], &answer.verdicts[&legal]),
        (&refused, &refused)
    );
    assert!(
        matches!(answer.verdicts[&own], Outcome::Accepted { .. }),
        "a refusal holds up no other document"
    );
    assert_eq!(hub.hub.storage.quarantined(10).unwrap().len(), 2);
}

#[test]
fn a_reassigned_case_leaves_only_after_its_edits_arrive() {
    let hub = TestHub::start();
    let (mut former, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = former.open_case();
    let core = document(case, Compartment::Core);
    former.sync();
    head.sync();
    hub.unassign(&former, case);
    let n = former.edit(core, &[set("case.stage", "inquiry")]);
    let answer = former.sync();
    assert!(matches!(answer.verdicts[&n], Outcome::Accepted { late: true, .. }));
    assert_eq!(answer.revoked.len(), 4);
    let answer = head.sync();
    assert!(
        answer.changed.iter().any(|(_, id, late)| *id == core && *late),
        "marked as late"
    );
    assert_eq!(head.fact(core, "case.stage"), Some(Value::from("inquiry")));

    // What was written before the revocation was read still counts; once the copy is destroyed, nothing does.
    let n = former.edit(core, &[set("case.stage", "restoration")]);
    former.confirms.push(core);
    let answer = former.sync();
    assert!(matches!(answer.verdicts[&n], Outcome::Accepted { late: true, .. }));
    let n = former.edit(core, &[set("case.stage", "closed")]);
    assert_eq!(former.sync().verdicts[&n], Outcome::Refused { code: Refusal::Revoked });
    head.edit(core, &[set("case.urgency", "urgent")]);
    head.sync();
    assert!(
        former.sync().changed.is_empty(),
        "nothing more of it reaches the former worker"
    );
}

#[test]
fn a_case_given_back_comes_whole() {
    let hub = TestHub::start();
    let (mut worker, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = worker.open_case();
    let core = document(case, Compartment::Core);
    worker.sync();
    head.sync();
    hub.unassign(&worker, case);
    head.edit(core, &[set("case.stage", "inquiry")]);
    head.sync();
    hub.assign(&worker, case);
    let answer = worker.sync();
    assert!(answer.revoked.is_empty(), "taken and given back between two syncs");
    assert_eq!(worker.fact(core, "case.stage"), Some(Value::from("inquiry")));
    let n = worker.edit(core, &[set("case.stage", "closed")]);
    assert!(matches!(
        worker.sync().verdicts[&n],
        Outcome::Accepted { late: false, .. }
    ));
}

#[test]
fn a_head_of_unit_added_later_has_every_case() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    for _ in 0..3 {
        worker.open_case();
    }
    worker.sync();
    let mut head = hub.officer("dcpo");
    assert_eq!(head.sync().granted.len(), 12);
}

#[test]
fn a_dismissed_officer_is_shut_out_and_what_they_bring_is_kept_apart() {
    let hub = TestHub::start();
    let (mut worker, mut head) = (hub.officer("po_nic"), hub.officer("dcpo"));
    let case = worker.open_case();
    worker.sync();
    head.sync();
    hub.hub.storage.revoke_author(worker.author, 0).unwrap();
    worker.edit(document(case, Compartment::Core), &[set("case.stage", "closed")]);
    let answer = worker.post(worker.body(worker.open()));
    let answer = worker.take(&answer);
    assert_eq!(answer.reject, Some(Refusal::NotEnrolled));
    assert!(answer.welcome.is_none() && answer.verdicts.is_empty());
    let kept = hub.hub.storage.quarantined(10).unwrap();
    assert_eq!(
        kept.iter().map(|row| row.code).collect::<Vec<_>>(),
        [Refusal::NotEnrolled]
    );
    assert!(head.sync().changed.is_empty());
}

#[test]
fn a_role_that_opens_no_cases_opens_none() {
    let hub = TestHub::start();
    for role in ["counsellor", "cwc", "superintendent"] {
        let mut device = hub.officer(role);
        device.open_case();
        assert_eq!(
            device.sync().verdicts[&1],
            Outcome::Refused {
                code: Refusal::NotPermitted
            },
            "{role}"
        );
    }
}

#[test]
fn a_missing_child_is_known_to_the_whole_district() {
    let hub = TestHub::start();
    let (mut worker, mut other) = (hub.officer("po_nic"), hub.officer("counsellor"));
    let subject = crate::support::new_case();
    let id = DocumentId(
        DocumentKey {
            subject,
            kind: DocumentKind::Missing,
        }
        .to_bytes(),
    );
    let seen = |text: &str| Edit::AddEntry {
        entry: EntryId::from_bytes(crate::support::new_case()),
        kind: "note".into(),
        text: text.into(),
    };
    worker.edit(id, &[seen("last seen at the bus stand")]);
    worker.sync();
    assert_eq!(other.sync().granted, [id]);
    assert_eq!(other.documents[&id].timeline().len(), 1);
    let n = other.edit(id, &[seen("not by this role")]);
    assert_eq!(
        other.sync().verdicts[&n],
        Outcome::Refused {
            code: Refusal::NotPermitted
        }
    );
    let mut later = hub.officer("social_worker");
    assert_eq!(later.sync().granted, [id]);
}

#[test]
fn a_damaged_document_comes_once_more_to_whoever_may_read_it_and_to_nobody_else() {
    let hub = TestHub::start();
    let (mut worker, mut counsellor) = (hub.officer("po_nic"), hub.officer("counsellor"));
    let case = worker.open_case();
    let (core, legal) = (document(case, Compartment::Core), document(case, Compartment::Legal));
    worker.edit(legal, &[set("statement.allegation", "SECRET")]);
    worker.sync();
    let fact = worker.fact(core, "case.kind");
    assert!(fact.is_some());
    worker.documents.remove(&core);
    assert!(
        worker.sync().granted.is_empty(),
        "nobody sends twice what was not asked for"
    );
    worker.again = vec![core];
    assert_eq!(worker.sync().granted, [core]);
    assert_eq!(worker.fact(core, "case.kind"), fact);

    counsellor.sync();
    counsellor.again = vec![core, legal];
    assert!(counsellor.sync().granted.is_empty(), "not assigned");
    hub.assign(&counsellor, case);
    counsellor.sync();
    counsellor.again = vec![core, legal];
    assert_eq!(counsellor.sync().granted, [core], "legal is not for a counsellor");
    hub.unassign(&counsellor, case);
    counsellor.again = vec![core];
    assert!(counsellor.sync().granted.is_empty(), "taken back");
}
