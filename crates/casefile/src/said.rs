//! What a change writes, in words, without the document it belongs to: for a person who looks at one that was refused.

use automerge::{ScalarValue, legacy};

use crate::{ChangeError, change, guard::guarded};

/// Something that a change writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Where: a fact, a column, or the key of an entry. As it came: nobody has checked it.
    pub key: String,
    /// What is written there; `None` where something is taken away.
    pub value: Option<String>,
}

/// What a change writes into maps, in its order. Where those maps stand it does not say by itself.
pub fn said(bytes: &[u8]) -> Result<Vec<Said>, ChangeError> {
    let change = change::read(bytes)?;
    let decoded = guarded(|| change.decode()).ok_or(ChangeError::Malformed)?;
    let operations = decoded.operations.iter().filter_map(|operation| {
        let legacy::Key::Map(key) = &operation.key else {
            return None;
        };
        let value = match &operation.action {
            legacy::OpType::Put(ScalarValue::Str(text)) => Some(text.to_string()),
            legacy::OpType::Put(value) => Some(value.to_string()),
            legacy::OpType::Delete => None,
            // A map that is made, or a mark: what is in it follows.
            _ => return None,
        };
        Some(Said {
            key: key.to_string(),
            value,
        })
    });
    Ok(operations.collect())
}

#[cfg(test)]
mod tests {
    use casework::{AuthorId, Compartment, DocumentKind, Value};

    use super::*;
    use crate::{Action, Document, Edit};

    #[test]
    fn a_change_says_what_it_writes_without_its_document() {
        let mut document = Document::new(DocumentKind::Case(Compartment::Core));
        let mut write = |value: Option<&str>| {
            let fact = "case.number".parse().unwrap();
            let edit = match value {
                Some(value) => Edit::SetFact {
                    fact,
                    value: Value::from(value),
                },
                None => Edit::ClearFact { fact },
            };
            let written = document.edit(AuthorId::from_bytes([3; 16]), 5_000, &Action::EDIT, &[edit]);
            said(&written.unwrap().unwrap().bytes).unwrap()
        };
        let of = |value: Option<&str>| {
            vec![Said {
                key: "case.number".into(),
                value: value.map(str::to_owned),
            }]
        };
        assert_eq!(write(Some("DCPU/12")), of(Some("DCPU/12")));
        assert_eq!(write(None), of(None));
        assert_eq!(said(b"not a change"), Err(ChangeError::Malformed));
    }
}
