use protocol::enrol::{EnrolReply, EnrolRequest};
use protocol::limits::ENROL_BYTES_MAX;
use protocol::{AuthorId, EnrolCode, EnrolLink, Refusal};

use crate::support::{DISTRICT, TestDevice, TestHub};

fn refused(reply: &EnrolReply) -> Refusal {
    match reply {
        EnrolReply::Refused(code) => *code,
        EnrolReply::Enrolled(_) => panic!("enrolled"),
    }
}

#[test]
fn a_code_makes_one_device_an_author_however_often_it_asks() {
    let hub = TestHub::start();
    let link = hub.link(hub.user("Meenakshi Rao", "po_nic"));
    let device = TestDevice::unenrolled(&hub.url);
    let first = device.enrol(&link);
    let EnrolReply::Enrolled(enrolled) = &first else {
        panic!("{first:?}")
    };
    assert_eq!(
        (enrolled.user_name.as_str(), enrolled.role.as_str()),
        ("Meenakshi Rao", "po_nic")
    );
    assert_eq!(enrolled.district, DISTRICT);
    assert!(
        matches!(device.enrol(&link), EnrolReply::Enrolled(_)),
        "the first answer may have been lost"
    );
    assert_eq!(
        refused(&TestDevice::unenrolled(&hub.url).enrol(&link)),
        Refusal::UsedCode
    );
}

#[test]
fn a_wrong_code_is_refused_and_guessing_becomes_slow() {
    let hub = TestHub::start_with("[limits]\nwrong_codes = 3\n");
    let device = TestDevice::unenrolled(&hub.url);
    let wrong = |n| EnrolLink {
        hub: hub.url.parse().unwrap(),
        code: EnrolCode::from_random(n),
    };
    for n in 0..3 {
        assert_eq!(refused(&device.enrol(&wrong(n))), Refusal::WrongCode);
    }
    assert_eq!(refused(&device.enrol(&wrong(9))), Refusal::TooManyTries);
    let good = hub.link(hub.user("Meenakshi Rao", "po_nic"));
    assert_eq!(refused(&device.enrol(&good)), Refusal::TooManyTries);
}

#[test]
fn nobody_takes_over_an_author_or_becomes_the_genesis_or_the_hub() {
    let hub = TestHub::start();
    let victim = hub.officer("po_nic");
    let mut thief = TestDevice::unenrolled(&hub.url);
    let other = hub.user("Thief", "po_nic");
    thief.author = victim.author;
    assert_eq!(refused(&thief.enrol(&hub.link(other))), Refusal::WrongAuthor);
    // Zeroes wrote every genesis; the hub itself writes as the other.
    for reserved in [[0; 16], [0xff; 16]] {
        thief.author = AuthorId(reserved);
        assert_eq!(refused(&thief.enrol(&hub.link(other))), Refusal::WrongAuthor);
    }
}

#[test]
fn garbage_and_forged_requests_are_refused() {
    let hub = TestHub::start();
    let device = TestDevice::unenrolled(&hub.url);
    assert_eq!(
        refused(&device.post_enrol(b"not cbor at all".to_vec())),
        Refusal::Malformed
    );
    assert_eq!(refused(&device.post_enrol(Vec::new())), Refusal::Malformed);
    assert_eq!(
        refused(&device.post_enrol(vec![0; ENROL_BYTES_MAX + 1])),
        Refusal::TooLarge
    );
    let link = hub.link(hub.user("Meenakshi Rao", "po_nic"));
    let mut request = EnrolRequest::signed(&link.code, device.author, &device.key, "tablet");
    request.proof[0] ^= 1;
    assert_eq!(refused(&device.post_enrol(request.to_cbor())), Refusal::BadSignature);
    assert!(
        matches!(device.enrol(&link), EnrolReply::Enrolled(_)),
        "a forged request uses no code up"
    );
}
