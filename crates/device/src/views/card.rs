//! A row of the case list.

use casework::{CaseId, CaseKind, Pack, Stage, Urgency, age_years, clock::Running, facts};
use ipc::CaseCard;

use super::words::word_of;
use crate::store::CardRow;

/// The row as the screen shows it at `now_ms`.
pub(crate) fn card(row: &CardRow, pack: &Pack, now_ms: i64) -> CaseCard {
    let clock = row.core.clock.as_ref().and_then(|(id, started_at_ms, due_at_ms)| {
        let known = pack.clocks().iter().find(|clock| clock.id == *id)?;
        Some(Running {
            id: known.id.clone(),
            label: known.label.clone(),
            who: known.who.clone(),
            source: known.source.clone(),
            checked: known.checked.clone(),
            length: known.length,
            started_at_ms: *started_at_ms,
            due_at_ms: *due_at_ms,
            stopped_at_ms: None,
        })
    });
    let born = row
        .identity
        .birth_date
        .as_deref()
        .and_then(|date| age_years(date, now_ms));
    let stated = row.identity.age_stated.and_then(|age| u8::try_from(age).ok());
    CaseCard {
        case: CaseId::from_bytes(row.subject),
        initials: row.identity.initials.clone(),
        number: row.core.number.clone(),
        age_years: born.or(stated),
        sex: row
            .identity
            .sex
            .as_deref()
            .and_then(|code| word_of(pack, facts::CHILD_SEX, code)),
        kind: CaseKind::from_code(&row.core.kind),
        stage: Stage::from_code(&row.core.stage),
        stage_label: word_of(pack, facts::STAGE, &row.core.stage).unwrap_or_default(),
        urgency: Urgency::from_code(&row.core.urgency),
        ground: word_of(pack, facts::GROUNDS, &row.core.ground),
        standing: clock.as_ref().map(|clock| clock.standing(now_ms)),
        clock,
        tasks_open: row.core.tasks_open,
        waiting: row.waiting,
        clashes: row.clashes,
        refused: row.refused,
        changed_at_ms: row.changed_ms,
    }
}
