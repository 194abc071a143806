//! Dates, moments and times of the law, in words and in Indian time.

use casework::{
    clock::{Assumption, Extension, ExtensionWarning, Length, Running, Standing},
    reports::{Period, PeriodKind},
};
use jiff::{
    Timestamp, Unit,
    civil::{Date, DateTime},
    tz::Offset,
};

use crate::words::Words;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Up to this long, time left is told in hours and minutes.
const MINUTES_MATTER_BELOW: i64 = 6 * HOUR;
/// Up to this long, it is told in hours.
const HOURS_MATTER_BELOW: i64 = 2 * DAY;

/// Indian standard time, all the year.
fn indian() -> Offset {
    Offset::from_seconds(5 * 3600 + 1800).expect("+05:30 is an offset")
}

fn local(ms: i64) -> Option<DateTime> {
    Timestamp::from_millisecond(ms)
        .ok()
        .map(|moment| indian().to_datetime(moment))
}

fn say_date(words: Words, date: Date) -> String {
    format!("{} {} {}", date.day(), words.month(date.month()), date.year())
}

/// `23 Nov 2026`.
pub fn date(words: Words, ms: i64) -> String {
    local(ms)
        .map(|moment| say_date(words, moment.date()))
        .unwrap_or_default()
}

/// `23 Nov 2026, 15:04`.
pub fn date_time(words: Words, ms: i64) -> String {
    let say = |moment: DateTime| {
        format!(
            "{}, {:02}:{:02}",
            say_date(words, moment.date()),
            moment.hour(),
            moment.minute()
        )
    };
    local(ms).map(say).unwrap_or_default()
}

/// `15:04` for a moment of today, else `23 Nov 2026, 15:04`.
pub fn near(words: Words, ms: i64, now_ms: i64) -> String {
    match (local(ms), local(now_ms)) {
        (Some(moment), Some(now)) if moment.date() == now.date() => {
            format!("{:02}:{:02}", moment.hour(), moment.minute())
        }
        _ => date_time(words, ms),
    }
}

/// A month or quarter: `Oct 2026`, `Oct – Dec 2026`.
pub fn period(words: Words, period: Period) -> String {
    let (first, last) = (period.first(), period.last());
    let (from, until) = (words.month(first.month()), words.month(last.month()));
    match period.kind() {
        PeriodKind::Month => format!("{from} {}", first.year()),
        PeriodKind::Quarter => format!("{from} – {until} {}", first.year()),
    }
}

/// The date of the dictionary's form `2026-11-23`, in words; anything else as it is.
pub fn iso_date(words: Words, text: &str) -> String {
    parse_iso_date(text).map_or_else(|| text.to_owned(), |date| say_date(words, date))
}

fn parse_iso_date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// Whether a text is a date in the dictionary's form.
pub fn is_iso_date(text: &str) -> bool {
    parse_iso_date(text).is_some()
}

/// Whether the day of `text` lies before the day of `now_ms` in India.
pub fn is_past_day(text: &str, now_ms: i64) -> bool {
    match (parse_iso_date(text), local(now_ms)) {
        (Some(day), Some(now)) => day < now.date(),
        _ => false,
    }
}

/// How long ago a day of the dictionary's form was, in whole years, or months, or days; nothing for today and what is to come. A year
/// that was typed wrong is seen by it, and a birth date tells the age.
pub fn ago(words: Words, text: &str, now_ms: i64) -> Option<String> {
    let (day, today) = (parse_iso_date(text)?, local(now_ms)?.date());
    if day >= today {
        return None;
    }
    let span = day.until((Unit::Year, today)).ok()?;
    let whole = |n: i64| u64::try_from(n).unwrap_or_default();
    let said = match (span.get_years(), span.get_months(), span.get_days()) {
        (0, 0, days) => words.time_days(whole(days.into())),
        (0, months, _) => words.time_months_of(whole(months.into())),
        (years, ..) => words.time_years_of(whole(years.into())),
    };
    Some(words.time_ago(said))
}

/// A day of the dictionary's form as a number of days, so that days can be set apart on a chart.
pub fn day_number(text: &str) -> Option<i32> {
    let since = parse_iso_date(text)?.since(Date::new(2000, 1, 1).ok()?).ok()?;
    Some(since.get_days())
}

/// The quarter of the calendar year in which a moment lies, `2026-Q4`.
pub fn quarter(ms: i64) -> String {
    local(ms)
        .map(|moment| format!("{}-Q{}", moment.year(), (moment.month() - 1) / 3 + 1))
        .unwrap_or_default()
}

/// `Oct–Dec 2026`; anything that is no quarter as it is.
pub fn quarter_words(words: Words, quarter: &str) -> String {
    let parts = quarter
        .split_once("-Q")
        .and_then(|(year, number)| Some((year, number.parse::<i8>().ok()?)));
    match parts {
        Some((year, number @ 1..=4)) => {
            format!("{}–{} {year}", words.month(number * 3 - 2), words.month(number * 3))
        }
        _ => quarter.to_owned(),
    }
}

