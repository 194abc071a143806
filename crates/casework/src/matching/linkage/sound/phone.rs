//! The alphabet of sounds, and how near its letters are to one another.

use std::sync::LazyLock;

/// One sound. Those with a doc comment that names several are letters whose script leaves open which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Phone {
    /// a, ā.
    A,
    /// The vowel that an Indic consonant carries unwritten; often not spoken.
    Schwa,
    /// The same in Bengali and Odia, where it is near to o.
    Open,
    /// i, ī.
    I,
    /// u, ū.
    U,
    /// e, ē.
    E,
    /// o, ō.
    O,
    /// Any short vowel: Urdu's alif or ain at the beginning.
    AnyVowel,
    /// k, kh, q.
    K,
    /// g, gh.
    G,
    /// c, ch.
    C,
    /// j, jh.
    J,
    /// t, th, dental or retroflex.
    T,
    /// d, dh, dental or retroflex.
    D,
    /// p.
    P,
    /// b, bh.
    B,
    /// ph, f.
    F,
    /// m.
    M,
    /// n of every place of the mouth.
    N,
    /// r.
    R,
    /// l, ḷ.
    L,
    /// ḻ, in Latin zh.
    Zh,
    /// y.
    Y,
    /// v, w.
    V,
    /// s.
    S,
    /// ś, ṣ.
    Sh,
    /// z.
    Z,
    /// h.
    H,
    /// Tamil's க: k, g, h.
    TamilK,
    /// Tamil's ச: c, s, j, ś.
    TamilC,
    /// Tamil's த and ட: t, d.
    TamilT,
    /// Tamil's ப: p, b.
    TamilP,
    /// Bengali's য: j, y.
    BengaliJ,
    /// Bengali's and Odia's ব: b, v.
    BengaliB,
    /// Urdu's و within a word: v, u, o.
    UrduV,
    /// Urdu's ی within a word: y, i, e.
    UrduY,
    /// Urdu's ہ at the end: h, a or nothing.
    UrduH,
    /// ṛ of Hindi: r, d.
    Flap,
    /// Anusvara: n or m.
    Nasal,
    /// A nasal colour of the vowel: n or nothing.
    Nasalised,
    /// The second part of a Bengali conjunct with ব, mostly silent.
    SilentV,
    /// The second part of a Bengali conjunct with য, mostly silent.
    SilentY,
}

/// How many phones there are.
pub(super) const COUNT: usize = Phone::SilentY as usize + 1;

/// What costs as much as a whole consonant.
pub(super) const WHOLE: u8 = 100;

impl Phone {
    const ALL: [Self; COUNT] = {
        use Phone::{
            A, AnyVowel, B, BengaliB, BengaliJ, C, D, E, F, Flap, G, H, I, J, K, L, M, N, Nasal, Nasalised, O, Open, P,
            R, S, Schwa, Sh, SilentV, SilentY, T, TamilC, TamilK, TamilP, TamilT, U, UrduH, UrduV, UrduY, V, Y, Z, Zh,
        };
        [
            A, Schwa, Open, I, U, E, O, AnyVowel, K, G, C, J, T, D, P, B, F, M, N, R, L, Zh, Y, V, S, Sh, Z, H, TamilK,
            TamilC, TamilT, TamilP, BengaliJ, BengaliB, UrduV, UrduY, UrduH, Flap, Nasal, Nasalised, SilentV, SilentY,
        ]
    };

    /// Whether it is a vowel for certain.
    pub const fn is_vowel(self) -> bool {
        (self as u8) <= (Self::AnyVowel as u8)
    }

    /// Whether the two may stand for one letter.
    pub fn is_near(self, other: Self) -> bool {
        const NEAR_MAX: u16 = 16;
        COSTS.swap(self, other) <= NEAR_MAX
    }

    /// Its bit among [`Phones`].
    pub(super) const fn bit(self) -> Phones {
        1 << self as u8
    }

    /// What it costs to have it on one side only.
    fn gap(self) -> u8 {
        match self {
            Self::Schwa | Self::SilentV | Self::SilentY => 4,
            Self::Open | Self::UrduH | Self::Nasalised => 8,
            Self::AnyVowel => 12,
            Self::A => 32,
            Self::I | Self::U | Self::E | Self::O => 42,
            Self::H | Self::UrduY => 24,
            Self::Y | Self::UrduV => 30,
            Self::V | Self::Nasal => 45,
            Self::N => 60,
            _ => WHOLE,
        }
    }

