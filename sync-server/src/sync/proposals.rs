//! What the hub proposes to a user: who may be the same child as one whose record they may read.

use casefile::DocumentKey;
use casework::{Compartment, DocumentKind, Role};
use protocol::DocumentId;
use protocol::limits::{PROPOSAL_AGREED_BYTES_MAX, PROPOSALS_MAX};
use protocol::message::DownMessage;
use protocol::message::down::{Proposal, Proposals, StateMark};
use sha2::{Digest, Sha256};

use super::serve::{ServeError, Sink};
use crate::hub::Hub;
use crate::identity::Session;
use crate::storage::{Access, ProposedTo, ReportSort};

/// Proposals of a district that are looked at for one user.
const LOOKED_AT: u32 = 400;

/// Sends what is proposed to a device that reads it, where that is another than it has.
pub(super) fn serve(hub: &Hub, session: &Session, sink: &mut dyn Sink) -> Result<(), ServeError> {
    let Some(known) = session.open.proposals.filter(|_| session.open.version >= 2) else {
        return Ok(());
    };
    let proposals = visible(hub, session)?;
    let mark = mark(&proposals);
    if mark == known {
        return Ok(());
    }
    let message = DownMessage::from(Proposals { mark, proposals });
    Ok(sink.send(message.to_frame()?.into_bytes())?)
}

/// What this user may know of: they read the own record, and what names its child.
fn visible(hub: &Hub, session: &Session) -> Result<Vec<Proposal>, ServeError> {
    let user = &session.author.user;
    let role = Role::from_code(&user.role);
    let rights = session.pack.rights();
    let mut visible = Vec::new();
    if !rights.may_read(&role, DocumentKind::Missing) {
        return Ok(visible);
    }
    for proposed in hub.storage.proposed_to(&user.district, LOOKED_AT)? {
        let kind = match proposed.own_sort {
            ReportSort::Case => DocumentKind::Case(Compartment::Identity),
            ReportSort::Shared => DocumentKind::Missing,
        };
        let subject = proposed.own;
        let document = DocumentId(DocumentKey { subject, kind }.to_bytes());
        let access = hub.storage.access(user.id, session.author.id, document)?;
        if matches!(access, Access::Write | Access::Read) && is_news(&proposed) {
            visible.push(said(proposed));
        }
        if visible.len() == PROPOSALS_MAX {
            break;
        }
    }
    Ok(visible)
}

/// What this district has decided is told on while the other has decided, too: then both see how the other did.
fn is_news(proposed: &ProposedTo) -> bool {
    !proposed.is_decided || proposed.theirs.is_some()
}

fn said(proposed: ProposedTo) -> Proposal {
    let sort = |sort| match sort {
        ReportSort::Case => 1,
        ReportSort::Shared => 2,
    };
    Proposal {
        own: proposed.own,
        own_sort: sort(proposed.own_sort),
        other: proposed.other,
        other_sort: sort(proposed.other_sort),
        district: proposed.district,
        percent: proposed.percent,
        agreed: cut(&proposed.agreed).to_owned(),
        theirs: proposed.theirs,
    }
}

/// As many words as may be; the weightiest stand first.
fn cut(agreed: &str) -> &str {
    if agreed.len() <= PROPOSAL_AGREED_BYTES_MAX {
        return agreed;
    }
    let end = agreed.floor_char_boundary(PROPOSAL_AGREED_BYTES_MAX);
    agreed[..end].rsplit_once(' ').map_or("", |(whole, _)| whole)
}

fn mark(proposals: &[Proposal]) -> StateMark {
    if proposals.is_empty() {
        // What a device says that has none.
        return StateMark([0; 8]);
    }
    let mut hash = Sha256::new_with_prefix(b"vatsalya-proposals-v1");
    for proposal in proposals {
        hash.update(proposal.own);
        hash.update(proposal.other);
        for text in [
            &proposal.district,
            &proposal.agreed,
            proposal.theirs.as_ref().unwrap_or(&String::new()),
        ] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        hash.update([proposal.percent, proposal.own_sort, proposal.other_sort]);
    }
    StateMark(*hash.finalize().first_chunk().expect("a hash is longer than a mark"))
}
