//! A district's figures of a month and of a quarter, as Child Protection Services wants them: counts, and nothing else.
//!
//! What is counted is defined in `casework::reports`, for tablets and for the feed alike; what tells of few children is hidden here.
//! They are made when the period is over, of the cases' rows, and once a day until the next one is over, because tablets
//! bring late what was written in time. What has not changed is not told again.

use casework::clock::indian_day;
use casework::reports::{self, CaseTold, Period, PeriodKind};
use jiff::civil::Date;
use protocol::DocumentId;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{Message, message_id, payload, vatsalya};
use crate::config::ChannelConfig;
use crate::hub::Hub;
use crate::project::Kept;
use crate::storage::{CaseRow, District, Parcel, StorageError};

/// The JSON Schema, as it is published.
pub const SCHEMA: &str = include_str!("../../schemas/vatsalya-figures-1.json");

/// The last byte of the id at which answers to figures are told: of no document.
const NO_DOCUMENT: u8 = 0xF0;

/// When figures were made last, and of whom they are still to be made that day.
#[derive(Debug, Default)]
pub struct Figures {
    made_on: Option<Date>,
    left: Vec<District>,
}

impl Figures {
    /// Makes the figures of the periods that are over, once a day, of one district at a time, so that nothing waits long behind
    /// it; says whether it did.
    pub fn work(&mut self, hub: &Hub) -> Result<bool, StorageError> {
        let today = indian_day(hub.clock.now_ms());
        let (Some(config), Some(today)) = (hub.config.channels.of(vatsalya::CODE), today) else {
            return Ok(false);
        };
        if self.made_on != Some(today) {
            self.left = hub.storage.districts()?;
            self.made_on = Some(today);
        }
        let Some(district) = self.left.last() else {
            return Ok(false);
        };
        let rows = hub.storage.cases(&district.code)?;
        let over = [PeriodKind::Month, PeriodKind::Quarter].map(|kind| Period::over(kind, today));
        let parcels: Vec<_> = over
            .into_iter()
            .filter_map(|period| parcel(district, config, period, &rows))
            .collect();
        hub.storage.tell(&parcels, hub.clock.now_ms())?;
        self.left.pop();
        Ok(true)
    }
}

fn parcel(district: &District, config: &ChannelConfig, period: Period, rows: &[CaseRow]) -> Option<Parcel> {
    let message = message(&district.code, period, rows)?;
    let subject = subject(&district.code, period);
    let mut document = [NO_DOCUMENT; 17];
    document[..16].copy_from_slice(&subject);
    Some(Parcel {
        channel: vatsalya::CODE.to_owned(),
        subject,
        district: district.code.clone(),
        document: DocumentId(document),
        message: message_id(),
        upto: district.last_number,
        // The moment at which the period ended: two hubs that make the same figures write the same words.
        payload: payload(&message, period.ends_ms()),
        way: config.way(),
    })
}

/// What stands for the figures of a period where others have a record's id.
fn subject(district: &str, period: Period) -> [u8; 16] {
    let hash = Sha256::new_with_prefix(b"figures\0")
        .chain_update(district)
        .chain_update([0])
        .chain_update(period.kind().code())
        .chain_update(period.first().to_string())
        .finalize();
    hash[..16].try_into().expect("a hash is longer than an id")
}

/// The figures of a period, few children hidden; `None` for a district that had no case yet.
pub fn message(district: &str, period: Period, rows: &[CaseRow]) -> Option<Message> {
    let figures = reports::Figures::of(&cases(rows), period);
    if figures.is_empty() {
        return None;
    }
    let mut data = as_json(&figures.for_outside());
    data["district"] = district.into();
    data["period"] = json!({
        "kind": period.kind().code(),
        "from": period.first().to_string(),
        "until": period.last().to_string(),
    });
    Some(Message {
        kind: "figures.reported",
        data,
    })
}

/// What reports read of a district's rows.
pub fn cases(rows: &[CaseRow]) -> Vec<CaseTold> {
    let read = |row: &CaseRow| serde_json::from_str::<Kept>(&row.facts).unwrap_or_default().told(row);
    rows.iter().map(read).collect()
}

/// As they are told.
fn as_json(figures: &reports::Figures) -> Json {
    let kinds = figures.kinds.iter().map(|(kind, of)| {
        json!({
            "kind": kind,
            "pending_at_start": of.pending_at_start,
            "opened": of.opened,
            "disposed": of.disposed,
            "pending_at_end": of.pending_at_end,
        })
    });
    let clocks = figures.clocks.iter().map(|(clock, of)| {
        json!({ "clock": clock, "due": of.due, "in_time": of.in_time, "late": of.late, "not_met": of.not_met })
    });
    json!({
        "cases": kinds.collect::<Vec<_>>(),
        "opened": { "by_sex": figures.by_sex, "by_age": figures.by_age, "by_ground": figures.by_ground },
        "placed_at_end": figures.placed_at_end,
        "steps": figures.steps,
        "clocks": clocks.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests;
