//! What a question, a group, a list and a rule become.

use casework::{Asked, Expression, Pack, Value};

use crate::support::{accepting, imported, survey, told, workbook};

/// The form `visit` over the national pack, as a device would read it.
fn laid(files: &std::collections::BTreeMap<String, String>) -> Pack {
    let mut all = files.clone();
    let head = "id = \"states/zz\"\nover = \"national\"\nversion = \"1\"\nin_force_from = \"2027-01-01\"\n";
    all.insert("pack.toml".to_owned(), head.to_owned());
    Pack::parse(&all, Some(Pack::national())).unwrap()
}

#[test]
fn a_workbook_becomes_these_files() {
    let bytes = survey(&[
        &["note", "intro", "Ask gently.", "कोमलता से पूछें।"],
        &[
            "date",
            "seen",
            "Day of the visit",
            "भ्रमण का दिन",
            "",
            ". <= today()",
            "yes",
        ],
        &["begin_group", "school", "School", "विद्यालय", "${seen} != ''"],
        &[
            "select_one yn",
            "goes",
            "Goes to school",
            "विद्यालय जाता है",
            "",
            "",
            "true()",
        ],
        &[
            "text",
            "why_not",
            "Why not",
            "क्यों नहीं",
            "${goes} = 'no'",
            "",
            "${goes} = 'no'",
        ],
        &["end_group"],
        &["begin_repeat", "siblings", "Brothers and sisters", "भाई-बहन"],
        &["text", "name", "Name", "नाम"],
        &["integer", "age", "Age", "आयु"],
        &["end_repeat"],
        &["calculate", "many", "", "", "", "", "", "count(${siblings})"],
    ]);
    let import = imported(&bytes, &[]);
    assert_eq!(told(&import), ["survey!F3 warns", "survey!B12 name_as_label"]);
    let files = import.files.unwrap();
    let all: Vec<String> = files.iter().map(|(path, text)| format!("==> {path}\n{text}")).collect();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/visit.txt");
    if std::env::var_os("SAVE_GOLDEN").is_some() {
        std::fs::write(golden, all.join("\n")).unwrap();
    }
    assert_eq!(all.join("\n"), std::fs::read_to_string(golden).unwrap());
    let pack = laid(&files);
    let form = pack.form("br-gay-visit").unwrap();
    assert_eq!(form.sections.len(), 3);
    assert_eq!(
        form.sections[2].fields[0].asks,
        Asked::Table("br_gay_visit_siblings".to_owned())
    );
}

#[test]
fn the_same_workbook_becomes_the_same_files() {
    let rows: &[&[&str]] = &[
        &["select_multiple marks", "m", "Marks", "निशान"],
        &["text", "t", "Text", "पाठ"],
    ];
    assert_eq!(imported(&survey(rows), &[]).files, imported(&survey(rows), &[]).files);
}

/// What the rule `relevant` becomes, or what is told of it.
fn rule(relevant: &str) -> Result<String, String> {
    let bytes = survey(&[
        &["integer", "age", "Age", "आयु"],
        &["integer", "class", "Class", "कक्षा"],
        &["date", "born", "Born", "जन्म"],
        &["text", "t", "Text", "पाठ"],
        &["select_one yn", "one", "One", "एक"],
        &["select_one marks", "mark", "Mark", "निशान"],
        &["select_multiple marks", "many", "Many", "कई"],
        &["acknowledge", "ack", "Read", "पढ़ा"],
        &["text", "last", "Last", "अंतिम", relevant],
    ]);
    let import = imported(&bytes, &[]);
    let Some(files) = &import.files else {
        return Err(told(&import).join(", "));
    };
    let pack = laid(files);
    let last = pack.form("br-gay-visit").unwrap().sections[0]
        .fields
        .last()
        .unwrap()
        .clone();
    Ok(last.shown_when.unwrap().to_string().replace("br_gay.visit.", ""))
}

