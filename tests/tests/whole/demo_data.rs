//! The demo district, brought into a running hub by the program that `cargo xtask demo-data` runs.

use std::process::Output;

use tests::{hub::Hub, places, tablet::Tablet};

fn demo_data(hub: &Hub) -> Output {
    places::workshop("demo-data")
        .arg("--config")
        .arg(hub.config())
        .args(["--cases", "12"])
        .output()
        .unwrap()
}

#[test]
fn a_running_hub_is_filled_by_its_config_file_alone_and_the_officers_named_get_their_cases() {
    let hub = Hub::start(None).unwrap();
    let filled = demo_data(&hub);
    let said = String::from_utf8(filled.stderr).unwrap();
    assert!(filled.status.success(), "{said}");
    let printed = String::from_utf8(filled.stdout).unwrap();
    assert!(printed.contains("6 officers, 12 cases"), "{printed}");
    assert!(printed.contains("2 institutions"), "{printed}");

    let officers: Vec<&str> = printed.lines().filter(|line| line.starts_with("officer\t")).collect();
    assert_eq!(officers.len(), 2, "{printed}");
    for (seed, officer) in (1..).zip(officers) {
        let [_, name, link] = officer.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{officer:?}")
        };
        let link: protocol::EnrolLink = link.parse().unwrap();
        let tablet = Tablet::by_hand(seed);
        let session = tablet.enrol(link.hub.as_str(), &link.code.to_string()).unwrap();
        assert_eq!(session.name, name);
        tablet.sync_until_in_step();
        let cases = tablet.cases().len();
        assert!((1..=12).contains(&cases), "{name} has {cases} cases");
    }

    let again = demo_data(&hub);
    assert!(!again.status.success(), "a district is founded once");
    let said = String::from_utf8(again.stderr).unwrap();
    assert!(said.contains("is it empty?"), "{said}");
}
