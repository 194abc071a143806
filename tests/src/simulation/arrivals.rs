//! How often the hub is handed the same change: once, and once more for each answer to it that did not come back whole.

use std::collections::HashMap;

use protocol::{AuthorId, DownMessage, FrameReader, UpMessage, message::down::Outcome};

/// A change by the device's own number.
type Own = (AuthorId, u64);

/// What has arrived.
#[derive(Default)]
pub(super) struct Arrivals(HashMap<Own, Arrived>);

#[derive(Default)]
struct Arrived {
    times: usize,
    /// How often whoever sent it could not know that it had arrived, or was asked for it once more.
    excused: usize,
}

impl Arrivals {
    /// A request came, and this is the answer that its device heard; `None`: nothing, or not all of it.
    pub(super) fn came(&mut self, body: &[u8], heard: Option<&[u8]>) {
        let Some((author, changes)) = changes_in(body) else {
            return;
        };
        let asked_again = heard.map(passing);
        for n in changes {
            let arrived = self.0.entry((author, n)).or_default();
            arrived.times += 1;
            let excused = asked_again.as_ref().is_none_or(|again| match again {
                Again::All => true,
                Again::These(these) => these.contains(&n),
            });
            arrived.excused += usize::from(excused);
        }
    }

    /// What was told of this author's last request is not known to its device after all.
    pub(super) fn forgot(&mut self, body: &[u8]) {
        let Some((author, changes)) = changes_in(body) else {
            return;
        };
        for n in changes {
            self.0.entry((author, n)).or_default().excused += 1;
        }
    }

    /// Changes that came more often than they may.
    pub(super) fn too_often(&self) -> usize {
        let too_often = self.0.values().filter(|arrived| arrived.times > 1 + arrived.excused);
        too_often.count()
    }
}

/// Whose request it is, and the device's numbers of the changes that are whole in it.
fn changes_in(body: &[u8]) -> Option<(AuthorId, Vec<u64>)> {
    let mut frames = FrameReader::new(body);
    let first = frames.next_frame().ok()??;
    let Ok(UpMessage::Open(open)) = UpMessage::unverified(&first) else {
        return None;
    };
    let (mut changes, mut last) = (Vec::new(), 0);
    while let Ok(Some(frame)) = frames.next_frame() {
        match UpMessage::unverified(&frame) {
            Ok(UpMessage::Upload(upload)) if upload.part + 1 == upload.parts => changes.push(upload.n),
            Ok(UpMessage::Batch(batch)) => {
                for step in batch.groups.iter().flat_map(|group| &group.steps) {
                    last += step;
                    changes.push(last);
                }
            }
            _ => {}
        }
    }
    Some((open.author, changes))
}

/// What an answer asks to be sent once more.
enum Again {
    All,
    These(Vec<u64>),
}

fn passing(answer: &[u8]) -> Again {
    let mut frames = FrameReader::new(answer);
    let mut these = Vec::new();
    while let Ok(Some(frame)) = frames.next_frame() {
        match DownMessage::from_frame(&frame) {
            Ok(DownMessage::Reject(_)) => return Again::All,
            Ok(DownMessage::Verdict(verdict)) => {
                if let Outcome::Refused { .. } = verdict.outcome {
                    these.push(verdict.n);
                }
            }
            _ => {}
        }
    }
    Again::These(these)
}
