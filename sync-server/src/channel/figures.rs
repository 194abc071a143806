//! A district's figures of a month and of a quarter, as Child Protection Services wants them: counts, and nothing else.
//!
//! They are made when the period is over, of the cases' rows, and once a day until the next one is over, because tablets
//! bring late what was written in time. What has not changed is not told again.

mod count;

use jiff::civil::Date;
use jiff::tz::Offset;
use protocol::DocumentId;
use serde_json::json;
use sha2::{Digest, Sha256};

use self::count::Count;
use super::{Message, message_id, payload, vatsalya};
use crate::config::ChannelConfig;
use crate::hub::Hub;
use crate::project::Kept;
use crate::storage::{CaseRow, District, Parcel, StorageError};

/// The JSON Schema, as it is published.
pub const SCHEMA: &str = include_str!("../../schemas/vatsalya-figures-1.json");

/// The facts of a case that are counted.
pub const FACTS: &[&str] = &[
    "case.kind",
    "case.stage",
    "case.grounds",
    "child.sex",
    "order.final_at",
    "restoration.restored_at",
    "sponsorship.ordered_at",
    "foster.placement_at",
    "aftercare.started_at",
    "adoption.legally_free_at",
    "adoption.placement_at",
];

/// The last byte of the id at which answers to figures are told: of no document.
const NO_DOCUMENT: u8 = 0xF0;
const INDIA_S: i32 = 19_800;
/// The months of a quarter.
const QUARTER: i8 = 3;

/// When figures were made last, and of whom they are still to be made that day.
#[derive(Debug, Default)]
pub struct Figures {
    made_on: Option<Date>,
    left: Vec<District>,
}

/// A month or a quarter in India.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    name: &'static str,
    from: Date,
    until: Date,
}

impl Figures {
    /// Makes the figures of the periods that are over, once a day, of one district at a time, so that nothing waits long behind
    /// it; says whether it did.
    pub fn work(&mut self, hub: &Hub) -> Result<bool, StorageError> {
        let today = indian_date(hub.clock.now_ms());
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
        let over = Period::over(today).into_iter();
        let parcels: Vec<_> = over
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
        payload: payload(&message, period.ends_ms()?),
        way: config.way(),
    })
}

/// What stands for the figures of a period where others have a record's id.
fn subject(district: &str, period: Period) -> [u8; 16] {
    let hash = Sha256::new_with_prefix(b"figures\0")
        .chain_update(district)
        .chain_update([0])
        .chain_update(period.name)
        .chain_update(period.from.to_string())
        .finalize();
    hash[..16].try_into().expect("a hash is longer than an id")
}

/// The figures of a period; `None` for a district that had no case yet.
pub fn message(district: &str, period: Period, rows: &[CaseRow]) -> Option<Message> {
    let (from_ms, until_ms) = (period.starts_ms()?, period.ends_ms()?);
    let mut count = Count::default();
    for row in rows {
        if let Some(opened_ms) = row.opened_at_ms.filter(|opened_ms| *opened_ms < until_ms) {
            let kept: Kept = serde_json::from_str(&row.facts).unwrap_or_default();
            count.add(row, opened_ms, &kept, &(from_ms..until_ms));
        }
    }
    if count.is_empty() {
        return None;
    }
    let mut data = count.into_json();
    data["district"] = district.into();
    data["period"] = json!({
        "kind": period.name,
        "from": period.from.to_string(),
        "until": period.until.yesterday().ok()?.to_string(),
    });
    Some(Message {
        kind: "figures.reported",
        data,
    })
}

impl Period {
    /// The last month and the last quarter that were over on a day.
    pub fn over(today: Date) -> [Self; 2] {
        let month = today.first_of_month();
        let quarter = Date::constant(month.year(), (month.month() - 1) / QUARTER * QUARTER + 1, 1);
        let before = |until: Date, months: i8, name| Self {
            name,
            from: until.saturating_sub(jiff::Span::new().months(months)),
            until,
        };
        [before(month, 1, "month"), before(quarter, QUARTER, "quarter")]
    }

    /// The midnight in India with which it begins.
    fn starts_ms(self) -> Option<i64> {
        midnight_ms(self.from)
    }

    /// The midnight in India with which it ends.
    fn ends_ms(self) -> Option<i64> {
        midnight_ms(self.until)
    }
}

/// The law counts days in India, five and a half hours ahead of UTC all the year.
fn india() -> Offset {
    Offset::from_seconds(INDIA_S).expect("less than a day")
}

fn midnight_ms(day: Date) -> Option<i64> {
    let midnight = india().to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    Some(midnight.as_millisecond())
}

fn indian_date(at_ms: i64) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(at_ms).ok()?;
    Some(india().to_datetime(at).date())
}

#[cfg(test)]
mod tests;
