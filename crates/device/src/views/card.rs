//! A row of the case list.

use casework::{CaseId, CaseKind, Pack, Stage, Urgency, age_years, facts};
use ipc::CaseCard;

use super::words::word_of;
use crate::{documents::with_words, store::CardRow};

/// The row as the screen shows it at `now_ms`.
pub(crate) fn card(row: &CardRow, pack: &Pack, now_ms: i64) -> CaseCard {
    let clock = row.running.as_deref().and_then(|running| with_words(pack, running));
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
        clocks_overdue: row.clocks_overdue,
        waiting: row.waiting,
        clashes: row.clashes,
        refused: row.refused,
        changed_at_ms: row.changed_ms,
        on_its_way: row.on_its_way,
    }
}
