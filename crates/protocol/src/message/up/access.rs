use minicbor::{Decode, Encode};

use crate::access_log::AccessRow;
use crate::limits::PART_BYTES_MAX;
use crate::message::DecodeError;

/// Rows of the author's access log that the hub does not have, see [`crate::access_log`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Access {
    /// The rows, their numbers growing.
    #[n(0)]
    pub rows: Vec<AccessRow>,
}

impl Access {
    /// Rows as the messages that carry them, each as full as a frame may be.
    pub fn of_rows(rows: impl IntoIterator<Item = AccessRow>) -> Vec<Self> {
        let mut messages: Vec<Self> = Vec::new();
        let mut bytes = PART_BYTES_MAX;
        for row in rows {
            let length = minicbor::to_vec(&row).expect("memory takes every byte").len();
            if bytes + length > PART_BYTES_MAX {
                messages.push(Self { rows: Vec::new() });
                bytes = 0;
            }
            bytes += length;
            messages.last_mut().expect("the first row began one").rows.push(row);
        }
        messages
    }

    /// Refuses rows over the limits, and numbers out of order.
    pub fn check(&self) -> Result<(), DecodeError> {
        AccessRow::check(&self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{ACCESS_ACTION_BYTES_MAX, ACCESS_DETAIL_BYTES_MAX, FRAME_BYTES_MAX};
    use crate::{AuthorKey, SigningChain};

    fn row(n: u64) -> AccessRow {
        AccessRow {
            n,
            at_ms: i64::MAX,
            action: "a".repeat(ACCESS_ACTION_BYTES_MAX),
            subject: Some([1; 16]),
            detail: "d".repeat(ACCESS_DETAIL_BYTES_MAX),
            hash: [2; 32],
        }
    }

    #[test]
    fn the_largest_rows_fit_their_frames_and_none_is_left_out() {
        let messages = Access::of_rows((1..=200).map(row));
        let key = AuthorKey::from_seed(&[1; 32]);
        let mut chain = SigningChain::new(&key);
        for message in &messages {
            message.check().unwrap();
            let frame = chain.sign(&message.clone().into()).unwrap();
            assert!(frame.as_bytes().len() <= FRAME_BYTES_MAX);
        }
        let numbers: Vec<u64> = messages
            .iter()
            .flat_map(|message| &message.rows)
            .map(|row| row.n)
            .collect();
        assert_eq!(numbers, (1..=200).collect::<Vec<_>>());
        assert!(messages.len() < 20, "{} frames", messages.len());
    }

    #[test]
    fn rows_over_the_limits_or_out_of_order_are_refused() {
        let long = AccessRow {
            detail: "d".repeat(ACCESS_DETAIL_BYTES_MAX + 1),
            ..row(1)
        };
        for (rows, error) in [
            (vec![long], DecodeError::TooLarge),
            (vec![row(0)], DecodeError::Malformed),
            (vec![row(2), row(2)], DecodeError::Malformed),
            (vec![row(u64::MAX)], DecodeError::Malformed),
        ] {
            assert_eq!(Access { rows }.check(), Err(error));
        }
    }
}
