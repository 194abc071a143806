//! Forms on paper: every form of the pack in either language and in both, what a redacted copy is without, what the log says.

use std::{path::PathBuf, process::Command};

use casework::{CaseId, Role, RowId, Subject, Value};
use ipc::{
    FailureCode, FieldEdit, FilingKind, NewReport, PaperCopy, PrintOrder, PrintPurpose, Printed, Reply, Request, Stroke,
};

use crate::bench::{Bench, Tablet};

/// Papers of one test, in a folder that goes away.
struct Tray {
    folder: tempfile::TempDir,
    papers: std::cell::Cell<u32>,
}

impl Tray {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            papers: std::cell::Cell::new(0),
        }
    }

    fn next(&self) -> PathBuf {
        self.papers.set(self.papers.get() + 1);
        self.folder.path().join(format!("paper-{}.pdf", self.papers.get()))
    }
}

fn order(subject: impl Into<Subject>, form: &str, path: &std::path::Path) -> PrintOrder {
    PrintOrder {
        subject: subject.into(),
        form: form.into(),
        filing: None,
        languages: vec!["en".into()],
        copy: PaperCopy::Whole,
        purpose: PrintPurpose::Hearing,
        path: path.to_str().unwrap().into(),
    }
}

fn print(tablet: &Tablet, order: PrintOrder) -> Result<Printed, FailureCode> {
    match tablet.call(Request::Print(order))? {
        Reply::Printed(printed) => Ok(printed),
        other => panic!("{other:?}"),
    }
}

/// The letters of a paper in their order, as a search finds them; poppler takes some vowel signs for gaps, so without gaps.
fn words(paper: &std::path::Path) -> String {
    let output = Command::new("pdftotext")
        .args(["-enc", "UTF-8"])
        .arg(paper)
        .arg("-")
        .output()
        .expect("cargo xtask setup installs poppler-utils");
    assert!(output.status.success());
    plain(&String::from_utf8(output.stdout).unwrap())
}

fn plain(text: &str) -> String {
    let is_seen = |letter: &char| !letter.is_whitespace() && !matches!(letter, '\u{200b}' | '\u{200c}' | '\u{200d}');
    text.chars().filter(is_seen).collect()
}

fn has(paper: &str, said: &str) -> bool {
    paper.contains(&plain(said))
}

/// The words of what is printed.
fn printed(tablet: &Tablet, tray: &Tray, change: impl FnOnce(&mut PrintOrder), of: (CaseId, &str)) -> String {
    let path = tray.next();
    let mut order = order(of.0, of.1, &path);
    change(&mut order);
    print(tablet, order).unwrap();
    words(&path)
}

fn set(fact: &str, value: impl Into<Value>) -> FieldEdit {
    FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.into(),
    }
}

fn add(table: &str, cells: &[(&str, Value)]) -> FieldEdit {
    FieldEdit::AddRow {
        table: table.into(),
        cells: cells
            .iter()
            .map(|(column, value)| ((*column).to_owned(), value.clone()))
            .collect(),
    }
}

fn write(tablet: &Tablet, case: CaseId, edits: Vec<FieldEdit>) {
    tablet
        .call(Request::Edit {
            subject: case.into(),
            edits,
            form: None,
            reason: None,
        })
        .unwrap();
}

fn report(tablet: &Tablet) -> Subject {
    let new = NewReport {
        kind: "missing".into(),
        name: "Ramesh".into(),
        age_years: Some(9),
        sex: Some("male".into()),
    };
    match tablet.call(Request::ReportChild(new)).unwrap() {
        Reply::Reported { report } => report.into(),
        other => panic!("{other:?}"),
    }
}

/// Every form of the national pack but Form 46, which is about an institution: a hub has those.
fn forms() -> impl Iterator<Item = &'static casework::Form> {
    let forms = casework::Pack::national().forms();
    forms.filter(|form| form.about != casework::About::Institution)
}

