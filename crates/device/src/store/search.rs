//! The words of a case, for finding as you type.

use unicode_normalization::UnicodeNormalization;

use super::{StoreError, Write};

impl Write<'_> {
    /// Replaces the words of a document.
    pub(crate) fn set_words(&self, row: i64, words: &str) -> Result<(), StoreError> {
        let connection = self.0.0;
        let mut statement = connection.prepare_cached("SELECT words = ?2 FROM case_text WHERE rowid = ?1")?;
        let mut found = statement.query((row, words))?;
        if let Some(same) = found.next()? {
            if same.get(0)? {
                return Ok(());
            }
            drop(found);
            connection
                .prepare_cached("UPDATE case_text SET words = ?2 WHERE rowid = ?1")?
                .execute((row, words))?;
        } else {
            connection
                .prepare_cached("INSERT INTO case_text (rowid, words) VALUES (?1, ?2)")?
                .execute((row, words))?;
        }
        Ok(())
    }
}

/// A text in the one form in which it is stored and looked for: a letter with its sign may be written as one
/// character or as two.
pub(crate) fn findable(text: &str) -> String {
    text.nfkc().collect()
}

/// A typed word as a prefix query. Quotes make every character of it plain.
pub(super) fn prefix_query(word: &str) -> String {
    format!("\"{}\"*", findable(word).replace('"', " "))
}
