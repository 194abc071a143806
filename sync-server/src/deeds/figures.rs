//! A district's figures of a month or a quarter, as tablets and the portal count them too; few children are hidden.

use casework::clock::indian_day;
use casework::reports::{Basis, CountedFrom, Figures, Period, PeriodKind, Reach, Report, ReportWords, figures_report};

use crate::channel::figures::cases;
use crate::hub::Hub;
use crate::storage::{Result, StorageError};

/// The figures of a period; of the last month that is over where none is named.
pub fn of(hub: &Hub, district: &str, period: Option<Period>) -> Result<Report> {
    let now_ms = hub.clock.now_ms();
    let today = indian_day(now_ms).ok_or(StorageError::NoSuch("day"))?;
    let period = period.unwrap_or_else(|| Period::over(PeriodKind::Month, today));
    let told = cases(&hub.storage.cases(district)?);
    let undated = told.iter().filter(|case| case.opened_at_ms.is_none());
    let name = hub
        .storage
        .districts()?
        .into_iter()
        .find(|known| known.code == district);
    let basis = Basis {
        place: name.map_or_else(|| district.to_owned(), |known| known.name),
        now_ms,
        from: CountedFrom::Hub,
        cases: told.len() as u64,
        undated: undated.count() as u64,
        without_identity: 0,
        not_here: 0,
        reads_in_part: false,
        is_running: period.ends_ms() > now_ms,
        reach: Reach::Outside,
    };
    let figures = Figures::of(&told, period).for_outside();
    let pack = hub.pack_of(district)?;
    Ok(figures_report(&figures, period, &basis, ReportWords::new(&pack)))
}