#[test]
fn rules_are_said_in_the_packs_own_words() {
    for (xpath, pack) in [
        ("${age} > 5 and ${class} <= 3", "((age > 5) && (class <= 3))"),
        ("not(${age} > 5)", "!(has(age) && (age > 5))"),
        ("${one} = 'yes' or ${mark} = 2", "((one == \"yes\") || (mark == \"2\"))"),
        ("selected(${many}, '1')", "(\"1\" in many)"),
        ("count-selected(${many}) >= 2", "(size(many) >= 2)"),
        ("${t} = ''", "!has(t)"),
        ("string-length(${t}) > 3", "((has(t) ? size(t) : 0) > 3)"),
        (
            "int((today() - ${born}) div 365.25) < 6",
            "(years_between(born, today) < 6)",
        ),
        ("today() - ${born} > 30", "(days_between(born, today) > 30)"),
        ("${age} div 2 > 1.0", "(((1.0 * age) / 2) > 1.0)"),
        (
            "if(${one} = 'yes', ${age}, 0) > 3",
            "(((one == \"yes\") ? age : 0) > 3)",
        ),
        ("coalesce(${age}, ${class}) = 4", "((has(age) ? age : class) == 4)"),
        ("${ack} = 'OK'", "(ack == true)"),
        ("regex(${t}, '^GAY')", "t.startsWith(\"GAY\")"),
        ("${born} < date('2020-01-31')", "(born < \"2020-01-31\")"),
    ] {
        assert_eq!(rule(xpath).as_deref(), Ok(pack), "{xpath}");
    }
}

#[test]
fn what_a_pack_cannot_say_is_told_at_its_cell_and_nothing_is_written() {
    for xpath in [
        "regex(${t}, '^[0-9]{10}$')",
        "pulldata('a', 'b', 'c', 'd')",
        "../t = 'x'",
        "${nobody} = 1",
        "${age}",
        "${age} mod 2 = 1",
        "${t} + 1 = 2",
        "${many} = '1'",
        "(${age} = 1",
        "jr:choice-name(${one}, '${one}') = 'Yes'",
        "${t} > 'a'",
    ] {
        assert_eq!(rule(xpath), Err("survey!E10 expression".to_owned()), "{xpath}");
    }
    assert_eq!(rule("${one} = 'perhaps'"), Err("survey!E10 refused".to_owned()));
    assert_eq!(rule("${age} > 3 and ${age} < 2"), Err("survey!E10 lint".to_owned()));
}

#[test]
fn a_rule_that_rests_on_a_blank_answers_as_the_workbook_would() {
    let blank = |text: &str| {
        let read: Expression = text.parse().unwrap();
        read.evaluate(&|_| None, &|_| 0, "2027-01-01".parse().unwrap())
    };
    assert!(
        blank("!(has(a.age) && a.age > 5)").is_true(),
        "not(NaN > 5) is true in XPath"
    );
    assert!(
        blank("!has(a.age) || a.age > 5").is_true(),
        "a constraint is not asked of a blank"
    );
    let of_age = |age: i64| {
        let read: Expression = "1.0 * a.age / 2".parse().unwrap();
        read.evaluate(&|_| Some(Value::Integer(age)), &|_| 0, "2027-01-01".parse().unwrap())
            .into_value()
    };
    assert_eq!(of_age(3), Some(Value::Number(1.5)), "div never rounds");
}

#[test]
fn a_finding_that_changes_the_meaning_is_accepted_by_kind_or_by_place() {
    let bytes = survey(&[
        &["text", "t", "Text", "पाठ"],
        &["geopoint", "here", "Here", "यहाँ"],
        &["image", "picture", "Picture", "चित्र"],
    ]);
    assert!(imported(&bytes, &[]).files.is_none());
    assert!(imported(&bytes, &["question_kind@survey!A3"]).files.is_none());
    let places = ["question_kind@survey!A3", "question_kind@survey!A4"];
    let files = imported(&bytes, &places).files.unwrap();
    assert_eq!(imported(&bytes, &["question_kind"]).files.as_ref(), Some(&files));
    assert!(!files.values().any(|text| text.contains("picture")));
    let import = imported(&bytes, &[]);
    let options = accepting(&["question_kind@survey!A3"]);
    assert_eq!(import.in_the_way(&options).count(), 1);
}

