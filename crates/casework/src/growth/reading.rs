//! Reads a measuring, and the chart of a case.

use jiff::civil::Date;

use super::reference::{Table, UNDER_FIVE_DAYS_MAX, lms, word};
use super::{AgeAtMeasure, Indicator, Measure, Measured, Outcome, Position, Reading, Refusal, Severity, Sex, Word};
use crate::{Record, RecordRow, Value, age};

/// A child is this much longer lying than standing, in cm (WHO 2006).
const LYING_OVER_STANDING_CM: f64 = 0.7;
/// From this day on children are measured standing: two years.
const STANDING_FROM_DAY: u32 = 731;
/// Where the age is not known, from this height on in cm.
const STANDING_FROM_CM: f64 = 87.0;
/// Months for which the cut-offs of the upper arm hold, 6 to 59 completed, in days.
const UPPER_ARM_DAYS: std::ops::Range<u32> = 183..1827;
/// What any person may measure; outside, somebody slipped.
const HEIGHT_CM: std::ops::RangeInclusive<f64> = 25.0..=230.0;
const WEIGHT_KG: std::ops::RangeInclusive<f64> = 0.3..=250.0;
const UPPER_ARM_MM: std::ops::RangeInclusive<i64> = 40..=600;
/// The furthest z-score that is shown beside a refusal.
const Z_SHOWN_MAX: f64 = 99.0;

/// What the indicators say about one measuring, in the order of [`Indicator::ALL`].
pub fn read(measure: &Measure) -> Vec<Outcome> {
    Indicator::ALL
        .into_iter()
        .filter_map(|indicator| {
            let outcome = match indicator {
                Indicator::HeightForAge => height_for_age(measure, measure.height_cm?),
                Indicator::WeightForAge => weight_for_age(measure, measure.weight_kg?),
                Indicator::WeightForHeight => weight_for_height(measure, measure.weight_kg?, measure.height_cm?),
                Indicator::BmiForAge => bmi_for_age(measure, measure.weight_kg?, measure.height_cm?),
                Indicator::UpperArm => upper_arm(measure, measure.upper_arm_mm?),
            };
            Some(match outcome {
                Ok(reading) => Outcome::Read(reading),
                Err(why) => Outcome::Refused { indicator, why },
            })
        })
        .collect()
}

/// Every measuring of a case, oldest first; rows without a day come first and are refused what needs an age.
pub fn of_record(record: &Record) -> Vec<Measured> {
    let mut chart: Vec<Measured> = record.rows_of("growth").map(|row| measured(record, row)).collect();
    chart.sort_by(|a, b| (&a.at, a.row).cmp(&(&b.at, b.row)));
    chart
}

fn measured(record: &Record, row: &RecordRow) -> Measured {
    let at = row.text("at").unwrap_or_default().to_owned();
    let day: Option<Date> = at.parse().ok();
    let number = |column: &str| match row.cell(column)? {
        Value::Number(number) => number.is_finite().then_some(*number),
        #[expect(clippy::cast_precision_loss, reason = "centimetres and kilograms")]
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    };
    let oedema = row.flag("oedema").unwrap_or(false);
    let measure = Measure {
        sex: record.text("child.sex").and_then(Sex::from_code),
        age: day.map_or(AgeAtMeasure::Unknown, |day| age_at(record, day)),
        height_cm: number("height_cm"),
        weight_kg: number("weight_kg"),
        #[expect(clippy::cast_possible_truncation, reason = "millimetres; out of range is refused")]
        upper_arm_mm: number("muac_mm").map(|mm| mm.round() as i64),
        position: match row.flag("lying") {
            Some(true) => Position::Lying,
            Some(false) => Position::Standing,
            None => Position::NotSaid,
        },
        oedema,
    };
    Measured {
        row: row.id,
        at,
        oedema,
        measure,
        outcomes: read(&measure),
    }
}

/// Days from the date of birth; else months from the stated age, taken at the middle of its year.
fn age_at(record: &Record, day: Date) -> AgeAtMeasure {
    if let Some(born) = age::birth_date(record) {
        return day
            .since(born)
            .ok()
            .and_then(|span| u32::try_from(span.get_days()).ok())
            .map_or(AgeAtMeasure::Unknown, AgeAtMeasure::Days);
    }
    match age::on(record, day) {
        Some(age) => AgeAtMeasure::Months(u16::from(age.years) * 12 + 6),
        None => AgeAtMeasure::Unknown,
    }
}

fn height_for_age(measure: &Measure, height_cm: f64) -> Result<Reading, Refusal> {
    let height_cm = standard_height(measure, possible(height_cm, &HEIGHT_CM)?);
    let z = by_age(Indicator::HeightForAge, measure, height_cm)?;
    reading(Indicator::HeightForAge, measure, height_cm, z, (-6.0, 6.0))
}

fn weight_for_age(measure: &Measure, weight_kg: f64) -> Result<Reading, Refusal> {
    let weight_kg = weight(measure, weight_kg)?;
    let z = by_age(Indicator::WeightForAge, measure, weight_kg)?;
    reading(Indicator::WeightForAge, measure, weight_kg, z, (-6.0, 5.0))
}

