use minicbor::{Decode, Encode};

use crate::access_log::AccessRow;
use crate::ids::SubjectId;
use crate::limits::{ACCESS_ROWS_MAX, PART_BYTES_MAX};
use crate::message::{DecodeError, Named, Names, Naming};
use crate::parcel::{pack_small, unpack};

/// Rows of the author's access log that follow one another, in short (version 2). Rows that do not, or whose hashes are
/// not what they should be, go in [`Access`](super::Access), as they are.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rows {
    /// The number of the first.
    #[n(0)]
    pub n: u64,
    /// The hash of the row before it, or 32 zero bytes: each row's hash follows from what it says and from this.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub before: [u8; 32],
    /// The hash of the last row, which must come out.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub last: [u8; 32],
    /// A [`ShortRow`] for each, one behind the other, packed.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// A row as it stands among others.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ShortRow {
    /// Milliseconds since the row before it; of the first since the time in `Open`.
    #[n(0)]
    pub after_ms: i64,
    /// What was done.
    #[n(1)]
    pub action: String,
    /// What more there is to say.
    #[n(2)]
    pub detail: String,
    /// The case it was done to. Numbers count the subjects of the documents that this body's batches named, and those that
    /// rows named, in the order in which each was named first.
    #[n(3)]
    pub subject: Option<Named<SubjectId>>,
}

/// All rows of one message, unpacked.
const UNPACKED_BYTES_MAX: usize = 128 * 1024;

impl Rows {
    /// As many of the rows as fit a frame, and how many; `None` where the first does not follow from `before`.
    pub fn of(
        rows: &[AccessRow],
        before: [u8; 32],
        base_ms: i64,
        naming: &mut Naming<SubjectId>,
    ) -> Option<(Self, usize)> {
        let mut count = following(rows, before);
        while count > 0 {
            let mut named = naming.clone();
            let bytes = pack_small(&short(&rows[..count], base_ms, &mut named)?);
            if bytes.len() + 100 <= PART_BYTES_MAX {
                *naming = named;
                let message = Self {
                    n: rows[0].n,
                    before,
                    last: rows[count - 1].hash,
                    bytes,
                };
                return Some((message, count));
            }
            count /= 2;
        }
        None
    }

    /// The rows as the device has them.
    pub fn rows(&self, base_ms: i64, names: &mut Names<SubjectId>) -> Result<Vec<AccessRow>, DecodeError> {
        let unpacked = unpack(&self.bytes, UNPACKED_BYTES_MAX).map_err(|_| DecodeError::Malformed)?;
        let mut decoder = minicbor::Decoder::new(&unpacked);
        let (mut n, mut at_ms, mut hash) = (self.n, base_ms, self.before);
        let mut rows = Vec::new();
        while decoder.position() < unpacked.len() {
            if rows.len() == ACCESS_ROWS_MAX {
                return Err(DecodeError::TooLarge);
            }
            let short: ShortRow = decoder.decode().map_err(|_| DecodeError::Malformed)?;
            at_ms = at_ms.checked_add(short.after_ms).ok_or(DecodeError::Malformed)?;
            let subject = short.subject.map(|named| names.meant(named)).transpose();
            let mut row = AccessRow {
                n,
                at_ms,
                action: short.action,
                subject: subject.map_err(|_| DecodeError::Malformed)?.map(|id| id.0),
                detail: short.detail,
                hash,
            };
            hash = row.link(&hash);
            row.hash = hash;
            rows.push(row);
            n = n.checked_add(1).ok_or(DecodeError::Malformed)?;
        }
        if hash != self.last {
            return Err(DecodeError::Malformed);
        }
        AccessRow::check(&rows)?;
        Ok(rows)
    }
}

/// How many rows, from the first, follow one from the other.
fn following(rows: &[AccessRow], before: [u8; 32]) -> usize {
    let mut hash = before;
    let mut n = rows.first().map_or(0, |row| row.n);
    let follows = |row: &&AccessRow| {
        let good = row.n == n && row.link(&hash) == row.hash;
        (n, hash) = (row.n.saturating_add(1), row.hash);
        good
    };
    rows.iter().take_while(follows).count()
}

