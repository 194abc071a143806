use casework::duty::{Hours, Place, Shift, Why};
use protocol::UserId;
use tokio_postgres::Row;

use super::Postgres;
use super::grants::{give, grant, take};
use super::people::find_user;
use super::transaction::{Tx, owned};
use super::value::{Fixed, Number, at, fixed, number, small};
use super::write::{audit, stand_in_line};
use crate::storage::duties::{joined, split};
use crate::storage::write::About;
use crate::storage::{
    Asking, Deed, Duties, Load, NewAsking, Readable, Referral, Result, RosterRow, StorageError, Unanswered, User,
};

const SELECT_ASKING: &str = "SELECT subject, step, user_id, why, at_ms, until_ms, number FROM asking";

impl Duties for Postgres {
    fn roster(&self, district: &str) -> Result<Vec<RosterRow>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT user_id, days, from_minute, to_minute, languages, north, east FROM roster
                 WHERE district = $1 ORDER BY user_id, id",
                &[&district],
            )?;
            rows.iter().map(read_shift).collect()
        })
    }

    fn set_roster(&self, district: &str, of: Option<UserId>, rows: &[RosterRow], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            // Of two who write it at once the last one's stands, whole.
            stand_in_line(tx, district)?;
            tx.execute(
                "DELETE FROM roster WHERE district = $1 AND ($2::bytea IS NULL OR user_id = $2)",
                &[&district, &of.map(|user| Fixed(user.0))],
            )?;
            for row in rows {
                let Shift { days, hours, place, .. } = &row.shift;
                tx.execute(
                    "INSERT INTO roster (district, user_id, days, from_minute, to_minute, languages, north, east)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &[
                        &district,
                        &Fixed(row.user.0),
                        &days.to_string(),
                        &i64::from(hours.from()),
                        &i64::from(hours.to()),
                        &joined(&row.shift.languages),
                        &place.map(Place::north),
                        &place.map(Place::east),
                    ],
                )?;
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
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT u.id,
                    (SELECT count(*) FROM assignment a JOIN case_row c ON c.subject = a.subject
                     WHERE a.user_id = u.id AND c.stage <> 'closed'),
                    (SELECT count(*) FROM asking k JOIN referral r ON r.subject = k.subject AND r.steps = k.step
                     WHERE k.user_id = u.id AND r.answered_ms IS NULL),
                    (SELECT max(at_ms) FROM asking k WHERE k.user_id = u.id)
                 FROM users u WHERE u.district = $1 ORDER BY u.id",
                &[&district],
            )?;
            let load = |row: &Row| {
                Ok(Load {
                    user: UserId(fixed(row, 0)?),
                    cases: small(row, 1)?,
                    referrals: small(row, 2)?,
                    asked_ms: at(row, 3)?,
                })
            };
            rows.iter().map(load).collect()
        })
    }

    fn add_referral(&self, subject: [u8; 16], district: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO referral (subject, district, since_ms, next_ms) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING",
                &[&Fixed(subject), &district, &now_ms],
            )?;
            Ok(())
        })
    }

    fn due_referrals(&self, now_ms: i64, limit: u32) -> Result<Vec<Referral>> {
        self.read(|tx| {
            let rows = tx.rows(
                "SELECT subject, district, since_ms FROM referral WHERE next_ms <= $1 ORDER BY next_ms, subject LIMIT $2",
                &[&now_ms, &i64::from(limit)],
            )?;
            rows.iter().map(|row| read_referral(tx, row)).collect()
        })
    }

    fn asked(&self, subject: [u8; 16]) -> Result<Vec<Asking>> {
        self.read_one(|tx| find_asked(tx, subject))
    }

    fn ask(&self, new: &NewAsking<'_>) -> Result<bool> {
        self.write(|tx| {
            let Asking { subject, step, .. } = new.asking;
            let user = find_user(tx, new.asking.user)?.ok_or(StorageError::NoSuch("user"))?;
            stand_in_line(tx, &user.district)?;
            let taken = tx.execute(
                "UPDATE referral SET steps = $2::bigint, next_ms = $3 WHERE subject = $1 AND steps = $2::bigint - 1 AND answered_ms IS NULL",
                &[&Fixed(subject), &i64::from(step), &new.asking.until_ms],
            )?;
            if taken == 0 {
                return Ok(false);
            }
            let number = hand_over(tx, &new.asking, &user, new.readable)?;
            if let Some((user, readable)) = new.instead_of {
                let user = find_user(tx, user)?.ok_or(StorageError::NoSuch("user"))?;
                take(tx, subject, &user, readable, new.asking.at_ms)?;
            }
            tx.execute(
                "INSERT INTO asking (subject, step, user_id, why, at_ms, until_ms, number)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &Fixed(subject),
                    &i64::from(step),
                    &Fixed(user.id.0),
                    &new.asking.why.code(),
                    &new.asking.at_ms,
                    &new.asking.until_ms,
                    &Number(number),
                ],
            )?;
            Ok(true)
        })
    }

    fn put_off_referral(&self, subject: [u8; 16], steps: u32, next_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE referral SET next_ms = $3 WHERE subject = $1 AND steps = $2 AND answered_ms IS NULL",
                &[&Fixed(subject), &i64::from(steps), &next_ms],
            )?;
            Ok(())
        })
    }

    fn unnoted(&self, limit: u32) -> Result<Vec<Asking>> {
        self.read_one(|tx| {
            let sql = format!("{SELECT_ASKING} WHERE NOT noted ORDER BY at_ms, subject, step LIMIT $1");
            tx.rows(&sql, &[&i64::from(limit)])?.iter().map(read_asking).collect()
        })
    }

    fn noted(&self, subject: [u8; 16], step: u32) -> Result<()> {
        self.write(|tx| {
            let sql = "UPDATE asking SET noted = TRUE WHERE subject = $1 AND step = $2";
            tx.execute(sql, &[&Fixed(subject), &i64::from(step)])?;
            Ok(())
        })
    }

    fn waiting_askings(&self, of: Option<UserId>) -> Result<Vec<Asking>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT k.subject, k.step, k.user_id, k.why, k.at_ms, k.until_ms, k.number
                 FROM referral r JOIN asking k ON k.subject = r.subject AND k.step = r.steps
                 WHERE r.answered_ms IS NULL AND ($1::bytea IS NULL OR k.user_id = $1) ORDER BY k.at_ms, k.subject",
                &[&of.map(|user| Fixed(user.0))],
            )?;
            rows.iter().map(read_asking).collect()
        })
    }

    fn waiting_referrals(&self, district: &str, limit: u32) -> Result<Vec<Referral>> {
        self.read(|tx| {
            let rows = tx.rows(
                "SELECT subject, district, since_ms FROM referral WHERE district = $1 AND answered_ms IS NULL
                 ORDER BY since_ms, subject LIMIT $2",
                &[&district, &i64::from(limit)],
            )?;
            rows.iter().map(|row| read_referral(tx, row)).collect()
        })
    }

    fn unanswered(&self) -> Result<Unanswered> {
        self.read_one(|tx| {
            let row = tx.row(
                "SELECT count(*), count(*) FILTER (WHERE next_ms IS NULL OR steps = 0), min(since_ms) FROM referral
                 WHERE answered_ms IS NULL",
                &[],
            )?;
            let Some(row) = row else {
                return Ok(Unanswered::default());
            };
            Ok(Unanswered {
                all: number(&row, 0)?,
                at_their_end: number(&row, 1)?,
                since_ms: at(&row, 2)?,
            })
        })
    }
}

