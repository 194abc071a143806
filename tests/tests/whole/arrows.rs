//! Who may import whom. The table is the architecture's; an import against it is a defect.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, MetadataCommand};
use tests::places;

/// A package, by its folder, and the packages of this workspace that it may use.
const ARROWS: [(&str, &[&str]); 13] = [
    ("crates/casework", &[]),
    ("crates/casefile", &["crates/casework"]),
    ("crates/protocol", &[]),
    ("crates/ipc", &["crates/casework"]),
    ("crates/sealing", &[]),
    ("crates/paper", &[]),
    ("crates/xlsform", &["crates/casework"]),
    (
        "crates/device",
        &[
            "crates/ipc",
            "crates/protocol",
            "crates/sealing",
            "crates/paper",
            "crates/casefile",
            "crates/casework",
        ],
    ),
    ("src-tauri", &["crates/ipc", "crates/device"]),
    ("ui", &["crates/ipc", "crates/casework"]),
    (
        "sync-server",
        &[
            "crates/protocol",
            "crates/sealing",
            "crates/casefile",
            "crates/casework",
            "crates/xlsform",
        ],
    ),
    (
        "tests",
        &[
            "crates/casework",
            "crates/casefile",
            "crates/protocol",
            "crates/ipc",
            "crates/device",
            "sync-server",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that belong in one place, and the folders that may use them.
const PLACES: [(&str, &[&str]); 14] = [
    ("tokio-postgres", &["sync-server"]),
    ("object_store", &["sync-server"]),
    ("tauri", &["src-tauri"]),
    ("leptos", &["ui"]),
    ("leptos_router", &["ui"]),
    ("automerge", &["crates/casefile"]),
    ("rusqlite", &["crates/device", "sync-server", "tests"]),
    ("ed25519-dalek", &["crates/protocol", "crates/device", "sync-server"]),
    ("argon2", &["crates/device", "sync-server"]),
    // The tests have the telephone that makes codes.
    ("totp-rs", &["sync-server", "tests"]),
    ("chacha20poly1305", &["crates/device", "sync-server"]),
    ("age", &["crates/sealing"]),
    ("axum", &["sync-server", "tests"]),
    ("calamine", &["crates/xlsform"]),
];

fn metadata() -> Metadata {
    let manifest = places::root().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap()
}

/// The workspace's packages by folder, each with the names of everything it imports.
fn imports(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    metadata
        .packages
        .iter()
        .map(|package| {
            let folder = package
                .manifest_path
                .parent()
                .unwrap()
                .strip_prefix(&metadata.workspace_root)
                .unwrap();
            let names = package
                .dependencies
                .iter()
                .map(|dependency| dependency.name.clone())
                .collect();
            (folder.to_string(), names)
        })
        .collect()
}

#[test]
fn no_package_imports_against_the_arrows() {
    let metadata = metadata();
    let folder_of: BTreeMap<String, String> = metadata
        .packages
        .iter()
        .map(|package| {
            let folder = package
                .manifest_path
                .parent()
                .unwrap()
                .strip_prefix(&metadata.workspace_root)
                .unwrap();
            (package.name.to_string(), folder.to_string())
        })
        .collect();
    let imports = imports(&metadata);
    let told: BTreeSet<&str> = ARROWS.iter().map(|(folder, _)| *folder).collect();
    let there: BTreeSet<&str> = imports.keys().map(String::as_str).collect();
    assert_eq!(there, told, "every package stands in the table, and nothing else does");
    for (folder, allowed) in ARROWS {
        let ours = imports[folder].iter().filter_map(|name| folder_of.get(name));
        // A package that names itself asks for its own features in its tests.
        let others = ours.filter(|import| *import != folder);
        let against: Vec<_> = others.filter(|import| !allowed.contains(&import.as_str())).collect();
        assert!(against.is_empty(), "{folder} imports {against:?} against the arrows");
    }
}

#[test]
fn what_belongs_in_one_place_is_imported_nowhere_else() {
    let imports = imports(&metadata());
    for (name, allowed) in PLACES {
        let users = imports
            .iter()
            .filter(|(_, names)| names.contains(name))
            .map(|(folder, _)| folder.as_str());
        let wrong: Vec<_> = users.filter(|folder| !allowed.contains(folder)).collect();
        assert!(wrong.is_empty(), "{name} is imported by {wrong:?}");
    }
}
