//! Each message has a file of bytes that it must have for ever. A new message: run with `GOLDEN_UPDATE=1`, look at the
//! new file, commit it. A changed file is a changed protocol and needs a new version.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; helpers beside the tests, too"
)]

use std::fmt::Write as _;
use std::path::PathBuf;

use protocol::access_log::AccessRow;
use protocol::dismissal::{Dismissal, SignedDismissal};
use protocol::enrol::{EnrolReply, EnrolRequest, Enrolled, person_mark};
use protocol::ids::Sha256;
use protocol::message::down::{
    Appealed, Author, Cards, Change, Changes, Close, Detail, Done, Grant, Index, Judged, Mark, Outcome, Person, Piece,
    Proposal, Proposals, Receipt, ReceiptState, Received, Reject, Revoke, Share, StateMark, Taken, Token, Told,
    Verdict, Verdicts, Welcome, Written,
};
use protocol::message::up::{Access, Again, Batch, Confirm, End, Group, Open, Rows, Upload};
use protocol::message::{Named, Naming};
use protocol::pack::{PackKey, PackRef, SignedPack};
use protocol::recovery::{KeyBytes, RecoveryAnswer, RecoveryRequest, SealedKey};
use protocol::terms::{SignedTerms, Terms};
use protocol::{
    Appeal, AuthorId, AuthorKey, Cursor, DocumentId, DownMessage, EnrolCode, Epoch, Frame, FrameDecoder, IndexCursor,
    Nonce, PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, Plea, Refusal, SigningChain, UpMessage, UserId, VerifyingChain,
};

const DOCUMENT: DocumentId = DocumentId([0xd0; 17]);
const AUTHOR: AuthorId = AuthorId([0xa0; 16]);
const TIME_MS: i64 = 1_795_000_000_000;

fn cursor() -> Cursor {
    Cursor::from_bytes(&[1, 2, 3, 4]).unwrap()
}

fn key() -> AuthorKey {
    AuthorKey::from_seed(&[0x42; 32])
}

