//! What an administrator does with tablets, roles, many cases at once, and the audit.

use casework::Compartment;
use protocol::{EnrolLink, Refusal};
use uuid::Uuid;

use crate::command::administer;
use crate::support::{TestHub, document, set};

fn id(bytes: [u8; 16]) -> String {
    Uuid::from_bytes(bytes).to_string()
}

/// What a camera reads in a picture.
pub(crate) fn read_qr(png: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert!(frame.width == frame.height && frame.width >= 320);
    let (width, height) = (frame.width as usize, frame.height as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    image.detect_grids()[0].decode().unwrap().1
}

fn line_of(list: &str, id: &str) -> Vec<String> {
    let line = list.lines().find(|line| line.starts_with(id)).unwrap();
    line.split('\t').map(str::to_owned).collect()
}

#[test]
fn devices_are_listed_with_when_they_were_heard_and_what_they_lack() {
    let hub = TestHub::start();
    let (mut worker, mut other) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let silent = hub.officer("po_nic");
    let case = worker.open_case();
    worker.sync();
    hub.assign(&other, case);
    other.sync();
    let core = document(case, Compartment::Core);
    for stage in ["inquiry", "closed"] {
        worker.edit(core, &[set("case.stage", stage)]);
        worker.sync();
    }
    let list = administer(&hub.hub, &["device", "list"]).unwrap();
    assert!(list.lines().next().unwrap().starts_with(&id(silent.author.0)), "{list}");
    let fields = |author: [u8; 16]| line_of(&list, &id(author));
    assert_eq!(
        fields(silent.author.0)[5..8],
        ["never heard", "app unknown", "0 behind"]
    );
    assert_eq!(fields(worker.author.0)[4], "enrolled");
    assert_eq!(fields(worker.author.0)[6..8], ["test", "0 behind"]);
    assert_eq!(fields(other.author.0)[7], "2 behind");
    assert!(!list.contains("An officer"), "users are told by id");
    other.sync();
    let list = administer(&hub.hub, &["device", "list", "--district", "KA-BLR"]).unwrap();
    assert_eq!(line_of(&list, &id(other.author.0))[7], "0 behind");
    assert_eq!(
        administer(&hub.hub, &["device", "list", "--district", "KA-MYS"]).unwrap(),
        ""
    );
}

#[test]
fn a_device_is_wiped_once_its_users_name_is_typed_and_the_list_says_how_far_it_has_come() {
    let hub = TestHub::start();
    let user = hub.user("Asha Invented", "po_nic");
    let mut device = hub.device(user);
    device.sync();
    let author = id(device.author.0);
    let wipe = |name: &str| administer(&hub.hub, &["device", "wipe", &author, "--confirm", name]);
    let state = || line_of(&administer(&hub.hub, &["device", "list"]).unwrap(), &author)[4].clone();
    assert!(wipe("Asha").unwrap_err().contains("nothing was wiped"));
    assert_eq!(state(), "enrolled");
    wipe("Asha Invented").unwrap();
    assert_eq!(state(), "to be wiped, not heard since");
    let answer = device.post(device.body(device.open()));
    assert_eq!(device.take(&answer).reject, Some(Refusal::NotEnrolled));
    assert_eq!(state(), "to be wiped, heard since");
    hub.hub
        .storage
        .confirm_device_destroyed(device.author, 1_795_000_000_000)
        .unwrap();
    assert_eq!(state(), "wiped, confirmed 2026-11-18T11:06:40Z");
    let nobody = administer(&hub.hub, &["device", "wipe", &id([9; 16]), "--confirm", "x"]);
    assert!(nobody.unwrap_err().contains("admin device list"));
}

#[test]
fn another_role_is_another_view_of_the_district_at_once() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let user = hub.user("Asha Invented", "counsellor");
    let mut changed = hub.device(user);
    let (given, others) = (worker.open_case(), worker.open_case());
    worker.sync();
    hub.assign(&changed, given);
    assert_eq!(changed.sync().granted.len(), 3, "core, identity and care");
    let set_role = |role: &str| administer(&hub.hub, &["user", "set-role", &id(user.0), role]);
    assert!(set_role("tailor").unwrap_err().contains("no such role"));
    set_role("dcpo").unwrap();
    let answer = changed.sync();
    assert_eq!(answer.granted.iter().filter(|id| id.0[..16] == others).count(), 4);
    assert!(answer.granted.contains(&document(given, Compartment::Legal)));
    set_role("po_nic").unwrap();
    let revoked = changed.sync().revoked;
    assert_eq!(revoked.len(), 4, "what is given stays");
    assert!(revoked.iter().all(|id| id.0[..16] == others));
    let audit = administer(&hub.hub, &["audit"]).unwrap();
    assert_eq!(audit.matches("set-role").count(), 2);
}

