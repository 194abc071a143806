//! What the app knows, in the words of a paper.

use casework::{FactType, Labels, Term, Value, paper::PaperWords};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};
use paper::{Answer, Choice, Words};

/// Up to so many choices are all printed, to be ticked; of more only those that were chosen.
const BOXES_MAX: usize = 12;

/// A text of so many characters has the whole width of the page.
const LONG_CHARS_MIN: usize = 90;

/// The words of a paper in its languages.
#[derive(Clone, Copy)]
pub(crate) struct Say<'a> {
    pub(crate) words: &'a PaperWords,
    pub(crate) languages: &'a [String],
}

/// What a value is of.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) kind: FactType,
    pub(super) terms: &'a [Term],
    pub(super) unit: Option<&'a str>,
}

/// Indian standard time, all the year.
pub(super) fn indian(ms: i64) -> Option<DateTime> {
    let offset = Offset::from_seconds(5 * 3600 + 1800).expect("+05:30 is an offset");
    let moment = Timestamp::from_millisecond(ms).ok()?;
    Some(offset.to_datetime(moment))
}

impl Say<'_> {
    /// Words of the pack.
    pub(crate) fn labels(&self, labels: &Labels) -> Words {
        self.languages.iter().map(|lang| labels.get(lang).to_owned()).collect()
    }

    /// The same text in each language.
    pub(crate) fn same(&self, text: &str) -> Words {
        vec![text.to_owned(); self.languages.len()]
    }

    /// A sentence of the pack, its places filled in. What is filled in is not looked through again.
    pub(crate) fn filled(&self, sentence: &Labels, places: &[(&str, Words)]) -> Words {
        let each = self.languages.iter().enumerate();
        each.map(|(at, lang)| {
            fill(sentence.get(lang), |name| {
                places.iter().find(|(place, _)| *place == name)?.1.get(at).cloned()
            })
        })
        .collect()
    }

    /// A date, e.g. `23 Nov 2026`.
    pub(crate) fn date(&self, date: Date) -> Words {
        let month = &self.words.months[usize::from(date.month().unsigned_abs()) - 1];
        let each = self.languages.iter();
        each.map(|lang| format!("{} {} {}", date.day(), month.get(lang), date.year()))
            .collect()
    }

    /// A moment in Indian time, e.g. `23 Nov 2026, 15:04`.
    pub(crate) fn moment(&self, ms: i64) -> Words {
        let Some(at) = indian(ms) else {
            return self.same("");
        };
        let dates = self.date(at.date()).into_iter();
        dates
            .map(|date| format!("{date}, {:02}:{:02}", at.hour(), at.minute()))
            .collect()
    }

    /// The answer to a question, with its boxes.
    pub(super) fn answer(&self, of: Of<'_>, value: Option<&Value>) -> Answer {
        match (of.kind, value) {
            (FactType::Flag, _) => self.yes_or_no(value.and_then(Value::as_flag)),
            (FactType::Choice | FactType::Choices, _) if (1..=BOXES_MAX).contains(&of.terms.len()) => {
                let boxes: Vec<Choice> = of
                    .terms
                    .iter()
                    .map(|term| Choice {
                        label: self.labels(&term.label),
                        chosen: value.is_some_and(|value| has_code(value, &term.code)),
                    })
                    .collect();
                match value {
                    // A code that only another pack has is shown as it is.
                    Some(value) if !says_nothing(value) && !boxes.iter().any(|one| one.chosen) => self.plain(of, value),
                    _ => Answer::Choices { choices: boxes },
                }
            }
            (_, Some(value)) => self.plain(of, value),
            (_, None) => Answer::Blank,
        }
    }

    /// The answer in a cell of a table, without boxes.
    pub(super) fn cell(&self, of: Of<'_>, value: Option<&Value>) -> Answer {
        value.map_or(Answer::Blank, |value| self.plain(of, value))
    }

    fn yes_or_no(&self, flag: Option<bool>) -> Answer {
        let one = |label: &Labels, chosen| Choice {
            label: self.labels(label),
            chosen,
        };
        Answer::Choices {
            choices: vec![
                one(&self.words.yes, flag == Some(true)),
                one(&self.words.no, flag == Some(false)),
            ],
        }
    }

    fn plain(&self, of: Of<'_>, value: &Value) -> Answer {
        let words = |words| Answer::Words { words };
        let of_codes = |codes: &mut dyn Iterator<Item = &str>| {
            let found: Vec<Words> = codes
                .map(|code| match of.terms.iter().rfind(|term| term.code == code) {
                    Some(term) => self.labels(&term.label),
                    None => self.same(code),
                })
                .collect();
            let each = 0..self.languages.len();
            words(
                each.map(|at| found.iter().map(|one| one[at].as_str()).collect::<Vec<_>>().join(", "))
                    .collect(),
            )
        };
        match value {
            Value::Text(text) => match of.kind {
                FactType::Choice | FactType::Choices => of_codes(&mut std::iter::once(text.as_str())),
                FactType::Date => text
                    .parse()
                    .map_or_else(|_| written(text), |date| words(self.date(date))),
                _ => written(text),
            },
            Value::Set(codes) => of_codes(&mut codes.iter().map(String::as_str)),
            Value::Integer(number) => words(self.with_unit(&number.to_string(), of.unit)),
            Value::Number(number) => words(self.with_unit(&number.to_string(), of.unit)),
            Value::Flag(flag) => words(self.labels(if *flag { &self.words.yes } else { &self.words.no })),
            Value::Instant(ms) => words(self.moment(*ms)),
        }
    }

    fn with_unit(&self, number: &str, unit: Option<&str>) -> Words {
        let Some(unit) = unit else {
            return self.same(number);
        };
        let named = self.words.unit.get(unit);
        let each = self.languages.iter();
        each.map(|lang| match named {
            Some(labels) => format!("{number} {}", labels.get(lang)),
            None => format!("{number} {unit}"),
        })
        .collect()
    }
}

