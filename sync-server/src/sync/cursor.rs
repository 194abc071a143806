//! What the hub writes into a device's cursor.

use protocol::{Cursor, Epoch};
use sha2::{Digest, Sha256};

use crate::storage::Window;

const VERSION: u8 = 1;
const BYTES: usize = 1 + 16 + 4 + 3 * 8;

/// The cursor that goes on in this window. It is not secret and not trusted: a made-up one only asks for other numbers
/// of what its reader may read anyway.
pub(super) fn encode(epoch: Epoch, district: &str, window: Window) -> Cursor {
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.push(VERSION);
    bytes.extend_from_slice(&epoch.0);
    bytes.extend_from_slice(&district_mark(district));
    for number in [window.after, window.from, window.head] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    Cursor::from_bytes(&bytes).expect("a cursor of ours is short")
}

/// Where a device stands. A cursor of another epoch or district, or none, begins at the beginning.
pub(super) fn decode(cursor: &Cursor, epoch: Epoch, district: &str, last_number: u64) -> Window {
    let beginning = Window {
        after: 0,
        from: 0,
        head: 0,
    };
    let Ok(bytes) = <&[u8; BYTES]>::try_from(cursor.as_bytes()) else {
        return beginning;
    };
    let own = [&[VERSION], epoch.0.as_slice(), &district_mark(district)].concat();
    let Some(numbers) = bytes.strip_prefix(own.as_slice()) else {
        return beginning;
    };
    let mut numbers = numbers
        .chunks_exact(8)
        .map(|eight| u64::from_le_bytes(eight.try_into().unwrap_or_default()));
    let mut next = || numbers.next().unwrap_or_default();
    let window = Window {
        after: next(),
        from: next(),
        head: next(),
    };
    let sound = window.from <= window.after && window.after <= window.head && window.head <= last_number;
    if sound { window } else { beginning }
}

fn district_mark(district: &str) -> [u8; 4] {
    let hash = Sha256::digest(district.as_bytes());
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Epoch = Epoch([7; 16]);
    const WINDOW: Window = Window {
        after: 5,
        from: 2,
        head: 9,
    };

    #[test]
    fn a_cursor_survives_and_a_strange_one_begins_again() {
        let cursor = encode(EPOCH, "KA-BLR", WINDOW);
        assert_eq!(decode(&cursor, EPOCH, "KA-BLR", 9), WINDOW);
        let beginning = Window {
            after: 0,
            from: 0,
            head: 0,
        };
        assert_eq!(decode(&cursor, Epoch([8; 16]), "KA-BLR", 9), beginning);
        assert_eq!(decode(&cursor, EPOCH, "KA-MYS", 9), beginning);
        assert_eq!(
            decode(&cursor, EPOCH, "KA-BLR", 8),
            beginning,
            "a number the log has not reached"
        );
        assert_eq!(decode(&Cursor::start(), EPOCH, "KA-BLR", 9), beginning);
        assert_eq!(
            decode(&Cursor::from_bytes(&[1; BYTES]).unwrap(), EPOCH, "KA-BLR", 9),
            beginning
        );
    }
}