#[test]
fn what_stops_a_form_cannot_be_accepted() {
    for (rows, code) in [
        (&[&["text", "नाम", "Name", "नाम"][..]][..], "bad_name"),
        (&[&["textt", "t", "Name", "नाम"][..]][..], "unknown_kind"),
        (&[&["select_one nowhere", "t", "Name", "नाम"][..]][..], "no_list"),
        (
            &[&["begin group", "g", "Group", "समूह"][..], &["text", "t", "T", "ट"]][..],
            "not_ended",
        ),
        (&[&["text", "t", "T", "ट"][..], &["end group"]][..], "not_begun"),
        (
            &[&["text", "t", "T", "ट"][..], &["text", "t", "T", "ट"]][..],
            "name_twice",
        ),
        (&[&["note", "t", "T", "ट"][..]][..], "no_questions"),
    ] {
        let import = imported(&survey(rows), &[code]);
        assert!(import.files.is_none(), "{code}");
        assert!(
            told(&import).iter().any(|line| line.ends_with(code)),
            "{code}: {:?}",
            told(&import)
        );
    }
}

#[test]
fn words_in_one_language_are_told_and_stand_for_the_other_once_accepted() {
    let bytes = workbook(&[(
        "survey",
        &[&["type", "name", "label"], &["text", "t", "Name of the school"]],
    )]);
    let import = imported(&bytes, &[]);
    assert_eq!(told(&import), ["survey!C2 no_words"]);
    let files = imported(&bytes, &["no_words"]).files.unwrap();
    assert!(files["dictionary/br_gay_form.toml"].contains("hi = \"Name of the school\""));
}

#[test]
fn rules_in_the_rows_of_a_table_are_told() {
    let bytes = survey(&[
        &["begin repeat", "r", "Visits", "भ्रमण"],
        &["text", "t", "Text", "पाठ", "1 = 1", ". != 'x'", "yes"],
        &["select_multiple yn", "s", "Many", "कई"],
        &["begin repeat", "inner", "Inner", "भीतर"],
        &["text", "u", "Text", "पाठ"],
        &["end repeat"],
        &["end repeat"],
        &["text", "after", "After", "बाद", "${t} = 'a'"],
    ]);
    let expected = [
        "survey!E3 in_repeat",
        "survey!F3 in_repeat",
        "survey!G3 in_repeat",
        "survey!4 in_repeat",
        "survey!5 nested_repeat",
        "survey!E9 expression",
    ];
    let mut found = told(&imported(&bytes, &[]));
    found.sort();
    let mut expected = expected.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(found, expected);
    let accepted = ["in_repeat", "nested_repeat", "expression"];
    assert!(imported(&bytes, &accepted).files.is_some());
}

#[test]
fn or_other_asks_for_the_other() {
    let files = imported(&survey(&[&["select_one yn or_other", "q", "Q", "प्र"]]), &[])
        .files
        .unwrap();
    let pack = laid(&files);
    let fields = &pack.form("br-gay-visit").unwrap().sections[0].fields;
    assert_eq!(fields.len(), 2);
    assert_eq!(
        fields[1].shown_when.as_ref().unwrap().to_string(),
        "(br_gay.visit.q == \"other\")"
    );
    assert!(
        pack.vocabulary("br_gay_visit_yn_or_other")
            .unwrap()
            .term("other")
            .is_some()
    );
}

#[test]
fn a_value_calculated_from_calculated_values_has_its_kind() {
    let bytes = survey(&[
        &["calculate", "third", "", "", "", "", "", "${second} * 2"],
        &["calculate", "second", "", "", "", "", "", "${first} + 1"],
        &["integer", "first", "First", "पहला"],
    ]);
    let import = imported(&bytes, &[]);
    let files = import.files.unwrap();
    let pack = laid(&files);
    let third = pack.fact(&"br_gay.visit.third".parse().unwrap()).unwrap();
    assert_eq!(third.derived.as_ref().unwrap().to_string(), "(br_gay.visit.second * 2)");
}

