//! No word is lost to a hub that goes back to a backup: what tablets had handed in since comes back with them, pictures too.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, Compartment, Role};
use ipc::{FileKind, Reply, Request};
use tests::{
    hub::Hub,
    scene::{Scene, new_case},
    tablet::Tablet,
};

const SCAN: &[u8] = include_bytes!("../../../fuzz/corpus/paper/scan");

fn add_paper(tablet: &Tablet, case: CaseId) {
    let request = Request::AddFile {
        case,
        compartment: Compartment::Care,
        caption: "A letter".into(),
        kind: FileKind::Paper,
        file: STANDARD.encode(SCAN),
    };
    assert!(matches!(tablet.ask(request), Reply::Saved(_)));
}

fn text(tablet: &Tablet, case: CaseId, fact: &str) -> Option<String> {
    tablet.fact(case, fact)?.as_text().map(str::to_owned)
}

/// Everything but the keys is gone.
fn lose_the_disk(hub: &Hub) {
    let data = hub.folder().join("data");
    let keys = std::fs::read(data.join("record.keys")).unwrap();
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("record.keys"), keys).unwrap();
}

#[test]
fn what_tablets_handed_in_after_a_backup_comes_back_when_the_hub_goes_back_to_it() {
    let mut scene = Scene::new();
    let url = scene.hub.url();
    let officer = |name, seed| scene.officer_with(Tablet::by_hand(seed), &url, name, &Role::PoNic);
    let (asha, binod) = (officer("Asha Toppo", 31), officer("Binod Sah", 32));
    let case = asha.tablet.open_case(new_case("Munni Kisku"));
    asha.tablet.sync_until_in_step();
    scene.assign(case, &binod.user);
    binod.tablet.sync_until_in_step();
    let backup = scene.hub.folder().join("backup");
    scene.admin.run(&["backup", backup.to_str().unwrap()]).unwrap();

    // Each writes on what the other wrote, a paper comes, and a case.
    asha.tablet.write(case, "found.place", "Junction, platform 2");
    asha.tablet.sync_until_in_step();
    binod.tablet.sync_until_in_step();
    binod.tablet.write(case, "found.place", "Junction, platform 4");
    binod.tablet.sync_until_in_step();
    asha.tablet.sync_until_in_step();
    add_paper(&asha.tablet, case);
    let begun = asha.tablet.open_case(new_case("Sona Kisku"));
    asha.tablet.sync_until_in_step();

    scene.hub.stop().unwrap();
    lose_the_disk(&scene.hub);
    let said = scene.admin.run(&["restore", backup.to_str().unwrap()]).unwrap();
    assert!(said.contains("new epoch"), "{said}");
    scene.hub.start_again().unwrap();

    // Binod comes first; what he wrote rests on what Asha brings.
    binod.tablet.sync_well();
    binod.tablet.sync_well();
    asha.tablet.sync_well();
    asha.tablet.sync_until_in_step();
    binod.tablet.sync_until_in_step();
    for tablet in [&asha.tablet, &binod.tablet] {
        assert!(tablet.status().refused.is_empty(), "{:?}", tablet.status().refused);
    }
    assert!(asha.tablet.case(case).attachments.iter().all(|kept| kept.on_hub));
    assert_eq!(scene.admin.run(&["quarantine", "list"]).unwrap(), "");

    let chandra = scene.officer_with(Tablet::by_hand(33), &scene.hub.url(), "Chandra Rao", &Role::PoNic);
    for one in [case, begun] {
        scene.assign(one, &chandra.user);
    }
    chandra.tablet.sync_until_in_step();
    assert_eq!(
        text(&chandra.tablet, case, "found.place").as_deref(),
        Some("Junction, platform 4")
    );
    assert_eq!(
        text(&chandra.tablet, begun, "child.name").as_deref(),
        Some("Sona Kisku")
    );
    let paper = &chandra.tablet.case(case).attachments[0];
    assert!(
        !paper.here.is_empty(),
        "its picture came from the hub, which had lost it"
    );
}
