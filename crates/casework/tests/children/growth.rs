//! Growth against values that were reckoned elsewhere, and what is refused.

use casework::growth::{self, AgeAtMeasure, Indicator, Measure, Outcome, Position, Refusal, Severity, Sex};
use serde::Deserialize;

use crate::fixture::{self, Written};

fn outcome(outcomes: &[Outcome], wanted: Indicator) -> Option<Result<f64, Refusal>> {
    outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Read(reading) if reading.indicator == wanted => Some(Ok(reading.z.unwrap_or(reading.value))),
        Outcome::Refused { indicator, why } if *indicator == wanted => Some(Err(*why)),
        _ => None,
    })
}

#[test]
fn every_z_score_agrees_with_the_full_tables_to_a_hundredth() {
    let columns = [
        Indicator::HeightForAge,
        Indicator::WeightForAge,
        Indicator::WeightForHeight,
        Indicator::BmiForAge,
    ];
    let mut compared = 0;
    let grid = include_str!("../data/growth.csv");
    for line in grid.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let days: u32 = cells[1].parse().unwrap();
        let outcomes = growth::read(&Measure {
            sex: Sex::from_code(cells[0]),
            age: AgeAtMeasure::Days(days),
            height_cm: cells[2].parse().ok(),
            weight_kg: cells[3].parse().ok(),
            upper_arm_mm: None,
            position: if days < 731 {
                Position::Lying
            } else {
                Position::Standing
            },
            oedema: false,
        });
        for (indicator, expected) in columns.into_iter().zip(&cells[4..]) {
            let got = outcome(&outcomes, indicator).unwrap();
            match (*expected, got) {
                ("", Err(Refusal::OutsideAge | Refusal::OutsideHeight { .. }))
                | ("beyond", Err(Refusal::BeyondLimits { .. })) => {}
                (expected, Ok(z)) => {
                    let expected: f64 = expected.parse().unwrap_or_else(|_| panic!("{line} {indicator:?}: {z}"));
                    // Half a hundredth of rounding, and what the rows left out may cost.
                    assert!((z - expected).abs() <= 0.01, "{line} {indicator:?}: {z}");
                    compared += 1;
                }
                (expected, got) => panic!("{line} {indicator:?}: {expected:?} is {got:?}"),
            }
        }
    }
    assert!(compared > 1_300, "{compared} z-scores were compared");
}

#[derive(Deserialize)]
struct Measures {
    measure: Vec<Measured>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    says: String,
    #[serde(flatten)]
    case: Written,
    /// Indicator to what is expected: the word's code, `fine`, or the refusal's code.
    expect: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    approximate: bool,
}

#[test]
fn what_a_chart_says_is_as_the_table_of_cases_has_it() {
    let file: Measures = fixture::read(include_str!("../data/growth.toml"));
    for case in file.measure {
        let chart = growth::of_record(&case.case.record());
        let last = chart.last().unwrap();
        let got: std::collections::BTreeMap<String, String> = last
            .outcomes
            .iter()
            .map(|outcome| match outcome {
                Outcome::Read(reading) => {
                    let word = reading.word.as_ref().map_or("fine", |word| word.code.as_str());
                    (code(reading.indicator), word.to_owned())
                }
                Outcome::Refused { indicator, why } => (code(*indicator), refusal(*why).to_owned()),
            })
            .collect();
        assert_eq!(got, case.expect, "{}", case.says);
        let approximate = last.outcomes.iter().any(|outcome| match outcome {
            Outcome::Read(reading) => reading.approximate,
            Outcome::Refused { .. } => false,
        });
        assert_eq!(approximate, case.approximate, "{}", case.says);
    }
}

fn code(indicator: Indicator) -> String {
    match indicator {
        Indicator::HeightForAge => "height_for_age",
        Indicator::WeightForAge => "weight_for_age",
        Indicator::WeightForHeight => "weight_for_height",
        Indicator::BmiForAge => "bmi_for_age",
        Indicator::UpperArm => "upper_arm",
    }
    .to_owned()
}

fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::Sex => "no_sex",
        Refusal::Age => "no_age",
        Refusal::OutsideAge => "outside_age",
        Refusal::OutsideHeight { .. } => "outside_height",
        Refusal::Impossible { .. } => "impossible",
        Refusal::BeyondLimits { .. } => "beyond_limits",
        Refusal::Oedema => "oedema",
    }
}

#[test]
fn a_child_is_the_same_child_lying_and_standing() {
    let measure = |height_cm: f64, position: Position, days: u32| Measure {
        sex: Some(Sex::Female),
        age: AgeAtMeasure::Days(days),
        height_cm: Some(height_cm),
        weight_kg: Some(11.0),
        upper_arm_mm: None,
        position,
        oedema: false,
    };
    for days in [600, 900] {
        let lying = growth::read(&measure(82.7, Position::Lying, days));
        let standing = growth::read(&measure(82.0, Position::Standing, days));
        for indicator in [
            Indicator::HeightForAge,
            Indicator::WeightForHeight,
            Indicator::BmiForAge,
        ] {
            let (a, b) = (outcome(&lying, indicator), outcome(&standing, indicator));
            assert_eq!(a, b, "{indicator:?} at {days} days");
        }
    }
}

#[test]
fn swollen_feet_are_the_gravest_word_whatever_the_weight() {
    let file: Measures = fixture::read(include_str!("../data/growth.toml"));
    let swollen = file.measure.iter().find(|case| case.says.contains("swollen")).unwrap();
    let chart = growth::of_record(&swollen.case.record());
    assert_eq!(
        chart[0].gravest().map(|(severity, word)| (severity, word.is_none())),
        Some((Severity::Severe, true))
    );
}

proptest::proptest! {
    #[test]
    fn no_measure_whatever_makes_it_panic_or_say_what_is_not_a_number(
        days in 0_u32..20_000, height in proptest::num::f64::ANY, weight in proptest::num::f64::ANY,
        arm in proptest::num::i64::ANY, near_height in 30.0_f64..200.0, near_weight in 1.0_f64..120.0,
    ) {
        for (height_cm, weight_kg) in [(height, weight), (near_height, near_weight), (near_height, weight)] {
            let measure = Measure {
                sex: Some(Sex::Male), age: AgeAtMeasure::Days(days), height_cm: Some(height_cm),
                weight_kg: Some(weight_kg), upper_arm_mm: Some(arm), position: Position::NotSaid, oedema: false,
            };
            for outcome in growth::read(&measure) {
                match outcome {
                    Outcome::Read(reading) => {
                        proptest::prop_assert!(reading.value.is_finite());
                        proptest::prop_assert!(reading.z.is_none_or(|z| (-6.0..=6.0).contains(&z)));
                    }
                    Outcome::Refused { why: Refusal::BeyondLimits { z: shown }, .. }
                    | Outcome::Refused { why: Refusal::Impossible { value: shown }, .. }
                    | Outcome::Refused { why: Refusal::OutsideHeight { height_cm: shown }, .. } => {
                        proptest::prop_assert!(shown.is_finite());
                    }
                    Outcome::Refused { .. } => {}
                }
            }
        }
    }

    #[test]
    fn a_heavier_child_of_one_age_never_has_a_lower_z_score(days in 0_u32..3_600, weight in 2.0_f64..40.0) {
        let z = |weight_kg: f64| {
            let measure = Measure {
                sex: Some(Sex::Female), age: AgeAtMeasure::Days(days), height_cm: None,
                weight_kg: Some(weight_kg), upper_arm_mm: None, position: Position::NotSaid, oedema: false,
            };
            outcome(&growth::read(&measure), Indicator::WeightForAge)
        };
        if let (Some(Ok(light)), Some(Ok(heavy))) = (z(weight), z(weight + 0.1)) {
            proptest::prop_assert!(heavy >= light);
        }
    }
}
