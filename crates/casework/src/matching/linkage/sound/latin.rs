//! Latin letters: Indian names as registers write them, and the scholarly spellings of ISO 15919 and IAST.

#![expect(clippy::match_same_arms, reason = "a table reads by its letters")]

use unicode_normalization::UnicodeNormalization as _;

use super::Phone;

/// A base letter with what stands above or below it.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each sign stands there or does not")]
struct Letter {
    base: char,
    macron: bool,
    below: bool,
    above: bool,
    acute: bool,
    tilde: bool,
    ring: bool,
}

/// Reads a run.
pub(super) fn read(run: &[char], out: &mut Vec<Phone>) {
    let letters = letters(run);
    // Whoever sets one such sign spells by the standard, where c is never k and every short a is written.
    let scholarly = letters.iter().any(|letter| {
        letter.macron || letter.below || letter.above || letter.ring || (letter.acute && letter.base == 's')
    });
    let mut at = 0;
    while at < letters.len() {
        at += step(&letters, at, scholarly, out);
    }
}

fn letters(run: &[char]) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(run.len());
    for sign in run.iter().copied().nfd().flat_map(char::to_lowercase) {
        if sign.is_ascii_lowercase() {
            letters.push(Letter {
                base: sign,
                ..Letter::default()
            });
            continue;
        }
        // Letters that have no parts.
        let plain = match sign {
            'æ' => "ae",
            'ø' => "o",
            'ß' => "ss",
            'ð' | 'đ' => "d",
            'þ' => "th",
            'ł' => "l",
            'ı' => "i",
            'œ' => "oe",
            _ => "",
        };
        letters.extend(plain.chars().map(|base| Letter {
            base,
            ..Letter::default()
        }));
        let Some(last) = letters.last_mut() else { continue };
        match u32::from(sign) {
            0x0304 => last.macron = true,
            0x0323 | 0x0331 | 0x0324 => last.below = true,
            0x0307 | 0x0310 => last.above = true,
            0x0301 => last.acute = true,
            0x0303 => last.tilde = true,
            0x0325 => last.ring = true,
            _ => {}
        }
    }
    letters
}

/// Reads what stands at `at` and says how many letters that took.
fn step(letters: &[Letter], at: usize, scholarly: bool, out: &mut Vec<Phone>) -> usize {
    let letter = letters[at];
    let next = |step: usize| letters.get(at + step).map_or(' ', |letter| letter.base);
    if is_vowel(letter.base) {
        return vowel(letters, at, scholarly, out);
    }
    let rest = (letter.base, next(1), next(2));
    let (phones, length): (&[Phone], usize) = match rest {
        // Spelt by the standard.
        ('c', 'h', _) if scholarly => (&[Phone::C], 2),
        ('c', ..) if scholarly => (&[Phone::C], 1),
        ('r', ..) if letter.ring => (&[Phone::R, Phone::I], 1),
        ('r', after, _) if letter.below && is_vowel(after) => (&[Phone::Flap], 1),
        ('r', ..) if letter.below => (&[Phone::R, Phone::I], 1),
        ('m', ..) if letter.below || letter.above => (&[Phone::Nasal], 1),
        ('s', 'h', _) if letter.below || letter.acute => (&[Phone::Sh], 1),
        ('s', ..) if letter.below || letter.acute => (&[Phone::Sh], 1),
        ('l', ..) if letter.below => (&[Phone::L], 1),
        // Three letters.
        ('c', 'h', 'h') => (&[Phone::C], 3),
        ('k', 's', 'h') => (&[Phone::K, Phone::Sh], 3),
        ('s', 'c', 'h') => (&[Phone::Sh], 3),
        ('d', 'n', 'y') => (&[Phone::G, Phone::Y], 3),
        // Two.
        ('c', 'h', _) => (&[Phone::C], 2),
        ('c', 'k', _) => (&[Phone::K], 2),
        ('s', 'h', _) => (&[Phone::Sh], 2),
        ('z', 'h', _) => (&[Phone::Zh], 2),
        ('k', 'h', _) => (&[Phone::K], 2),
        ('g', 'h', _) => (&[Phone::G], 2),
        ('j', 'h', _) => (&[Phone::J], 2),
        ('t', 'h', _) => (&[Phone::T], 2),
        ('d', 'h', _) => (&[Phone::D], 2),
        ('p', 'h', _) => (&[Phone::F], 2),
        ('b', 'h', _) => (&[Phone::B], 2),
        ('j' | 'g', 'n', after) if is_vowel(after) => (&[Phone::G, Phone::Y], 2),
        // One.
        ('c', 'e' | 'i' | 'y', _) => (&[Phone::S], 1),
        ('c' | 'k' | 'q', ..) => (&[Phone::K], 1),
        ('x', ..) if at == 0 => (&[Phone::Z], 1),
        ('x', ..) => (&[Phone::K, Phone::S], 1),
        ('y', after, _) if at > 0 && !is_vowel(letters[at - 1].base) && !is_vowel(after) => (&[Phone::I], 1),
        ('y', ..) => (&[Phone::Y], 1),
        ('g', ..) => (&[Phone::G], 1),
        ('j', ..) => (&[Phone::J], 1),
        ('t', ..) => (&[Phone::T], 1),
        ('d', ..) => (&[Phone::D], 1),
        ('p', ..) => (&[Phone::P], 1),
        ('b', ..) => (&[Phone::B], 1),
        ('f', ..) => (&[Phone::F], 1),
        ('m', ..) => (&[Phone::M], 1),
        ('n', ..) => (&[Phone::N], 1),
        ('r', ..) => (&[Phone::R], 1),
        ('l', ..) => (&[Phone::L], 1),
        ('v' | 'w', ..) => (&[Phone::V], 1),
        ('s', ..) => (&[Phone::S], 1),
        ('z', ..) => (&[Phone::Z], 1),
        ('h', ..) => (&[Phone::H], 1),
        _ => (&[], 1),
    };
    out.extend_from_slice(phones);
    length
}

fn vowel(letters: &[Letter], at: usize, scholarly: bool, out: &mut Vec<Phone>) -> usize {
    let letter = letters[at];
    let next = |step: usize| letters.get(at + step).map_or(' ', |letter| letter.base);
    let (phones, length): (&[Phone], usize) = match (letter.base, next(1)) {
        ('a', 'a') => (&[Phone::A], 2),
        ('e', 'e') | ('i', 'i') => (&[Phone::I], 2),
        ('o', 'o') | ('u', 'u') => (&[Phone::U], 2),
        ('a', 'i') => (&[Phone::A, Phone::Y], 2),
        ('e', 'i') => (&[Phone::E, Phone::Y], 2),
        ('a' | 'o', 'u') => (&[Phone::A, Phone::V], 2),
        ('o', 'w') if !is_vowel(next(2)) => (&[Phone::A, Phone::V], 2),
        ('a', _) if scholarly && !letter.macron => (&[Phone::Schwa], 1),
        ('a', _) => (&[Phone::A], 1),
        ('i', _) => (&[Phone::I], 1),
        ('u', _) => (&[Phone::U], 1),
        ('e', _) => (&[Phone::E], 1),
        _ => (&[Phone::O], 1),
    };
    out.extend_from_slice(phones);
    length
}

fn is_vowel(base: char) -> bool {
    matches!(base, 'a' | 'e' | 'i' | 'o' | 'u')
}
