//! Looking the store over: pages, and projections beside the documents they were made from.

use super::{Read, StoreError, Write};

/// Most lines that a check of pages says.
const LINES_MAX: u32 = 100;

impl Read<'_> {
    /// How many parts of the file are not as they were written: pages whose seal is broken, and what does not fit
    /// together. The index of the words is left out: it is made anew with the lists, and what FTS5 says of it on a
    /// connection that only reads is not to be relied on after another has written.
    pub(crate) fn count_bad_parts(&self) -> Result<u32, StoreError> {
        let mut seals = self.0.prepare("PRAGMA cipher_integrity_check")?;
        let mut broken = 0;
        let mut rows = seals.query([])?;
        while rows.next()?.is_some() {
            broken += 1;
        }
        if broken > 0 {
            return Ok(broken);
        }
        let mut check = self.0.prepare(&format!("PRAGMA quick_check({LINES_MAX})"))?;
        let lines = check.query_map([], |row| row.get::<_, String>(0))?;
        let mut wrong = 0;
        for line in lines {
            let line = line?.to_lowercase();
            wrong += u32::from(line != "ok" && !line.contains("fts5"));
        }
        Ok(wrong)
    }

    /// Documents that lists, search or clocks lack (the last byte of an id is its kind: four of a case, 17 an institution), and lines of documents that are gone.
    pub(crate) fn count_unlisted(&self) -> Result<u32, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT (SELECT count(*) FROM document d WHERE leaving = 0
                       AND (NOT EXISTS (SELECT 1 FROM case_text t WHERE t.rowid = d.row)
                         OR (substr(d.id, 17) IN (x'01', x'02', x'03', x'04', x'11')
                             AND NOT EXISTS (SELECT 1 FROM case_slice s WHERE s.document = d.row))
                         OR (substr(d.id, 17) IN (x'01', x'02', x'03', x'04')
                             AND NOT EXISTS (SELECT 1 FROM case_card c WHERE c.subject = d.subject))
                         OR (substr(d.id, 17) = x'11'
                             AND NOT EXISTS (SELECT 1 FROM institution_card c WHERE c.subject = d.subject))))
                  + (SELECT count(*) FROM case_text t WHERE t.rowid NOT IN (SELECT row FROM document))
                  + (SELECT count(*) FROM case_card c
                     WHERE c.on_its_way = 0 AND c.subject NOT IN (SELECT subject FROM document))
                  + (SELECT count(*) FROM institution_card c WHERE c.subject NOT IN (SELECT subject FROM document))",
        )?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// How many changes the hub refused.
    pub(crate) fn count_refused(&self) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM own_change WHERE refused IS NOT NULL";
        Ok(self.0.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Removes what lists and search say of documents that are gone, and makes the index of the words anew from the
    /// words.
    pub(crate) fn tidy_lists(&self) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM case_text WHERE rowid NOT IN (SELECT row FROM document)",
            "DELETE FROM case_card WHERE on_its_way = 0 AND subject NOT IN (SELECT subject FROM document)",
            "DELETE FROM institution_card WHERE subject NOT IN (SELECT subject FROM document)",
            "DELETE FROM case_clock WHERE subject NOT IN (SELECT subject FROM document)",
            "INSERT INTO case_text (case_text) VALUES ('rebuild')",
        ] {
            self.0.0.execute(sql, [])?;
        }
        Ok(())
    }
}