/// What somebody wrote.
pub(super) fn written(text: &str) -> Answer {
    Answer::Text {
        long: text.contains('\n') || text.chars().count() >= LONG_CHARS_MIN,
        text: text.to_owned(),
    }
}

fn says_nothing(value: &Value) -> bool {
    matches!(value, Value::Set(codes) if codes.is_empty())
}

fn has_code(value: &Value, code: &str) -> bool {
    match value {
        Value::Text(text) => text == code,
        Value::Set(codes) => codes.contains(code),
        _ => false,
    }
}

/// Puts what belongs there in the place of each `{name}`; a place of which nothing is known stays.
fn fill(sentence: &str, place: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = sentence;
    while let Some((before, from)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = from.split_once('}') else {
            rest = &rest[before.len()..];
            break;
        };
        match place(name) {
            Some(said) => filled.push_str(&said),
            None => filled.extend(["{", name, "}"]),
        }
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use casework::Pack;

    use super::*;

    fn say(languages: &[String]) -> Say<'_> {
        Say {
            words: Pack::national().paper().unwrap(),
            languages,
        }
    }

    #[test]
    fn a_place_is_filled_once_and_what_fills_it_is_no_sentence() {
        let languages = ["en".to_owned()];
        let sentence = Labels::from_pairs([("en", "By {by}, {at} {other")]);
        let filled = say(&languages).filled(&sentence, &[("by", vec!["{at}".into()]), ("at", vec!["noon".into()])]);
        assert_eq!(filled, ["By {at}, noon {other"]);
    }

    #[test]
    fn dates_and_moments_are_of_india_and_in_words() {
        let languages = ["en".to_owned(), "hi".to_owned()];
        let say = say(&languages);
        // 2026-11-23 20:00 UTC is past midnight in India.
        assert_eq!(
            say.moment(1_795_464_000_000),
            ["24 Nov 2026, 01:30", "24 नवं 2026, 01:30"]
        );
        assert_eq!(say.with_unit("7", Some("years")), ["7 years", "7 वर्ष"]);
        assert_eq!(say.with_unit("7", Some("°")), ["7 °", "7 °"]);
    }
}
