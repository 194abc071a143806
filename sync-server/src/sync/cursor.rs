//! What the hub writes into a device's cursor.

use protocol::{Cursor, Epoch};
use sha2::{Digest, Sha256};

use crate::hub::Hub;
use crate::identity::Session;
use crate::storage::{District, Window};

/// A cursor between two readings has one number; within a reading it has three.
const AT_REST: u8 = 2;
const READING: u8 = 3;
/// Within a first reading: its end, and how far down its order.
const FIRST: u8 = 4;
/// The same two between pieces of a document: then also up to where it is told, the piece, and of which bytes.
const READING_PIECES: u8 = 5;
const FIRST_PIECES: u8 = 6;
/// Hubs of version 1 wrote everything out.
const VERSION_1: u8 = 1;
/// The version, a mark of where the numbers are from, and a few numbers.
const HEAD_BYTES: usize = 1 + MARK_BYTES;
const MARK_BYTES: usize = 8;

/// Where a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: At,
    /// How much it has of the document that is told next.
    pub(super) piece: Option<PieceAt>,
}

/// In which reading, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// In the order of the log.
    Log(Window),
    /// In a first reading up to `head`: at this place of its order.
    First { head: u64, place: u64 },
}

/// Within a document that is told in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PieceAt {
    /// Up to which number of the log it has the document's changes.
    pub(super) upto: u64,
    /// Which piece comes next.
    pub(super) part: u32,
    /// What the pieces are cut from: the beginning of their digest.
    pub(super) digest: u32,
}

/// Before the first entry of the log.
pub(super) const BEGINNING: Window = Window {
    after: 0,
    from: 0,
    head: 0,
};

impl From<At> for Place {
    fn from(at: At) -> Self {
        Self { at, piece: None }
    }
}

impl From<Window> for Place {
    fn from(window: Window) -> Self {
        At::Log(window).into()
    }
}

impl Place {
    /// Nothing has been told.
    pub(super) const BEGINNING: Self = Self {
        at: At::Log(BEGINNING),
        piece: None,
    };
}

/// The cursor that goes on from this place. It is not secret and not trusted: a made-up one only asks for other numbers
/// of what its reader may read anyway. Where a reading has ended its three numbers are one, and are written once.
pub(super) fn encode(epoch: Epoch, district: &str, place: Place) -> Cursor {
    let (form, mut numbers) = match (place.at, place.piece) {
        (At::Log(at), None) if at.after == at.head && at.from == at.head => (AT_REST, vec![at.head]),
        (At::Log(at), None) => (READING, vec![at.after, at.from, at.head]),
        (At::Log(at), Some(_)) => (READING_PIECES, vec![at.after, at.from, at.head]),
        (At::First { head, place }, None) => (FIRST, vec![head, place]),
        (At::First { head, place }, Some(_)) => (FIRST_PIECES, vec![head, place]),
    };
    if let Some(piece) = place.piece {
        numbers.extend([piece.upto, piece.part.into(), piece.digest.into()]);
    }
    let mut bytes = vec![form];
    bytes.extend_from_slice(&mark(epoch, district));
    for number in numbers {
        put_number(&mut bytes, number);
    }
    Cursor::from_bytes(&bytes).expect("a cursor of ours is short")
}

/// Behind which number of the log whoever has this cursor reads. Whoever begins is told of documents as they stand, and reads
/// what comes after.
pub(crate) fn reads_after(cursor: &Cursor, epoch: Epoch, district: &District) -> u64 {
    match decode(cursor, epoch, district) {
        Place::BEGINNING => district.last_number,
        Place { at: At::Log(at), .. } => at.after,
        Place {
            at: At::First { head, .. },
            ..
        } => head,
    }
}

/// Where a device stands. A cursor of another epoch or district, or none, begins at the beginning; so does one from before what
/// lies in an archive.
pub(super) fn decode(cursor: &Cursor, epoch: Epoch, district: &District) -> Place {
    let District {
        last_number,
        archived_upto,
        ..
    } = *district;
    let district = district.code.as_str();
    let mut numbers = Vec::new();
    let mut rest: &[u8] = &[];
    if is_here(cursor, epoch, district) {
        rest = &cursor.as_bytes()[HEAD_BYTES..];
        while let Some(number) = next_number(&mut rest) {
            numbers.push(number);
        }
    } else if let Some(old) = numbers_of_version_1(cursor, epoch, district) {
        numbers.extend(old);
    }
    let form = cursor.as_bytes().first().copied().unwrap_or_default();
    if !rest.is_empty() {
        return Place::BEGINNING;
    }
    let window = |after, from, head| At::Log(Window { after, from, head });
    let piece_at = |upto, part, digest| {
        Some(PieceAt {
            upto,
            part: u32::try_from(part).ok()?,
            digest: u32::try_from(digest).ok()?,
        })
    };
    let (at, piece) = match (form, numbers.as_slice()) {
        (AT_REST, [head]) => (window(*head, *head, *head), None),
        (READING | VERSION_1, [after, from, head]) => (window(*after, *from, *head), None),
        (READING_PIECES, [after, from, head, upto, part, digest]) => {
            (window(*after, *from, *head), piece_at(*upto, *part, *digest))
        }
        (FIRST, [head, place]) => (
            At::First {
                head: *head,
                place: *place,
            },
            None,
        ),
        (FIRST_PIECES, [head, place, upto, part, digest]) => (
            At::First {
                head: *head,
                place: *place,
            },
            piece_at(*upto, *part, *digest),
        ),
        _ => return Place::BEGINNING,
    };
    let sound = match at {
        At::Log(at) => {
            archived_upto <= at.after && at.from <= at.after && at.after <= at.head && at.head <= last_number
        }
        At::First { head, .. } => archived_upto <= head && head <= last_number,
    };
    if sound { Place { at, piece } } else { Place::BEGINNING }
}

