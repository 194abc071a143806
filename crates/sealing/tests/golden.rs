//! The age format, held against what the tool `age` (1.1.1) made. `ours.hex` was sealed by this project when it still
//! wrote the format itself, and opened by that tool: tablets out there hold such files, and they go on opening.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; helpers beside the tests, too"
)]

use std::str::FromStr as _;

use sealing::{Identity, Recipient, SealingError, seal};

const IDENTITY: &str = include_str!("../golden/identity.txt");

fn identity() -> Identity {
    Identity::from_str(IDENTITY.lines().last().unwrap()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn what_the_tool_age_has_sealed_is_opened() {
    let recipient = IDENTITY
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "))
        .unwrap();
    assert_eq!(identity().recipient().to_string(), recipient);
    assert_eq!(Recipient::from_str(recipient), Ok(identity().recipient()));
    // To one, and to two of whom we are the second.
    for sealed in [include_str!("../golden/one.hex"), include_str!("../golden/two.hex")] {
        let opened = identity().open(&bytes(sealed)).unwrap();
        assert_eq!(opened.as_slice(), b"a key sealed by another hand");
    }
    let other = Identity::generate();
    assert_eq!(
        other.open(&bytes(include_str!("../golden/two.hex"))),
        Err(SealingError::NotForThis)
    );
}

#[test]
fn what_was_sealed_before_goes_on_opening() {
    let sealed = bytes(include_str!("../golden/ours.hex"));
    assert_eq!(identity().open(&sealed).unwrap().as_slice(), b"a key sealed by us");
}

#[test]
fn what_is_sealed_has_the_shape_that_the_tool_reads() {
    let sealed = seal(&identity().recipient(), b"a key sealed by us").unwrap();
    let mut lines = sealed.split(|byte| *byte == b'\n');
    assert_eq!(lines.next(), Some(b"age-encryption.org/v1".as_slice()));
    assert!(lines.next().unwrap().starts_with(b"-> X25519 "));
    // What else stands in the header is for nobody: it keeps readers used to what they do not know.
    assert!(sealed.windows(5).any(|run| run == b"\n--- "));
    assert_eq!(identity().open(&sealed).unwrap().as_slice(), b"a key sealed by us");
}

#[test]
fn no_bytes_make_it_stumble() {
    let sealed = bytes(include_str!("../golden/two.hex"));
    for at in (0..sealed.len()).step_by(3) {
        let mut changed = sealed.clone();
        changed[at] = [0, b'\n', b'-', b' ', 0xff][at % 5];
        // A changed byte of the other's stanza is found by the header's checksum, too.
        let opened = identity().open(&changed);
        assert!(opened.is_err() || changed == sealed, "byte {at}");
    }
    let long = format!("age-encryption.org/v1\n{}", "-> X25519 AAAA\n".repeat(4_000));
    assert_eq!(identity().open(long.as_bytes()), Err(SealingError::Malformed));
    assert_eq!(identity().open(b""), Err(SealingError::Malformed));
}