/// Hexadecimal, 48 bytes a line.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(48) {
        for byte in line {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

fn check_golden(name: &str, bytes: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(format!("{name}.hex"));
    if std::env::var_os("GOLDEN_UPDATE").is_some() && !path.exists() {
        std::fs::write(&path, hex(bytes)).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no golden file {}", path.display()));
    assert_eq!(hex(bytes), golden, "{name}: the bytes on the wire have changed");
}

fn only_frame(bytes: &[u8]) -> Frame {
    let mut input = bytes;
    let frame = FrameDecoder::new().feed(&mut input).unwrap().unwrap();
    assert!(input.is_empty());
    frame
}

fn up_messages() -> Vec<(&'static str, UpMessage)> {
    let open = Open {
        version: PROTOCOL_VERSION_MIN,
        author: AUTHOR,
        sent_at_ms: TIME_MS,
        nonce: Nonce([0x0c; 16]),
        cursor: cursor(),
        app_version: "0.1.0".into(),
        reads: None,
        state: None,
        access_upto: None,
        index: None,
        proposals: None,
        asks: None,
        pieces: None,
        appeals: None,
        judged: None,
        shares: None,
    };
    let open_small = Open {
        version: PROTOCOL_VERSION,
        state: Some(StateMark([0x57; 8])),
        access_upto: Some(42),
        ..open.clone()
    };
    let open_index = Open {
        index: IndexCursor::from_bytes(&[1, 2, 3, 4, 5, 6, 7, 8, 42]),
        ..open_small.clone()
    };
    let open_proposals = Open {
        proposals: Some(StateMark([0x70; 8])),
        ..open_index.clone()
    };
    let open_asks = Open {
        asks: Some([[0xca; 16], [0xcb; 16]].concat()),
        ..open_proposals.clone()
    };
    let open_pieces = Open {
        pieces: Some(true),
        ..open_asks.clone()
    };
    let appeals = Plea::ALL.map(|plea| {
        let appeal = Appeal {
            document: DOCUMENT,
            plea,
            asked_s: 1_795_000_000,
        };
        appeal.to_bytes()
    });
    let open_appeals = Open {
        appeals: Some(appeals.concat()),
        ..open_small.clone()
    };
    let open_judged = Open {
        judged: Some(true),
        ..open_pieces.clone()
    };
    let open_shares = Open {
        shares: Some(true),
        ..open_judged.clone()
    };
    let group = |document, steps: &[u64]| Group {
        document,
        steps: steps.to_vec(),
        bytes: b"\0changes in short".to_vec(),
    };
    let batch = Batch {
        groups: vec![
            group(Named::Anew(DOCUMENT), &[17, 1, 1]),
            group(Named::Anew(DocumentId([0xd1; 17])), &[3]),
            group(Named::Before(0), &[1]),
        ],
    };
    let open_reads = Open {
        reads: Some(vec![Received::KIND]),
        ..open.clone()
    };
    let upload = Upload {
        n: 17,
        document: DOCUMENT,
        part: 1,
        parts: 3,
        bytes: b"part of a change".to_vec(),
    };
    let (rows, _) = Rows::of(&access_rows(), [0; 32], TIME_MS, &mut Naming::default()).unwrap();
    vec![
        ("open", open.into()),
        ("open-reads", open_reads.into()),
        ("upload", upload.into()),
        ("confirm", Confirm { document: DOCUMENT }.into()),
        ("again", Again { document: DOCUMENT }.into()),
        ("end", End::default().into()),
        ("access", Access { rows: access_rows() }.into()),
        ("open-small", open_small.into()),
        ("open-index", open_index.into()),
        ("open-proposals", open_proposals.into()),
        ("open-asks", open_asks.into()),
        ("open-pieces", open_pieces.into()),
        ("open-appeals", open_appeals.into()),
        ("open-judged", open_judged.into()),
        ("open-shares", open_shares.into()),
        ("batch", batch.into()),
        ("rows", rows.into()),
    ]
}

fn access_rows() -> Vec<AccessRow> {
    let mut previous = [0; 32];
    [
        (Some([0xca; 16]), "revealed", ""),
        (None, "searched", "words 2 found 13"),
    ]
    .into_iter()
    .zip(41..)
    .map(|((subject, action, detail), n)| {
        let mut row = AccessRow {
            n,
            at_ms: TIME_MS,
            action: action.into(),
            subject,
            detail: detail.into(),
            hash: [0; 32],
        };
        previous = row.link(&previous);
        row.hash = previous;
        row
    })
    .collect()
}

fn terms() -> SignedTerms {
    let terms = Terms {
        issued_ms: TIME_MS,
        ends_ms: TIME_MS + 14 * 86_400_000,
        recovery: Some("age1invented".into()),
    };
    SignedTerms::sign(&PackKey::from_seed(&[0x24; 32]), AUTHOR, terms)
}

fn dismissal() -> SignedDismissal {
    let dismissal = Dismissal {
        dismissed_ms: TIME_MS,
        told_ms: TIME_MS + 1,
        kept: 3,
        hand_in: false,
    };
    SignedDismissal::sign(&PackKey::from_seed(&[0x24; 32]), AUTHOR, Nonce([0x0c; 16]), dismissal)
}

fn down_messages() -> Vec<(&'static str, DownMessage)> {
    let appealed_noted = Appealed {
        document: DOCUMENT,
        plea: Plea::Access.code(),
        asked_s: 1_795_000_000,
        state: Appealed::NOTED,
        at_ms: TIME_MS,
        words: None,
    };
    let appealed_declined = Appealed {
        plea: Plea::HandOver.code(),
        state: Appealed::DECLINED,
        words: Some("Write it in the case of the mother.".into()),
        ..appealed_noted.clone()
    };
    let verdict = |outcome| DownMessage::from(Verdict::new(17, outcome));
    let verdict_with_time = |outcome| {
        DownMessage::from(Verdict {
            received_ms: Some(TIME_MS),
            ..Verdict::new(17, outcome)
        })
    };
    let receipt = |state| {
        let channel = "vatsalya".into();
        DownMessage::from(Receipt {
            document: DOCUMENT,
            channel,
            upto: 300,
            at_ms: TIME_MS,
            state,
        })
    };
    let change = Change {
        number: 301,
        document: DOCUMENT,
        author: AUTHOR,
        received_ms: TIME_MS,
        late: true,
        part: 0,
        parts: 1,
        bytes: b"change".to_vec(),
    };
    let grant = Grant {
        document: DOCUMENT,
        upto: 301,
        part: 0,
        parts: 2,
        bytes: b"snapshot".to_vec(),
        writable: true,
    };
    let author = Author {
        author: AUTHOR,
        user: UserId([0x0f; 16]),
        name: "Meenakshi Rao".into(),
        role: "po_nic".into(),
        device: "tablet 7".into(),
    };
    let close = Close {
        cursor: cursor(),
        token: Token("token".into()),
        token_ends_ms: TIME_MS,
        more: false,
        packs: None,
        terms: None,
        dismissal: None,
        access_upto: None,
        access_differs: None,
        speaks: None,
    };
    let close_speaks = Close {
        speaks: Some(PROTOCOL_VERSION),
        ..close.clone()
    };
    let done = Done {
        cursor: None,
        token: [0x70; 16],
        token_s: 1800,
        more: None,
        state: None,
        packs: None,
        terms: None,
        access_upto: None,
        access_differs: None,
        dismissal: None,
        index_more: None,
    };
    let done_with_index = Done {
        index_more: Some(true),
        ..done.clone()
    };
    let index = Index {
        cursor: IndexCursor::from_bytes(&[1, 2, 3, 4, 5, 6, 7, 8, 43]).unwrap(),
        anew: None,
        entries: Index::pack(&[b"an entry".to_vec(), vec![b'x'; 200]]),
        gone: Some([[0xca; 16], [0xcb; 16]].concat()),
    };
    let proposals = Proposals {
        mark: StateMark([0x70; 8]),
        proposals: vec![Proposal {
            own: [0xca; 16],
            own_sort: 1,
            other: [0xcb; 16],
            other_sort: 2,
            district: "KA-MYS".into(),
            percent: 97,
            agreed: "given=same age=near".into(),
            theirs: Some("same".into()),
        }],
    };
    let detail = Detail {
        record: [0xcb; 16],
        outcome: Detail::TOLD,
        district: Some("Mysuru".into()),
        people: vec![Person {
            name: "Asha Toppo".into(),
            role: "dcpo".into(),
        }],
        facts: vec![Told {
            fact: "missing.fir_number".into(),
            value: "{\"text\":\"112/2026\"}".into(),
        }],
    };
    assert!(detail.is_within_limits());
    let detail_none = Detail {
        record: [0xcb; 16],
        outcome: Detail::NOT_THERE,
        district: None,
        people: Vec::new(),
        facts: Vec::new(),
    };
    let cards = Cards::pack(&[([0xca; 16], b"{}".to_vec()), ([0xcb; 16], vec![b'x'; 200])]).unwrap();
    let piece = Piece {
        document: DOCUMENT,
        upto: 300,
        part: 1,
        parts: 3,
        bytes: b"the second part".to_vec(),
        writable: true,
        digest: Piece::digest(b"all parts"),
        shares: None,
    };
    let share = |document, bytes| Share {
        document,
        upto: 300,
        writable: true,
        bytes,
    };
    let piece_shares = Piece {
        part: 2,
        shares: Some(vec![share(DOCUMENT, 40), share(DocumentId([0xd1; 17]), 0)]),
        ..piece.clone()
    };
    let index_anew = Index {
        cursor: IndexCursor::default(),
        anew: Some(true),
        entries: None,
        gone: None,
    };
    let done_with_all = Done {
        cursor: Some(cursor()),
        more: Some(true),
        state: Some(StateMark([0x57; 8])),
        packs: Some(vec![PackRef {
            scope: "br".into(),
            number: 7,
            sha256: Sha256([0x5a; 32]),
        }]),
        terms: Some(terms()),
        access_upto: Some(42),
        access_differs: Some(true),
        dismissal: Some(dismissal()),
        ..done.clone()
    };
    let run = Taken {
        n: 17,
        count: 20,
        number: 300,
        received_ms: TIME_MS,
        duplicate: None,
        late: None,
    };
    let verdicts = Verdicts {
        runs: vec![
            run,
            Taken {
                n: 40,
                count: 1,
                duplicate: Some(true),
                ..run
            },
            Taken {
                n: 41,
                late: Some(true),
                ..run
            },
        ],
    };
    let written = |step, author, after_ms, late| Written {
        step,
        author,
        after_ms,
        late,
    };
    let changes = Changes {
        document: Named::Anew(DOCUMENT),
        written: vec![
            written(301, Named::Anew(AUTHOR), TIME_MS, None),
            written(2, Named::Before(0), -5, Some(true)),
        ],
        bytes: b"\0changes in short".to_vec(),
    };
    let close_with_access = Close {
        access_upto: Some(42),
        ..close.clone()
    };
    let close_of_a_copy = Close {
        access_upto: Some(42),
        access_differs: Some(true),
        ..close.clone()
    };
    let close_with_packs = Close {
        packs: Some(vec![PackRef {
            scope: "br".into(),
            number: 7,
            sha256: Sha256([0x5a; 32]),
        }]),
        ..close.clone()
    };
    let close_with_terms = Close {
        terms: Some(terms()),
        dismissal: Some(dismissal()),
        ..close.clone()
    };
    vec![
        (
            "welcome",
            Welcome {
                hub_time_ms: TIME_MS,
                epoch: Epoch([0xe0; 16]),
                district: "KA-BLR".into(),
            }
            .into(),
        ),
        (
            "verdict-accepted",
            verdict(Outcome::Accepted {
                number: 300,
                late: false,
            }),
        ),
        ("verdict-duplicate", verdict(Outcome::Duplicate { number: 300 })),
        (
            "verdict-accepted-time",
            verdict_with_time(Outcome::Accepted {
                number: 300,
                late: false,
            }),
        ),
        (
            "verdict-duplicate-time",
            verdict_with_time(Outcome::Duplicate { number: 300 }),
        ),
        (
            "verdict-refused",
            verdict(Outcome::Refused {
                code: Refusal::SequenceGap,
            }),
        ),
        ("change", change.into()),
        ("grant", grant.into()),
        (
            "received",
            Received::of(DOCUMENT, AUTHOR, 1, &[TIME_MS, TIME_MS + 60_000, TIME_MS + 59_000])
                .remove(0)
                .into(),
        ),
        (
            "revoke",
            Revoke {
                document: DOCUMENT,
                destroyed: None,
            }
            .into(),
        ),
        (
            "revoke-destroyed",
            Revoke {
                document: DOCUMENT,
                destroyed: Some("JJ Act 2015, s.24(2)".into()),
            }
            .into(),
        ),
        (
            "judged",
            Judged {
                document: DOCUMENT,
                hash: Sha256([0x5a; 32]),
                code: Refusal::ForGood.code(),
            }
            .into(),
        ),
        ("author", author.into()),
        (
            "receipt-accepted",
            receipt(ReceiptState::Accepted {
                reference: "VP-2026-000123".into(),
            }),
        ),
        (
            "receipt-rejected",
            receipt(ReceiptState::Rejected {
                reason: "district unknown".into(),
            }),
        ),
        ("mark", Mark { cursor: cursor() }.into()),
        ("close", close.into()),
        ("close-packs", close_with_packs.into()),
        ("close-access", close_with_access.into()),
        ("close-differs", close_of_a_copy.into()),
        ("close-terms", close_with_terms.into()),
        ("close-speaks", close_speaks.into()),
        ("done", done.into()),
        ("done-all", done_with_all.into()),
        ("done-index", done_with_index.into()),
        ("index", index.into()),
        ("index-anew", index_anew.into()),
        ("cards", cards.into()),
        ("piece", piece.into()),
        ("piece-shares", piece_shares.into()),
        ("proposals", proposals.into()),
        ("detail", detail.into()),
        ("detail-none", detail_none.into()),
        ("appealed-noted", appealed_noted.into()),
        ("appealed-declined", appealed_declined.into()),
        ("verdicts", verdicts.into()),
        ("changes", changes.into()),
        (
            "reject",
            Reject {
                code: Refusal::ClockWrong,
                hub_time_ms: TIME_MS,
                dismissal: None,
            }
            .into(),
        ),
        (
            "reject-dismissal",
            Reject {
                code: Refusal::NotEnrolled,
                hub_time_ms: TIME_MS,
                dismissal: Some(dismissal()),
            }
            .into(),
        ),
    ]
}

#[test]
fn what_goes_up_has_its_golden_bytes_and_is_read_back() {
    let destroys = ("end-destroys", End { destroys: Some(true) }.into());
    for (name, message) in up_messages().into_iter().chain([destroys]) {
        let key = key();
        let frame = SigningChain::new(&key).sign(&message).unwrap();
        check_golden(name, frame.as_bytes());
        let read = VerifyingChain::new(key.public()).verify(&only_frame(frame.as_bytes()));
        assert_eq!(read.as_ref(), Ok(&message), "{name}");
    }
}

#[test]
fn the_last_frame_of_a_body_has_its_golden_bytes_and_says_that_it_is() {
    let (_, message) = up_messages().swap_remove(7);
    let key = key();
    let frame = SigningChain::new(&key).sign_last(&message).unwrap();
    check_golden("open-small-last", frame.as_bytes());
    let frame = only_frame(frame.as_bytes());
    assert!(frame.is_last());
    assert_eq!(VerifyingChain::new(key.public()).verify(&frame).as_ref(), Ok(&message));
    assert!(!SigningChain::new(&key).sign(&message).unwrap().is_last());
}

#[test]
fn a_whole_body_has_its_golden_bytes() {
    // The body is of the first version; what came later has bytes of its own.
    const LATER: [&str; 13] = [
        "access",
        "again",
        "open-reads",
        "open-small",
        "open-index",
        "open-proposals",
        "open-asks",
        "open-pieces",
        "open-appeals",
        "open-judged",
        "open-shares",
        "batch",
        "rows",
    ];
    let key = key();
    let mut chain = SigningChain::new(&key);
    let body: Vec<u8> = up_messages()
        .iter()
        .filter(|(name, _)| !LATER.contains(name))
        .flat_map(|(_, message)| chain.sign(message).unwrap().into_bytes())
        .collect();
    check_golden("body", &body);
}

#[test]
fn what_comes_down_has_its_golden_bytes_and_is_read_back() {
    for (name, message) in down_messages() {
        let frame = message.to_frame().unwrap();
        check_golden(name, frame.as_bytes());
        assert_eq!(
            DownMessage::from_frame(&only_frame(frame.as_bytes())).as_ref(),
            Ok(&message),
            "{name}"
        );
    }
}

#[test]
fn an_enrolment_has_its_golden_bytes() {
    let request = EnrolRequest::signed(&EnrolCode::from_random(1), AUTHOR, &key(), "tablet 7");
    check_golden("enrol-request", &request.to_cbor());
    let enrolled = Enrolled {
        user: UserId([0x0f; 16]),
        user_name: "Meenakshi Rao".into(),
        role: "po_nic".into(),
        district: "KA-BLR".into(),
        district_name: "Bengaluru Urban".into(),
        hub_name: "Karnataka".into(),
        epoch: Epoch([0xe0; 16]),
        hub_time_ms: TIME_MS,
        pack_key: None,
        terms: None,
        speaks: None,
    };
    check_golden("enrol-reply", &EnrolReply::Enrolled(enrolled.clone()).to_cbor());
    let with_key = Enrolled {
        pack_key: Some([0x6b; 32]),
        ..enrolled.clone()
    };
    check_golden("enrol-reply-packs", &EnrolReply::Enrolled(with_key.clone()).to_cbor());
    let with_terms = Enrolled {
        terms: Some(terms()),
        ..with_key
    };
    check_golden("enrol-reply-terms", &EnrolReply::Enrolled(with_terms).to_cbor());
    let with_version = Enrolled {
        speaks: Some(PROTOCOL_VERSION),
        ..enrolled
    };
    check_golden("enrol-reply-speaks", &EnrolReply::Enrolled(with_version).to_cbor());
    let with_persons = EnrolRequest {
        persons: Some(vec![person_mark(UserId([0x0f; 16]))]),
        ..request
    };
    check_golden("enrol-request-persons", &with_persons.to_cbor());
    check_golden("enrol-refused", &EnrolReply::Refused(Refusal::UsedCode).to_cbor());
}

#[test]
fn a_signed_pack_has_its_golden_bytes() {
    let key = PackKey::from_seed(&[0x42; 32]);
    let pack = SignedPack::sign(&key, "br", 7, b"the text of a pack").unwrap();
    check_golden("signed-pack", &pack.to_cbor());
}

#[test]
fn a_recovery_has_its_golden_bytes() {
    let key = SealedKey {
        author: AUTHOR,
        user: UserId([0x0f; 16]),
        name: "Meenakshi Rao".into(),
        keys: vec![KeyBytes(vec![0x5e; 33])],
    };
    check_golden("sealed-key", &key.to_cbor());
    let request = RecoveryRequest {
        author: AUTHOR,
        name: "Meenakshi Rao".into(),
        made_ms: TIME_MS,
        recipient: "age1invented".into(),
        sealed: b"an age file".to_vec(),
    };
    check_golden("recovery-request", &request.to_cbor());
    let answer = RecoveryAnswer {
        request: request.id(),
        sealed: b"an age file".to_vec(),
    };
    check_golden("recovery-answer", &answer.to_cbor());
}

#[test]
fn a_reader_passes_over_keys_of_a_newer_version() {
    let mut cbor = minicbor::Encoder::new(Vec::new());
    cbor.map(2)
        .unwrap()
        .u8(0)
        .unwrap()
        .encode(DOCUMENT)
        .unwrap()
        .u8(99)
        .unwrap()
        .str("news")
        .unwrap();
    let frame = Frame::new(69, cbor.writer()).unwrap();
    assert_eq!(
        DownMessage::from_frame(&frame),
        Ok(Revoke {
            document: DOCUMENT,
            destroyed: None,
        }
        .into())
    );
}
