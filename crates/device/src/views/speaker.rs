//! Who wrote something, and how far it came.

use casefile::{ChangeHash, DocumentKey, Version};
use casework::{AuthorId, DocumentKind, Labels, Role};
use ipc::{Delivery, VersionView};
use protocol::Refusal;

use super::words;
use crate::{
    session::Session,
    store::{ChangeNamed, ChangeWay, Read, Receipt, StoreError},
};

/// The channel whose acceptance is shown.
const PORTAL: &str = "vatsalya";

/// Who an author is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Writer {
    pub(crate) name: String,
    pub(crate) role: Option<Labels>,
    pub(crate) device: String,
    /// Whether it is the officer who is signed in, on this device or another.
    pub(crate) own: bool,
}

/// Answers for one case or institution, within one reading of the store.
pub(crate) struct Speaker<'a> {
    session: &'a Session,
    read: &'a Read<'a>,
    subject: [u8; 16],
    receipt: Receipt,
    hub_number: i64,
}

impl<'a> Speaker<'a> {
    pub(crate) fn new(session: &'a Session, read: &'a Read<'a>, subject: &[u8; 16]) -> Result<Self, StoreError> {
        Ok(Self {
            session,
            read,
            subject: *subject,
            receipt: read.receipt(subject, PORTAL)?,
            hub_number: read.hub_number(subject)?,
        })
    }

    /// The name of an author; empty where the hub has not said it yet.
    pub(crate) fn by(&self, author: Option<AuthorId>) -> Result<String, StoreError> {
        Ok(match author {
            Some(author) => self.writer(author)?.name,
            None => String::new(),
        })
    }

    /// Who an author is; nobody known where the hub has not said it yet.
    pub(crate) fn writer(&self, author: AuthorId) -> Result<Writer, StoreError> {
        if author == AuthorId::HUB {
            return Ok(self.administration());
        }
        let Some(row) = self.read.author(&author.to_bytes())? else {
            return Ok(Writer {
                own: author == self.session.author,
                ..Writer::default()
            });
        };
        let rights = self.session.pack.rights().of(&Role::from_code(&row.role));
        Ok(Writer {
            role: rights.map(|rights| rights.label.clone()),
            own: row.user == self.session.enrolment.user,
            name: row.name,
            device: row.device,
        })
    }

    /// The district's administration, which enters institutions at the hub.
    fn administration(&self) -> Writer {
        let enrolment = &self.session.enrolment;
        let name = if enrolment.hub_name.is_empty() {
            &enrolment.district_name
        } else {
            &enrolment.hub_name
        };
        Writer {
            name: name.clone(),
            ..Writer::default()
        }
    }

    /// How far a change came. One of somebody else came from the hub, so it is there.
    pub(crate) fn delivery_of(&self, change: Option<&ChangeHash>) -> Result<Delivery, StoreError> {
        let way = change
            .map(|hash| self.read.way_of(&self.subject, hash))
            .transpose()?
            .flatten();
        Ok(match way {
            Some(way) => delivery(&way, &self.receipt),
            None => on_server(self.hub_number, &self.receipt),
        })
    }

    /// Where the latest change of the case or institution stands.
    pub(crate) fn delivery_of_subject(&self, subject: &[u8; 16]) -> Result<Delivery, StoreError> {
        if self.read.waiting_of(subject)? > 0 {
            return Ok(Delivery::OnTablet);
        }
        let latest = self.read.latest_way(subject)?;
        Ok(match latest {
            Some(way) if way.number.is_some_and(|number| number < self.hub_number) => {
                on_server(self.hub_number, &self.receipt)
            }
            Some(way) => delivery(&way, &self.receipt),
            None => on_server(self.hub_number, &self.receipt),
        })
    }

    /// A version of a register in this compartment as it is shown, with its words from `vocabulary`.
    pub(crate) fn version(
        &self,
        kind: DocumentKind,
        version: Version,
        vocabulary: Option<&str>,
    ) -> Result<VersionView, StoreError> {
        let writer = self.writer(version.author)?;
        let document = DocumentKey {
            subject: self.subject,
            kind,
        }
        .to_bytes();
        let change = ChangeNamed {
            document: &document,
            hash: &version.change,
            author: &version.author.to_bytes(),
            seq: version.seq,
        };
        let received_at_ms = self.read.received_ms(&change)?;
        Ok(VersionView {
            words: words(self.session.pack, vocabulary, version.value.as_ref()),
            value: version.value,
            by: writer.name,
            role: writer.role,
            device: writer.device,
            received_at_ms,
            at_ms: version.at_ms,
            action: version.action,
            delivery: self.delivery_of(Some(&version.change))?,
        })
    }
}

/// How far an own change came: nothing is claimed that the hub or the portal has not said.
pub(crate) fn delivery(way: &ChangeWay, receipt: &Receipt) -> Delivery {
    match (way.refused, way.number) {
        (Some(code), _) => Delivery::Refused {
            code: Refusal::from_code(code).word().to_owned(),
        },
        (None, None) => Delivery::OnTablet,
        (None, Some(number)) => on_server(number, receipt),
    }
}

fn on_server(number: i64, receipt: &Receipt) -> Delivery {
    match (&receipt.accepted, &receipt.rejected) {
        (Some((upto, reference, at_ms)), _) if *upto >= number => Delivery::Accepted {
            reference: reference.clone(),
            at_ms: *at_ms,
        },
        (_, Some((upto, reason, at_ms))) if *upto >= number => Delivery::Rejected {
            reason: reason.clone(),
            at_ms: *at_ms,
        },
        _ => Delivery::OnServer,
    }
}

impl Session {
    /// What the portal said about a case last.
    pub(crate) fn receipt_of(read: &Read<'_>, subject: &[u8; 16]) -> Result<Receipt, StoreError> {
        read.receipt(subject, PORTAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(number: Option<i64>, refused: Option<u16>) -> ChangeWay {
        ChangeWay {
            n: 1,
            document: [1; 17],
            action: "edit".into(),
            made_ms: 0,
            number,
            refused,
            is_gone: false,
        }
    }

    #[test]
    fn a_state_is_shown_only_when_somebody_said_so() {
        let accepted = |upto| Receipt {
            accepted: Some((upto, "VP-1".into(), 9)),
            rejected: None,
        };
        assert_eq!(delivery(&way(None, None), &accepted(99)), Delivery::OnTablet);
        assert_eq!(delivery(&way(Some(7), None), &Receipt::default()), Delivery::OnServer);
        assert_eq!(delivery(&way(Some(7), None), &accepted(6)), Delivery::OnServer);
        let on_portal = Delivery::Accepted {
            reference: "VP-1".into(),
            at_ms: 9,
        };
        assert_eq!(delivery(&way(Some(7), None), &accepted(7)), on_portal);
        assert_eq!(
            delivery(&way(None, Some(3)), &accepted(99)),
            Delivery::Refused {
                code: "not_permitted".into()
            }
        );
        let rejected = Receipt {
            accepted: Some((5, "VP-1".into(), 9)),
            rejected: Some((8, "age".into(), 10)),
        };
        assert_eq!(
            delivery(&way(Some(7), None), &rejected),
            Delivery::Rejected {
                reason: "age".into(),
                at_ms: 10
            }
        );
        assert_eq!(delivery(&way(Some(5), None), &rejected), on_portal);
    }
}
