use std::io::{Cursor, Read};

use casefile::{Action, Document, Edit};
use casework::{AuthorId, Compartment, DocumentKind, Pack, Value};

use super::*;

const KIND: DocumentKind = DocumentKind::Case(Compartment::Core);
const ID: DocumentId = DocumentId([1; 17]);

/// A document, and a change that follows it, again and again.
struct Writer(Document);

impl Writer {
    fn new() -> Self {
        Self(Document::new(KIND))
    }

    fn write(&mut self, number: &str) -> Vec<u8> {
        let edit = Edit::SetFact {
            fact: "case.number".parse().unwrap(),
            value: Value::from(number),
        };
        let author = AuthorId::from_bytes([3; 16]);
        let written = self.0.edit(author, 5_000, &Action::EDIT, &[edit]).unwrap();
        written.unwrap().bytes
    }
}

fn answers(questions: &[Question<'_>]) -> String {
    let asked: Vec<u8> = questions.iter().flat_map(Question::to_bytes).collect();
    let mut answers = Vec::new();
    helper::answer_all(Cursor::new(asked), &mut answers).unwrap();
    String::from_utf8(answers).unwrap()
}

#[test]
fn a_helper_keeps_documents_open_and_says_of_each_change_whether_it_belongs_there() {
    let mut writer = Writer::new();
    let begun = Document::new(KIND).save_plain();
    let changes: Vec<_> = ["1", "2", "3"].map(|number| writer.write(number)).into();
    let fresh = |change| Question {
        id: ID,
        document: Some((KIND, &begun)),
        change,
    };
    let follows = |change| Question {
        id: ID,
        document: None,
        change,
    };
    // In order, one after the other.
    assert_eq!(
        answers(&[fresh(&changes[0]), follows(&changes[1]), follows(&changes[2])]),
        "+++"
    );
    // Nothing is open; one is left out, and then the document is open no longer; what is no change.
    assert_eq!(answers(&[follows(&changes[0])]), "-");
    assert_eq!(
        answers(&[fresh(&changes[0]), follows(&changes[2]), follows(&changes[1])]),
        "+--"
    );
    assert_eq!(answers(&[fresh(b"no change"), fresh(&changes[0])]), "-+");
}

#[test]
fn what_is_no_document_or_no_question_ends_a_helper() {
    let damaged = Question {
        id: ID,
        document: Some((KIND, b"damaged")),
        change: b"",
    };
    assert!(helper::answer_all(Cursor::new(damaged.to_bytes()), &mut Vec::new()).is_err());
    let whole = damaged.to_bytes();
    for cut in 1..whole.len() {
        assert!(
            helper::answer_all(whole[..cut].chain(&[][..]), &mut Vec::new()).is_err(),
            "{cut}"
        );
    }
    let mut too_long = whole;
    too_long[18..22].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(helper::answer_all(Cursor::new(too_long), &mut Vec::new()).is_err());
}

/// Trials by a program of this machine that is no helper.
fn by(program: &str, arguments: &[&str]) -> Trials {
    let trials = Trials::default();
    trials.begin_with(Program::other(program.into(), arguments, Duration::from_millis(200)));
    trials
}

#[test]
fn a_change_that_no_helper_survives_is_lost_and_so_is_one_that_takes_too_long() {
    let document = Document::new(KIND);
    for (program, arguments) in [("false", &[][..]), ("sleep", &["600"][..]), ("yes", &[][..])] {
        let trials = by(program, arguments);
        let tried = trials.fresh(ID, &document, b"whatever").unwrap();
        assert_eq!(tried, Tried::Lost, "{program}");
        // Nobody who was lost is asked again, and nobody waits for them.
        assert_eq!(trials.follow(ID, b"whatever"), Tried::NotApplied);
        assert_eq!(trials.pool.lock().unwrap().at_work, 0);
    }
}

#[test]
fn where_no_helper_can_be_started_nothing_is_said_of_the_change() {
    let trials = by("/nowhere/no-such-program", &[]);
    let document = Document::new(KIND);
    for _ in 0..=HELPERS_MAX {
        assert!(trials.fresh(ID, &document, b"whatever").is_err());
    }
    assert_eq!(trials.pool.lock().unwrap().at_work, 0);
}

#[test]
fn what_is_tried_out_is_what_the_document_takes() {
    let mut writer = Writer::new();
    let first = writer.write("1");
    let second = writer.write("2");
    let mut document = Document::new(KIND);
    assert!(document.try_out(&second).is_err());
    document.try_out(&first).unwrap();
    document.try_out(&second).unwrap();
    let mut taken = Document::new(KIND);
    taken.apply(&[first, second], Pack::national()).unwrap();
    assert_eq!(document.heads(), taken.heads());
}
