//! The real binary, as an administrator uses it.

use std::path::Path;

use protocol::enrol::EnrolReply;
use protocol::{EnrolLink, Refusal};
use sync_server::admin::{self, AdminCommand};

use crate::installed::{Installed, Serving};
use crate::support::TestDevice;

fn is_svg(path: &Path) -> bool {
    std::fs::read_to_string(path).unwrap().contains("<svg")
}

#[test]
fn a_district_is_set_up_beside_a_running_hub() {
    let hub = Installed::new();
    let serving = Serving::start(&hub);
    hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
    let id = "00000000-0000-4000-8000-000000000001";
    let user = [
        "user",
        "add",
        "--district",
        "KA-BLR",
        "--name",
        "Meenakshi Rao",
        "--role",
        "po_nic",
        "--id",
        id,
    ];
    assert_eq!(hub.admin(&user), Ok(id.to_owned()));
    let institution = [
        "institution",
        "add",
        "--district",
        "KA-BLR",
        "--name",
        "Asha Bhavan",
        "--kind",
        "childrens_home",
    ];
    hub.admin(&[institution.as_slice(), &["--capacity", "40"]].concat())
        .unwrap();
    let picture = hub.dir.path().join("code.svg");
    let code = [
        "enrol-code",
        id,
        "--hub",
        serving.url.as_str(),
        "--qr",
        picture.to_str().unwrap(),
    ];
    let link: EnrolLink = hub.admin(&code).unwrap().parse().unwrap();
    assert!(is_svg(&picture));

    let mut device = TestDevice::unenrolled(&serving.url);
    assert!(matches!(device.enrol(&link), EnrolReply::Enrolled(_)));
    device.open_case();
    device.sync();
    let case = crate::support::eventually(|| hub.admin(&["cases"]).ok().filter(|list| !list.is_empty()));
    assert!(
        case.contains("KA-BLR\tcncp\tintake") && case.contains("Meenakshi Rao"),
        "{case}"
    );
    let case_id = case.split('\t').next().unwrap();
    hub.admin(&["unassign", case_id, id]).unwrap();
    assert_eq!(device.sync().revoked.len(), 4);
    hub.admin(&["assign", case_id, id]).unwrap();
    assert_eq!(device.sync().granted.len(), 4);

    let users = hub.admin(&["user", "list", "--district", "KA-BLR"]).unwrap();
    assert!(users.contains("enrolled\ttablet"), "{users}");
    let author = uuid::Uuid::from_bytes(device.author.0).to_string();
    hub.admin(&["revoke-author", &author]).unwrap();
    let bytes = device.post(device.body(device.open()));
    assert_eq!(device.take(&bytes).reject, Some(Refusal::NotEnrolled));
    let audit = hub.admin(&["audit"]).unwrap();
    for deed in [
        "add-district",
        "make-code",
        "enrol",
        "open-case",
        "accept",
        "unassign",
        "revoke-author",
    ] {
        assert!(audit.contains(deed), "{deed} in\n{audit}");
    }
    assert_eq!(hub.admin(&["quarantine", "list"]), Ok(String::new()));
}

#[test]
fn a_wrong_word_is_refused_with_a_sentence() {
    let hub = Installed::new();
    hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
    assert!(
        hub.admin(&["district", "add", "KA-BLR", "Again"])
            .unwrap_err()
            .contains("there is such a district already")
    );
    let add = |district, role| hub.admin(&["user", "add", "--district", district, "--name", "X", "--role", role]);
    assert!(add("XX", "po_nic").unwrap_err().contains("no such district"));
    assert!(add("KA-BLR", "tailor").unwrap_err().contains("no such role"));
    let nobody = "00000000-0000-4000-8000-000000000009";
    assert!(hub.admin(&["enrol-code", nobody]).unwrap_err().contains("no such user"));
    assert!(
        hub.admin(&["assign", nobody, nobody])
            .unwrap_err()
            .contains("no such user")
    );
}

#[test]
fn a_killed_hub_has_everything_it_acknowledged() {
    let hub = Installed::new();
    hub.admin(&["district", "add", "KA-BLR", "Bengaluru Urban"]).unwrap();
    let user = hub
        .admin(&["user", "add", "--district", "KA-BLR", "--name", "X", "--role", "po_nic"])
        .unwrap();
    let serving = Serving::start(&hub);
    let link: EnrolLink = hub
        .admin(&["enrol-code", &user, "--hub", &serving.url])
        .unwrap()
        .parse()
        .unwrap();
    let mut device = TestDevice::unenrolled(&serving.url);
    device.enrol(&link);
    device.open_case();
    device.sync();
    drop(serving);
    let serving = Serving::start(&hub);
    device.url.clone_from(&serving.url);
    device.cursor = protocol::Cursor::start();
    assert_eq!(device.sync().granted.len(), 4);
}

#[test]
fn a_rebuild_makes_every_row_anew_and_says_how_far_it_is() {
    let hub = crate::support::TestHub::start();
    let mut worker = hub.officer("po_nic");
    let cases: Vec<_> = (0..150).map(|_| worker.open_case()).collect();
    worker.sync();
    let row = |case: &[u8; 16]| hub.hub.storage.case(*case).unwrap();
    let before: Vec<_> = cases
        .iter()
        .map(|case| crate::support::eventually(|| row(case)))
        .collect();

    let told = |later: bool| {
        let mut out = Vec::new();
        admin::run(&hub.hub, AdminCommand::Rebuild { later }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let said = told(false);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.first(), Some(&"folded 0 of 150 (0 %)"));
    assert_eq!(lines.last(), Some(&"done"));
    assert!((3..=23).contains(&lines.len()), "{said}");
    assert!(
        lines[1..lines.len() - 1].is_sorted_by_key(|line| line.split(' ').nth(1).unwrap().parse::<usize>().unwrap())
    );
    let after: Vec<_> = cases.iter().map(|case| row(case).unwrap()).collect();
    assert_eq!(after, before);

    assert_eq!(told(true), "150 to fold; the hub that runs does it\n");
    let again: Vec<_> = cases
        .iter()
        .map(|case| crate::support::eventually(|| row(case)))
        .collect();
    assert_eq!(again, before);
}
