//! How a word sounds, whatever script it was written in.
//!
//! Every script is read to one small alphabet of [`Phone`]s. It keeps apart what all of them keep apart and no more: length
//! of vowels, aspiration and the retroflex are gone, because Latin writes them by chance and Tamil not at all. Where a script
//! leaves open what others tell, the letter becomes a phone of its own that is near to each reading: Tamil's க is `k`, `g`
//! and `h`, Bengali's ব is `b` and `v`, Urdu's و is `v`, `u` and `o`. Mappings: the Unicode code charts, ISO 15919 for
//! the Indic scripts and Latin with diacritics, and how registers write English letters for Indian names.

mod brahmic;
mod distance;
mod latin;
mod outline;
mod phone;
mod skeleton;
mod urdu;

use phone::{COSTS, Phones};

pub use outline::Outline;
pub use phone::Phone;
pub use skeleton::Skeleton;

/// Longest word that is read, in phones; names are far below, and comparing costs the square of it.
pub const PHONES_MAX: usize = 32;

/// The sound of one word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Sound {
    phones: Vec<Phone>,
    /// Short vowels are not written, as in Urdu: a vowel that the other has is no difference.
    abjad: bool,
    /// Which phones there are.
    there: Phones,
    /// What all of them cost to leave out: beside a word with vowels, and beside one without.
    weights: [u16; 2],
}

impl Sound {
    /// Reads a word. What is no letter of a script known here is left out.
    pub fn of(word: &str) -> Self {
        let mut sound = Self::default();
        let letters: Vec<char> = word.chars().collect();
        let mut from = 0;
        while let Some(first) = letters.get(from) {
            let script = Script::of(*first);
            let mut to = from + 1;
            while letters.get(to).is_some_and(|next| script.goes_on(*next)) {
                to += 1;
            }
            let run = &letters[from..to];
            match script {
                Script::Brahmic(base) => brahmic::read(run, base, &mut sound.phones),
                Script::Urdu => {
                    sound.abjad = true;
                    urdu::read(run, &mut sound.phones);
                }
                Script::Latin => latin::read(run, &mut sound.phones),
                Script::Other => {}
            }
            from = to;
        }
        sound.settle();
        sound
    }

    /// Two words as one: how a name sounds whose parts were written apart.
    #[must_use]
    pub fn joined(&self, next: &Self) -> Self {
        let mut both = self.clone();
        both.phones.extend_from_slice(&next.phones);
        both.abjad |= next.abjad;
        both.settle();
        both
    }

    /// The phones in their order.
    pub fn phones(&self) -> &[Phone] {
        &self.phones
    }

    /// Whether nothing of it could be read.
    pub fn is_empty(&self) -> bool {
        self.phones.is_empty()
    }

    /// How far two words are apart: 0 for the same sound, 100 and more for nothing in common.
    pub fn distance(&self, other: &Self) -> u16 {
        self.distance_up_to(other, u16::MAX)
    }

    /// The same as far as it is not more than `most`; what is farther apart comes out as anything above that.
    pub fn distance_up_to(&self, other: &Self, most: u16) -> u16 {
        distance::between(self, other, most)
    }

    /// What tells at a glance that another word is nothing like it; `None` where that cannot be told so.
    pub fn outline(&self) -> Option<Outline> {
        Outline::of(self)
    }

    /// The consonants alone, roughly: what blocking looks words up by. More than one where the script leaves it open.
    pub fn skeletons(&self) -> Vec<Skeleton> {
        skeleton::of(&self.phones)
    }

    /// Doubled consonants are written by chance; and length has a limit.
    fn settle(&mut self) {
        self.phones
            .dedup_by(|later, earlier| later == earlier && !later.is_vowel());
        self.phones.truncate(PHONES_MAX);
        self.there = self.phones.iter().fold(0, |there, phone| there | phone.bit());
        self.weights = [false, true].map(|abjad| self.phones.iter().map(|phone| COSTS.gap(*phone, abjad)).sum());
    }
}

/// The scripts that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// One of the scripts that descend from Brahmi, by the first code point of its block.
    Brahmic(u32),
    Urdu,
    Latin,
    Other,
}

impl Script {
    fn of(letter: char) -> Self {
        let code = u32::from(letter);
        match code {
            // Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Tamil, Telugu, Kannada, Malayalam: 128 places each.
            0x0900..=0x0D7F => Self::Brahmic(code & !0x7F),
            0x0600..=0x06FF | 0x0750..=0x077F | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => Self::Urdu,
            0x41..=0x5A | 0x61..=0x7A | 0xC0..=0x024F | 0x1E00..=0x1EFF => Self::Latin,
            _ => Self::Other,
        }
    }

    /// Whether the letter still belongs to a run of this script.
    fn goes_on(self, letter: char) -> bool {
        // Combining marks of Latin, joiners, and signs above letters belong to what stands before.
        let combining =
            matches!(u32::from(letter), 0x0300..=0x036F | 0x200C..=0x200D | 0x02B0..=0x02FF | 0x2018..=0x2019);
        combining || Self::of(letter) == self
    }
}

#[cfg(test)]
mod tests;