#[test]
fn every_form_is_printed_in_either_language_and_in_both_with_its_numbers_in_order() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let report = report(&asha);
    let tray = Tray::new();
    for form in forms() {
        let subject = if form.about == casework::About::Case {
            case.into()
        } else {
            report
        };
        for languages in [&["en"][..], &["hi"], &["hi", "en"]] {
            let path = tray.next();
            let mut order = order(subject, &form.id, &path);
            order.languages = languages.iter().map(|lang| (*lang).to_owned()).collect();
            print(&asha, order).unwrap_or_else(|error| panic!("{} {languages:?}: {error:?}", form.id));
            let words = words(&path);
            for lang in languages {
                assert!(has(&words, form.title.get(lang)), "{} {lang}: {words}", form.id);
                let section = form
                    .sections
                    .iter()
                    .find(|section| section.shown_when.is_none())
                    .unwrap();
                assert!(has(&words, section.title.get(lang)), "{} {lang}: {words}", form.id);
            }
            assert!(has(&words, &form.source), "{}: {words}", form.id);
        }
    }
}

#[test]
fn no_number_of_the_law_is_missing_on_the_paper_whatever_is_asked() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let tray = Tray::new();
    for form in ["17", "22"] {
        let path = tray.next();
        print(&asha, order(case, form, &path)).unwrap();
        let output = Command::new("pdftotext")
            .arg("-layout")
            .arg(&path)
            .arg("-")
            .output()
            .unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let form = casework::Pack::national().form(form).unwrap();
        let fields = form.sections.iter().flat_map(|section| &section.fields);
        let mut numbers: Vec<&str> = fields.filter_map(|field| field.item.as_deref()).collect();
        numbers.dedup();
        for number in numbers {
            let first = number.split([' ', ',', '–']).next().unwrap();
            let stands = lines.lines().any(|line| line.trim_start().starts_with(first));
            assert!(stands, "{} {number}: {lines}", form.id);
        }
    }
}

#[test]
fn a_form_is_a_draft_until_it_is_filed_and_again_once_it_was_changed() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    let case = asha.open_case("Meena");
    let tray = Tray::new();
    assert!(has(&printed(&asha, &tray, |_| (), (case, "17")), "DRAFT"));
    let hindi = printed(&asha, &tray, |order| order.languages = vec!["hi".into()], (case, "17"));
    assert!(has(&hindi, "मसौदा") && !has(&hindi, "DRAFT"), "{hindi}");
    let filed = match asha.call(Request::File {
        subject: case.into(),
        form: "17".into(),
        how: FilingKind::Sent,
    }) {
        Ok(Reply::Filed(filed)) => filed.filing,
        other => panic!("{other:?}"),
    };
    let sent = printed(&asha, &tray, |_| (), (case, "17"));
    assert!(
        !has(&sent, "DRAFT") && has(&sent, "Sent by Asha, 23 Nov 2026, 11:30"),
        "{sent}"
    );
    let changed = Request::Edit {
        subject: case.into(),
        edits: vec![set("found.circumstances", "Beside the canal.")],
        form: Some("17".into()),
        reason: Some("The porter remembered.".into()),
    };
    asha.call(changed).unwrap();
    let now = printed(&asha, &tray, |_| (), (case, "17"));
    assert!(has(&now, "DRAFT") && has(&now, "Beside the canal."), "{now}");
    // As it stood, with the change beside it.
    let then = printed(&asha, &tray, |order| order.filing = Some(filed), (case, "17"));
    assert!(!has(&then, "DRAFT") && has(&then, "Amendments since filing"), "{then}");
    assert!(
        has(&then, "Beside the canal.") && has(&then, "The porter remembered."),
        "{then}"
    );
    let other = RowId::from_bytes([7; 16]);
    let path = tray.next();
    let no_such = PrintOrder {
        filing: Some(other),
        ..order(case, "17", &path)
    };
    assert_eq!(print(&asha, no_such), Err(FailureCode::NoSuchItem));
    assert!(!path.exists());
}

