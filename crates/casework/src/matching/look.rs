//! What a picture looks like, in 64 bytes, and whether two such looks are of one picture. It says nothing of whose face is on
//! it: two photos of one child are as different as those of two. Making one needs the picture, and is the device's.

use std::fmt;
use std::str::FromStr;

/// Bytes of a look.
pub const LOOK_BYTES: usize = 64;
/// The column of an attachment that says what its picture looks like.
pub const LOOK: &str = "look";
/// Of a hundred places where either of two looks shows something, so many may differ in the same picture.
const APART_MAX: u32 = 40;

/// What a picture looks like: for each of two neighbouring places whether the one is clearly the brighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look(pub [u8; LOOK_BYTES]);

/// A text is no look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the {LOOK_BYTES} bytes of a look in hexadecimal digits")]
pub struct NoLook;

impl Look {
    /// The look of these bytes; `None` where they are of another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Whether both are of one picture.
    pub fn is_same(&self, other: &Self) -> bool {
        let (mut apart, mut either) = (0, 0);
        for (one, other) in self.0.chunks_exact(8).zip(other.0.chunks_exact(8)) {
            let word = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).unwrap_or_default();
            let (one, other) = (word(one), word(other));
            apart += (one ^ other).count_ones();
            either += (one | other).count_ones();
        }
        // Two that show nothing are not the same picture.
        either > 0 && apart * 100 <= either * APART_MAX
    }

    /// How many places show something.
    pub fn ones(&self) -> u32 {
        self.0.iter().map(|byte| byte.count_ones()).sum()
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Look {
    type Err = NoLook;

    fn from_str(text: &str) -> Result<Self, NoLook> {
        if text.len() != 2 * LOOK_BYTES || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NoLook);
        }
        let mut look = [0; LOOK_BYTES];
        for (at, byte) in look.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| NoLook)?;
        }
        Ok(Self(look))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_comes_back_as_it_was_written() {
        let look = Look(std::array::from_fn(|at| u8::try_from(at * 3).unwrap_or_default()));
        assert_eq!(look.to_string().parse(), Ok(look));
        let text = look.to_string();
        for none in ["", &text[2..], &format!("{text}00"), &text.replace('0', "g")] {
            assert_eq!(none.parse::<Look>(), Err(NoLook), "{none}");
        }
        assert_eq!(Look::from_bytes(&look.0), Some(look));
        assert_eq!(Look::from_bytes(&look.0[1..]), None);
    }

    #[test]
    fn a_little_apart_is_the_same_and_nothing_is_like_nothing() {
        let one = Look([0b0101_0101; LOOK_BYTES]);
        let mut near = one;
        near.0[..8].fill(0);
        assert!(one.is_same(&one) && one.is_same(&near) && near.is_same(&one));
        assert!(!one.is_same(&Look([0b1010_1010; LOOK_BYTES])));
        assert!(!Look([0; LOOK_BYTES]).is_same(&Look([0; LOOK_BYTES])));
        assert_eq!(one.ones(), 256);
    }
}
