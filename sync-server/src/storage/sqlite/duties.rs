use std::collections::BTreeSet;

use casework::duty::{Hours, Place, Shift, Why};
use protocol::UserId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::grants::{give, grant, take};
use super::people::find_user;
use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::duties::{joined, split};
use crate::storage::write::About;
use crate::storage::{
    Asking, Deed, Duties, Load, NewAsking, Readable, Referral, Result, RosterRow, StorageError, Unanswered,
};

const SELECT_ASKING: &str = "SELECT subject, step, user, why, at_ms, until_ms, number FROM asking";

impl Duties for Sqlite {
    fn roster(&self, district: &str) -> Result<Vec<RosterRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT user, days, from_minute, to_minute, languages, north, east FROM roster
                 WHERE district = ?1 ORDER BY user, id",
            )?;
            let mut rows = statement.query([district])?;
            let mut roster = Vec::new();
            while let Some(row) = rows.next()? {
                roster.push(read_shift(row)?);
            }
            Ok(roster)
        })
    }

    fn set_roster(&self, district: &str, of: Option<UserId>, rows: &[RosterRow], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "DELETE FROM roster WHERE district = ?1 AND (?2 IS NULL OR user = ?2)",
                params![district, of.map(|user| user.0)],
            )?;
            for row in rows {
                let Shift { days, hours, .. } = &row.shift;
                let place = row.shift.place;
                tx.prepare_cached(
                    "INSERT INTO roster (district, user, days, from_minute, to_minute, languages, north, east)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    district,
                    row.user.0,
                    days.to_string(),
                    hours.from(),
                    hours.to(),
                    joined(&row.shift.languages),
                    place.map(Place::north),
                    place.map(Place::east),
                ])?;
            }
            let about = About {
                user: of,
                detail: district,
                ..About::default()
            };
            audit(tx, now_ms, Deed::SetRoster, &about)
        })
    }

    fn loads(&self, district: &str) -> Result<Vec<Load>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT u.id,
                    (SELECT count(*) FROM assignment a JOIN case_row c ON c.subject = a.subject
                     WHERE a.user = u.id AND c.stage <> 'closed'),
                    (SELECT count(*) FROM asking k JOIN referral r ON r.subject = k.subject AND r.steps = k.step
                     WHERE k.user = u.id AND r.answered_ms IS NULL),
                    (SELECT max(at_ms) FROM asking k WHERE k.user = u.id)
                 FROM user u WHERE u.district = ?1 ORDER BY u.id",
            )?;
            let rows = statement.query_map([district], |row| {
                Ok(Load {
                    user: UserId(row.get(0)?),
                    cases: row.get(1)?,
                    referrals: row.get(2)?,
                    asked_ms: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn add_referral(&self, subject: [u8; 16], district: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT OR IGNORE INTO referral (subject, district, since_ms, next_ms) VALUES (?1, ?2, ?3, ?3)",
                params![subject, district, now_ms],
            )?;
            Ok(())
        })
    }

    fn due_referrals(&self, now_ms: i64, limit: u32) -> Result<Vec<Referral>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT subject, district, since_ms FROM referral WHERE next_ms <= ?1 ORDER BY next_ms, subject LIMIT ?2",
            )?;
            let mut rows = statement.query(params![now_ms, limit])?;
            read_referrals(tx, &mut rows)
        })
    }

    fn asked(&self, subject: [u8; 16]) -> Result<Vec<Asking>> {
        self.read(|tx| find_asked(tx, subject))
    }

    fn ask(&self, new: &NewAsking<'_>) -> Result<bool> {
        self.write(|tx| {
            let Asking { subject, step, .. } = new.asking;
            let taken = tx.execute(
                "UPDATE referral SET steps = ?2, next_ms = ?3 WHERE subject = ?1 AND steps = ?2 - 1 AND answered_ms IS NULL",
                params![subject, step, new.asking.until_ms],
            )?;
            if taken == 0 {
                return Ok(false);
            }
            let number = hand_over(tx, &new.asking, new.readable)?;
            if let Some((user, readable)) = new.instead_of {
                let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
                take(tx, subject, &user, readable, new.asking.at_ms)?;
            }
            tx.execute(
                "INSERT INTO asking (subject, step, user, why, at_ms, until_ms, number) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    subject,
                    step,
                    new.asking.user.0,
                    new.asking.why.code(),
                    new.asking.at_ms,
                    new.asking.until_ms,
                    Number(number),
                ],
            )?;
            Ok(true)
        })
    }

    fn put_off_referral(&self, subject: [u8; 16], steps: u32, next_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE referral SET next_ms = ?3 WHERE subject = ?1 AND steps = ?2 AND answered_ms IS NULL",
                params![subject, steps, next_ms],
            )?;
            Ok(())
        })
    }

    fn unnoted(&self, limit: u32) -> Result<Vec<Asking>> {
        self.read(|tx| {
            let sql = format!("{SELECT_ASKING} WHERE NOT noted ORDER BY at_ms, subject, step LIMIT ?1");
            let mut statement = tx.prepare_cached(&sql)?;
            let mut rows = statement.query([limit])?;
            read_askings(&mut rows)
        })
    }

    fn noted(&self, subject: [u8; 16], step: u32) -> Result<()> {
        self.write(|tx| {
            let sql = "UPDATE asking SET noted = 1 WHERE subject = ?1 AND step = ?2";
            tx.execute(sql, params![subject, step])?;
            Ok(())
        })
    }

    fn waiting_askings(&self, of: Option<UserId>) -> Result<Vec<Asking>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT k.subject, k.step, k.user, k.why, k.at_ms, k.until_ms, k.number
                 FROM referral r JOIN asking k ON k.subject = r.subject AND k.step = r.steps
                 WHERE r.answered_ms IS NULL AND (?1 IS NULL OR k.user = ?1) ORDER BY k.at_ms, k.subject",
            )?;
            let mut rows = statement.query([of.map(|user| user.0)])?;
            read_askings(&mut rows)
        })
    }

    fn waiting_referrals(&self, district: &str, limit: u32) -> Result<Vec<Referral>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT subject, district, since_ms FROM referral WHERE district = ?1 AND answered_ms IS NULL
                 ORDER BY since_ms, subject LIMIT ?2",
            )?;
            let mut rows = statement.query(params![district, limit])?;
            read_referrals(tx, &mut rows)
        })
    }

    fn unanswered(&self) -> Result<Unanswered> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT count(*), count(*) FILTER (WHERE next_ms IS NULL OR steps = 0), min(since_ms) FROM referral
                 WHERE answered_ms IS NULL",
            )?;
            Ok(statement.query_row([], |row| {
                Ok(Unanswered {
                    all: row.get::<_, Number>(0)?.0,
                    at_their_end: row.get::<_, Number>(1)?.0,
                    since_ms: row.get(2)?,
                })
            })?)
        })
    }
}