#[test]
fn each_paper_says_who_printed_it_and_which_copy_it_is_and_the_log_says_what_for() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let tray = Tray::new();
    for copy in 1..=3 {
        let words = printed(&asha, &tray, |order| order.purpose = PrintPurpose::Court, (case, "17"));
        let foot = format!("Printed by Asha (Social worker) on 23 Nov 2026, 11:30, test tablet, copy {copy}");
        assert!(has(&words, &foot), "{foot} in {words}");
        assert!(has(&words, "Page 1 of "), "{words}");
    }
    assert!(
        has(&printed(&asha, &tray, |_| (), (case, "1")), "copy 1"),
        "another form has copies of its own"
    );
    let redacted = printed(&asha, &tray, |order| order.copy = PaperCopy::Redacted, (case, "17"));
    assert!(has(&redacted, "copy 4"), "{redacted}");
    let log = asha.access_log();
    assert_eq!(log.broken_at, None);
    let prints: Vec<&str> = log
        .newest
        .iter()
        .filter(|line| line.action == "printed")
        .map(|line| line.detail.as_str())
        .collect();
    assert_eq!(
        prints,
        [
            "form 17 copy 4 redacted for hearing",
            "form 1 copy 1 whole for hearing",
            "form 17 copy 3 whole for court",
            "form 17 copy 2 whole for court",
            "form 17 copy 1 whole for court",
        ]
    );
}

#[test]
fn a_paper_is_a_new_file_outside_the_vault_or_none() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let tray = Tray::new();
    let path = tray.next();
    print(&asha, order(case, "17", &path)).unwrap();
    let inside = asha.folder().join("paper.pdf");
    let nowhere = tray.folder.path().join("none/paper.pdf");
    for bad in [path.as_path(), &inside, &nowhere, "paper.pdf".as_ref()] {
        assert_eq!(
            print(&asha, order(case, "17", bad)),
            Err(FailureCode::PaperPlace),
            "{bad:?}"
        );
    }
    let three = PrintOrder {
        languages: ["en", "hi", "ta"].map(str::to_owned).into(),
        ..order(case, "17", &tray.next())
    };
    assert_eq!(print(&asha, three), Err(FailureCode::BadCall));
    assert_eq!(
        print(&asha, order(case, "46", &tray.next())),
        Err(FailureCode::NoSuchItem)
    );
    let prints = asha
        .access_log()
        .newest
        .into_iter()
        .filter(|line| line.action == "printed");
    assert_eq!(prints.count(), 1, "what was refused is no copy");
}

#[test]
fn a_letter_without_a_font_is_told_by_its_script_and_nothing_is_printed_nor_logged() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    let case = asha.open_case("Meena");
    let tray = Tray::new();
    for (text, script) in [("She drew 漢字 on the wall", "Han"), ("She sent 🙂", "Common")] {
        write(&asha, case, vec![set("found.circumstances", text)]);
        let path = tray.next();
        let failed = print(&asha, order(case, "17", &path)).unwrap_err();
        assert_eq!(failed, FailureCode::NoLetter { script: script.into() });
        assert!(!path.exists());
    }
    assert!(asha.access_log().newest.iter().all(|line| line.action != "printed"));
    // Whatever is typed is words: the layout's own language, its scripts, its links.
    let typed = "#panic(1) $x$ @ref *a* _b_ `c` <d> \\u{41} <b>e</b> [[ =1+1";
    write(&asha, case, vec![set("found.circumstances", typed)]);
    let words = printed(&asha, &tray, |_| (), (case, "17"));
    assert!(has(&words, typed), "{words}");
}

/// Words that tell who the child is; none is part of another word of the forms.
const CANARIES: [&str; 12] = [
    "Quillmeena",
    "Zarquani",
    "Fatherquo",
    "Lanternpur",
    "Hillockgarh",
    "9811122233",
    "Crescentscar",
    "Auntyzeb",
    "Cousinvix",
    "Captionqua",
    "Signerwox",
    "Placeyarn",
];

