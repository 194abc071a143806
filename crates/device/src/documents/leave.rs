//! Documents that go, and documents whose hub has forgotten.

use casefile::DocumentKey;
use casework::{
    AuthorId, Compartment, DocumentKind,
    card::{CoreCard, IdentityCard},
};

use super::{DocumentError, Documents};
use crate::store::Write;

impl Documents {
    /// Destroys a document's copy and everything that lists and search had of it.
    pub(crate) fn destroy(&mut self, write: &Write<'_>, id: &[u8; 17]) -> Result<(), DocumentError> {
        self.touched.push(*id);
        self.close(id);
        self.damaged.remove(id);
        write.destroy(id)?;
        let Some(key) = DocumentKey::from_bytes(*id) else {
            return Ok(());
        };
        if write.drop_card_if_gone(&key.subject)? {
            return Ok(());
        }
        // Other compartments stay: what this one told the list and the clocks goes.
        self.wind_clocks(write, &key.subject)?;
        match key.kind {
            DocumentKind::Case(Compartment::Core) => write.set_core_card(&key.subject, &CoreCard::default())?,
            DocumentKind::Case(Compartment::Identity) => {
                write.set_identity_card(&key.subject, &IdentityCard::default())?;
                write.forget_media(&key.subject)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The record was destroyed by law: the document's copy goes at once, with what was written in it and not sent, and with
    /// everything else of the record that is here. The officer is told why.
    pub(crate) fn destroy_by_law(
        &mut self,
        write: &Write<'_>,
        id: &[u8; 17],
        section: &str,
        now_ms: i64,
    ) -> Result<(), DocumentError> {
        write.note_destroyed_record(id, section, now_ms)?;
        self.destroy(write, id)?;
        Ok(write.forget_by_law(id)?)
    }

    /// Puts the author's changes of a document that had their number back into the outbox.
    pub(crate) fn take_numbers_back(
        &mut self,
        write: &Write<'_>,
        key: DocumentKey,
        author: AuthorId,
    ) -> Result<(), DocumentError> {
        let Some(open) = self.get(write, key)? else {
            return Ok(());
        };
        for (head, bytes) in open.document.changes() {
            if head.author == author {
                write.take_number_back(&key.subject, &head.hash, &bytes)?;
            }
        }
        Ok(())
    }
}
