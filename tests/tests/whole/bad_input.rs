//! Bad input gets a code for which the screen has a sentence; nothing is lost, nothing panics.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use casework::{Role, Value};
use ipc::{FailureCode, NetState, Reply, Request};
use tests::{
    demo::pictures,
    network::{Network, Weather},
    scene::{Scene, new_case},
    tablet::{PASSPHRASE, Tablet},
};

/// Any code whose check character fits; no hub has given it out.
const NOBODYS_CODE: &str = "0000-0000-0000";

#[test]
fn codes_that_are_mistyped_unknown_or_used_are_told_apart() {
    let scene = Scene::new();
    let hub = scene.hub.url();
    let user = scene.user("Asha Toppo", &Role::PoNic);
    let code = scene.code(&user);
    let enrol = |hub: &str, code: &str| Tablet::by_hand(1).enrol(hub, code).map_err(|failure| failure.code);
    assert_eq!(enrol(&hub, NOBODYS_CODE), Err(FailureCode::WrongCode));
    assert_eq!(enrol(&hub, "not a code"), Err(FailureCode::MistypedCode));
    let last = if code.ends_with('7') { '8' } else { '7' };
    let slip = format!("{}{last}", &code[..code.len() - 1]);
    assert_eq!(enrol(&hub, &slip), Err(FailureCode::MistypedCode));
    assert_eq!(
        enrol("http://192.0.2.1", &code),
        Err(FailureCode::BadAddress),
        "plain http to another machine"
    );
    assert_eq!(enrol("not an address", &code), Err(FailureCode::BadAddress));

    let tablet = Tablet::by_hand(2);
    tablet.enrol(&hub, &code.to_lowercase()).unwrap();
    assert_eq!(enrol(&hub, &code), Err(FailureCode::UsedCode));
    let weak = Request::Enrol {
        hub,
        code: scene.code(&user),
        passphrase: "short".into(),
    };
    let failure = Tablet::by_hand(3).call(weak).unwrap_err();
    assert!(
        matches!(failure.code, FailureCode::WeakPassphrase { .. }),
        "{failure:?}"
    );
}

#[test]
fn wrong_passphrases_are_told_and_slowed_and_the_right_one_opens_after_the_wait() {
    let scene = Scene::new();
    let tablet = scene
        .officer_with(Tablet::by_hand(1), &scene.hub.url(), "Asha Toppo", &Role::PoNic)
        .tablet;
    tablet.ask(Request::Lock);
    let until_ms = loop {
        match tablet.unlock("never chosen at all").unwrap_err().code {
            FailureCode::WrongPassphrase {
                wait_until_ms: Some(until_ms),
                ..
            } => break until_ms,
            FailureCode::WrongPassphrase {
                tries_left: Some(_), ..
            } => {}
            other => panic!("{other:?}"),
        }
    };
    // Reckoned anew from what is left of the wait, so that a clock that is put forward shortens nothing.
    match tablet.unlock(PASSPHRASE).unwrap_err().code {
        FailureCode::Wait { until_ms: told } => assert!(told.abs_diff(until_ms) < 1_000, "{told}, {until_ms}"),
        other => panic!("{other:?}"),
    }
    let tablet = tablet.restarted(5);
    assert_eq!(
        tablet.unlock(PASSPHRASE).unwrap_err().code,
        FailureCode::Wait { until_ms },
        "a restart is no way out"
    );
    tablet.clock.shift_to(3_600_000);
    tablet.unlock(PASSPHRASE).unwrap();
}

#[test]
fn the_vault_is_no_plain_database_and_nothing_of_a_case_is_readable_beside_it() {
    let scene = Scene::new();
    let tablet = scene
        .officer_with(Tablet::by_hand(1), &scene.hub.url(), "Asha Toppo", &Role::PoNic)
        .tablet;
    let case = tablet.open_case(new_case("Zulekha Unmistakable"));
    tablet.write(case, "found.place", "Unmistakable Junction");
    let picture = BASE64.encode(pictures::as_jpeg(&pictures::draw(1, 900, 600), 80));
    tablet.ask(Request::AddPhoto {
        case,
        caption: "Unmistakable bag".into(),
        picture,
    });
    let mut files = Vec::new();
    all_files(tablet.folder(), &mut files);
    let vault = files.iter().find(|path| path.ends_with("vault.db")).expect("a vault");
    for path in &files {
        let bytes = fs::read(path).unwrap();
        let holds = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        assert!(!holds(b"Unmistakable"), "{} can be read", path.display());
        assert!(
            !holds(&[0xff, 0xd8, 0xff, 0xe0]),
            "{} holds a plain JPEG",
            path.display()
        );
        assert!(
            !bytes.starts_with(b"SQLite format 3"),
            "{} is a plain database",
            path.display()
        );
    }
    let opened = rusqlite::Connection::open(vault)
        .and_then(|plain| plain.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0)));
    let error = opened.unwrap_err();
    assert_eq!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::NotADatabase),
        "{error}"
    );
}