/// Whether the cursor is of this life of this district's log.
fn is_here(cursor: &Cursor, epoch: Epoch, district: &str) -> bool {
    let of_ours = |rest: &[u8]| rest.starts_with(&mark(epoch, district));
    match cursor.as_bytes() {
        [AT_REST..=FIRST_PIECES, rest @ ..] => of_ours(rest),
        _ => false,
    }
}

/// Whether whoever opened this session has been told of this life of their district's log.
pub(super) fn stands_here(hub: &Hub, session: &Session) -> bool {
    is_here(&session.open.cursor, hub.storage.epoch(), &session.author.user.district)
}

/// The numbers of a cursor that a hub of version 1 wrote: cursors never expire.
fn numbers_of_version_1(cursor: &Cursor, epoch: Epoch, district: &str) -> Option<[u64; 3]> {
    let hash = Sha256::digest(district.as_bytes());
    let own = [&[VERSION_1], epoch.0.as_slice(), &hash[..4]].concat();
    let numbers = cursor.as_bytes().strip_prefix(own.as_slice())?;
    let numbers: &[[u8; 8]; 3] = numbers.as_chunks().0.try_into().ok().filter(|_| numbers.len() == 24)?;
    Some(numbers.map(u64::from_le_bytes))
}

fn mark(epoch: Epoch, district: &str) -> [u8; MARK_BYTES] {
    let hash = Sha256::new_with_prefix(epoch.0)
        .chain_update(district.as_bytes())
        .finalize();
    let mut mark = [0; MARK_BYTES];
    mark.copy_from_slice(&hash[..MARK_BYTES]);
    mark
}

/// LEB128.
pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// The next of them; `None` where there is none, or half of one.
pub(super) fn next_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            *bytes = &bytes[at + 1..];
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Epoch = Epoch([7; 16]);

    fn log(code: &str, last_number: u64) -> District {
        District {
            code: code.into(),
            name: String::new(),
            last_number,
            archived_upto: 0,
            lease_days: 1,
            recovery: None,
        }
    }

    const WINDOW: Window = Window {
        after: 5,
        from: 2,
        head: 9,
    };

    #[test]
    fn a_cursor_of_version_1_goes_on_where_it_stands() {
        let hash = Sha256::digest(b"KA-BLR");
        let mut bytes = [&[1], EPOCH.0.as_slice(), &hash[..4]].concat();
        for number in [5_u64, 2, 9] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        let cursor = Cursor::from_bytes(&bytes).unwrap();
        assert_eq!(decode(&cursor, EPOCH, &log("KA-BLR", 9)), WINDOW.into());
        assert_eq!(decode(&cursor, Epoch([8; 16]), &log("KA-BLR", 9)), Place::BEGINNING);
        let cut = Cursor::from_bytes(&bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(decode(&cut, EPOCH, &log("KA-BLR", 9)), Place::BEGINNING);
    }

    #[test]
    fn a_reading_that_has_ended_is_few_bytes() {
        for number in [0, 127, 128, 300_000, u64::MAX >> 1] {
            let ended = Window {
                after: number,
                from: number,
                head: number,
            };
            let cursor = encode(EPOCH, "KA-BLR", ended.into());
            assert_eq!(decode(&cursor, EPOCH, &log("KA-BLR", u64::MAX)), ended.into());
            assert!(number > 300_000 || cursor.as_bytes().len() <= 12);
        }
    }

    #[test]
    fn a_cursor_survives_and_a_strange_one_begins_again() {
        let cursor = encode(EPOCH, "KA-BLR", WINDOW.into());
        assert_eq!(decode(&cursor, EPOCH, &log("KA-BLR", 9)), WINDOW.into());
        let beginning = Place::BEGINNING;
        assert_eq!(decode(&cursor, Epoch([8; 16]), &log("KA-BLR", 9)), beginning);
        assert_eq!(decode(&cursor, EPOCH, &log("KA-MYS", 9)), beginning);
        assert_eq!(
            decode(&cursor, EPOCH, &log("KA-BLR", 8)),
            beginning,
            "a number the log has not reached"
        );
        assert_eq!(decode(&Cursor::start(), EPOCH, &log("KA-BLR", 9)), beginning);
        assert_eq!(
            decode(&Cursor::from_bytes(&[1; 45]).unwrap(), EPOCH, &log("KA-BLR", 9)),
            beginning
        );
        for length in 0..cursor.as_bytes().len() {
            let cut = Cursor::from_bytes(&cursor.as_bytes()[..length]).unwrap();
            assert_eq!(decode(&cut, EPOCH, &log("KA-BLR", 9)), beginning);
        }
    }

    #[test]
    fn a_place_in_a_first_reading_or_between_two_pieces_survives() {
        let piece = Some(PieceAt {
            upto: 9,
            part: 3,
            digest: u32::MAX,
        });
        for at in [At::Log(WINDOW), At::First { head: 9, place: 4000 }] {
            for place in [Place { at, piece: None }, Place { at, piece }] {
                let cursor = encode(EPOCH, "KA-BLR", place);
                assert_eq!(decode(&cursor, EPOCH, &log("KA-BLR", 9)), place);
                assert_eq!(decode(&cursor, EPOCH, &log("KA-BLR", 8)), Place::BEGINNING);
                for length in 0..cursor.as_bytes().len() {
                    let cut = Cursor::from_bytes(&cursor.as_bytes()[..length]).unwrap();
                    let decoded = decode(&cut, EPOCH, &log("KA-BLR", 9));
                    assert!(decoded == Place::BEGINNING || decoded.piece != place.piece, "{length}");
                }
            }
        }
    }
}