#[test]
fn a_chain_that_a_device_would_not_follow_is_told() {
    let step = |at: usize| [format!("c{at}"), format!("${{c{}}} + 1", at + 1)];
    let steps: Vec<[String; 2]> = (0..5).map(step).collect();
    let mut rows: Vec<Vec<&str>> = Vec::new();
    for [name, calculation] in &steps {
        rows.push(vec!["calculate", name, "", "", "", "", "", calculation]);
    }
    rows.push(vec!["integer", "c5", "C", "ग"]);
    rows.push(vec!["calculate", "round", "", "", "", "", "", "${round} + 1"]);
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let found = told(&imported(&survey(&rows), &[]));
    let chains: Vec<&String> = found.iter().filter(|line| line.ends_with("expression")).collect();
    assert_eq!(chains, ["survey!H2 expression", "survey!H8 expression"]);
}

#[test]
fn a_column_nobody_knows_is_told_and_not_passed_over() {
    let bytes = workbook(&[(
        "survey",
        &[
            &["type", "name", "label::English (en)", "label::Hindi (hi)", "relevent"],
            &["text", "t", "T", "ट", "1 = 2"],
        ],
    )]);
    assert_eq!(told(&imported(&bytes, &[])), ["survey!E1 unknown_column"]);
}

/// A cell under every heading that is read, in rows of every sort: what is not in the files is told.
#[test]
fn no_cell_is_passed_over() {
    let headings: &[&str] = &[
        "type",
        "name",
        "label::English (en)",
        "label::Hindi (hi)",
        "hint::English (en)",
        "relevant",
        "constraint",
        "constraint_message::English (en)",
        "required",
        "required_message",
        "calculation",
        "read_only",
        "default",
        "trigger",
        "appearance",
        "choice_filter",
        "repeat_count",
        "parameters",
        "media::image",
        "save_to",
        "bind::odk:x",
    ];
    let said = [
        "Label.",
        "लेबल",
        "Hint.",
        "pulldata()",
        ". != 'k'",
        "Message.",
        "yes",
        "Needed.",
        "uuid()",
        "yes",
        "d",
        "${t}",
        "minimal",
        "x = 1",
        "3",
        "rows=3",
        "i.png",
        "property",
        "custom",
    ];
    for (kind, end) in [
        ("text", ""),
        ("note", ""),
        ("calculate", ""),
        ("begin group", "end group"),
        ("begin repeat", "end repeat"),
    ] {
        let mut row: Vec<&str> = [kind, "q"].into_iter().chain(said).collect();
        if kind == "calculate" {
            // Without its calculation the whole value is left out, and that is told.
            row[10] = "1";
        }
        let inside: &[&str] = &["text", "t", "T", "ट"];
        let end_row = [end];
        let rows: Vec<&[&str]> = vec![headings, &row, inside, &end_row];
        let rows = if end.is_empty() { &rows[..3] } else { &rows[..] };
        let import = imported(
            &workbook(&[("survey", rows)]),
            &[
                "not_kept",
                "no_words",
                "unknown_column",
                "in_repeat",
                "expression",
                "refused",
            ],
        );
        let files: String = import
            .files
            .unwrap_or_else(|| panic!("{kind}: {:#?}", import.findings))
            .into_values()
            .collect();
        for (at, cell) in row.iter().enumerate().skip(2) {
            let column = u32::try_from(at).unwrap() + 1;
            let is_told = import
                .findings
                .iter()
                .any(|finding| finding.column == column && finding.row <= 2);
            // Messages belong to a rule that is not there, and a calculation makes the value one that nobody writes.
            let belongs = matches!(
                headings[at],
                "constraint_message::English (en)" | "read_only" | "label::Hindi (hi)"
            );
            assert!(
                is_told || belongs || files.contains(cell) || headings[at] == "required",
                "{kind}, {}: {cell}",
                headings[at]
            );
        }
    }
}

#[test]
fn every_finding_has_its_sentence_in_both_languages() {
    let bytes = survey(&[
        &["geopoint", "a", "A", "अ"],
        &["text", "b", "B", "ब", "../a", "", "", "1 +"],
        &["nothing", "c", "C", "स"],
    ]);
    for finding in imported(&bytes, &[]).findings {
        let english = finding.line(xlsform::Tongue::English);
        let hindi = finding.line(xlsform::Tongue::Hindi);
        assert!(english.starts_with("survey!"), "{english}");
        assert!(hindi.chars().any(|c| ('\u{900}'..='\u{97f}').contains(&c)), "{hindi}");
    }
}