fn all_files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_files(&path, into);
        } else {
            into.push(path);
        }
    }
}

#[test]
fn a_file_that_is_no_picture_is_refused_and_nothing_is_added() {
    let scene = Scene::new();
    let tablet = scene
        .officer_with(Tablet::by_hand(1), &scene.hub.url(), "Asha Toppo", &Role::PoNic)
        .tablet;
    let case = tablet.open_case(new_case("Munni Kisku"));
    let waiting = tablet.status().waiting;
    let jpeg = pictures::as_jpeg(&pictures::draw(1, 300, 200), 80);
    let attempts: [(&str, Vec<u8>); 4] = [
        ("words", b"this is a letter, not a picture".to_vec()),
        ("nothing", Vec::new()),
        ("half a picture", jpeg[..60].to_vec()),
        ("a picture of 60,000 by 60,000 pixels", claims_to_be_huge()),
    ];
    for (what, bytes) in attempts {
        let request = Request::AddPhoto {
            case,
            caption: what.into(),
            picture: BASE64.encode(bytes),
        };
        let failure = tablet.call(request).unwrap_err();
        let told = matches!(
            failure.code,
            FailureCode::NotAPicture | FailureCode::PictureTooLarge { .. }
        );
        assert!(told, "{what}: {failure:?}");
    }
    let failure = tablet
        .call(Request::AddPhoto {
            case,
            caption: String::new(),
            picture: "%%%".into(),
        })
        .unwrap_err();
    assert!(
        matches!(failure.code, FailureCode::NotAPicture | FailureCode::BadCall),
        "{failure:?}"
    );
    let qr = Request::ReadQr {
        picture: BASE64.encode(&jpeg),
    };
    assert_eq!(tablet.call(qr).unwrap_err().code, FailureCode::NoQrCode);
    assert_eq!(
        (tablet.case(case).attachments.len(), tablet.status().waiting),
        (0, waiting)
    );
}

/// The head of a PNG that claims more pixels than any tablet has memory for.
fn claims_to_be_huge() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend_from_slice(&60_000_u32.to_be_bytes());
    png.extend_from_slice(&60_000_u32.to_be_bytes());
    png.extend_from_slice(&[8, 2, 0, 0, 0]);
    png.extend_from_slice(&[0; 4]);
    png
}

#[test]
fn garbage_instead_of_an_answer_is_told_and_costs_nothing() {
    let scene = Scene::new();
    let network = Network::to(scene.hub.address()).unwrap();
    let code = scene.code(&scene.user("Asha Toppo", &Role::PoNic));
    network.set(Weather::Garbage(700));
    let tablet = Tablet::by_hand(1);
    assert_eq!(
        tablet.enrol(&network.url(), &code).unwrap_err().code,
        FailureCode::Garbled
    );
    network.set(Weather::Down);
    assert_eq!(
        tablet.enrol(&network.url(), &code).unwrap_err().code,
        FailureCode::Unreachable
    );
    network.set(Weather::Clear);
    tablet.enrol(&network.url(), &code).unwrap();

    let case = tablet.open_case(new_case("Munni Kisku"));
    let waiting = tablet.status().waiting;
    for bytes in [0, 1, 5, 9, 700, 100_000] {
        network.set(Weather::Garbage(bytes));
        let net = tablet.sync_into_trouble();
        assert!(
            matches!(net, NetState::Trouble { .. } | NetState::Offline { .. }),
            "{bytes}: {net:?}"
        );
        assert_eq!(tablet.status().waiting, waiting);
    }
    assert!(matches!(tablet.status().net, NetState::Trouble { ref code, .. } if code == "garbled"));
    network.set(Weather::GarbageBatch(700));
    assert!(matches!(tablet.sync(), NetState::Trouble { ref code, .. } if code == "garbled"));
    assert_eq!(tablet.status().waiting, waiting);
    network.set(Weather::Clear);
    tablet.sync_until_in_step();
    assert_eq!(tablet.case(case).name.as_deref(), Some("Munni Kisku"));
}

