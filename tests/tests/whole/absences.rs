//! What must not stand where: the invariants of the architecture that are absences, held by reading the sources and
//! the built screens.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tests::places;

/// A word that code may hold in these folders only.
const WORDS: [(&str, &[&str]); 16] = [
    ("rusqlite", &["crates/device/src/store", "sync-server/src/storage"]),
    ("tokio_postgres", &["sync-server/src/storage/postgres"]),
    ("object_store", &["sync-server/src/http/media"]),
    (
        "ed25519_dalek",
        &[
            "crates/device/src/vault",
            "sync-server/src/identity",
            "crates/protocol/src/signing.rs",
        ],
    ),
    ("argon2", &["crates/device/src/vault", "sync-server/src/identity"]),
    ("totp_rs", &["sync-server/src/identity"]),
    ("openidconnect", &["sync-server/src/identity"]),
    ("sealing::", &["crates/device/src/vault", "sync-server/src/identity"]),
    (
        "chacha20poly1305",
        &["crates/device/src/vault", "sync-server/src/identity"],
    ),
    ("hkdf", &["crates/device/src/vault"]),
    ("automerge::", &["crates/casefile/src"]),
    ("tauri::", &["src-tauri/src"]),
    ("leptos::", &["ui/src"]),
    ("typst::", &["crates/paper/src"]),
    // A text would be markup, were it evaluated.
    ("typst_eval", &[]),
    // What somebody wrote is text on a page, never markup.
    ("inner_html", &[]),
];

/// Folders whose code is searched.
const SOURCES: [&str; 10] = [
    "crates/casework/src",
    "crates/casefile/src",
    "crates/protocol/src",
    "crates/ipc/src",
    "crates/sealing/src",
    "crates/paper/src",
    "crates/device/src",
    "sync-server/src",
    "src-tauri/src",
    "ui/src",
];

/// Shorter texts of a pack could stand in the screens for reasons of their own ("Name", "Boy").
const PACK_TEXT_CHARS_MIN: usize = 30;

fn files(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) {
            into.push(path);
        }
    }
}

/// The code of a file without its comments, which may name anything.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn sources() -> Vec<(String, String)> {
    let root = places::root();
    let mut paths = Vec::new();
    for folder in SOURCES {
        files(&root.join(folder), "rs", &mut paths);
    }
    assert!(paths.len() > 100, "the sources were found");
    paths
        .into_iter()
        .map(|path| (path.strip_prefix(&root).unwrap().display().to_string(), code(&path)))
        .collect()
}

#[test]
fn databases_and_ciphers_and_windows_stand_only_where_they_may() {
    let sources = sources();
    for (word, allowed) in WORDS {
        let wrong: Vec<_> = sources
            .iter()
            .filter(|(path, code)| code.contains(word) && !allowed.iter().any(|folder| path.starts_with(folder)))
            .map(|(path, _)| path)
            .collect();
        assert!(wrong.is_empty(), "{word} stands in {wrong:?}");
    }
}

#[test]
fn casework_casefile_and_protocol_never_ask_what_time_it_is_or_what_is_on_a_disk() {
    for (path, code) in sources() {
        let pure = [
            "crates/casework/",
            "crates/casefile/",
            "crates/protocol/",
            "crates/ipc/",
        ];
        if pure.iter().any(|folder| path.starts_with(folder)) {
            for word in [
                "SystemTime::now",
                "Instant::now",
                "Timestamp::now",
                "std::fs",
                "TcpStream",
                "std::env",
            ] {
                assert!(!code.contains(word), "{path} uses {word}");
            }
        }
    }
}

