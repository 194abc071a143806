//! The spine of a case: the typed reading of the facts that rules, lists and clocks need.

mod situation;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{CaseKind, FactId, Stage, Urgency, Value};

pub use situation::{AgeFinding, OffenceClass, Situation};

/// Names of the facts that code refers to. A test holds them against the dictionary.
pub mod facts {
    /// Kind of case.
    pub const KIND: &str = "case.kind";
    /// Stage of the case.
    pub const STAGE: &str = "case.stage";
    /// Urgency.
    pub const URGENCY: &str = "case.urgency";
    /// District code.
    pub const DISTRICT: &str = "case.district";
    /// When the case was opened.
    pub const OPENED_AT: &str = "case.opened_at";
    /// Grounds under s.2(14).
    pub const GROUNDS: &str = "case.grounds";
    /// The child's name.
    pub const CHILD_NAME: &str = "child.name";
    /// The child's date of birth.
    pub const CHILD_BIRTH_DATE: &str = "child.birth_date";
    /// The age stated or apparent, in years.
    pub const CHILD_AGE_STATED: &str = "child.age_stated";
    /// The child's sex.
    pub const CHILD_SEX: &str = "child.sex";
    /// Where the child is now.
    pub const PLACEMENT: &str = "custody.place_kind";
    /// All of them.
    pub const ALL: [&str; 11] = [
        KIND,
        STAGE,
        URGENCY,
        DISTRICT,
        OPENED_AT,
        GROUNDS,
        CHILD_NAME,
        CHILD_BIRTH_DATE,
        CHILD_AGE_STATED,
        CHILD_SEX,
        PLACEMENT,
    ];
}

/// What rules and lists need of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spine {
    /// Kind of case; need of care until somebody says otherwise.
    pub kind: CaseKind,
    /// Stage; intake until somebody says otherwise.
    pub stage: Stage,
    /// Urgency; routine until somebody says otherwise.
    pub urgency: Urgency,
    /// District code, empty where none was written.
    pub district: String,
    /// When the case was opened, milliseconds since 1970-01-01 UTC.
    pub opened_at_ms: Option<i64>,
    /// Codes of the grounds under s.2(14).
    pub grounds: BTreeSet<String>,
}

impl Spine {
    /// Reads the spine out of the facts of a case; `get` answers for facts the reader has.
    pub fn read(get: impl Fn(&FactId) -> Option<Value>) -> Self {
        let of = |name: &str| get(&name.parse().expect("names in `facts` are fact ids"));
        let code = |name: &str| of(name).and_then(|value| value.as_text().map(str::to_owned));
        Self {
            kind: code(facts::KIND).map_or(CaseKind::Cncp, |code| CaseKind::from_code(&code)),
            stage: code(facts::STAGE).map_or(Stage::Intake, |code| Stage::from_code(&code)),
            urgency: code(facts::URGENCY).map_or(Urgency::Routine, |code| Urgency::from_code(&code)),
            district: code(facts::DISTRICT).unwrap_or_default(),
            opened_at_ms: of(facts::OPENED_AT).and_then(|value| value.as_instant_ms()),
            grounds: match of(facts::GROUNDS) {
                Some(Value::Set(codes)) => codes,
                _ => BTreeSet::new(),
            },
        }
    }
}

/// The first letter of each of the first two words of a name, in whatever script it is written: `Asha Devi` is
/// `A D`. A letter keeps its vowel signs, so that `आशा देवी` is `आ दे` and not a broken letter.
pub fn initials(name: &str) -> String {
    let letter = |word: &str| -> String {
        let mut chars = word.chars();
        let first: String = chars.next().into_iter().collect();
        first + &chars.take_while(|c| is_mark(*c)).collect::<String>()
    };
    name.split_whitespace()
        .take(2)
        .map(letter)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Combining signs of the Indic scripts and the general combining block; enough to keep a letter whole.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x064B..=0x065F)
        || matches!(u32::from(c), 0x0900..=0x0DFF)
            && (matches!(u32::from(c) % 0x80, 0x00..=0x03 | 0x3C | 0x3E..=0x4C | 0x51..=0x57 | 0x62..=0x63))
}

/// Whole years between the date of birth (`2016-02-29`) and `now_ms` in Indian time; `None` where that is no date or
/// lies ahead.
pub fn age_years(birth_date: &str, now_ms: i64) -> Option<u8> {
    let born: jiff::civil::Date = birth_date.parse().ok()?;
    let today = crate::clock::indian_date(now_ms)?;
    let years = i32::from(today.year()) - i32::from(born.year());
    let before_birthday = (today.month(), today.day()) < (born.month(), born.day());
    u8::try_from(years - i32::from(before_birthday)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pack;

    #[test]
    fn the_facts_named_in_code_are_in_the_dictionary() {
        for name in facts::ALL {
            assert!(Pack::national().fact(&name.parse().unwrap()).is_some(), "{name}");
        }
    }

    #[test]
    fn initials_keep_letters_whole_in_every_script() {
        assert_eq!(initials("Asha Devi"), "A D");
        assert_eq!(initials("आशा देवी"), "आ दे");
        assert_eq!(initials("முருகன்"), "மு");
        assert_eq!(initials("রীতা দাস"), "রী দা");
        assert_eq!(initials("Phulmani Hansda, called Phulo"), "P H");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn age_turns_on_the_birthday() {
        let noon_utc = |d: i8| 1_795_392_000_000 + i64::from(d) * 86_400_000; // 2026-11-23 = day 0
        assert_eq!(age_years("2016-11-23", noon_utc(0)), Some(10));
        assert_eq!(age_years("2016-11-24", noon_utc(0)), Some(9));
        assert_eq!(age_years("2030-01-01", noon_utc(0)), None);
        assert_eq!(age_years("not a date", noon_utc(0)), None);
    }

    #[test]
    fn an_unwritten_case_has_the_careful_defaults() {
        let spine = Spine::read(|_| None);
        assert_eq!(
            (spine.kind, spine.stage, spine.urgency),
            (CaseKind::Cncp, Stage::Intake, Urgency::Routine)
        );
    }
}