fn bmi_for_age(measure: &Measure, weight_kg: f64, height_cm: f64) -> Result<Reading, Refusal> {
    let metres = standard_height(measure, possible(height_cm, &HEIGHT_CM)?) / 100.0;
    let bmi = weight(measure, weight_kg)? / (metres * metres);
    let z = by_age(Indicator::BmiForAge, measure, bmi)?;
    reading(Indicator::BmiForAge, measure, bmi, z, (-5.0, 5.0))
}

fn weight_for_height(measure: &Measure, weight_kg: f64, height_cm: f64) -> Result<Reading, Refusal> {
    let sex = measure.sex.ok_or(Refusal::Sex)?;
    let weight_kg = weight(measure, weight_kg)?;
    let height_cm = standard_height(measure, possible(height_cm, &HEIGHT_CM)?);
    if measure.age.days().is_some_and(|days| days > UNDER_FIVE_DAYS_MAX) {
        return Err(Refusal::OutsideAge);
    }
    let table = if stands(measure, height_cm) {
        Table::Height
    } else {
        Table::Length
    };
    let row = lms(table, sex, height_cm).ok_or(Refusal::OutsideHeight { height_cm })?;
    let z = row.z(weight_kg, true);
    let mut reading = reading(Indicator::WeightForHeight, measure, weight_kg, z, (-5.0, 5.0))?;
    // The age decides only which table is read, and two years are not mistaken by months.
    reading.approximate &= matches!(measure.age, AgeAtMeasure::Unknown);
    Ok(reading)
}

fn upper_arm(measure: &Measure, mm: i64) -> Result<Reading, Refusal> {
    #[expect(clippy::cast_precision_loss, reason = "millimetres")]
    let value = mm as f64;
    if !UPPER_ARM_MM.contains(&mm) {
        return Err(Refusal::Impossible { value });
    }
    let days = measure.age.days().ok_or(Refusal::Age)?;
    if !UPPER_ARM_DAYS.contains(&days) {
        return Err(Refusal::OutsideAge);
    }
    Ok(Reading {
        indicator: Indicator::UpperArm,
        z: None,
        value,
        word: word(Indicator::UpperArm, Some(days), value),
        approximate: measure.age.is_approximate(),
    })
}

fn by_age(indicator: Indicator, measure: &Measure, value: f64) -> Result<f64, Refusal> {
    let sex = measure.sex.ok_or(Refusal::Sex)?;
    let days = measure.age.days().ok_or(Refusal::Age)?;
    let (table, at) = if days <= UNDER_FIVE_DAYS_MAX {
        (Table::Age2006(indicator), f64::from(days))
    } else {
        (Table::Age2007(indicator), f64::from(days) / AgeAtMeasure::DAYS_OF_MONTH)
    };
    let row = lms(table, sex, at).ok_or(Refusal::OutsideAge)?;
    Ok(row.z(value, indicator != Indicator::HeightForAge))
}

fn reading(
    indicator: Indicator,
    measure: &Measure,
    value: f64,
    z: f64,
    limits: (f64, f64),
) -> Result<Reading, Refusal> {
    // What is sent to a screen must be a number, whatever was written.
    let z = if z.is_nan() {
        Z_SHOWN_MAX
    } else {
        z.clamp(-Z_SHOWN_MAX, Z_SHOWN_MAX)
    };
    let z = (z * 100.0).round() / 100.0;
    if z < limits.0 || z > limits.1 {
        return Err(Refusal::BeyondLimits { z });
    }
    Ok(Reading {
        indicator,
        z: Some(z),
        value,
        word: word(indicator, measure.age.days(), z),
        approximate: measure.age.is_approximate(),
    })
}

fn weight(measure: &Measure, weight_kg: f64) -> Result<f64, Refusal> {
    let weight_kg = possible(weight_kg, &WEIGHT_KG)?;
    if measure.oedema {
        Err(Refusal::Oedema)
    } else {
        Ok(weight_kg)
    }
}

fn possible(value: f64, range: &std::ops::RangeInclusive<f64>) -> Result<f64, Refusal> {
    if range.contains(&value) {
        Ok(value)
    } else {
        let value = if value.is_finite() { value } else { 0.0 };
        Err(Refusal::Impossible { value })
    }
}

/// Length up to two years, height from then on, whichever way the child was measured.
fn standard_height(measure: &Measure, height_cm: f64) -> f64 {
    match (stands(measure, height_cm), measure.position) {
        (true, Position::Lying) => height_cm - LYING_OVER_STANDING_CM,
        (false, Position::Standing) => height_cm + LYING_OVER_STANDING_CM,
        _ => height_cm,
    }
}

/// Whether the table for standing children is the one to read.
fn stands(measure: &Measure, height_cm: f64) -> bool {
    match (measure.age.days(), measure.position) {
        (Some(days), _) => days >= STANDING_FROM_DAY,
        (None, Position::NotSaid) => height_cm >= STANDING_FROM_CM,
        (None, position) => position == Position::Standing,
    }
}

impl Measured {
    /// The gravest word of this measuring, for a list: swollen feet are severe acute malnutrition by themselves.
    pub fn gravest(&self) -> Option<(Severity, Option<&Word>)> {
        if self.oedema {
            return Some((Severity::Severe, None));
        }
        self.outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                Outcome::Read(reading) => reading.word.as_ref(),
                Outcome::Refused { .. } => None,
            })
            .max_by_key(|word| word.severity)
            .map(|word| (word.severity, Some(word)))
    }
}
