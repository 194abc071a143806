//! Dates and ages as registers write them.

use super::words::{normal, words};

/// A date as eight digits, year first, which may be impossible: a slip of the pen is compared, not thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Written {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// A date, or as much of it as was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dated {
    Day(Written),
    /// The year, and perhaps the month.
    Year(u16, Option<u8>),
}

const YEAR_MIN: u16 = 1850;
const YEAR_MAX: u16 = 2150;
/// Days of a year, in the mean.
const DAYS_OF_YEAR: f32 = 365.25;

impl Written {
    /// Days since the beginning of the year 0, as if every month were regular: for differences of days.
    pub(super) fn days(self) -> i32 {
        // Days of the months before, in a year that is not a leap year.
        const BEFORE: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let month = usize::from(self.month.clamp(1, 12)) - 1;
        let year = i32::from(self.year);
        let whole = if month >= 2 { year } else { year - 1 };
        365 * year + whole / 4 - whole / 100 + whole / 400 + BEFORE[month] + i32::from(self.day.clamp(1, 31))
    }

    /// The year with its fraction.
    pub(super) fn years(self) -> f32 {
        let month = f32::from(self.month.clamp(1, 12)) - 1.0;
        f32::from(self.year) + month / 12.0 + f32::from(self.day.clamp(1, 31)) / DAYS_OF_YEAR
    }

    pub(super) fn digits(self) -> [u8; 8] {
        let (mut left, mut digits) = (self.number(), [0; 8]);
        for digit in digits.iter_mut().rev() {
            *digit = u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
        }
        digits
    }

    /// As a number, for counting and looking up.
    pub(super) fn number(self) -> u64 {
        u64::from(self.year) * 10_000 + u64::from(self.month) * 100 + u64::from(self.day)
    }
}

impl Dated {
    /// The year in the middle of what was written, and how far from it the truth may be.
    pub(super) fn years(self) -> (f32, f32) {
        match self {
            Self::Day(day) => (day.years(), 0.0),
            Self::Year(year, Some(month)) => (f32::from(year) + (f32::from(month) - 0.5) / 12.0, 0.05),
            Self::Year(year, None) => (f32::from(year) + 0.5, 0.5),
        }
    }
}

/// Reads a date: `2014-05-31`, `20140531`, `31/05/2014`, `31.5.14`, `31 May 2014`, `31st of May, 2014`, `2014`, `05/2014`.
/// `None` for what is none.
pub(super) fn date(text: &str) -> Option<Dated> {
    let lower: String = normal(text).collect();
    let iso = lower
        .split(['t', ' '])
        .next()
        .filter(|head| head.len() == 10 && head.as_bytes()[4] == b'-');
    // A time of day after the date says nothing here, and a table of numbers writes a year as 2014.0.
    let lower = whole(lower.trim());
    let before_time: Vec<&str> = lower
        .split_whitespace()
        .take_while(|part| !part.contains(':'))
        .collect();
    let mut parts = words(iso.unwrap_or(&before_time.join(" ")));
    parts.retain(|part| part != "of" && !is_weekday(part));
    for part in &mut parts {
        for ending in ["st", "nd", "rd", "th"] {
            if let Some(number) = part.strip_suffix(ending).filter(|number| is_number(number)) {
                *part = number.to_owned();
            }
        }
    }
    let number = |part: &String| part.parse::<u32>().ok();
    let month = |part: &String| number(part).or_else(|| month_name(part));
    match parts.as_slice() {
        [one] if one.len() == 8 => {
            let digits = number(one)?;
            let year_first = written(digits / 10_000, digits / 100 % 100, digits % 100);
            year_first.or_else(|| written(digits % 10_000, digits / 10_000 % 100, digits / 1_000_000))
        }
        [one] if one.len() == 4 => year_of(number(one)?).map(|year| Dated::Year(year, None)),
        [a, b] => {
            let (year, month) = if a.len() == 4 {
                (number(a)?, month(b)?)
            } else {
                (number(b)?, month(a)?)
            };
            let month = u8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
            year_of(year).map(|year| Dated::Year(year, Some(month)))
        }
        [a, b, c] if a.len() == 4 => written(number(a)?, month(b)?, number(c)?),
        [a, b, c] if number(a).is_none() => written(number(c)?, month_name(a)?, number(b)?),
        [a, b, c] => written(century(c)?, month(b)?, number(a)?),
        _ => None,
    }
}