/// Somebody has taken the referral up: nobody is asked any more.
pub(super) fn answered(tx: &Connection, subject: [u8; 16], at_ms: i64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE referral SET answered_ms = ?2, next_ms = NULL WHERE subject = ?1 AND answered_ms IS NULL",
    )?
    .execute(params![subject, at_ms])?;
    Ok(())
}

/// Gives whoever is asked the case; says up to which number of the log they must have read to know.
fn hand_over(tx: &Connection, asking: &Asking, readable: &[Readable]) -> Result<u64> {
    let user = find_user(tx, asking.user)?.ok_or(StorageError::NoSuch("user"))?;
    let before = last_number(tx, &user.district)?;
    give(tx, asking.subject, &user, readable, asking.at_ms)?;
    let after = last_number(tx, &user.district)?;
    if after > before {
        return Ok(after);
    }
    // Whoever reads all of it already hears of it by one document that is granted anew.
    if let Some(first) = readable.iter().min() {
        grant(tx, &user.district, user.id, *first, asking.at_ms)?;
    }
    last_number(tx, &user.district)
}

fn last_number(tx: &Connection, district: &str) -> Result<u64> {
    let number: Option<Number> = tx
        .prepare_cached("SELECT last_number FROM district WHERE code = ?1")?
        .query_row([district], |row| row.get(0))
        .optional()?;
    Ok(number.ok_or(StorageError::NoSuch("district"))?.0)
}

fn find_asked(tx: &Connection, subject: [u8; 16]) -> Result<Vec<Asking>> {
    let mut statement = tx.prepare_cached(&format!("{SELECT_ASKING} WHERE subject = ?1 ORDER BY step"))?;
    let mut rows = statement.query([subject])?;
    read_askings(&mut rows)
}

/// Referrals, each with who was asked.
fn read_referrals(tx: &Connection, rows: &mut rusqlite::Rows<'_>) -> Result<Vec<Referral>> {
    let mut referrals = Vec::new();
    while let Some(row) = rows.next()? {
        let subject = row.get(0)?;
        referrals.push(Referral {
            subject,
            district: row.get(1)?,
            since_ms: row.get(2)?,
            asked: find_asked(tx, subject)?,
        });
    }
    Ok(referrals)
}

fn read_askings(rows: &mut rusqlite::Rows<'_>) -> Result<Vec<Asking>> {
    let mut askings = Vec::new();
    while let Some(row) = rows.next()? {
        let why: String = row.get(3)?;
        askings.push(Asking {
            subject: row.get(0)?,
            step: row.get(1)?,
            user: UserId(row.get(2)?),
            why: Why::from_code(&why).ok_or(StorageError::Damaged)?,
            at_ms: row.get(4)?,
            until_ms: row.get(5)?,
            number: row.get::<_, Number>(6)?.0,
        });
    }
    Ok(askings)
}

fn read_shift(row: &Row<'_>) -> Result<RosterRow> {
    let (days, languages): (String, String) = (row.get(1)?, row.get(4)?);
    let place: (Option<f64>, Option<f64>) = (row.get(5)?, row.get(6)?);
    let languages: BTreeSet<String> = split(&languages);
    let damaged = |_| StorageError::Damaged;
    Ok(RosterRow {
        user: UserId(row.get(0)?),
        shift: Shift {
            days: days.parse().map_err(damaged)?,
            hours: Hours::new(row.get(2)?, row.get(3)?).map_err(damaged)?,
            languages,
            place: place
                .0
                .zip(place.1)
                .and_then(|(north, east)| Place::new(north, east).ok()),
        },
    })
}