/// A case in which they stand in every place where such a thing is written.
fn case_of_canaries(tablet: &Tablet) -> CaseId {
    let case = tablet.open_case("Quillmeena Zarquani");
    write(
        tablet,
        case,
        vec![
            set("child.address", "House 4, Lanternpur, Hillockgarh district"),
            set("child.identity_marks", "Crescentscar on the left arm"),
            set("child.birth_date", "2017-02-09"),
            set("parents.name", "Fatherquo Zarquani"),
            set("parents.phone", "9811122233"),
            set("found.place", "Placeyarn market"),
            set("found.with", "Auntyzeb"),
            set(
                "found.circumstances",
                "QUILLMEENA said that Fatherquo's sister Auntyzeb took her from Lanternpur to the market. She is calm.",
            ),
            set("tracing.efforts", "Called 9811122233; Cousinvix answered."),
            add("family", &[("relation", "other".into()), ("name", "Cousinvix".into())]),
        ],
    );
    tablet
        .call(Request::AddPhoto {
            case,
            caption: "Captionqua".into(),
            picture: crate::pictures::photo(),
        })
        .unwrap();
    let strokes: Vec<Stroke> = vec![
        vec![[100, 100, 0], [400, 300, 90]],
        vec![[150, 320, 200], [420, 90, 300]],
    ];
    tablet
        .call(Request::AddSignature {
            case,
            compartment: casework::Compartment::Identity,
            caption: "The undertaking".into(),
            signer: "Signerwox".into(),
            signer_as: "parent".into(),
            form: Some("17".into()),
            strokes,
        })
        .unwrap();
    case
}

#[test]
fn a_redacted_copy_has_nothing_that_tells_who_the_child_is() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    let case = case_of_canaries(&asha);
    let tray = Tray::new();
    let whole = printed(&asha, &tray, |_| (), (case, "17"));
    for canary in CANARIES {
        assert!(has(&whole, canary), "the whole copy has {canary}: {whole}");
    }
    for form in forms().filter(|form| form.about == casework::About::Case) {
        let path = tray.next();
        let redacted = PrintOrder {
            copy: PaperCopy::Redacted,
            languages: vec!["en".into(), "hi".into()],
            ..order(case, &form.id, &path)
        };
        print(&asha, redacted).unwrap();
        let words = words(&path).to_lowercase();
        for canary in CANARIES {
            assert!(!has(&words, &canary.to_lowercase()), "{}: {canary} in {words}", form.id);
        }
        assert!(!has(&words, "9 feb 2017"), "{}: {words}", form.id);
        let pictures = Command::new("pdfimages").arg("-list").arg(&path).output().unwrap();
        let listed = String::from_utf8(pictures.stdout).unwrap();
        assert_eq!(listed.lines().count(), 2, "{}: {listed}", form.id);
    }
    let redacted = printed(&asha, &tray, |order| order.copy = PaperCopy::Redacted, (case, "17"));
    for said in [
        "Redacted copy: identity withheld under section 74",
        "The child",
        "Withheld",
        "She is calm.",
        "Withheld: 1 entries",
    ] {
        assert!(has(&redacted, said), "{said} in {redacted}");
    }
}

#[test]
fn photos_and_signatures_stand_on_the_whole_copy() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::Dcpo);
    let case = case_of_canaries(&asha);
    let tray = Tray::new();
    let path = tray.next();
    print(&asha, order(case, "17", &path)).unwrap();
    let pictures = Command::new("pdfimages").arg("-list").arg(&path).output().unwrap();
    let listed = String::from_utf8(pictures.stdout).unwrap();
    // Two lines of heading, the photo, the signature and what of it is see-through.
    assert!(listed.lines().count() >= 4, "{listed}");
}

#[test]
fn what_a_role_does_not_read_is_not_on_its_paper() {
    let bench = Bench::new();
    let officer = bench.tablet_of("Lata", Role::Lpo);
    let case = officer.open_case("Meena");
    write(
        &officer,
        case,
        vec![set("statement.allegation", "What the childmurmur was about.")],
    );
    officer.sync_well();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    bench.hub.assign("Asha", case);
    asha.sync_well();
    let tray = Tray::new();
    assert!(has(&printed(&officer, &tray, |_| (), (case, "17")), "childmurmur"));
    let words = printed(&asha, &tray, |_| (), (case, "17"));
    assert!(!has(&words, "childmurmur"), "{words}");
    assert!(has(&words, "Not open to the person who printed this"), "{words}");
}
