//! Who is on duty, who is asked, and that each is asked once.

use casework::Compartment;
use casework::duty::{Hours, Shift, Why};
use protocol::UserId;
use sync_server::storage::{
    Access, Asking, EntryBody, Folded, Held, Load, NewAsking, Order, Readable, RosterRow, Storage, StorageError,
    Unanswered, Writing,
};

use super::{AUTHOR, CASE, DISTRICT, OFFICER, OTHER, OTHERS_AUTHOR, WHOLE, begun, change, core, on_each, prepared};

fn row(user: UserId, days: &str, place: Option<&str>) -> RosterRow {
    RosterRow {
        user,
        shift: Shift {
            days: days.parse().unwrap(),
            hours: Hours::read("22:00", "06:30").unwrap(),
            languages: ["hi", "kn"].map(str::to_owned).into(),
            place: place.map(|place| place.parse().unwrap()),
        },
    }
}

fn asking(step: u32, user: UserId, why: Why, at_ms: i64) -> Asking {
    Asking {
        subject: CASE,
        step,
        user,
        why,
        at_ms,
        until_ms: (!why.is_escalation()).then_some(at_ms + 100),
        number: 0,
    }
}

fn readable() -> [Readable; 2] {
    [Compartment::Core, Compartment::Legal].map(|one| Readable {
        document: crate::support::document(CASE, one),
        writable: true,
    })
}

fn ask(storage: &dyn Storage, asking: Asking, instead_of: Option<UserId>) -> bool {
    let new = NewAsking {
        asking,
        readable: &readable(),
        instead_of: instead_of.map(|user| (user, [].as_slice())),
    };
    storage.ask(&new).unwrap()
}

fn access(storage: &dyn Storage, user: UserId) -> Access {
    let author = if user == OFFICER { AUTHOR } else { OTHERS_AUTHOR };
    storage.access(user, author, core()).unwrap()
}

fn last_number(storage: &dyn Storage) -> u64 {
    storage.district(DISTRICT).unwrap().unwrap().last_number
}

#[test]
fn a_roster_is_what_was_written_last_of_a_user_or_of_the_district() {
    on_each(|storage| {
        prepared(storage);
        let both = [
            row(OFFICER, "mon-fri", Some("12.97,77.59")),
            row(OTHER, "2026-12-01..2026-12-05", None),
        ];
        storage.set_roster(DISTRICT, None, &both, 5).unwrap();
        assert_eq!(storage.roster(DISTRICT).unwrap(), both);
        assert_eq!(storage.roster("KA-MYS").unwrap(), []);
        let own = [row(OFFICER, "sat sun", None), row(OFFICER, "mon", None)];
        storage.set_roster(DISTRICT, Some(OFFICER), &own, 6).unwrap();
        assert_eq!(
            storage.roster(DISTRICT).unwrap(),
            [own[0].clone(), own[1].clone(), both[1].clone()]
        );
        storage.set_roster(DISTRICT, None, &both[1..], 7).unwrap();
        assert_eq!(storage.roster(DISTRICT).unwrap(), both[1..]);
        storage.set_roster(DISTRICT, Some(OTHER), &[], 8).unwrap();
        assert_eq!(storage.roster(DISTRICT).unwrap(), []);
        let told = storage.audit_rows(99).unwrap();
        assert_eq!(told.iter().filter(|row| row.deed == "set-roster").count(), 4);
    });
}

#[test]
fn of_two_who_ask_at_once_one_does_and_the_case_goes_from_hand_to_hand() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        storage.unassign(CASE, OFFICER, &[], 60).unwrap();
        storage.add_referral(CASE, DISTRICT, 100).unwrap();
        storage.add_referral(CASE, DISTRICT, 900).unwrap();
        assert_eq!(storage.due_referrals(99, 9).unwrap(), []);
        let due = storage.due_referrals(100, 9).unwrap();
        assert_eq!((due[0].subject, due[0].since_ms, due[0].asked.len()), (CASE, 100, 0));
        assert_eq!(storage.unanswered().unwrap().at_their_end, 1, "nobody was found yet");
        assert_eq!(storage.waiting_referrals(DISTRICT, 9).unwrap(), due);
        assert_eq!(storage.waiting_referrals("KA-MYS", 9).unwrap(), []);

        let before = last_number(storage);
        assert!(ask(storage, asking(1, OFFICER, Why::Nearest, 100), None));
        assert!(
            !ask(storage, asking(1, OTHER, Why::Turn, 100), None),
            "somebody was quicker"
        );
        assert!(
            !ask(storage, asking(3, OTHER, Why::Turn, 100), None),
            "no step is left out"
        );
        assert_eq!(
            (access(storage, OFFICER), access(storage, OTHER)),
            (Access::Write, Access::Never)
        );
        let asked = storage.asked(CASE).unwrap();
        assert!(asked[0].number > before && asked[0].number == last_number(storage));
        let expected = asking(1, OFFICER, Why::Nearest, 100);
        assert_eq!(
            asked,
            [Asking {
                number: asked[0].number,
                ..expected
            }]
        );
        assert_eq!(storage.waiting_askings(None).unwrap(), asked);
        assert_eq!(storage.waiting_askings(Some(OTHER)).unwrap(), []);
        let load = |user, referrals, asked_ms| Load {
            user,
            cases: 0,
            referrals,
            asked_ms,
        };
        assert_eq!(
            storage.loads(DISTRICT).unwrap(),
            [load(OFFICER, 1, Some(100)), load(OTHER, 0, None)]
        );

        assert_eq!(storage.due_referrals(199, 9).unwrap(), []);
        assert_eq!(storage.due_referrals(200, 9).unwrap()[0].asked, asked);
        assert!(ask(storage, asking(2, OTHER, Why::OnlyOne, 200), Some(OFFICER)));
        assert_eq!(access(storage, OTHER), Access::Write);
        assert_eq!(access(storage, OFFICER), Access::Formerly { revoked_ms: 200 });
        let waiting = storage.waiting_askings(None).unwrap();
        assert_eq!((waiting.len(), waiting[0].user), (1, OTHER));
        let unanswered = Unanswered {
            all: 1,
            at_their_end: 0,
            since_ms: Some(100),
        };
        assert_eq!(storage.unanswered().unwrap(), unanswered);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}

