//! Changes bytes by chance: the same seed makes the same.

/// A small generator of numbers, good enough for choosing bytes.
pub(crate) struct Mutator(u64);

/// Numbers at which readers of lengths go wrong.
const EDGES: [u32; 10] = [
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    u32::MAX,
];
/// Longest input: more is only slower.
const BYTES_MAX: usize = 64 * 1024;

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % most.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }

    /// One of the pool with some changes; every other one with its sums mended, so that it comes past them.
    pub(crate) fn mutate(&mut self, pool: &[Vec<u8>], mend: fn(&mut [u8])) -> Vec<u8> {
        let mut bytes = pool[self.below(pool.len())].clone();
        for _ in 0..=self.below(5) {
            let other = &pool[self.below(pool.len())];
            self.once(&mut bytes, other);
        }
        bytes.truncate(BYTES_MAX);
        if self.below(2) == 0 {
            mend(&mut bytes);
        }
        bytes
    }

    fn once(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(bytes.len() + 1);
        let span = self.below(32).min(bytes.len() - at.min(bytes.len()));
        match self.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.byte(),
            2 => bytes.insert(at, self.byte()),
            3 => drop(bytes.drain(at..at + span)),
            4 => {
                let again = bytes[at..at + span].to_vec();
                drop(bytes.splice(at..at, again));
            }
            5 => {
                let from = self.below(other.len());
                let length = self.below(other.len() - from + 1);
                drop(bytes.splice(at..at + span, other[from..from + length].iter().copied()));
            }
            6 => bytes.truncate(at),
            7 | 8 => {
                let edge = EDGES[self.below(EDGES.len())];
                let digits = if self.below(2) == 0 {
                    edge.to_le_bytes()
                } else {
                    edge.to_be_bytes()
                };
                let length = [1, 2, 4][self.below(3)];
                for (place, digit) in bytes.iter_mut().skip(at).zip(&digits[4 - length..]) {
                    *place = *digit;
                }
            }
            _ => {}
        }
    }
}