fn short(rows: &[AccessRow], base_ms: i64, naming: &mut Naming<SubjectId>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut before_ms = base_ms;
    for row in rows {
        let short = ShortRow {
            after_ms: row.at_ms.checked_sub(before_ms)?,
            action: row.action.clone(),
            detail: row.detail.clone(),
            subject: row.subject.map(|id| naming.name(SubjectId(id))),
        };
        before_ms = row.at_ms;
        minicbor::encode(&short, &mut bytes).expect("memory takes every byte");
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::ACCESS_DETAIL_BYTES_MAX;
    use crate::{AuthorKey, SigningChain};

    fn log(count: u64, row: impl Fn(u64) -> (i64, &'static str, Option<[u8; 16]>, String)) -> Vec<AccessRow> {
        let mut hash = [0; 32];
        let mut rows = Vec::new();
        for n in 1..=count {
            let (at_ms, action, subject, detail) = row(n);
            let mut row = AccessRow {
                n,
                at_ms,
                action: action.into(),
                subject,
                detail,
                hash,
            };
            hash = row.link(&hash);
            row.hash = hash;
            rows.push(row);
        }
        rows
    }

    #[test]
    fn rows_come_back_with_their_hashes_and_a_day_of_work_is_small() {
        let rows = log(40, |n| {
            let case = Some([(n % 5) as u8; 16]);
            (
                1_000_000 + n.cast_signed() * 61_000,
                "wrote",
                case,
                "found.place".into(),
            )
        });
        let mut naming = Naming::default();
        let (said, count) = Rows::of(&rows, [0; 32], 5_000_000, &mut naming).unwrap();
        assert_eq!(count, rows.len());
        let frame = SigningChain::new(&AuthorKey::from_seed(&[1; 32]))
            .sign(&said.clone().into())
            .unwrap();
        assert!(frame.as_bytes().len() < 500, "{}", frame.as_bytes().len());
        assert_eq!(said.rows(5_000_000, &mut Names::default()), Ok(rows.clone()));
        let damaged = Rows {
            last: [1; 32],
            ..said.clone()
        };
        assert_eq!(
            damaged.rows(5_000_000, &mut Names::default()),
            Err(DecodeError::Malformed)
        );
        // Another time in the opening is another log.
        assert_eq!(said.rows(5_000_001, &mut Names::default()), Err(DecodeError::Malformed));
        // What follows goes on from the last.
        let (more, count) = Rows::of(&rows[7..], rows[6].hash, 0, &mut Naming::default()).unwrap();
        assert_eq!((more.n, count), (8, 33));
    }

    #[test]
    fn rows_that_do_not_follow_are_left_for_messages_that_say_all() {
        let mut rows = log(9, |n| (n.cast_signed(), "opened", None, String::new()));
        assert_eq!(Rows::of(&rows, [1; 32], 0, &mut Naming::default()), None);
        rows[4].detail = "changed".into();
        let (_, count) = Rows::of(&rows, [0; 32], 0, &mut Naming::default()).unwrap();
        assert_eq!(count, 4);
        assert_eq!(Rows::of(&[], [0; 32], 0, &mut Naming::default()), None);
    }

    #[test]
    fn the_largest_rows_fit_their_frames() {
        let rows = log(200, |n| {
            let detail = format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).repeat(9);
            let case = [n.to_le_bytes()[0]; 16];
            (
                i64::MAX / 2 / n.cast_signed(),
                "a",
                Some(case),
                detail[..ACCESS_DETAIL_BYTES_MAX].into(),
            )
        });
        let key = AuthorKey::from_seed(&[1; 32]);
        let (mut naming, mut names) = (Naming::default(), Names::default());
        let (mut rest, mut before, mut read) = (rows.as_slice(), [0; 32], Vec::new());
        while let Some((said, count)) = Rows::of(rest, before, 0, &mut naming) {
            SigningChain::new(&key).sign(&said.clone().into()).unwrap();
            read.extend(said.rows(0, &mut names).unwrap());
            before = rest[count - 1].hash;
            rest = &rest[count..];
        }
        assert_eq!(read, rows);
    }
}
