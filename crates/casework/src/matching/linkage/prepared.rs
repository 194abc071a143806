//! A report made ready to be compared: words by number, dates as numbers, everything that cannot be read left out.

use super::{
    day::{self, Dated, Written},
    lexicon::Lexicon,
    report::{FACT_BYTES_MAX, Report},
    terms::{Kind, Likeness, TermId, Terms},
};

/// Most parts of a name that are compared, and most names of a child.
const PARTS_MAX: usize = 6;
const NAMES_MAX: usize = 4;
/// Most words of a place or of marks that are compared.
pub(super) const WORDS_MAX: usize = 12;

/// The parts of one name.
pub(super) type Name = Box<[TermId]>;

/// A report made ready.
#[derive(Debug, Clone, Default)]
pub(super) struct Prepared {
    /// The child's names, the first as it is usually written.
    pub(super) names: Box<[Name]>,
    /// Which parts of the first name a parent has, too, one bit each: the family's, and not the child's alone.
    pub(super) of_family: u8,
    pub(super) father: Name,
    pub(super) mother: Name,
    pub(super) sex: Option<u8>,
    pub(super) birth: Option<Written>,
    /// When the child was born: the year and how far from it the truth may be.
    pub(super) born: Option<(f32, f32)>,
    /// The age where no date says when that was the age.
    pub(super) age: Option<(f32, f32)>,
    pub(super) event: Option<i32>,
    pub(super) pin: Option<TermId>,
    pub(super) pin_digits: u32,
    pub(super) district: Option<TermId>,
    pub(super) state: Option<TermId>,
    pub(super) place: Box<[TermId]>,
    pub(super) height: Option<f32>,
    /// When the height was measured, in years.
    pub(super) measured: Option<f32>,
    pub(super) marks: Box<[TermId]>,
    pub(super) clothing: Box<[TermId]>,
    pub(super) companions: Box<[TermId]>,
    pub(super) languages: Box<[TermId]>,
}

/// The facts that somebody wrote and that cannot be read: they are compared with nothing.
pub(super) fn unread(report: &Report, lexicon: &Lexicon) -> Vec<&'static str> {
    let dated = |text: &str| day::date(short(text)).is_some();
    let facts = [
        ("sex", &report.sex, lexicon.sex(short(&report.sex)).is_some()),
        ("age", &report.age, day::age(short(&report.age)).is_some()),
        ("age_on", &report.age_on, dated(&report.age_on)),
        ("date_of_birth", &report.date_of_birth, dated(&report.date_of_birth)),
        ("event_date", &report.event_date, dated(&report.event_date)),
        (
            "pin",
            &report.pin,
            pin(&report.pin, lexicon).chars().any(|letter| letter.is_ascii_digit()),
        ),
        (
            "height_cm",
            &report.height_cm,
            height(short(&report.height_cm)).is_some(),
        ),
    ];
    let unread = facts
        .into_iter()
        .filter(|(_, text, read)| !read && !lexicon.says_nothing(text));
    unread.map(|(column, ..)| column).collect()
}

/// The figures of a PIN as one, however they are parted.
fn pin(text: &str, lexicon: &Lexicon) -> String {
    lexicon.place(day::whole(short(text).trim())).concat()
}

