//! Reports for tests. Everybody is invented.

use casework::Pack;
use casework::matching::{Asking, Catalogue, Gathering, Knowledge, Relation, Report, Score};

pub(crate) fn knowledge() -> &'static Knowledge {
    Pack::national()
        .matching()
        .expect("the national pack knows of matching")
}

pub(crate) fn catalogue(reports: &[Report], relation: Relation) -> Catalogue {
    let mut gathering = Gathering::new(knowledge()).expect("the pack's rates can be reckoned with");
    for report in reports {
        gathering.store(report);
    }
    gathering.finish(relation)
}

/// The score of two reports in a list of these two.
pub(crate) fn score(a: &Report, b: &Report, relation: Relation) -> Score {
    let catalogue = catalogue(&[a.clone(), b.clone()], relation);
    catalogue.explain_stored(0, 1, &mut Asking::default())
}

pub(crate) fn duplicates(a: &Report, b: &Report) -> Score {
    score(a, b, Relation::Duplicates)
}

pub(crate) fn ramesh() -> Report {
    Report {
        name: "Ramesh Kumar".into(),
        father_name: "Mohan Lal".into(),
        mother_name: "Sunita Devi".into(),
        sex: "M".into(),
        age: "8".into(),
        age_on: "2026-03-01".into(),
        event_date: "2026-03-01".into(),
        place: "Barachatti".into(),
        district: "Gaya".into(),
        state: "Bihar".into(),
        pin: "824201".into(),
        height_cm: "121".into(),
        marks: "mole on left cheek".into(),
        language: "Hindi".into(),
        ..Report::default()
    }
}

/// The same child by another hand.
pub(crate) fn in_devanagari() -> Report {
    Report {
        name: "रमेश कुमार".into(),
        father_name: "मोहन लाल".into(),
        mother_name: "सुनीता देवी".into(),
        sex: "पुरुष".into(),
        age: "८ वर्ष".into(),
        place: "बाराचट्टी".into(),
        district: "गया".into(),
        state: "BR".into(),
        marks: "बाएं गाल पर तिल".into(),
        language: "हिन्दी".into(),
        ..ramesh()
    }
}
