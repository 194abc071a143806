//! Growth: how a child's height, weight and upper arm stand against the standards of the World Health Organization.
//!
//! Birth to 60 completed months: WHO Child Growth Standards 2006. From there to 19 years (weight for age: to 10): WHO
//! Growth Reference 2007. The types are for everybody; the tables and the reckoning are where the packs are.

#[cfg(feature = "packs")]
mod reading;
#[cfg(feature = "packs")]
mod reference;

use serde::{Deserialize, Serialize};

use crate::{Labels, RowId};

#[cfg(feature = "packs")]
pub use reading::{of_record, read};

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// Length (to two years, lying) or height (standing) for age.
    HeightForAge,
    /// Weight for age, to ten years.
    WeightForAge,
    /// Weight for length or height, to five years; needs no age.
    WeightForHeight,
    /// Body mass index for age.
    BmiForAge,
    /// Circumference of the middle of the upper arm, 6 to 59 months; a measure, not a z-score.
    UpperArm,
}

impl Indicator {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 5] = [
        Self::HeightForAge,
        Self::WeightForAge,
        Self::WeightForHeight,
        Self::BmiForAge,
        Self::UpperArm,
    ];
}

/// The standards are for girls and for boys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// A girl.
    Female,
    /// A boy.
    Male,
}

impl Sex {
    /// The sex with that code of the dictionary; `None` for one that the standards do not have.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "female" => Some(Self::Female),
            "male" => Some(Self::Male),
            _ => None,
        }
    }
}

/// How old the child was when measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeAtMeasure {
    /// Days since birth, from the date of birth.
    Days(u32),
    /// Months, from a stated age: what is read from it is approximate.
    Months(u16),
    /// Nobody knows.
    Unknown,
}

impl AgeAtMeasure {
    /// Mean days of a month, as WHO's own software reckons.
    pub const DAYS_OF_MONTH: f64 = 30.4375;

    /// Days since birth, as near as is known.
    pub fn days(self) -> Option<u32> {
        match self {
            Self::Days(days) => Some(days),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "at most 65,535 months"
            )]
            Self::Months(months) => Some((f64::from(months) * Self::DAYS_OF_MONTH).round() as u32),
            Self::Unknown => None,
        }
    }

    /// Whether it was not reckoned from a date of birth.
    pub const fn is_approximate(self) -> bool {
        !matches!(self, Self::Days(_))
    }
}

/// How the child was measured; a child is 0.7 cm longer lying than standing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Lying: length.
    Lying,
    /// Standing: height.
    Standing,
    /// Nobody wrote it: taken as is right for the age, lying to two years.
    #[default]
    NotSaid,
}

/// One measuring of a child.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The child's sex, where it is one that the standards have.
    pub sex: Option<Sex>,
    /// The child's age on that day.
    pub age: AgeAtMeasure,
    /// Length or height in cm.
    pub height_cm: Option<f64>,
    /// Weight in kg.
    pub weight_kg: Option<f64>,
    /// Middle of the upper arm in mm.
    pub upper_arm_mm: Option<i64>,
    /// How height was measured.
    pub position: Position,
    /// Swelling of both feet: weight then says nothing, and the child is severely malnourished.
    pub oedema: bool,
}

/// How grave a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be watched and acted upon.
    Moderate,
    /// To be seen by a doctor at once.
    Severe,
}

/// What a reading is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Its code, e.g. `severe_wasting`.
    pub code: String,
    /// How grave it is.
    pub severity: Severity,
    /// In words.
    pub label: Labels,
}

/// What one indicator says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What was compared.
    pub indicator: Indicator,
    /// Standard deviations from the median, to two places; `None` for the upper arm.
    pub z: Option<f64>,
    /// What was compared with the table: cm, kg, kg/m² or mm.
    pub value: f64,
    /// What that is called; `None` where the child grows as expected.
    pub word: Option<Word>,
    /// The age is not from a date of birth.
    pub approximate: bool,
}

/// Why an indicator says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// There is no standard for this sex, or it is not known.
    #[error("no standard for this sex")]
    Sex,
    /// Neither date of birth nor age is known.
    #[error("the age is not known")]
    Age,
    /// The standards do not reach this age.
    #[error("the standard does not reach this age")]
    OutsideAge,
    /// The standard does not reach this length or height.
    #[error("the standard does not reach a height of {height_cm} cm")]
    OutsideHeight {
        /// The length or height after correction.
        height_cm: f64,
    },
    /// No child measures that: a slip of the hand or of the unit.
    #[error("{value} cannot be")]
    Impossible {
        /// What was written.
        value: f64,
    },
    /// Beyond the limits at which WHO's own software flags a mistake of measuring, writing or age.
    #[error("z-score {z} is beyond what WHO takes for true")]
    BeyondLimits {
        /// The z-score reckoned.
        z: f64,
    },
    /// Swollen feet: weight says nothing about growth.
    #[error("weight is not read while both feet are swollen")]
    Oedema,
}

/// What an indicator says, or why it says nothing. Indicators whose measures were not taken are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It can be read.
    Read(Reading),
    /// It cannot.
    Refused {
        /// Which indicator.
        indicator: Indicator,
        /// Why.
        why: Refusal,
    },
}

/// One row of the chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The row of table `growth`.
    pub row: RowId,
    /// The day of measuring, `2026-11-23`.
    pub at: String,
    /// Swelling of both feet was seen: severe acute malnutrition whatever the figures.
    pub oedema: bool,
    /// What was measured and how old the child was.
    pub measure: Measure,
    /// What the indicators say.
    pub outcomes: Vec<Outcome>,
}