#[test]
fn a_table_of_cases_is_looked_at_as_a_whole_and_does_nothing_where_a_row_is_bad() {
    let hub = TestHub::start();
    hub.hub.storage.add_district("KA-MYS", "Mysuru", 0).unwrap();
    let (mut worker, mut other) = (hub.officer("po_nic"), hub.officer("po_nic"));
    let (from, to) = (hub.user_of(&worker), hub.user_of(&other));
    let analyst = hub.user("Data Invented", "data_analyst");
    let elsewhere = hub.user_in("KA-MYS", "Elsewhere Invented", "po_nic");
    let (first, second) = (worker.open_case(), worker.open_case());
    worker.sync();
    other.sync();
    let dir = tempfile::tempdir().unwrap();
    let table = dir.path().join("table.csv");
    let run = |rows: &[String], more: &[&str]| {
        std::fs::write(&table, format!("\u{feff}case,from,to\n{}\n", rows.join("\n"))).unwrap();
        administer(&hub.hub, &[&["bulk", table.to_str().unwrap()], more].concat())
    };
    let (from, to) = (id(from.0), id(to.0));
    let good = [format!("{},{from},{to}", id(first)), format!("{},,{to}", id(second))];
    let bad = [
        format!("{},{from},", id([9; 16])),
        "=1+1,,".to_owned(),
        format!("{},{to},", id(first)),
        format!("{},,{}", id(first), id(elsewhere.0)),
        format!("{},,{from}", id(first)),
        format!("{},,", id(first)),
        format!("{},,{}", id(first), id([8; 16])),
        good[0].clone(),
    ];
    let said = run(&[&good[..], &bad].concat(), &["--dry-run"]).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines[0].starts_with("line 2\t") && lines[0].contains("handed over from"),
        "{said}"
    );
    assert!(
        lines[1].starts_with("line 3\t") && lines[1].contains("given to"),
        "{said}"
    );
    for (line, words) in lines[2..].iter().zip([
        "line 4\tBAD\tthere is no such case",
        "line 5\tBAD\tthe case is no id",
        "line 6\tBAD\tit is not given to `from`",
        "line 7\tBAD\t`to` works in KA-MYS",
        "line 8\tBAD\tit is given to `to` already",
        "line 9\tBAD\tneither",
        "line 10\tBAD\t`to` is nobody's id",
        "line 11\tBAD\tthe same stands in a row before",
    ]) {
        assert!(line.starts_with(words), "{line}");
    }
    assert_eq!(
        lines[10..],
        ["2 rows can be done, 8 cannot", "nothing was done: --dry-run"]
    );
    assert!(
        run(&[&good[..], &bad].concat(), &[])
            .unwrap_err()
            .contains("nothing was done")
    );
    assert!(other.sync().granted.is_empty() && worker.sync().revoked.is_empty());

    // An analyst reads the core of every case: to be given one is no mistake.
    let analysts = format!("{},,{}", id(first), id(analyst.0));
    assert!(
        run(&[analysts], &["--dry-run"])
            .unwrap()
            .contains("1 rows can be done, 0 cannot")
    );
    run(&good, &[]).unwrap();
    assert_eq!(other.sync().granted.len(), 8);
    assert_eq!(worker.sync().revoked.len(), 4);
    let bare = dir.path().join("bare.csv");
    std::fs::write(&bare, "case,to\n").unwrap();
    let missing = administer(&hub.hub, &["bulk", bare.to_str().unwrap()]).unwrap_err();
    assert!(missing.contains("no column `from`"), "{missing}");
}

