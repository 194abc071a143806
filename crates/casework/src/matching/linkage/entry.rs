//! A report as it goes over the wire: no more facts than matching needs, and never more than [`Entry::BYTES_MAX`] bytes. What
//! else a report says is fetched or asked for by name, when somebody has a proposal before them.

use minicbor::{Decode, Encode};

use super::{LOOK_BYTES, Look, Report};

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A child is missing.
    Missing,
    /// A child was seen.
    Sighted,
    /// A child was found and is in somebody's care.
    Found,
    /// What a newer app has and this one does not know.
    Unknown(u8),
}

/// A report of a state's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The document it is taken from.
    pub id: [u8; 16],
    /// What it is about.
    pub kind: EntryKind,
    /// The code of the district that has it, and is asked about it.
    pub district: String,
    /// The facts.
    pub report: Report,
    /// What the picture of the report looks like, where it has one.
    pub look: Option<Look>,
}

/// Why bytes are no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// More bytes than an entry has.
    #[error("{0} bytes, more than an entry has")]
    TooLong(usize),
    /// Not the CBOR of an entry.
    #[error("not the CBOR of an entry")]
    Unreadable,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[cbor(n(0), with = "minicbor::bytes")]
    id: [u8; 16],
    #[n(1)]
    kind: u8,
    #[n(2)]
    name: Option<String>,
    #[n(3)]
    alias: Option<String>,
    #[n(4)]
    father: Option<String>,
    #[n(5)]
    mother: Option<String>,
    #[n(6)]
    sex: Option<String>,
    #[n(7)]
    age: Option<String>,
    #[n(8)]
    age_on: Option<String>,
    #[n(9)]
    birth: Option<String>,
    #[n(10)]
    event: Option<String>,
    #[n(11)]
    place: Option<String>,
    #[n(12)]
    district: Option<String>,
    #[n(13)]
    state: Option<String>,
    #[n(14)]
    pin: Option<String>,
    #[n(15)]
    height: Option<String>,
    #[n(16)]
    marks: Option<String>,
    #[n(17)]
    clothing: Option<String>,
    #[n(18)]
    companions: Option<String>,
    #[n(19)]
    language: Option<String>,
    #[n(20)]
    holder: Option<String>,
    #[cbor(n(21), with = "minicbor::bytes")]
    look: Option<[u8; LOOK_BYTES]>,
}

impl EntryKind {
    /// Its number on the wire and in tables.
    pub const fn code(self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Sighted => 1,
            Self::Found => 2,
            Self::Unknown(code) => code,
        }
    }

    /// What this number stands for.
    pub const fn of(code: u8) -> Self {
        match code {
            0 => Self::Missing,
            1 => Self::Sighted,
            2 => Self::Found,
            other => Self::Unknown(other),
        }
    }
}

impl Entry {
    /// Most bytes of an entry on the wire.
    pub const BYTES_MAX: usize = 300;

    /// The bytes. Where all facts together are too long, the ends of those are left out that tell the least, the look last:
    /// where the names alone leave it no room it is left out whole.
    pub fn to_bytes(&self) -> Vec<u8> {
        /// What is shortened first.
        const ORDER: [&str; 18] = [
            "companions",
            "clothing",
            "marks",
            "language",
            "alias",
            "place",
            "mother_name",
            "district",
            "father_name",
            "state",
            "name",
            "height_cm",
            "age",
            "age_on",
            "event_date",
            "date_of_birth",
            "pin",
            "sex",
        ];
        /// Before this one is shortened the look goes.
        const LEAVES_NO_ROOM: &str = "mother_name";
        let mut report = self.report.clone();
        for fact in ORDER.iter().rev() {
            // A cell's worth of spaces is no fact.
            if let Some(text) = report.fact_mut(fact)
                && text.trim().len() != text.len()
            {
                *text = text.trim().to_owned();
            }
        }
        let mut look = self.look;
        let mut bytes = encode(self, &report, look);
        for fact in ORDER {
            if fact == LEAVES_NO_ROOM && bytes.len() > Self::BYTES_MAX {
                look = None;
                bytes = encode(self, &report, look);
            }
            let Some(over) = bytes.len().checked_sub(Self::BYTES_MAX).filter(|over| *over > 0) else {
                break;
            };
            if let Some(text) = report.fact_mut(fact) {
                shorten(text, over);
            }
            bytes = encode(self, &report, look);
        }
        bytes
    }