#[test]
fn of_referrals_of_a_district_that_nobody_took_up_those_that_wait_longest_are_told() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        for (subject, since_ms) in [([7; 16], 300), (CASE, 200), ([8; 16], 100)] {
            storage.add_referral(subject, DISTRICT, since_ms).unwrap();
        }
        let found = |limit| -> Vec<(u8, i64, usize)> {
            let all = storage.waiting_referrals(DISTRICT, limit).unwrap();
            all.iter()
                .map(|one| (one.subject[0], one.since_ms, one.asked.len()))
                .collect()
        };
        assert_eq!(found(9), [(8, 100, 0), (CASE[0], 200, 0), (7, 300, 0)]);
        assert_eq!(found(2).len(), 2);
        assert!(ask(storage, asking(1, OFFICER, Why::NobodyOnDuty, 250), None));
        assert_eq!(found(9)[1], (CASE[0], 200, 1), "asked, and still not taken up");
    });
}

#[test]
fn whoever_reads_the_case_already_hears_of_it_by_a_grant_of_its_own() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let all: Vec<Readable> = storage.readable(OFFICER).unwrap();
        storage.add_referral(CASE, DISTRICT, 100).unwrap();
        let before = last_number(storage);
        let new = NewAsking {
            asking: asking(1, OFFICER, Why::NobodyOnDuty, 100),
            readable: &all,
            instead_of: None,
        };
        assert!(storage.ask(&new).unwrap());
        assert_eq!(storage.asked(CASE).unwrap()[0].number, before + 1);
        let granted = storage
            .entries(DISTRICT, OFFICER, AUTHOR, WHOLE, 99)
            .unwrap()
            .pop()
            .unwrap();
        assert_eq!(granted.number, before + 1);
        assert!(matches!(granted.body, EntryBody::Grant { document, .. } if document == core()));
        assert_eq!(
            storage.due_referrals(i64::MAX, 9).unwrap(),
            [],
            "nobody is left to be asked"
        );
        assert_eq!(storage.unanswered().unwrap().at_their_end, 1);
    });
}

#[test]
fn nobody_is_asked_for_what_was_taken_up_and_each_asking_is_noted_once() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        storage.add_referral(CASE, DISTRICT, 100).unwrap();
        assert!(ask(storage, asking(1, OTHER, Why::Turn, 100), None));
        let unnoted = storage.unnoted(9).unwrap();
        assert_eq!(unnoted.len(), 1);
        storage.noted(CASE, 1).unwrap();
        assert_eq!(storage.unnoted(9).unwrap(), []);

        storage.put_off_referral(CASE, 0, 300).unwrap();
        assert_eq!(
            storage.due_referrals(200, 9).unwrap().len(),
            1,
            "somebody was asked meanwhile"
        );
        storage.put_off_referral(CASE, 1, 300).unwrap();
        assert_eq!(storage.due_referrals(200, 9).unwrap(), []);

        let worker = sync_server::storage::WorkerId([7; 16]);
        let claim = sync_server::storage::Claim {
            worker,
            now_ms: 150,
            until_ms: 900,
        };
        let done = storage.claim_unfolded(claim, 9).unwrap()[0];
        let folded = Folded {
            answered_ms: Some(150),
            ..Folded::nothing(done)
        };
        assert_eq!(storage.save_folded(&folded, worker, 160).unwrap(), Held::Yes);
        assert_eq!(storage.due_referrals(i64::MAX, 9).unwrap(), []);
        assert_eq!(storage.waiting_askings(None).unwrap(), []);
        assert_eq!(storage.unanswered().unwrap(), Unanswered::default());
        assert!(!ask(storage, asking(2, OFFICER, Why::Turn, 200), None));
        assert_eq!(storage.asked(CASE).unwrap().len(), 1);
    });
}

#[test]
fn what_the_law_destroys_takes_along_who_was_asked_and_the_hub_notes_nothing_in_it_any_more() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        storage.add_referral(CASE, DISTRICT, 100).unwrap();
        assert!(ask(storage, asking(1, OTHER, Why::Turn, 100), None));
        let mut notes = change(1, 9, Writing::Notes);
        (notes.user, notes.author) = (UserId([0; 16]), protocol::AuthorId([0xff; 16]));
        storage.commit_change(&notes).unwrap();
        let order = Order {
            subject: CASE,
            kind: 1,
            ordered_by: "The Board".into(),
            reference: "JJB/7".into(),
            section: "JJ Act 2015, s.24(2)".into(),
        };
        storage.destroy(&order, &[], 200).unwrap();
        assert_eq!(storage.asked(CASE).unwrap(), []);
        assert_eq!(storage.unnoted(9).unwrap(), []);
        assert_eq!(storage.unanswered().unwrap(), Unanswered::default());
        notes.seq = 2;
        notes.hash = [8; 32];
        let refused = storage.commit_change(&notes).unwrap_err();
        assert!(
            matches!(
                refused,
                sync_server::storage::CommitError::RightGone
                    | sync_server::storage::CommitError::Storage(StorageError::NoSuch("document"))
            ),
            "{refused:?}"
        );
    });
}