/// A length of time as an officer says it: never more than there is.
pub fn span(words: Words, ms: i64) -> String {
    let ms = ms.max(0);
    if ms < HOUR {
        return words.time_minutes(ms / MINUTE);
    }
    if ms < MINUTES_MATTER_BELOW && ms % HOUR >= MINUTE {
        return words.time_hours_minutes(ms / HOUR, (ms % HOUR) / MINUTE);
    }
    if ms < HOURS_MATTER_BELOW {
        return words.time_hours(ms / HOUR);
    }
    words.time_days(u64::try_from(ms / DAY).unwrap_or_default())
}

/// How long to wait, to the second.
pub fn countdown(words: Words, ms: i64) -> String {
    let seconds = (ms.max(0) + SECOND - 1) / SECOND;
    if seconds < 60 {
        return words.time_seconds(seconds);
    }
    if seconds < 3600 {
        return words.time_minutes_seconds(seconds / 60, seconds % 60);
    }
    words.time_hours_minutes(seconds / 3600, (seconds % 3600) / 60)
}

/// A length as the law states it.
pub fn length(words: Words, length: Length) -> String {
    match length {
        Length::Minutes(n) => words.time_minutes(n),
        Length::Hours(n) => words.time_hours(n),
        Length::Days(n) => words.time_days(u64::from(n)),
        Length::Months(n) => words.time_months_of(u64::from(n)),
        Length::WorkingDays(n) => words.time_working_days(u64::from(n)),
    }
}

/// How a statutory clock stands: `6 h left of 24 h (JJ s.31)`.
pub fn clock(words: Words, clock: &Running, standing: Standing, now_ms: i64) -> String {
    let source = &clock.source;
    if let Some(why) = clock.reason(now_ms) {
        return words.time_not_applicable(words.label(why), source);
    }
    let of = clock.length.map(|of| length(words, of)).unwrap_or_default();
    let Some(due) = clock.due_at_ms else {
        return match clock.stopped_at_ms {
            Some(stopped) => words.time_met_no_limit(date(words, stopped), source),
            None => words.time_no_limit(source),
        };
    };
    match (standing, clock.stopped_at_ms) {
        (Standing::Met | Standing::MetLate, Some(stopped)) if stopped <= due => {
            words.time_met(date(words, stopped), of, source)
        }
        (Standing::Met | Standing::MetLate, Some(stopped)) => {
            words.time_met_late(date(words, stopped), span(words, stopped - due), of, source)
        }
        _ if now_ms > due => words.time_over(span(words, now_ms - due), of, source),
        // A time in days runs out at midnight: its last day is the one before.
        _ if clock.extended_to.is_some() => {
            words.time_extended(span(words, due - now_ms), date(words, due - 1), source)
        }
        _ => words.time_left(span(words, due - now_ms), of, source),
    }
}

/// What a clock takes for granted, in words.
pub fn assumption(words: Words, assumption: Assumption) -> &'static str {
    match assumption {
        Assumption::AgeNotKnown => words.clock_age_not_known(),
        Assumption::AgeAsStated => words.clock_age_as_stated(),
        Assumption::ConditionNotKnown => words.clock_condition_not_known(),
        Assumption::HolidaysNotKnown => words.clock_holidays_not_known(),
    }
}

/// An extension as it was recorded: until when, by which order, why.
pub fn extension(words: Words, extension: &Extension) -> String {
    let until = extension
        .until_ms
        .map(|until| date(words, until - 1))
        .unwrap_or_default();
    words.clock_extension(until, &extension.order_number, &extension.reason)
}

/// What is to be said against an extension, in words.
pub fn warning(words: Words, warning: ExtensionWarning) -> &'static str {
    match warning {
        ExtensionWarning::NotProvided => words.clock_not_provided(),
        ExtensionWarning::NotByThisAuthority => words.clock_not_by_this_authority(),
        ExtensionWarning::BeyondLimit => words.clock_beyond_limit(),
        ExtensionWarning::EndsEarlier => words.clock_ends_earlier(),
        ExtensionWarning::GivenLate => words.clock_given_late(),
        ExtensionWarning::WithoutOrder => words.clock_without_order(),
        ExtensionWarning::WithoutReason => words.clock_without_reason(),
        ExtensionWarning::WithoutEnd => words.clock_without_end(),
    }
}

/// The first place of the law of several: `JJ s.31` of `JJ s.31, MR r.18(2)`.
pub fn first_source(source: &str) -> &str {
    source.split_once(", ").map_or(source, |(first, _)| first)
}

