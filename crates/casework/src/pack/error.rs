//! What can be wrong with a pack.

use crate::{FactId, clock, expression::TypeError};

/// Something wrong in a pack, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {fault}")]
pub struct PackError {
    /// The file, by its path within the pack.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub fault: PackFault,
}

/// What is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackFault {
    /// The file is not TOML, or not of the right shape, or holds an expression that cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// A key that nothing reads.
    #[error("nothing reads the key `{0}`")]
    UnknownKey(String),
    /// A file that nothing reads.
    #[error("nothing reads a file of this name")]
    UnknownFile,
    /// A file that every pack has.
    #[error("the pack has no such file")]
    NoFile,
    /// A fact of a type that this app does not know.
    #[error("`{0}` is of a type that this app does not know")]
    UnknownType(FactId),
    /// A role that this app does not know.
    #[error("`{0}` is no role")]
    UnknownRole(String),
    /// A code that this app does not know.
    #[error("`{code}` is no {what}")]
    UnknownCode {
        /// What it should be.
        what: &'static str,
        /// What stands there.
        code: String,
    },
    /// A name that nothing defines.
    #[error("{from} names the {what} `{name}`, which the pack does not define")]
    Missing {
        /// The item that names it.
        from: String,
        /// What it should be: fact, table, vocabulary, column, role, form, section, term, clock.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Two items of one name in force on the same day.
    #[error("{0} is there twice at one time")]
    Twice(String),
    /// An item that was in force until before it came into force.
    #[error("{0} ends before it begins")]
    Backwards(String),
    /// A choice without a vocabulary, or a vocabulary without a choice.
    #[error("{0} is a choice without a vocabulary, or has a vocabulary without being a choice")]
    Choice(String),
    /// A column that takes several codes; rows merge by cell, which holds one value.
    #[error("the column {0} cannot take several codes")]
    SetInColumn(String),
    /// An expression that makes no sense with the dictionary.
    #[error("{from}: {fault}")]
    Expression {
        /// Where it stands.
        from: String,
        /// What is wrong with it.
        fault: Box<TypeError>,
    },
    /// A derived fact that is computed from itself.
    #[error("{0} is computed from itself")]
    Circle(FactId),
    /// What a form sets when it is filed is a moment.
    #[error("form {form} sets `{fact}` when it is filed, which is no moment")]
    NoMoment {
        /// The form.
        form: String,
        /// The fact.
        fact: FactId,
    },
    /// What a form puts in a column when it is filed fits it.
    #[error("form {form} writes `{column}` when it is filed, and what it writes there does not fit, or is not said")]
    NoFit {
        /// The form.
        form: String,
        /// Table and column.
        column: String,
    },
    /// A role that writes what it may not read.
    #[error("{0} writes what it may not read")]
    WritesUnread(String),
    /// An overlay gives something that is stored another type or another document.
    #[error("{0} is stored already and keeps its document and its type")]
    Moved(String),
    /// Rates that cannot be reckoned with.
    #[error("{0}")]
    Matching(crate::matching::KnowledgeError),
    /// A clock that says too little.
    #[error("clock {id} {fault}")]
    Clock {
        /// The clock.
        id: String,
        /// What is wrong.
        fault: clock::Fault,
    },
    /// The pack lies over another than the one given.
    #[error("the pack lies over `{wanted}`, and `{given}` was given")]
    Base {
        /// What it says.
        wanted: String,
        /// What there is.
        given: String,
    },
    /// More than the reader takes.
    #[error("more than {max} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The most that is taken.
        max: usize,
    },
}