#[test]
fn the_audit_is_verified_and_written_out_with_no_formula_in_it() {
    let hub = TestHub::start();
    let mut worker = hub.officer("po_nic");
    let case = worker.open_case();
    worker.sync();
    worker.put(document(case, Compartment::Core), b"no change".to_vec());
    worker.sync();
    let formula = "=cmd|' /C calc'!A0";
    administer(
        &hub.hub,
        &["quarantine", "show", "1", "--content", "--purpose", formula],
    )
    .unwrap_err();
    hub.hub.storage.note_looked(1, formula, 5).unwrap();
    let verified = administer(&hub.hub, &["audit", "verify"]).unwrap();
    let rows = hub.hub.storage.audit_rows(99).unwrap();
    assert!(
        verified.contains(&format!("the chain holds: {} rows", rows.len())),
        "{verified}"
    );

    let dir = tempfile::tempdir().unwrap();
    let (csv, json) = (dir.path().join("audit.csv"), dir.path().join("audit.jsonl"));
    let said = administer(&hub.hub, &["audit", "export", csv.to_str().unwrap()]).unwrap();
    assert!(said.starts_with(&format!("{} rows", rows.len())), "{said}");
    let again = administer(&hub.hub, &["audit", "export", csv.to_str().unwrap()]);
    assert!(again.is_err(), "a file that is there stays");
    let mut reader = csv::Reader::from_path(&csv).unwrap();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), rows.len());
    for record in &records {
        for cell in record {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    // The purpose stands behind the upload's number, so it is no formula; one that begins a cell is made none.
    assert!(records.iter().any(|record| record[6].ends_with(formula)));

    let after = rows[rows.len() - 1].id.to_string();
    let form = ["--form", "json-lines", "--after", &after];
    administer(
        &hub.hub,
        &[&["audit", "export", json.to_str().unwrap()], &form[..]].concat(),
    )
    .unwrap();
    let text = std::fs::read_to_string(&json).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "only what came behind: that it was written out before");
    assert_eq!(lines[0]["deed"], "export-audit");
    assert_eq!(lines[0]["chain"].as_str().unwrap().len(), 64);
}

#[test]
fn an_enrolment_link_is_a_picture_of_either_sort_and_shown_on_the_terminal() {
    let hub = TestHub::start();
    let user = id(hub.user("Asha Invented", "po_nic").0);
    let dir = tempfile::tempdir().unwrap();
    let code = |name: &str| {
        let path = dir.path().join(name);
        let arguments = [
            "enrol-code",
            &user,
            "--hub",
            &hub.url,
            "--qr",
            path.to_str().unwrap(),
            "--terminal",
        ];
        administer(&hub.hub, &arguments).map(|said| (said, std::fs::read(&path).unwrap()))
    };
    let (said, png) = code("code.png").unwrap();
    let link = said.lines().next().unwrap();
    link.parse::<EnrolLink>().unwrap();
    assert!(
        said.lines().skip(1).filter(|line| line.contains('\u{2588}')).count() > 10,
        "{said}"
    );
    assert_eq!(read_qr(&png), link, "a tablet reads the same link in it");
    assert!(code("code.svg").unwrap().1.starts_with(b"<?xml"));
    assert!(code("code.jpg").unwrap_err().contains("FILE.svg or FILE.png"));
}

#[test]
fn health_says_what_waits_and_needs_nobody_where_all_is_well() {
    let hub = TestHub::start();
    let said = administer(&hub.hub, &["health"]).unwrap();
    for words in [
        "database     answers",
        "MB free",
        "to fold      0",
        "to deliver   0",
        "certificate  none",
    ] {
        assert!(said.contains(words), "{said}");
    }
}