#[test]
fn no_text_of_a_pack_is_compiled_into_the_screens() {
    let bundle = places::ui_dist().join("ui_bg.wasm");
    let bundle = fs::read(&bundle).unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask ui` builds the screens", bundle.display());
    });
    // As text, which is searched many times as fast as bytes are.
    let bundle = String::from_utf8_lossy(&bundle);
    let (mut packs, mut locales) = (Vec::new(), Vec::new());
    files(&places::root().join("crates/casework/packs"), "toml", &mut packs);
    files(&places::root().join("ui/locales"), "toml", &mut locales);
    // The screens may well say by themselves what some pack says, too.
    let own: String = locales.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut looked_for = 0;
    for pack in packs {
        for text in texts(&fs::read_to_string(&pack).unwrap()) {
            if own.contains(text) {
                continue;
            }
            looked_for += 1;
            assert!(
                !bundle.contains(text),
                "the bundle holds {text:?} of {}",
                pack.display()
            );
        }
    }
    assert!(looked_for > 40, "the packs have texts to look for; found {looked_for}");
}

/// Sections of the locale files whose sentences only the tablet's screens say.
const TABLETS: [&str; 7] = ["unlock", "photos", "sync", "filing", "custody", "clash", "room"];

#[test]
fn neither_the_screens_nor_the_district_officers_page_holds_what_only_the_other_says() {
    let english = fs::read_to_string(places::root().join("ui/locales/en.toml")).unwrap();
    let english: toml::Table = english.parse().unwrap();
    let bundle = |path: PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let screens = bundle(places::ui_dist().join("ui_bg.wasm"));
    let page = bundle(places::console().join("console_bg.wasm"));
    let pages_own = sentences(&english["console"]);
    let tablets: Vec<&str> = TABLETS
        .iter()
        .flat_map(|section| sentences(&english[*section]))
        .collect();
    assert!(
        pages_own.len() > 30 && tablets.len() > 30,
        "there is something to look for"
    );
    for text in pages_own {
        assert!(page.contains(text), "the page never says {text:?}");
        assert!(!screens.contains(text), "the screens hold {text:?}");
    }
    for text in tablets {
        assert!(!page.contains(text), "the page holds {text:?}");
    }
}

/// The sentences of a section that stand in a bundle as they are: long enough, and with nothing to fill in.
fn sentences(section: &toml::Value) -> Vec<&str> {
    let texts = section.as_table().unwrap().values().filter_map(toml::Value::as_str);
    texts
        .filter(|text| text.len() >= PACK_TEXT_CHARS_MIN && !text.contains('{'))
        .collect()
}

/// The quoted texts of a pack that are long enough to be told from anything else.
fn texts(pack: &str) -> Vec<&str> {
    let quoted = pack
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split('"').skip(1).step_by(2));
    quoted
        .filter(|text| text.chars().count() >= PACK_TEXT_CHARS_MIN && text.is_ascii())
        .collect()
}

/// Left and right in a style sheet stay where they are when a page runs to the left; start and end turn with it.
#[test]
fn no_style_names_left_or_right_so_that_every_page_also_runs_to_the_left() {
    let mut sheets = Vec::new();
    files(&places::root().join("ui/assets"), "css", &mut sheets);
    assert!(sheets.len() > 5, "the style sheets were found");
    for sheet in sheets {
        let text = fs::read_to_string(&sheet).unwrap();
        for (line, rule) in (1..)
            .zip(text.lines())
            .filter(|(_, rule)| !rule.trim_start().starts_with("/*"))
        {
            let sides = [
                "left:",
                "right:",
                ": left",
                ": right",
                "-left-",
                "-right-",
                "translateX",
            ];
            let named = sides.iter().find(|side| rule.contains(**side));
            assert!(named.is_none(), "{}:{line} says {named:?}", sheet.display());
        }
    }
}

#[test]
fn nothing_names_a_machine_of_its_makers() {
    let root = places::root();
    let mut paths = Vec::new();
    for folder in [
        "crates",
        "docs",
        "sync-server",
        "src-tauri/src",
        "tests",
        "ui/src",
        "ui/locales",
        "xtask",
    ] {
        for extension in ["rs", "md", "toml", "sql", "json"] {
            files(&root.join(folder), extension, &mut paths);
        }
    }
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        for word in [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")] {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}
