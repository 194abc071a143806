//! What an administrator does, by whichever door they come: the command line (`admin`) or HTTP (`http::office`). Both do it by
//! the same functions; here no terminal and no socket is known.

pub mod appeals;
pub mod audit;
pub mod backups;
pub mod bulk;
mod certificate_of_destruction;
pub mod csv_table;
pub mod dead_letters;
pub mod destroy;
pub mod devices;
pub mod districts;
pub mod enrol;
pub mod figures;
pub mod inbound;
pub mod overview;
pub mod packs;
pub mod quarantine;
pub mod recoveries;
pub mod refused_posts;
pub mod table;
pub mod users;

use std::borrow::Cow;

use crate::packs::PublishError;
use crate::storage::StorageError;
use crate::sync::FoldError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeedError {
    /// What is named is not there.
    #[error("{0}")]
    NotThere(&'static str),
    /// It is not to be done so. The words say what is wrong, and repeat nothing of what a stranger wrote.
    #[error("{0}")]
    NotSo(Cow<'static, str>),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A document could not be put together.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// A pack is not published.
    #[error(transparent)]
    Pack(#[from] PublishError),
}

impl DeedError {
    /// It is not to be done so, in words that are always the same.
    pub const fn not_so(words: &'static str) -> Self {
        Self::NotSo(Cow::Borrowed(words))
    }
}

/// Whether what cannot be undone was typed once more.
pub fn is_confirmed(typed: &str, expected: &str) -> bool {
    typed.trim() == expected
}

/// Whether a name, a purpose or the like is one.
pub fn check_name(what: &str, name: &str, bytes_max: usize) -> Result<(), DeedError> {
    if name.trim().is_empty() || name.len() > bytes_max || name.chars().any(char::is_control) {
        let words = format!("the {what} must have 1 to {bytes_max} bytes and no control characters");
        return Err(DeedError::NotSo(words.into()));
    }
    Ok(())
}

/// A time as people and programs read it.
pub fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |moment| moment.to_string())
}
