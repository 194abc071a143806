//! Referrals that somebody or something left: a post whose hub ended before its case began, and a person whose role changed.

use sync_server::inbound::{self, LEFT_BEHIND_MS};
use sync_server::storage::{Post, StorageError};
use uuid::Uuid;

use crate::command::administer;
use crate::duty::{Still, over_both};
use crate::inbound::example;
use crate::support::{DISTRICT, random};

/// A hub that takes a post, notes the referral, and dies before its case begins; with what was posted, or as an older hub without.
fn cut_short(still: &Still, reference: &str, kept: bool) -> [u8; 16] {
    let mut body = example("helpline");
    body["data"]["reference"] = reference.into();
    body["data"]["urgency"] = "emergency".into();
    let from = inbound::find("helpline").unwrap();
    // As it stands behind a whole post; then its record, as if it had not begun.
    let subject: [u8; 16] = random();
    let body = body.to_string();
    let post = Post {
        subject,
        channel: from.channel.to_owned(),
        content: vec![1; 32],
        at_ms: still.hub.clock.now_ms(),
        body: body.into_bytes(),
    };
    still.hub.storage.post(&post).unwrap();
    still.hub.storage.add_referral(subject, DISTRICT, post.at_ms).unwrap();
    if !kept {
        assert!(still.hub.storage.put_post_aside(subject, "as an older hub", 0).unwrap());
        still.hub.storage.add_referral(subject, DISTRICT, post.at_ms).unwrap();
    }
    subject
}

fn documents(still: &Still, case: [u8; 16]) -> usize {
    still.hub.storage.subject_documents(case).unwrap().len()
}

fn unbegun(still: &Still) -> String {
    administer(&still.hub, &["inbound", "unbegun"]).unwrap()
}

fn run(still: &Still, command: &str, case: [u8; 16], more: &[&str]) -> Result<String, String> {
    let id = Uuid::from_bytes(case).to_string();
    administer(&still.hub, &[&["inbound", command, &id], more].concat())
}

#[test]
fn what_a_hub_left_behind_that_died_is_begun_by_the_next_and_somebody_is_asked_to_go() {
    over_both(|mut still| {
        let head = still.user("The head", "dcpo");
        let case = cut_short(&still, "1098-1", true);
        assert!(unbegun(&still).contains("\thelpline\t") && unbegun(&still).contains("\tkept"));
        // Whoever took it a moment ago may be at it still.
        still.works();
        assert_eq!((documents(&still, case), still.asked(case).len()), (0, 0));
        still.restarts();
        still.waits(LEFT_BEHIND_MS / 60_000 + 1);
        still.works();
        assert_eq!(documents(&still, case), 4);
        assert_eq!(still.asked(case), [(head, "nobody_on_duty")]);
        assert_eq!(unbegun(&still), "");
        still.restarts();
        still.waits(1);
        still.works();
        assert_eq!(still.asked(case).len(), 1, "once");
        assert_eq!(still.hub.storage.broken_audit_row().unwrap(), None);
    });
}

#[test]
fn a_person_begins_what_was_kept_and_puts_aside_what_was_not_and_health_complains_no_more() {
    over_both(|mut still| {
        let kept = cut_short(&still, "1098-1", true);
        let lost = cut_short(&still, "1098-2", false);
        let troubles = |still: &Still| sync_server::health::Health::of(&still.hub).troubles();
        assert!(troubles(&still)[0].contains("admin inbound unbegun"));
        let said = run(&still, "begin", lost, &[]).unwrap_err();
        assert!(said.contains("nothing was kept"), "{said}");
        run(&still, "begin", kept, &[]).unwrap();
        assert_eq!(documents(&still, kept), 4);
        for (command, more) in [("begin", &[] as &[&str]), ("put-aside", &["--reason", "x"])] {
            assert!(
                run(&still, command, kept, more)
                    .unwrap_err()
                    .contains("admin inbound unbegun")
            );
        }
        let twice = run(&still, "put-aside", lost, &["--reason", "a\nb"]).unwrap_err();
        assert!(twice.contains("control characters"), "{twice}");
        run(&still, "put-aside", lost, &["--reason", "the police had her home"]).unwrap();
        assert_eq!(unbegun(&still), "");
        let head = still.user("The head", "dcpo");
        still.waits(1);
        still.works();
        assert_eq!(still.asked(kept), [(head, "nobody_on_duty")]);
        assert_eq!(still.asked(lost), []);
        assert_eq!(still.hub.storage.unanswered().unwrap().all, 1);
        let audit = administer(&still.hub, &["audit"]).unwrap();
        assert!(audit.contains("put-post-aside") && audit.contains("the police had her home"));
        // Posted once more, somebody is asked.
        still
            .hub
            .storage
            .add_referral(lost, DISTRICT, still.hub.clock.now_ms())
            .unwrap();
        assert!(unbegun(&still).contains("not kept"));
    });
}

#[test]
fn a_referral_that_waits_for_somebody_whose_role_takes_none_up_goes_to_the_next() {
    over_both(|mut still| {
        still.user("The head", "dcpo");
        let officers = ["Asha", "Binod"].map(|name| still.on_duty(name, &[]));
        let case = still.referral(1, "emergency");
        still.works();
        let first = still.asked(case)[0].0;
        let id = Uuid::from_bytes(first.0).to_string();
        // A role that still goes changes nothing.
        administer(&still.hub, &["user", "set-role", &id, "dcpo"]).unwrap();
        still.works();
        assert_eq!(still.asked(case).len(), 1);
        administer(&still.hub, &["user", "set-role", &id, "data_analyst"]).unwrap();
        still.works();
        let asked = still.asked(case);
        assert_eq!(asked.len(), 2);
        assert!(officers.contains(&asked[1].0) && asked[1].0 != first);
        // Nor is somebody moved away for whom a case waits.
        still.hub.storage.add_district("KA-MYS", "Mysuru", 0).unwrap();
        let id = Uuid::from_bytes(asked[1].0.0).to_string();
        let said = administer(&still.hub, &["user", "move", &id, "KA-MYS"]).unwrap_err();
        assert!(said.contains("hand those over first"), "{said}");
        let nobody = still.hub.storage.rename_user(protocol::UserId([9; 16]), "x", 0);
        assert!(matches!(nobody, Err(StorageError::NoSuch(_))));
    });
}

#[test]
fn a_post_whose_record_was_destroyed_since_holds_up_no_other() {
    over_both(|mut still| {
        let head = still.user("The head", "dcpo");
        let (gone, waits) = (cut_short(&still, "1098-1", true), cut_short(&still, "1098-2", true));
        // As in a copy of the database from before, beside the keys of today.
        still.hub.keys.destroy(&[gone]).unwrap();
        still.waits(1);
        still.works();
        assert_eq!(still.asked(waits), [(head, "nobody_on_duty")]);
        assert!(unbegun(&still).contains("\tnot kept") && !unbegun(&still).contains("\tkept"));
        run(&still, "put-aside", gone, &["--reason", "destroyed by law"]).unwrap();
        assert_eq!(unbegun(&still), "");
    });
}