/// The share of a clock's time that is gone, 0 to 100; nothing is ever gone where no time is set.
pub fn gone_percent(clock: &Running, now_ms: i64) -> i64 {
    let until = clock.stopped_at_ms.unwrap_or(now_ms);
    let Some(due) = clock.due_at_ms else { return 0 };
    let whole = (due - clock.started_at_ms).max(1);
    ((until - clock.started_at_ms) * 100 / whole).clamp(0, 100)
}

/// The value of a `datetime-local` input, in Indian time.
pub fn to_input(ms: i64) -> String {
    let say = |t: DateTime| {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute()
        )
    };
    local(ms).map(say).unwrap_or_default()
}

/// Reads a moment in Indian time: what a `datetime-local` input gives, and what people type where the browser has no
/// such input: `23-11-2026 15:04`, `23/11/2026 15.04`.
pub fn from_input(text: &str) -> Option<i64> {
    let text = text.trim();
    let (day, clock) = text.split_once(['T', ' ', ',']).unwrap_or((text, "00:00"));
    let date = from_date_input(day)?;
    let mut parts = clock.trim().splitn(3, [':', '.']).map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let moment = jiff::civil::Time::new(hour, minute, 0, 0).ok()?;
    Some(indian().to_timestamp(date.to_datetime(moment)).ok()?.as_millisecond())
}

/// Reads a date: `2026-11-23`, `23-11-2026`, `23/11/2026`, `23.11.2026`.
pub fn from_date_input(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.trim().split(['-', '/', '.']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, day) = if a.len() == 4 { (a, c) } else { (c, a) };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, b.parse().ok()?, day.parse().ok()?).ok()
}