    /// The same where one side writes no short vowels.
    fn gap_beside_abjad(self) -> u8 {
        match self {
            Self::A => 12,
            Self::Schwa | Self::Open | Self::I | Self::U | Self::E | Self::O | Self::AnyVowel => 4,
            other => other.gap(),
        }
    }
}

/// The costs, worked out once.
pub(super) struct Costs {
    swap: [[u8; COUNT]; COUNT],
    gap: [u8; COUNT],
    gap_abjad: [u8; COUNT],
}

/// Some phones, one bit each.
pub(super) type Phones = u64;

/// Phones that nothing in a word is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Apart {
    /// Each costs [`SLIP`] at least, whichever way they are written into the word.
    slip: Phones,
    /// Each costs [`MUCH`] at least.
    much: Phones,
    /// Each costs [`WHOLE`].
    whole: Phones,
}

/// Steps of what a phone may cost.
const SLIP: u8 = 40;
const MUCH: u8 = 60;

impl Apart {
    /// What the phones of another word cost at least.
    pub(super) fn least(self, others: Phones) -> u32 {
        let count = |these: Phones| (these & others).count_ones();
        u32::from(SLIP) * count(self.slip)
            + u32::from(MUCH - SLIP) * count(self.much)
            + u32::from(WHOLE - MUCH) * count(self.whole)
    }
}

impl Costs {
    /// Of one phone for another.
    pub(super) fn swap(&self, a: Phone, b: Phone) -> u16 {
        u16::from(self.swap[a as usize][b as usize])
    }

    /// Of a phone on one side only.
    pub(super) fn gap(&self, phone: Phone, abjad: bool) -> u16 {
        let table = if abjad { &self.gap_abjad } else { &self.gap };
        u16::from(table[phone as usize])
    }

    /// The phones that nothing in a word of these is like.
    pub(super) fn apart_from(&self, word: Phones) -> Apart {
        let costing = |step: u8| {
            let is_like = |phone: Phone| {
                let is_near = |other: Phone| self.swap[other as usize][phone as usize] < step;
                let mut there = Phone::ALL.into_iter().filter(|other| other.bit() & word != 0);
                self.gap[phone as usize] < step || there.any(is_near)
            };
            let costing = Phone::ALL.into_iter().filter(|phone| !is_like(*phone));
            costing.map(Phone::bit).sum()
        };
        Apart {
            slip: costing(SLIP),
            much: costing(MUCH),
            whole: costing(WHOLE),
        }
    }
}

pub(super) static COSTS: LazyLock<Costs> = LazyLock::new(costs);