    /// Reads the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > Self::BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        let wire: Wire = minicbor::decode(bytes).map_err(|_| EntryError::Unreadable)?;
        let text = Option::unwrap_or_default;
        Ok(Self {
            id: wire.id,
            kind: EntryKind::of(wire.kind),
            district: text(wire.holder),
            report: Report {
                name: text(wire.name),
                alias: text(wire.alias),
                father_name: text(wire.father),
                mother_name: text(wire.mother),
                sex: text(wire.sex),
                age: text(wire.age),
                age_on: text(wire.age_on),
                date_of_birth: text(wire.birth),
                event_date: text(wire.event),
                place: text(wire.place),
                district: text(wire.district),
                state: text(wire.state),
                pin: text(wire.pin),
                height_cm: text(wire.height),
                marks: text(wire.marks),
                clothing: text(wire.clothing),
                companions: text(wire.companions),
                language: text(wire.language),
            },
            look: wire.look.map(Look),
        })
    }
}

fn encode(entry: &Entry, report: &Report, look: Option<Look>) -> Vec<u8> {
    let text = |fact: &String| (!fact.is_empty()).then(|| fact.clone());
    let wire = Wire {
        id: entry.id,
        kind: entry.kind.code(),
        holder: text(&entry.district),
        name: text(&report.name),
        alias: text(&report.alias),
        father: text(&report.father_name),
        mother: text(&report.mother_name),
        sex: text(&report.sex),
        age: text(&report.age),
        age_on: text(&report.age_on),
        birth: text(&report.date_of_birth),
        event: text(&report.event_date),
        place: text(&report.place),
        district: text(&report.district),
        state: text(&report.state),
        pin: text(&report.pin),
        height: text(&report.height_cm),
        marks: text(&report.marks),
        clothing: text(&report.clothing),
        companions: text(&report.companions),
        language: text(&report.language),
        look: look.map(|look| look.0),
    };
    minicbor::to_vec(wire).expect("a vector takes everything")
}

/// Takes at least so many bytes off the end, whole words where that leaves any.
fn shorten(text: &mut String, over: usize) {
    let mut end = text.len().saturating_sub(over);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    if let Some(space) = text[..end].rfind(char::is_whitespace) {
        end = space;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            id: [7; 16],
            kind: EntryKind::Missing,
            district: "BR-GAY".into(),
            report: Report {
                name: "रमेश कुमार".into(),
                father_name: "मोहन लाल".into(),
                sex: "M".into(),
                age: "8".into(),
                event_date: "2026-03-01".into(),
                district: "गया".into(),
                marks: "बाएं गाल पर तिल".into(),
                ..Report::default()
            },
            look: None,
        }
    }

    #[test]
    fn an_entry_comes_back_as_it_went() {
        let bytes = entry().to_bytes();
        assert!(bytes.len() < 160, "{}", bytes.len());
        assert_eq!(Entry::from_bytes(&bytes), Ok(entry()));
        let pictured = Entry {
            look: Some(Look([5; LOOK_BYTES])),
            ..entry()
        };
        let bytes = pictured.to_bytes();
        assert!(bytes.len() < 230, "{}", bytes.len());
        assert_eq!(Entry::from_bytes(&bytes), Ok(pictured));
    }

    #[test]
    fn an_endless_report_fits_and_keeps_the_name() {
        let mut long = entry();
        long.look = Some(Look([5; LOOK_BYTES]));
        for column in crate::matching::COLUMNS {
            let fact = long.report.fact_mut(column).expect("a column");
            *fact = format!("{fact} {}", "लंबा ".repeat(500));
        }
        let bytes = long.to_bytes();
        assert!(bytes.len() <= Entry::BYTES_MAX);
        Entry::from_bytes(&bytes).expect("still an entry");
        let mut rambling = entry();
        rambling.report.marks = "scar ".repeat(300);
        let read = Entry::from_bytes(&rambling.to_bytes()).expect("an entry");
        assert_eq!(read.report.name, rambling.report.name);
        assert!(read.report.marks.starts_with("scar scar"));
        rambling.look = Some(Look([5; LOOK_BYTES]));
        let read = Entry::from_bytes(&rambling.to_bytes()).expect("an entry");
        assert_eq!(
            (&read.report.name, read.look),
            (&rambling.report.name, rambling.look),
            "what tells less goes before the look"
        );
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        assert_eq!(Entry::from_bytes(&[0; 301]), Err(EntryError::TooLong(301)));
        assert_eq!(Entry::from_bytes(b"no"), Err(EntryError::Unreadable));
        let mut newer = entry();
        newer.kind = EntryKind::Unknown(9);
        assert_eq!(Entry::from_bytes(&newer.to_bytes()), Ok(newer));
    }
}