#[test]
fn a_link_that_is_cut_again_and_again_carries_everything_in_the_end() {
    let scene = Scene::new();
    let network = Network::to(scene.hub.address()).unwrap();
    let asha = scene.officer_with(Tablet::by_hand(1), &network.url(), "Asha Toppo", &Role::PoNic);
    let cases: Vec<_> = (0..12)
        .map(|n| asha.tablet.open_case(new_case(&format!("Child {n}"))))
        .collect();
    // Of each case its own: documents that come together are packed together.
    let letters: Vec<char> = noise(1_500 * cases.len()).chars().collect();
    let notes = letters.chunks(1_500).map(|letters| letters.iter().collect::<String>());
    let notes: Vec<Value> = notes
        .map(|letters| Value::Text(format!("Long words that do not compress: {letters}")))
        .collect();
    for (case, note) in cases.iter().zip(&notes) {
        asha.tablet.write(*case, "found.circumstances", note.clone());
    }
    let mut cuts = 0;
    // Up: no byte of a committed upload is sent again, so that every try comes further.
    loop {
        network.set(Weather::CutRequestAfter(5_000 + 997 * cuts));
        if asha.tablet.sync() == NetState::Reached && asha.tablet.status().waiting == 0 {
            break;
        }
        cuts += 1;
        assert!(cuts < 60, "{:?}", asha.tablet.status());
    }
    assert!(cuts > 2, "the link was cut");
    let refused = asha.tablet.status().refused;
    assert!(refused.is_empty(), "{refused:?}");

    network.set(Weather::Clear);
    let binod = scene.officer_with(Tablet::by_hand(2), &network.url(), "Binod Sah", &Role::PoNic);
    for case in &cases {
        scene.assign(*case, &binod.user);
    }
    let (mut tries, mut seen) = (0, 0);
    network.set(Weather::CutAnswerAfter(7_000));
    while binod.tablet.sync() != NetState::Reached {
        tries += 1;
        let now = binod.tablet.cases().len();
        assert!(now >= seen, "what has arrived stays");
        seen = now;
        assert!(tries < 60, "{:?}", binod.tablet.status());
        network.set(Weather::CutAnswerAfter(7_000));
    }
    assert!(tries > 2, "the link was cut; it took {tries} tries");
    for (case, note) in cases.iter().zip(&notes) {
        assert_eq!(binod.tablet.fact(*case, "found.circumstances").as_ref(), Some(note));
        assert_eq!(binod.tablet.case(*case).name, asha.tablet.case(*case).name);
    }
}

/// Letters without a pattern.
fn noise(chars: usize) -> String {
    use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
    let mut random = StdRng::seed_from_u64(5);
    (0..chars)
        .map(|_| char::from(random.random_range(b'a'..=b'z')))
        .collect()
}

#[test]
fn a_call_about_nothing_that_is_there_is_told_so() {
    let scene = Scene::new();
    let tablet = scene
        .officer_with(Tablet::by_hand(1), &scene.hub.url(), "Asha Toppo", &Role::PoNic)
        .tablet;
    let case = tablet.open_case(new_case("Munni Kisku"));
    let nobody = casework::CaseId::from_bytes([9; 16]);
    let code = |request: Request| {
        tablet
            .call(request)
            .map(|reply: Reply| format!("{reply:?}"))
            .unwrap_err()
            .code
    };
    assert_eq!(
        code(Request::Case {
            case: nobody,
            reveal: false
        }),
        FailureCode::NoSuchCase
    );
    assert_eq!(
        code(Request::Form {
            subject: case.into(),
            form: "no such form".into()
        }),
        FailureCode::NoSuchItem
    );
    let write = |fact: &str, value: Value| Request::Edit {
        subject: case.into(),
        edits: vec![ipc::FieldEdit::SetFact {
            fact: fact.parse().unwrap(),
            value,
        }],
        form: None,
        reason: None,
    };
    assert!(matches!(
        code(write("child.sex", Value::from("martian"))),
        FailureCode::InvalidValue { .. }
    ));
    assert!(matches!(
        code(write("child.age_stated", Value::Integer(400))),
        FailureCode::InvalidValue { .. }
    ));
    assert!(matches!(
        code(write("child.age_stated", Value::from("nine"))),
        FailureCode::InvalidValue { .. }
    ));
    assert_eq!(code(write("no.such_fact", Value::from("x"))), FailureCode::NoSuchItem);
}
