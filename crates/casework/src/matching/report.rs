//! What a report says of a child, as somebody wrote it.

use serde::{Deserialize, Serialize};

/// A missing, sighted or found child, a resident, a row of a register: the facts that can be compared, each as it was
/// written, empty where nobody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// The child's name.
    pub name: String,
    /// Other names.
    pub alias: String,
    /// The father's name.
    pub father_name: String,
    /// The mother's name.
    pub mother_name: String,
    /// In words, a letter, or a code.
    pub sex: String,
    /// In years; `8`, `8-10`, `6 months`.
    pub age: String,
    /// The day on which that was the age.
    pub age_on: String,
    /// Date of birth, or its year.
    pub date_of_birth: String,
    /// When the child went missing, or was found.
    pub event_date: String,
    /// Village, street, landmark.
    pub place: String,
    /// District.
    pub district: String,
    /// State.
    pub state: String,
    /// The six digits of the post.
    pub pin: String,
    /// Height in cm.
    pub height_cm: String,
    /// Marks on the body.
    pub marks: String,
    /// What the child wore.
    pub clothing: String,
    /// With whom the child was.
    pub companions: String,
    /// Languages.
    pub language: String,
}

/// Most bytes of one fact that are read; a register's cell is far below.
pub const FACT_BYTES_MAX: usize = 4096;

/// The facts of a [`Report`], by the name of their column.
pub const COLUMNS: [&str; 18] = [
    "name",
    "alias",
    "father_name",
    "mother_name",
    "sex",
    "age",
    "age_on",
    "date_of_birth",
    "event_date",
    "place",
    "district",
    "state",
    "pin",
    "height_cm",
    "marks",
    "clothing",
    "companions",
    "language",
];

impl Report {
    /// The fact of that column.
    pub fn fact_mut(&mut self, column: &str) -> Option<&mut String> {
        Some(match column {
            "name" => &mut self.name,
            "alias" => &mut self.alias,
            "father_name" => &mut self.father_name,
            "mother_name" => &mut self.mother_name,
            "sex" => &mut self.sex,
            "age" => &mut self.age,
            "age_on" => &mut self.age_on,
            "date_of_birth" => &mut self.date_of_birth,
            "event_date" => &mut self.event_date,
            "place" => &mut self.place,
            "district" => &mut self.district,
            "state" => &mut self.state,
            "pin" => &mut self.pin,
            "height_cm" => &mut self.height_cm,
            "marks" => &mut self.marks,
            "clothing" => &mut self.clothing,
            "companions" => &mut self.companions,
            "language" => &mut self.language,
            _ => return None,
        })
    }
}
