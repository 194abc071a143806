//! What officers ask the district about words of theirs that were refused: noted, and answered as it stands.

use protocol::message::DownMessage;
use protocol::message::down::Appealed;

use super::serve::{ServeError, Sink};
use crate::hub::Hub;
use crate::identity::Session;
use crate::storage::{AppealRow, Standing};

/// Answers everything the device asked for.
pub(super) fn serve(hub: &Hub, session: &Session, sink: &mut dyn Sink) -> Result<(), ServeError> {
    if session.open.version < 2 {
        return Ok(());
    }
    for appeal in session.open.appealed() {
        let (author, now_ms) = (&session.author, hub.clock.now_ms());
        let row = hub.storage.note_appeal(author.user.id, author.id, appeal, now_ms)?;
        // The asking that is told of is the one that was meant, also where an earlier one still lies there.
        let answer = answer(row, appeal.asked_s);
        sink.send(DownMessage::from(answer).to_frame()?.into_bytes())?;
    }
    Ok(())
}

fn answer(row: AppealRow, asked_s: u32) -> Appealed {
    Appealed {
        document: row.document,
        plea: row.plea.code(),
        asked_s,
        state: match row.standing {
            Standing::Noted => Appealed::NOTED,
            Standing::Granted => Appealed::GRANTED,
            Standing::Declined => Appealed::DECLINED,
            Standing::Full => Appealed::FULL,
        },
        at_ms: row.decided_ms.unwrap_or(row.at_ms),
        words: Some(row.words).filter(|words| !words.is_empty()),
    }
}