/// Somebody has taken the referral up: nobody is asked any more.
pub(super) fn answered(tx: &Tx<'_>, subject: [u8; 16], at_ms: i64) {
    tx.later(
        "UPDATE referral SET answered_ms = $2, next_ms = NULL WHERE subject = $1 AND answered_ms IS NULL",
        owned![Fixed(subject), at_ms],
    );
}

/// Gives whoever is asked the case; says up to which number of the log they must have read to know.
fn hand_over(tx: &Tx<'_>, asking: &Asking, user: &User, readable: &[Readable]) -> Result<u64> {
    let before = last_number(tx, &user.district)?;
    give(tx, asking.subject, user, readable, asking.at_ms)?;
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

fn last_number(tx: &Tx<'_>, district: &str) -> Result<u64> {
    let row = tx.row("SELECT last_number FROM district WHERE code = $1", &[&district])?;
    number(&row.ok_or(StorageError::NoSuch("district"))?, 0)
}

fn find_asked(tx: &Tx<'_>, subject: [u8; 16]) -> Result<Vec<Asking>> {
    let rows = tx.rows(
        &format!("{SELECT_ASKING} WHERE subject = $1 ORDER BY step"),
        &[&Fixed(subject)],
    )?;
    rows.iter().map(read_asking).collect()
}

/// A referral, with who was asked.
fn read_referral(tx: &Tx<'_>, row: &Row) -> Result<Referral> {
    let subject = fixed(row, 0)?;
    Ok(Referral {
        subject,
        district: at(row, 1)?,
        since_ms: at(row, 2)?,
        asked: find_asked(tx, subject)?,
    })
}

fn read_asking(row: &Row) -> Result<Asking> {
    let why: String = at(row, 3)?;
    Ok(Asking {
        subject: fixed(row, 0)?,
        step: small(row, 1)?,
        user: UserId(fixed(row, 2)?),
        why: Why::from_code(&why).ok_or(StorageError::Damaged)?,
        at_ms: at(row, 4)?,
        until_ms: at(row, 5)?,
        number: number(row, 6)?,
    })
}

fn read_shift(row: &Row) -> Result<RosterRow> {
    let (days, languages): (String, String) = (at(row, 1)?, at(row, 4)?);
    let place: (Option<f64>, Option<f64>) = (at(row, 5)?, at(row, 6)?);
    let minute =
        |column| small(row, column).and_then(|minute| u16::try_from(minute).map_err(|_| StorageError::Damaged));
    let damaged = |_| StorageError::Damaged;
    Ok(RosterRow {
        user: UserId(fixed(row, 0)?),
        shift: Shift {
            days: days.parse().map_err(damaged)?,
            hours: Hours::new(minute(2)?, minute(3)?).map_err(damaged)?,
            languages: split(&languages),
            place: place
                .0
                .zip(place.1)
                .and_then(|(north, east)| Place::new(north, east).ok()),
        },
    })
}