/// Without the `.0` of a whole number.
pub(super) fn whole(text: &str) -> &str {
    text.strip_suffix(".0")
        .filter(|number| is_number(number))
        .unwrap_or(text)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    DAYS.iter().any(|day| word.starts_with(day))
}

/// `14` is 2014, `87` is 1987.
fn century(part: &str) -> Option<u32> {
    let year: u32 = part.parse().ok()?;
    Some(match (part.len(), year) {
        (4, year) => year,
        (2, 0..=49) => 2000 + year,
        (2, _) => 1900 + year,
        _ => return None,
    })
}

fn year_of(year: u32) -> Option<u16> {
    let year = u16::try_from(year).ok()?;
    (YEAR_MIN..=YEAR_MAX).contains(&year).then_some(year)
}

/// Month and day may be impossible as long as they are two digits each; where only the other order is possible, it is meant.
fn written(year: u32, month: u32, day: u32) -> Option<Dated> {
    let year = year_of(year)?;
    let (month, day) = if month > 12 && (1..=12).contains(&day) && month <= 31 {
        (day, month)
    } else {
        (month, day)
    };
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    if month > 99 || day > 99 {
        return None;
    }
    match (month, day) {
        (0, _) => Some(Dated::Year(year, None)),
        (1..=12, 0) => Some(Dated::Year(year, Some(month))),
        _ => Some(Dated::Day(Written { year, month, day })),
    }
}

fn month_name(word: &str) -> Option<u32> {
    const ENGLISH: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    const HINDI: [&str; 12] = [
        "जन",
        "फर",
        "मार",
        "अप्र",
        "मई",
        "जून",
        "जुल",
        "अग",
        "सित",
        "अक्",
        "नव",
        "दिस",
    ];
    let at = ENGLISH.iter().chain(&HINDI).position(|name| word.starts_with(name))?;
    u32::try_from(at % 12 + 1).ok()
}

/// The numbers that ages are written with, in words.
fn number_word(word: &str) -> Option<f32> {
    const ENGLISH: [&str; 18] = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
    ];
    const HINDI: [&str; 18] = [
        "एक",
        "दो",
        "तीन",
        "चार",
        "पांच",
        "छह",
        "सात",
        "आठ",
        "नौ",
        "दस",
        "ग्यारह",
        "बारह",
        "तेरह",
        "चौदह",
        "पंद्रह",
        "सोलह",
        "सत्रह",
        "अठारह",
    ];
    let at = ENGLISH.iter().chain(&HINDI).position(|known| *known == word)?;
    u8::try_from(at % 18 + 1).ok().map(f32::from)
}