/// The place in a recording, or how long it is: `3:07`.
pub fn minutes(ms: u64) -> String {
    let seconds = ms / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Bytes in words.
pub fn bytes(words: Words, count: u64) -> String {
    const STEP: u64 = 1024;
    if count < STEP {
        words.time_bytes(count)
    } else if count < STEP * STEP {
        words.time_kilobytes(count.div_ceil(STEP))
    } else if count < STEP * STEP * STEP {
        words.time_megabytes(about(count, STEP * STEP))
    } else {
        words.time_gigabytes(about(count, STEP * STEP * STEP))
    }
}

/// So many units, with a tenth where that says something.
fn about(count: u64, unit: u64) -> String {
    let tenths = count / unit * 10 + count % unit * 10 / unit;
    if tenths >= 1_000 || tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;
    use casework::{Checked, Labels, clock::Duty};

    const EN: Words = Words(Lang::En);
    const HI: Words = Words(Lang::Hi);
    /// 2026-11-23 10:00 in India.
    const MORNING: i64 = 1_795_408_200_000;

    fn production() -> Running {
        Running {
            id: "production-cwc".into(),
            instance: String::new(),
            label: Labels::default(),
            who: Labels::default(),
            section: Labels::default(),
            source: "JJ s.31".into(),
            checked: Checked::A,
            duty: Duty::Mandatory,
            length: Some(Length::Hours(24)),
            started_at_ms: MORNING,
            due_at_ms: Some(MORNING + DAY),
            stopped_at_ms: None,
            extended_to: None,
            extensions: Vec::new(),
            applies: true,
            because: Labels::default(),
            assumes: Vec::new(),
            then: Labels::default(),
        }
    }

    fn said(running: &Running, now: i64) -> String {
        clock(EN, running, running.standing(now), now)
    }

    #[test]
    fn dates_are_written_out_in_indian_time() {
        assert_eq!(date(EN, MORNING), "23 Nov 2026");
        assert_eq!(date_time(EN, MORNING), "23 Nov 2026, 10:00");
        assert_eq!(date(HI, MORNING), "23 नवं 2026");
        assert_eq!(near(EN, MORNING, MORNING + HOUR), "10:00");
        assert_eq!(near(EN, MORNING, MORNING + 14 * HOUR), "23 Nov 2026, 10:00");
        // 20:00 UTC is half past one the next morning in India.
        assert_eq!(date_time(EN, MORNING + 15 * HOUR + 30 * MINUTE), "24 Nov 2026, 01:30");
    }

    #[test]
    fn a_clock_says_what_is_left_and_where_it_stands() {
        let mut clock = production();
        assert_eq!(said(&clock, MORNING + 18 * HOUR - 1), "6 h left of 24 h (JJ s.31)");
        assert_eq!(
            said(&clock, MORNING + 21 * HOUR + 20 * MINUTE),
            "2 h 40 min left of 24 h (JJ s.31)"
        );
        assert_eq!(said(&clock, MORNING + 27 * HOUR), "3 h over the 24 h (JJ s.31)");
        clock.stopped_at_ms = Some(MORNING + 5 * HOUR);
        assert_eq!(
            said(&clock, MORNING + 90 * HOUR),
            "Done on 23 Nov 2026, within 24 h (JJ s.31)"
        );
        clock.stopped_at_ms = Some(MORNING + 29 * HOUR);
        assert_eq!(
            said(&clock, MORNING + 90 * HOUR),
            "Done on 24 Nov 2026, 5 h after the 24 h (JJ s.31)"
        );
    }

    #[test]
    fn a_clock_without_a_time_and_one_that_does_not_apply_say_so() {
        let mut clock = production();
        (clock.length, clock.due_at_ms) = (None, None);
        assert_eq!(
            said(&clock, MORNING + 90 * DAY),
            "As soon as can be; no time is set (JJ s.31)"
        );
        clock.stopped_at_ms = Some(MORNING);
        assert_eq!(said(&clock, MORNING + 90 * DAY), "Done on 23 Nov 2026 (JJ s.31)");
        let mut clock = production();
        clock.applies = false;
        clock.because = Labels::from_pairs([("en", "The child has left.")]);
        assert_eq!(said(&clock, MORNING), "Does not apply: The child has left. (JJ s.31)");
    }

    #[test]
    fn an_extended_clock_says_until_when() {
        let mut clock = production();
        clock.length = Some(Length::Days(1));
        clock.due_at_ms = from_input("2026-12-01T00:00");
        clock.extended_to = Some(Extension {
            row: String::new(),
            authority: "jjb".into(),
            order_number: "7".into(),
            reason: "witness".into(),
            made_at_ms: None,
            until_ms: clock.due_at_ms,
            limit_ms: None,
            counts_until_ms: clock.due_at_ms,
            warnings: Vec::new(),
        });
        assert_eq!(clock.standing(MORNING), Standing::Extended);
        assert_eq!(
            said(&clock, MORNING),
            "7 days left, extended until 30 Nov 2026 (JJ s.31)"
        );
    }

    #[test]
    fn what_is_left_is_never_overstated() {
        assert_eq!(span(EN, 2 * DAY - 1), "47 h");
        assert_eq!(span(EN, 3 * DAY - 1), "2 days");
        assert_eq!(span(EN, 59 * SECOND), "0 min");
        assert_eq!(span(EN, -5), "0 min");
    }

    #[test]
    fn a_wait_is_never_understated() {
        assert_eq!(countdown(EN, 1), "1 s");
        assert_eq!(countdown(EN, 90_000), "1 min 30 s");
        assert_eq!(countdown(EN, 2 * HOUR + 5 * MINUTE), "2 h 5 min");
    }

    #[test]
    fn moments_survive_the_input() {
        assert_eq!(to_input(MORNING), "2026-11-23T10:00");
        for typed in [
            "2026-11-23T10:00",
            "2026-11-23 10:00",
            "23-11-2026 10:00",
            "23/11/2026 10.00",
            "23.11.2026, 10:00",
        ] {
            assert_eq!(from_input(typed), Some(MORNING), "{typed}");
        }
        for wrong in [
            "",
            "yesterday",
            "31-02-2026 10:00",
            "23-11-26 10:00",
            "2026-11-23 25:00",
        ] {
            assert_eq!(from_input(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn quarters_are_told_by_their_months() {
        assert_eq!(quarter(MORNING), "2026-Q4");
        assert_eq!(quarter_words(EN, "2026-Q4"), "Oct–Dec 2026");
        assert_eq!(quarter_words(EN, "2026-Q7"), "2026-Q7");
        assert_eq!(day_number("2000-01-31"), Some(30));
    }

    #[test]
    fn how_long_ago_a_day_was_is_told_in_whole_years_months_or_days() {
        let said = |day| ago(EN, day, MORNING);
        assert_eq!(said("2015-11-24").as_deref(), Some("10 years ago"));
        assert_eq!(said("2015-11-23").as_deref(), Some("11 years ago"));
        assert_eq!(said("2026-09-30").as_deref(), Some("1 month ago"));
        assert_eq!(said("2026-11-20").as_deref(), Some("3 days ago"));
        assert_eq!(
            (said("2026-11-23"), said("2027-01-01"), said("soon")),
            (None, None, None)
        );
    }

    #[test]
    fn sizes_are_told_in_round_words() {
        assert_eq!(bytes(EN, 900), "900 bytes");
        assert_eq!(bytes(EN, 1_500), "2 kB");
        assert_eq!(bytes(EN, 3_300_000), "3.1 MB");
        assert_eq!(bytes(EN, 512 << 20), "512 MB");
        assert_eq!(bytes(EN, (512 << 20) + 300_000), "512 MB");
        assert_eq!(bytes(EN, 2 << 30), "2 GB");
        assert_eq!(bytes(EN, 15_329 << 20), "14.9 GB");
        assert_eq!(bytes(EN, u64::MAX), "17179869183 GB");
    }
}
