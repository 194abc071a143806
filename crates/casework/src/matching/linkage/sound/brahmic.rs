//! The nine scripts that descend from Brahmi. Their Unicode blocks are laid out alike, so one table reads them all, with
//! what is peculiar to each beside it.

#![expect(clippy::match_same_arms, reason = "a table reads by its letters")]

use super::Phone;

const BENGALI: u32 = 0x0980;
const GURMUKHI: u32 = 0x0A00;
const ODIA: u32 = 0x0B00;
const TAMIL: u32 = 0x0B80;
const TELUGU: u32 = 0x0C00;
const KANNADA: u32 = 0x0C80;
const MALAYALAM: u32 = 0x0D00;

const VIRAMA: u32 = 0x4D;
const NUKTA: u32 = 0x3C;
/// No letter follows.
const END: u32 = u32::MAX;

/// What a letter is.
enum Letter {
    Consonant(Phone),
    /// A vowel, or the sign for one; two phones for those that glide.
    Vowel(&'static [Phone]),
    Sign(&'static [Phone]),
    Virama,
    Nukta,
    /// A consonant without a vowel of its own.
    Final(&'static [Phone]),
    Nothing,
}

/// Reads a run of one script.
pub(super) fn read(letters: &[char], base: u32, out: &mut Vec<Phone>) {
    let inherent = if base == BENGALI || base == ODIA {
        Phone::Open
    } else {
        Phone::Schwa
    };
    let mut at = 0;
    // Whether the last consonant still carries its vowel.
    let mut carries = false;
    let mut after_virama = false;
    while let Some(letter) = letters.get(at) {
        let code = u32::from(*letter);
        let next = |step: usize| {
            letters
                .get(at + step)
                .map_or(END, |next| u32::from(*next).wrapping_sub(base))
        };
        let place = code.wrapping_sub(base);
        if let Some((phones, length)) = cluster(base, place, next(1), next(2)) {
            if carries {
                out.push(inherent);
            }
            out.extend_from_slice(phones);
            carries = true;
            after_virama = false;
            at += length;
            continue;
        }
        match letter_of(base, place, next(1)) {
            Letter::Consonant(phone) => {
                if carries {
                    out.push(inherent);
                }
                out.push(in_cluster(base, phone, after_virama));
                carries = true;
                after_virama = false;
            }
            Letter::Vowel(phones) => {
                if carries {
                    out.push(inherent);
                }
                out.extend_from_slice(phones);
                carries = false;
                after_virama = false;
            }
            Letter::Sign(phones) => {
                out.extend_from_slice(phones);
                carries = false;
            }
            Letter::Final(phones) => {
                if carries {
                    out.push(inherent);
                }
                out.extend_from_slice(phones);
                carries = false;
            }
            Letter::Virama => {
                carries = false;
                after_virama = true;
            }
            Letter::Nukta => dot(base, out),
            Letter::Nothing => {}
        }
        at += 1;
    }
    if carries {
        out.push(inherent);
    }
}

/// Clusters that are not said as they are written.
fn cluster(base: u32, place: u32, second: u32, third: u32) -> Option<(&'static [Phone], usize)> {
    if second != VIRAMA {
        // Tamil writes f as aytham and pa.
        return (base == TAMIL && place == 0x03 && second == 0x2A).then_some((&[Phone::F], 2));
    }
    match (base, place, third) {
        // jñ is said gy.
        (_, 0x1C, 0x1E) => Some((&[Phone::G, Phone::Y], 3)),
        (TAMIL, 0x31, 0x31) => Some((&[Phone::T, Phone::R], 3)),
        (MALAYALAM, 0x31, 0x31) => Some((&[Phone::T], 3)),
        (MALAYALAM, 0x28, 0x31) => Some((&[Phone::N, Phone::T], 3)),
        _ => None,
    }
}

/// The second consonant of a conjunct that Bengali writes and does not say.
fn in_cluster(base: u32, phone: Phone, after_virama: bool) -> Phone {
    match phone {
        Phone::BengaliB if base == BENGALI && after_virama => Phone::SilentV,
        Phone::BengaliJ if base == BENGALI && after_virama => Phone::SilentY,
        Phone::BengaliJ if base == ODIA && after_virama => Phone::Y,
        other => other,
    }
}

/// The dot below, which makes another letter of the one before.
fn dot(base: u32, out: &mut [Phone]) {
    let Some(last) = out.last_mut() else { return };
    *last = match *last {
        Phone::J => Phone::Z,
        Phone::F => Phone::F,
        Phone::D => Phone::Flap,
        Phone::BengaliJ => Phone::Y,
        Phone::S if base == GURMUKHI => Phone::Sh,
        other => other,
    };
}

fn letter_of(base: u32, place: u32, next: u32) -> Letter {
    if let Some(own) = peculiar(base, place, next) {
        return own;
    }
    let consonant = match place {
        0x15 if base == TAMIL => Phone::TamilK,
        0x1A if base == TAMIL => Phone::TamilC,
        0x1F | 0x24 if base == TAMIL => Phone::TamilT,
        0x2A if base == TAMIL => Phone::TamilP,
        0x2F if base == BENGALI || base == ODIA => Phone::BengaliJ,
        0x2C if base == BENGALI || base == ODIA => Phone::BengaliB,
        0x15 | 0x16 | 0x58 | 0x59 => Phone::K,
        0x17 | 0x18 | 0x5A => Phone::G,
        0x19 | 0x1E | 0x23 | 0x28 | 0x29 => Phone::N,
        0x1A | 0x1B => Phone::C,
        0x1C | 0x1D => Phone::J,
        0x5B => Phone::Z,
        0x1F | 0x20 | 0x24 | 0x25 => Phone::T,
        0x21 | 0x22 | 0x26 | 0x27 => Phone::D,
        0x5C | 0x5D => Phone::Flap,
        0x2A => Phone::P,
        0x2B | 0x5E => Phone::F,
        0x2C | 0x2D => Phone::B,
        0x2E => Phone::M,
        0x2F | 0x5F => Phone::Y,
        0x30 | 0x31 => Phone::R,
        0x32 | 0x33 => Phone::L,
        0x34 => Phone::Zh,
        0x35 => Phone::V,
        0x36 | 0x37 => Phone::Sh,
        0x38 => Phone::S,
        0x39 => Phone::H,
        _ => return vowel_or_sign(base, place, next),
    };
    Letter::Consonant(consonant)
}

fn vowel_or_sign(base: u32, place: u32, next: u32) -> Letter {
    use Phone::{A, E, H, I, L, M, N, Nasal, Nasalised, O, R, U, V, Y};
    // Bengali and Odia begin these two with o.
    let east = base == BENGALI || base == ODIA;
    match place {
        0x01 => Letter::Final(&[Nasalised]),
        0x02 if matches!(next, 0x2A..=0x2E) => Letter::Final(&[M]),
        // At the end of a word Telugu, Kannada and Malayalam say m; elsewhere it only colours the vowel.
        0x02 if next == END && matches!(base, TELUGU | KANNADA | MALAYALAM) => Letter::Final(&[M]),
        0x02 if next == END => Letter::Final(&[Nasalised]),
        0x02 if matches!(next, 0x2F..=0x39) => Letter::Final(&[Nasal]),
        0x02 => Letter::Final(&[N]),
        0x03 => Letter::Sign(&[H]),
        0x05 if east => Letter::Vowel(&[Phone::Open]),
        0x05 => Letter::Vowel(&[A]),
        0x06 => Letter::Vowel(&[A]),
        0x07 | 0x08 => Letter::Vowel(&[I]),
        0x09 | 0x0A => Letter::Vowel(&[U]),
        0x0B => Letter::Vowel(&[R, I]),
        0x0C => Letter::Vowel(&[L, I]),
        0x0D..=0x0F | 0x72 => Letter::Vowel(&[E]),
        0x10 if east => Letter::Vowel(&[Phone::Open, Y]),
        0x10 => Letter::Vowel(&[A, Y]),
        0x11..=0x13 => Letter::Vowel(&[O]),
        0x14 if east => Letter::Vowel(&[Phone::Open, V]),
        0x14 => Letter::Vowel(&[A, V]),
        NUKTA => Letter::Nukta,
        0x3E => Letter::Sign(&[A]),
        0x3F | 0x40 => Letter::Sign(&[I]),
        0x41 | 0x42 => Letter::Sign(&[U]),
        0x43 | 0x44 => Letter::Sign(&[R, I]),
        0x45..=0x47 => Letter::Sign(&[E]),
        0x48 if east => Letter::Sign(&[Phone::Open, Y]),
        0x48 => Letter::Sign(&[A, Y]),
        0x49..=0x4B => Letter::Sign(&[O]),
        0x4C | 0x57 if east => Letter::Sign(&[Phone::Open, V]),
        0x4C | 0x57 => Letter::Sign(&[A, V]),
        VIRAMA => Letter::Virama,
        0x50 => Letter::Vowel(&[O, M]),
        0x60 => Letter::Vowel(&[R, I]),
        0x61 => Letter::Vowel(&[L, I]),
        0x62 | 0x63 => Letter::Sign(&[R, I]),
        0x70 if base == GURMUKHI => match next {
            0x2A..=0x2E => Letter::Final(&[M]),
            _ => Letter::Final(&[N]),
        },
        _ => Letter::Nothing,
    }
}

/// Letters that one script has at a place of its own.
fn peculiar(base: u32, place: u32, next: u32) -> Option<Letter> {
    use Phone::{K, L, N, R, V};
    Some(match (base, place) {
        // Doubling and carriers of vowels are no sounds.
        (GURMUKHI, 0x71..=0x74) => Letter::Nothing,
        (BENGALI, 0x4E) => Letter::Final(&[Phone::T]),
        (BENGALI, 0x70) => Letter::Consonant(R),
        (BENGALI | ODIA, 0x71) => Letter::Consonant(V),
        (TELUGU, 0x58) => Letter::Consonant(Phone::C),
        (TELUGU, 0x59) => Letter::Consonant(Phone::J),
        (KANNADA, 0x5E) => Letter::Consonant(Phone::L),
        // Letters at the end of a syllable.
        (MALAYALAM, 0x7A) => Letter::Final(&[N]),
        (MALAYALAM, 0x7B) if next == 0x31 => Letter::Final(&[N, Phone::T]),
        (MALAYALAM, 0x7B) => Letter::Final(&[N]),
        (MALAYALAM, 0x7C | 0x4E) => Letter::Final(&[R]),
        (MALAYALAM, 0x7D | 0x7E) => Letter::Final(&[L]),
        (MALAYALAM, 0x7F) => Letter::Final(&[K]),
        // Tamil's aytham alone.
        (TAMIL, 0x03) => Letter::Final(&[Phone::H]),
        // The Dravidian vowels e and o, short and long, are in the common table; their length marks make no sound.
        (TELUGU | KANNADA, 0x55 | 0x56) => Letter::Nothing,
        _ => return None,
    })
}
