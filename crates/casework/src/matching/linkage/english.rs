//! A reason in English, for the tools of data people. The screens have words of their own for the same codes.

use super::{
    Report,
    field::{Field, Level},
    reason::{How, Reason},
};

/// The reason in words with its weight, e.g. `name alike: ramesh / रमेश +9.2`.
pub fn english(reason: &Reason, a: &Report, b: &Report) -> String {
    let what = match reason.field {
        Field::Given => "name",
        Field::Family => "other part of the name",
        Field::Father => "father's name",
        Field::Mother => "mother's name",
        Field::Sex => "sex",
        Field::Birth => "date of birth",
        Field::Age => "age",
        Field::Event => "date of the event",
        Field::Pin => "PIN",
        Field::District => "district",
        Field::State => "state",
        Field::Place => "place",
        Field::Height => "height",
        Field::Marks => "marks",
        Field::Clothing => "clothing",
        Field::Companions => "companions",
        Field::Language => "language",
        Field::Third => return format!("the same as a third {:+.1}", reason.weight),
        Field::Picture => return "the same picture".to_owned(),
        Field::Sibling => return format!("may be brother or sister {:+.1}", reason.weight),
    };
    let how = match reason.how {
        How::Plain => "",
        How::Joined => ", written as one word",
        How::Reordered => ", in another order",
        How::Alias => ", by another name",
        How::Crossed => ", father and mother exchanged",
    };
    let agrees = agrees(reason.field, reason.level);
    let (x, y) = values(reason, a, b);
    format!("{what} {agrees}{how}: {x} / {y} {:+.1}", reason.weight)
}

fn agrees(field: Field, level: Level) -> &'static str {
    match (field, level) {
        (Field::Event, Level::Same) => "within days",
        (Field::Event, Level::Close) => "within weeks",
        (Field::Event, Level::Near) => "within a year",
        (Field::Event, Level::Similar) => "more than a year apart",
        (Field::Event, _) => "in the wrong order or years apart",
        (Field::Given | Field::Family | Field::Father | Field::Mother, Level::Same) => "sounds the same",
        (_, Level::Same) => "agrees",
        (_, Level::Close) => "almost agrees",
        (_, Level::Near) => "is near",
        (_, Level::Similar) => "is somewhat alike",
        (_, Level::Initial) => "agrees with the initial",
        (_, Level::Swapped) => "agrees with digits exchanged",
        (_, Level::Different) => "differs",
    }
}

fn values(reason: &Reason, a: &Report, b: &Report) -> (String, String) {
    let of = |report: &Report| match reason.field {
        Field::Sex => report.sex.clone(),
        Field::Birth => report.date_of_birth.clone(),
        Field::Age => first(&[&report.age, &report.date_of_birth]),
        Field::Event => report.event_date.clone(),
        Field::Place => report.place.clone(),
        Field::Height => report.height_cm.clone(),
        Field::Marks => report.marks.clone(),
        Field::Clothing => report.clothing.clone(),
        Field::Companions => report.companions.clone(),
        Field::Language => report.language.clone(),
        _ => String::new(),
    };
    match (&reason.words, reason.field) {
        (Some((x, y)), field) if field != Field::Place => (x.clone(), y.clone()),
        _ => (of(a), of(b)),
    }
}

fn first(texts: &[&String]) -> String {
    texts
        .iter()
        .find(|text| !text.is_empty())
        .map_or_else(String::new, |text| (*text).clone())
}