/// Pairs that are nearer than two phones in general.
fn near() -> Vec<(Phone, Phone, u8)> {
    use Phone::{
        A, AnyVowel, B, BengaliB, BengaliJ, C, D, E, F, Flap, G, H, I, J, K, L, M, N, Nasal, Nasalised, O, Open, P, R,
        S, Schwa, Sh, SilentV, SilentY, T, TamilC, TamilK, TamilP, TamilT, U, UrduH, UrduV, UrduY, V, Y, Z, Zh,
    };
    let mut pairs = vec![
        // Vowels.
        (A, Schwa, 0),
        (A, Open, 4),
        (Schwa, Open, 0),
        (Open, O, 4),
        (A, O, 34),
        (Schwa, O, 30),
        (A, E, 34),
        (Schwa, E, 20),
        (Open, E, 30),
        (A, I, 44),
        (Schwa, I, 28),
        (Open, I, 36),
        (A, U, 34),
        (Schwa, U, 24),
        (Open, U, 28),
        (I, E, 22),
        (U, O, 16),
        (I, Y, 16),
        (E, Y, 40),
        (U, V, 20),
        (O, V, 34),
        (AnyVowel, A, 0),
        (AnyVowel, Schwa, 0),
        (AnyVowel, Open, 0),
        (AnyVowel, I, 4),
        (AnyVowel, U, 4),
        (AnyVowel, E, 8),
        (AnyVowel, O, 8),
        (AnyVowel, H, 30),
        // Voice and its like: slips of the ear.
        (K, G, 45),
        (T, D, 45),
        (P, B, 50),
        (C, J, 50),
        (C, Sh, 40),
        (C, S, 55),
        (S, Sh, 10),
        (J, Z, 6),
        (S, Z, 40),
        (F, P, 14),
        (F, B, 60),
        (F, V, 60),
        (B, V, 30),
        (J, Y, 36),
        (L, R, 60),
        (L, Zh, 6),
        (R, Zh, 20),
        (M, N, 40),
        (K, H, 60),
        (G, H, 24),
        (D, Z, 50),
        (D, J, 60),
        (T, C, 70),
        (T, S, 70),
        (K, C, 50),
        (K, S, 60),
        (G, J, 45),
        (Y, H, 70),
        (V, H, 80),
        (J, Sh, 60),
        (K, Sh, 70),
        (L, N, 70),
        (D, R, 60),
        (B, M, 80),
        (P, V, 60),
        (Zh, Y, 40),
        (Z, Zh, 40),
        (J, Zh, 40),
        // Tamil.
        (TamilK, K, 0),
        (TamilK, G, 0),
        (TamilK, H, 4),
        (TamilC, C, 0),
        (TamilC, S, 0),
        (TamilC, J, 4),
        (TamilC, Sh, 4),
        (TamilC, Z, 10),
        (TamilT, T, 0),
        (TamilT, D, 0),
        (TamilP, P, 0),
        (TamilP, B, 0),
        (TamilP, F, 4),
        (TamilP, V, 45),
        // Bengali, Odia, Assamese.
        (BengaliJ, J, 0),
        (BengaliJ, Y, 0),
        (BengaliJ, Z, 6),
        (BengaliJ, I, 20),
        (BengaliB, B, 0),
        (BengaliB, V, 0),
        (BengaliB, P, 50),
        (SilentV, V, 0),
        (SilentV, B, 6),
        (SilentV, U, 8),
        (SilentV, O, 14),
        (SilentY, Y, 0),
        (SilentY, I, 8),
        (SilentV, BengaliB, 0),
        (SilentY, BengaliJ, 0),
        (SilentY, A, 14),
        (SilentY, E, 14),
        // Urdu.
        (UrduV, V, 0),
        (UrduV, U, 0),
        (UrduV, O, 0),
        (UrduV, BengaliB, 6),
        (UrduV, B, 40),
        (UrduY, Y, 0),
        (UrduY, I, 0),
        (UrduY, E, 0),
        (UrduY, BengaliJ, 6),
        (UrduY, J, 40),
        (UrduY, A, 30),
        (UrduH, H, 0),
        (UrduH, A, 0),
        (UrduH, Schwa, 0),
        (UrduH, Open, 0),
        (UrduH, E, 20),
        (UrduH, O, 24),
        // Hindi and all.
        (Flap, R, 0),
        (Flap, D, 4),
        (Flap, L, 40),
        (Nasal, N, 0),
        (Nasal, M, 0),
        (Nasal, Nasalised, 0),
        (Nasalised, N, 0),
        (Nasalised, M, 6),
        (Flap, TamilT, 4),
    ];
    // The open letters of two scripts are as near as their readings.
    pairs.extend([
        (TamilP, BengaliB, 0),
        (TamilC, BengaliJ, 6),
        (TamilK, UrduH, 8),
        (BengaliB, SilentV, 0),
        (SilentV, UrduV, 0),
        (SilentY, UrduY, 0),
        (Schwa, UrduY, 30),
        (AnyVowel, UrduH, 8),
    ]);
    pairs
}

fn costs() -> Costs {
    let mut swap = [[WHOLE; COUNT]; COUNT];
    for a in Phone::ALL {
        for b in Phone::ALL {
            swap[a as usize][b as usize] = match (a == b, a.is_vowel(), b.is_vowel()) {
                (true, ..) => 0,
                (_, true, true) => 50,
                // Never cheaper to swap than to leave out and put in, so that what is cheap to leave out stays so.
                _ => WHOLE.min(a.gap().saturating_add(b.gap())),
            };
        }
    }
    for (a, b, cost) in near() {
        swap[a as usize][b as usize] = cost;
        swap[b as usize][a as usize] = cost;
    }
    Costs {
        swap,
        gap: std::array::from_fn(|at| Phone::ALL[at].gap()),
        gap_abjad: std::array::from_fn(|at| Phone::ALL[at].gap_beside_abjad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phone_stands_at_its_own_place() {
        for (at, phone) in Phone::ALL.into_iter().enumerate() {
            assert_eq!(phone as usize, at);
        }
    }
}
