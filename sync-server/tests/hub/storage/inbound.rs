//! What other systems posted.

use sync_server::storage::{Post, Posted, RefusedPost, UnbegunPost};

use super::{CASE, DISTRICT, OFFICER, beginning, change, on_each, prepared};

fn post(subject: u8, content: &[u8]) -> Post {
    Post {
        subject: [subject; 16],
        channel: "helpline".into(),
        content: content.to_vec(),
        at_ms: 5,
        body: [b"{", content].concat(),
    }
}

#[test]
fn a_reference_is_known_with_what_was_said_under_it() {
    on_each(|storage| {
        assert_eq!(storage.post(&post(1, b"one")).unwrap(), Posted::New);
        assert_eq!(storage.post(&post(1, b"one")).unwrap(), Posted::Same);
        assert_eq!(storage.post(&post(1, b"two")).unwrap(), Posted::Differs);
        assert_eq!(storage.post(&post(2, b"two")).unwrap(), Posted::New);
    });
}

#[test]
fn a_post_is_kept_until_its_record_has_begun_or_somebody_has_put_it_aside() {
    on_each(|storage| {
        prepared(storage);
        let unbegun = |subject: u8, channel: &str, district: Option<&str>, body: Option<&[u8]>| UnbegunPost {
            subject: [subject; 16],
            channel: channel.into(),
            at_ms: 5,
            district: district.map(str::to_owned),
            body: body.map(<[u8]>::to_vec),
        };
        storage.post(&post(1, b"one")).unwrap();
        storage.post(&post(2, b"two")).unwrap();
        storage.add_referral([2; 16], DISTRICT, 5).unwrap();
        let both = [
            unbegun(1, "helpline", None, Some(b"{one")),
            unbegun(2, "helpline", Some(DISTRICT), Some(b"{two")),
        ];
        assert_eq!(storage.unbegun_posts(9).unwrap(), both);
        assert_eq!(storage.unbegun_posts(1).unwrap(), both[..1]);
        // Of one that is put aside nobody is asked to go, and it may be posted again.
        assert!(storage.put_post_aside([2; 16], "found at home", 7).unwrap());
        assert!(!storage.put_post_aside([2; 16], "found at home", 8).unwrap());
        assert!(!storage.put_post_aside([9; 16], "never posted", 8).unwrap());
        assert_eq!(storage.unbegun_posts(9).unwrap(), both[..1]);
        assert_eq!(storage.unanswered().unwrap().all, 0);
        assert_eq!(storage.post(&post(2, b"two")).unwrap(), Posted::Same);
        storage.add_referral([2; 16], DISTRICT, 9).unwrap();
        let not_kept = unbegun(2, "helpline", Some(DISTRICT), None);
        assert_eq!(storage.unbegun_posts(9).unwrap()[1], not_kept);
        let told = storage.audit_rows(1).unwrap();
        let detail = format!("{} found at home", uuid::Uuid::from_bytes([2; 16]));
        assert_eq!((told[0].deed.as_str(), &told[0].detail), ("put-post-aside", &detail));
        // Begun, nothing is kept of it but that it is known.
        assert_eq!(storage.forget_begun_posts().unwrap(), 0);
        let begun = Post {
            subject: CASE,
            ..post(3, b"three")
        };
        storage.post(&begun).unwrap();
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        assert_eq!(storage.forget_begun_posts().unwrap(), 1);
        assert_eq!(storage.forget_begun_posts().unwrap(), 0);
        assert!(!storage.put_post_aside(CASE, "too late", 9).unwrap());
        assert_eq!(storage.post(&begun).unwrap(), Posted::Same);
        assert!(storage.unbegun_posts(9).unwrap().iter().all(|one| one.subject != CASE));
    });
}

#[test]
fn a_refused_post_is_kept_once_until_somebody_has_looked_at_it() {
    on_each(|storage| {
        let refused = |id: u8, at_ms| RefusedPost {
            id: [id; 16],
            channel: "helpline".into(),
            at_ms,
            reason: "/data lacks a field".into(),
            body: vec![id, 0, 0xff],
        };
        for one in [refused(1, 5), refused(2, 6), refused(1, 7)] {
            storage.refuse_post(&one).unwrap();
        }
        assert_eq!(storage.refused_posts(9).unwrap(), [refused(1, 7), refused(2, 6)]);
        assert_eq!(storage.refused_posts(1).unwrap(), [refused(1, 7)]);
        assert_eq!(storage.count_refused_posts("helpline").unwrap(), 2);
        assert_eq!(storage.count_refused_posts("trackchild").unwrap(), 0);
        assert_eq!(storage.refused_post([2; 16]).unwrap(), Some(refused(2, 6)));
        assert!(storage.forget_refused_post([1; 16], Some(9)).unwrap());
        assert!(!storage.forget_refused_post([1; 16], Some(9)).unwrap());
        assert_eq!(storage.refused_posts(9).unwrap(), [refused(2, 6)]);
        assert_eq!(storage.refused_post([1; 16]).unwrap(), None);
        let told = storage.audit_rows(9).unwrap();
        assert_eq!(told.iter().filter(|row| row.deed == "forget-post").count(), 1);
    });
}
