//! Urdu, in the Arabic script with the letters of Persian and Hindi. Short vowels are not written.

#![expect(clippy::match_same_arms, reason = "a table reads by its letters")]

use super::Phone;

/// Reads a run.
pub(super) fn read(letters: &[char], out: &mut Vec<Phone>) {
    let from = out.len();
    for (at, letter) in letters.iter().enumerate() {
        let first = out.len() == from;
        let last = letters[at + 1..].iter().all(|rest| is_mark(*rest));
        if let Some(phone) = sound(*letter, first, last) {
            out.push(phone);
        }
    }
}

/// Signs above and below: short vowels, doubling, joiners.
fn is_mark(letter: char) -> bool {
    matches!(u32::from(letter), 0x064B..=0x065F | 0x0670 | 0x200C | 0x200D)
}

fn sound(letter: char, first: bool, last: bool) -> Option<Phone> {
    Some(match letter {
        'آ' => Phone::A,
        'ا' | 'أ' | 'إ' | 'ٱ' | 'ع' if first => Phone::AnyVowel,
        'ا' | 'أ' | 'إ' | 'ٱ' | 'ى' | 'ٰ' => Phone::A,
        'ع' => Phone::AnyVowel,
        'ب' => Phone::B,
        'پ' => Phone::P,
        'ت' | 'ٹ' | 'ط' => Phone::T,
        'ث' | 'س' | 'ص' => Phone::S,
        'ج' => Phone::J,
        'چ' => Phone::C,
        'ح' => Phone::H,
        'خ' | 'ق' | 'ک' | 'ك' => Phone::K,
        'د' | 'ڈ' => Phone::D,
        'ذ' | 'ز' | 'ژ' | 'ض' | 'ظ' => Phone::Z,
        'ر' => Phone::R,
        'ڑ' => Phone::Flap,
        'ش' => Phone::Sh,
        'غ' | 'گ' => Phone::G,
        'ف' => Phone::F,
        'ل' => Phone::L,
        'م' => Phone::M,
        'ن' | 'ڻ' => Phone::N,
        'ں' => Phone::Nasalised,
        'و' | 'ؤ' => Phone::UrduV,
        'ہ' | 'ه' | 'ۀ' | 'ة' | 'ۃ' | 'ە' if last && !first => Phone::UrduH,
        'ہ' | 'ه' => Phone::H,
        'ی' | 'ي' | 'ئ' | 'ے' | 'ۓ' => Phone::UrduY,
        // Short vowels, where somebody did write them.
        '\u{064E}' => Phone::A,
        '\u{0650}' => Phone::I,
        '\u{064F}' => Phone::U,
        // The two-eyed he only breathes on the letter before; doubling, hamza and the rest make no sound of their own.
        _ => return None,
    })
}
