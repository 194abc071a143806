//! What other systems posted.

use sync_server::storage::{Post, Posted, RefusedPost};

use super::on_each;

fn post(subject: u8, content: &[u8]) -> Post {
    Post {
        subject: [subject; 16],
        channel: "helpline".into(),
        content: content.to_vec(),
        at_ms: 5,
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