/// Reads a report. New words become numbers.
pub(super) fn prepare(report: &Report, lexicon: &Lexicon, terms: &mut Terms) -> Prepared {
    let said = |text: &str| -> String {
        if lexicon.says_nothing(text) {
            String::new()
        } else {
            text.to_owned()
        }
    };
    let report = &Report {
        name: said(&report.name),
        alias: said(&report.alias),
        father_name: said(&report.father_name),
        mother_name: said(&report.mother_name),
        place: said(&report.place),
        district: said(&report.district),
        state: said(&report.state),
        pin: said(&report.pin),
        marks: said(&report.marks),
        clothing: said(&report.clothing),
        companions: said(&report.companions),
        language: said(&report.language),
        ..report.clone()
    };
    let (own, behind) = lexicon.split(short(&report.name));
    let (aliases, _) = lexicon.split(short(&report.alias));
    let mut names: Vec<Name> = Vec::new();
    for text in own.iter().chain(&aliases) {
        let name = parts(lexicon.name(text), terms);
        if !name.is_empty() && !names.contains(&name) && names.len() < NAMES_MAX {
            names.push(name);
        }
    }
    let father = if report.father_name.trim().is_empty() {
        &behind
    } else {
        &report.father_name
    };
    let father = parts(lexicon.name(short(father)), terms);
    let mother = parts(lexicon.name(short(&report.mother_name)), terms);
    // What a family shares tells once: a parent's part that the child has is no second agreement.
    let first = names.first().cloned().unwrap_or_default();
    let father_own = without(&father, &[&first], terms);
    // Who is called by one name alone has the family's, where a parent's is told.
    if let ([own], Some(family)) = (
        &*first,
        [&father, &mother]
            .into_iter()
            .filter(|parent| parent.len() > 1)
            .find_map(|parent| parent.last()),
    ) && names.len() < NAMES_MAX
        && terms.likeness(*own, *family) != Likeness::Same
    {
        names.push([*own, *family].into());
    }
    let of_family = (0_u8..).zip(&first).filter(|(_, part)| {
        father
            .iter()
            .chain(&mother)
            .any(|other| terms.likeness(**part, *other) == Likeness::Same)
    });
    let of_family = of_family.fold(0, |bits, (at, _)| bits | 1 << at);
    let mother_own = without(&mother, &[&first, &father], terms);
    let district = phrase(&lexicon.place(short(&report.district)), terms);
    let state = lexicon.state(short(&report.state)).map(|state| terms.intern(&state));
    let pin = pin(&report.pin, lexicon);
    let event = day::date(short(&report.event_date));
    let on = day::date(short(&report.age_on)).or(event);
    let written_birth = day::date(short(&report.date_of_birth));
    let birth = match written_birth {
        Some(Dated::Day(day)) => Some(day),
        _ => None,
    };
    let age = day::age(short(&report.age));
    let dated = |(age, spread): (f32, f32)| on.map(|on| (on.years().0 - age, spread + on.years().1));
    let mut place: Vec<TermId> = Vec::new();
    let place_words = lexicon.place(short(&report.place));
    let ids: Vec<TermId> = place_words.iter().map(|word| terms.intern(word)).collect();
    let pin_id = (!pin.is_empty()).then(|| terms.intern(&pin));
    for id in ids {
        let told = [district, state, pin_id].contains(&Some(id));
        if !told && !place.contains(&id) && place.len() < WORDS_MAX {
            place.push(id);
        }
    }
    let mut bag = |text: &str| {
        let mut bag: Vec<TermId> = lexicon
            .meanings(short(text))
            .iter()
            .map(|word| terms.intern(word))
            .collect();
        bag.sort_unstable();
        bag.dedup();
        bag.truncate(WORDS_MAX);
        bag.into_boxed_slice()
    };
    Prepared {
        marks: bag(&report.marks),
        clothing: bag(&report.clothing),
        companions: bag(&report.companions),
        languages: lexicon
            .languages(short(&report.language))
            .iter()
            .map(|word| terms.intern(word))
            .collect(),
        names: names.into(),
        of_family,
        father: father_own,
        mother: mother_own,
        sex: lexicon.sex(short(&report.sex)),
        birth,
        born: written_birth.map(Dated::years).or_else(|| age.and_then(dated)),
        age,
        event: event.and_then(|event| match event {
            Dated::Day(day) => Some(day.days()),
            Dated::Year(..) => None,
        }),
        pin_digits: pin.parse().unwrap_or(0),
        pin: pin_id,
        district,
        state,
        place: place.into(),
        height: height(short(&report.height_cm)),
        measured: on.or(event).map(|on| on.years().0),
    }
}

fn parts(mut words: Vec<String>, terms: &mut Terms) -> Name {
    words.truncate(PARTS_MAX);
    words.iter().map(|word| terms.intern(word)).collect()
}

/// Several words as one, so that `North Goa` and `Northgoa` are near.
fn phrase(words: &[String], terms: &mut Terms) -> Option<TermId> {
    (!words.is_empty()).then(|| terms.intern(&words.concat()))
}

fn without(name: &Name, others: &[&Name], terms: &Terms) -> Name {
    let shared = |part: &TermId| {
        let mut others = others.iter().flat_map(|other| other.iter());
        others.any(|other| terms.likeness(*part, *other) == Likeness::Same)
    };
    name.iter().copied().filter(|part| !shared(part)).collect()
}

/// In cm, or in feet and inches where it says so; what no child measures is a slip of the pen.
fn height(text: &str) -> Option<f32> {
    const CM: std::ops::RangeInclusive<f32> = 30.0..=230.0;
    const CM_OF_FOOT: f32 = 30.48;
    const CM_OF_INCH: f32 = 2.54;
    let text: String = super::words::normal(text).collect();
    let numbers = text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
    let numbers: Vec<f32> = numbers
        .filter_map(|number| number.trim_matches('.').parse().ok())
        .collect();
    let in_feet = ["ft", "feet", "foot", "'", "\u{2019}", "फुट", "फीट"]
        .iter()
        .any(|unit| text.contains(unit));
    let cm = match numbers.as_slice() {
        [feet] if in_feet => feet * CM_OF_FOOT,
        [feet, inches, ..] if in_feet => feet * CM_OF_FOOT + inches * CM_OF_INCH,
        [cm, ..] => *cm,
        [] => return None,
    };
    Some(cm).filter(|cm| CM.contains(cm))
}

/// The beginning of an endless fact.
fn short(text: &str) -> &str {
    let mut end = text.len().min(FACT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Prepared {
    /// Counts its words.
    pub(super) fn count(&self, terms: &mut Terms) {
        let mut own: Vec<TermId> = self.names.iter().flatten().copied().collect();
        let mut parents: Vec<TermId> = self.father.iter().chain(&self.mother).copied().collect();
        let mut marks: Vec<TermId> = self
            .marks
            .iter()
            .chain(&self.clothing)
            .chain(&self.companions)
            .copied()
            .collect();
        for (list, kind) in [
            (&mut own, Kind::Own),
            (&mut parents, Kind::Parent),
            (&mut marks, Kind::Marks),
        ] {
            list.sort_unstable();
            list.dedup();
            for term in list.iter() {
                terms.count(*term, kind, 1.0);
            }
        }
        for term in &self.place {
            terms.count(*term, Kind::Place, 1.0);
        }
        for (term, kind) in [
            (self.district, Kind::District),
            (self.state, Kind::State),
            (self.pin, Kind::Pin),
        ] {
            if let Some(term) = term {
                terms.count(term, kind, 1.0);
            }
        }
    }
}
