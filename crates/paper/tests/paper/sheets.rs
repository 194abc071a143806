//! Sheets to be set, with invented words.

use paper::{Answer, Choice, Footer, Grid, Item, Line, Moment, Picture, Section, Sheet, SheetItem, SignaturePlace};

fn both(en: &str, hi: &str) -> Vec<String> {
    vec![en.to_owned(), hi.to_owned()]
}

/// A question in both languages.
pub(crate) fn question(number: &str, label: (&str, &str), answer: Answer) -> SheetItem {
    SheetItem::Line(Item {
        number: number.to_owned(),
        label: both(label.0, label.1),
        answer,
    })
}

/// What somebody wrote.
pub(crate) fn text(text: &str) -> Answer {
    Answer::Text {
        long: text.chars().count() > 90,
        text: text.to_owned(),
    }
}

/// A sheet of both languages with every kind of thing on it.
pub(crate) fn sheet() -> Sheet {
    let choice = |en, hi, chosen| Choice {
        label: both(en, hi),
        chosen,
    };
    let child = Section {
        title: both("The child", "बच्चा"),
        items: vec![
            question("7", ("Name of the child", "बच्चे का नाम"), text("रानी कुमारी")),
            question(
                "",
                ("Sex", "लिंग"),
                Answer::Choices {
                    choices: vec![
                        choice("Girl", "लड़की", true),
                        choice("Boy", "लड़का", false),
                        choice("Transgender", "ट्रांसजेंडर", false),
                    ],
                },
            ),
            question("8", ("Home address", "घर का पता"), Answer::Blank),
            question(
                "9",
                ("Where and how the child was found", "बच्चा कहां और कैसे मिला"),
                text(
                    "She stood on platform 3 since the morning and asked a porter for the train to Gaya. He brought her to the help desk, where she ate and slept.",
                ),
            ),
        ],
    };
    let family = Section {
        title: both("Family", "परिवार"),
        items: vec![SheetItem::Grid(Grid {
            number: "10".into(),
            label: both("Members of the family", "परिवार के सदस्य"),
            columns: vec![both("Relation", "संबंध"), both("Age", "आयु"), both("Work", "काम")],
            rows: vec![
                vec![text("Mother"), text("34"), text("Weaves baskets")],
                vec![text("भाई"), text("9"), Answer::Blank],
            ],
            note: None,
            pictures: vec![Picture {
                index: 0,
                alt: "A photo of the child".into(),
                caption: "On arrival".into(),
            }],
        })],
    };
    Sheet {
        languages: both("en", "hi"),
        form: both("Form 17", "प्ररूप 17"),
        title: both(
            "Report at production before the Committee",
            "समिति के समक्ष प्रस्तुति के समय रिपोर्ट",
        ),
        source: "MR r.18(2), 19(25)".into(),
        head: vec![Line {
            label: both("District", "ज़िला"),
            text: "Ranipur".into(),
        }],
        mark: None,
        watermark: Some(both("DRAFT", "मसौदा")),
        sections: vec![child, family],
        signatures: vec![SignaturePlace {
            label: both(
                "Signature of the person who fills the form",
                "प्ररूप भरने वाले व्यक्ति के हस्ताक्षर",
            ),
            lines: vec![both("Name, designation, date, seal", "नाम, पदनाम, तारीख, मुहर")],
            picture: None,
        }],
        footer: Footer {
            words: both(
                "Printed by Asha Rao (Social worker) on 23 Nov 2026, 11:30, test tablet, copy 2",
                "मुद्रक: Asha Rao (सामाजिक कार्यकर्ता), 23 नवं 2026, 11:30, test tablet, प्रति 2",
            ),
            page: [both("Page ", "पृष्ठ "), both(" of ", " / "), both("", "")],
        },
        printed: Moment {
            year: 2026,
            month: 11,
            day: 23,
            hour: 6,
            minute: 0,
        },
        pictures: vec![picture()],
    }
}

/// A small picture: a grey square with a darker frame.
fn picture() -> Vec<u8> {
    const SIDE: u32 = 48;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    let edge = |at: u32| !(4..SIDE - 4).contains(&at);
    let pixel = |at: u32| if edge(at % SIDE) || edge(at / SIDE) { 90 } else { 200 };
    let pixels: Vec<u8> = (0..SIDE * SIDE).map(pixel).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    file
}

/// A sheet of one language with one text on it.
pub(crate) fn sheet_with(written: &str) -> Sheet {
    Sheet {
        languages: vec!["en".into()],
        form: vec!["Form 0".into()],
        title: vec!["One text".into()],
        sections: vec![Section {
            title: vec!["Section".into()],
            items: vec![SheetItem::Line(Item {
                number: "1".into(),
                label: vec!["Text".into()],
                answer: text(written),
            })],
        }],
        footer: Footer {
            words: vec!["Printed".into()],
            page: [vec!["Page ".into()], vec![" of ".into()], vec![String::new()]],
        },
        printed: sheet().printed,
        ..Sheet::default()
    }
}