/// Reads an age: years and how far the truth may be from it. `8`, `8.5`, `8-10`, `8 years 3 months`, `6 months`, `about 7`,
/// `eight`.
pub(super) fn age(text: &str) -> Option<(f32, f32)> {
    const AGE_MAX: f32 = 120.0;
    let text: String = normal(text).collect();
    let mut numbers: Vec<f32> = Vec::new();
    // A unit stands after its number; its first letters tell.
    for word in text.split_inclusive(|letter: char| !(letter.is_ascii_digit() || letter == '.')) {
        let digits = word.trim_end_matches(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
        if !digits.is_empty() {
            numbers.extend(digits.trim_matches('.').parse::<f32>().ok());
        }
    }
    if numbers.is_empty() {
        numbers.extend(words(&text).iter().filter_map(|word| number_word(word)));
    }
    let has = |units: &[&str]| units.iter().any(|unit| text.contains(unit));
    let months = has(&[
        "mon",
        "mth",
        "माह",
        "महीन",
        "মাস",
        "மாத",
        "నెల",
        "ತಿಂಗ",
        "മാസ",
        "મહિ",
        "ਮਹੀ",
        "ମାସ",
        "ماہ",
    ]);
    let days = has(&["day", "दिन"]);
    let years = has(&[
        "y",
        "वर्ष",
        "साल",
        "বছর",
        "வயது",
        "సంవ",
        "ವರ್ಷ",
        "വയസ",
        "વર્ષ",
        "ਸਾਲ",
        "ବର୍ଷ",
        "سال",
    ]);
    let (middle, spread) = match numbers.as_slice() {
        [one] if months && !years => (one / 12.0 + 0.04, 0.1),
        [one] if days && !years => (one / DAYS_OF_YEAR, 0.05),
        // Whoever is eight is between eight and nine.
        [one] if one.fract() == 0.0 => (one + 0.5, 0.5),
        [one] => (*one, 0.1),
        [a, b] if years && months => (a + b / 12.0, 0.1),
        [a, b] if a < b => (f32::midpoint(*a, *b) + 0.5, (b - a) / 2.0 + 0.5),
        [a, ..] => (a + 0.5, 0.5),
        [] => return None,
    };
    (0.0..=AGE_MAX).contains(&middle).then_some((middle, spread))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: u16, month: u8, day: u8) -> Dated {
        Dated::Day(Written { year, month, day })
    }

    #[test]
    fn dates_are_read_as_registers_write_them() {
        for text in [
            "2014-05-31",
            "20140531",
            "31/05/2014",
            "31.5.14",
            "31 May 2014",
            "May 31, 2014",
            "३१-०५-२०१४",
            "31 मई 2014",
            "2014-05-31T10:00:00Z",
            "05/31/2014",
            "31052014",
            "31-05-2014 00:00:00",
            "31/05/2014 10:30 AM",
            "31st May 2014",
            "Saturday, 31st of May, 2014",
            "31-May-14",
            "20140531.0",
        ] {
            assert_eq!(date(text), Some(day(2014, 5, 31)), "{text}");
        }
        assert_eq!(date("2014"), Some(Dated::Year(2014, None)));
        assert_eq!(date("05/2014"), Some(Dated::Year(2014, Some(5))));
        assert_eq!(
            date("19451399"),
            Some(day(1945, 13, 99)),
            "impossible, and compared all the same"
        );
        for none in ["", "unknown", "12", "99999999999", "३"] {
            assert_eq!(date(none), None, "{none}");
        }
    }

    #[test]
    fn ages_are_read_as_registers_write_them() {
        for (text, middle, spread) in [
            ("8", 8.5, 0.5),
            ("८ वर्ष", 8.5, 0.5),
            ("8 yrs", 8.5, 0.5),
            ("8.5", 8.5, 0.1),
            ("8-10", 9.5, 1.5),
            ("6 months", 0.54, 0.1),
            ("2 years 6 months", 2.5, 0.1),
            ("about 7", 7.5, 0.5),
            ("8.0", 8.5, 0.5),
            ("Eight years", 8.5, 0.5),
            ("आठ वर्ष", 8.5, 0.5),
            ("six months", 0.54, 0.1),
        ] {
            let (m, s) = age(text).expect(text);
            assert!((m - middle).abs() < 0.01 && (s - spread).abs() < 0.01, "{text} {m} {s}");
        }
        for none in ["", "child", "999"] {
            assert_eq!(age(none), None, "{none}");
        }
    }

    #[test]
    fn days_between_dates_are_right() {
        let days = |y, m, d| {
            Written {
                year: y,
                month: m,
                day: d,
            }
            .days()
        };
        assert_eq!(days(2024, 3, 1) - days(2024, 2, 28), 2);
        assert_eq!(days(2023, 3, 1) - days(2023, 2, 28), 1);
        assert_eq!(days(2025, 1, 1) - days(2024, 1, 1), 366);
        assert_eq!(days(2024, 1, 1) - days(2023, 12, 31), 1);
    }
}
