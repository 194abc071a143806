//! Forms. A form refers to facts and tables and holds no data of its own.

use serde::{Deserialize, Serialize};

use crate::{Checked, FactId, Labels};

/// A form of the Model Rules, as a pack describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its number, e.g. `17`.
    pub id: String,
    /// What it is called.
    pub title: Labels,
    /// The rule it stands in, e.g. `MR r.18(2), 19(25)`.
    pub source: String,
    /// How well the contents are established.
    pub checked: Checked,
    /// Its sections, one shown at a time.
    #[serde(rename = "section")]
    pub sections: Vec<FormSection>,
}

/// A section of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormSection {
    /// Its name within the form.
    pub id: String,
    /// Its heading.
    pub title: Labels,
    /// Why this is asked.
    #[serde(default)]
    pub why: Labels,
    /// Its fields in order.
    #[serde(rename = "field")]
    pub fields: Vec<FormField>,
}

/// A place on a form: a fact or a whole table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum FormField {
    /// One fact of the dictionary.
    Fact {
        /// Its name.
        fact: FactId,
        /// Whether the form is incomplete without it.
        #[serde(default)]
        required: bool,
    },
    /// The rows of a table.
    Table {
        /// Its name.
        table: String,
    },
}
