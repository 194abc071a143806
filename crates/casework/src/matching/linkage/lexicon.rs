//! The words of [`Knowledge`], laid out for looking up.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    knowledge::{Knowledge, Words},
    words::{normal, words},
};

/// The words of a pack.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    drop: FxHashSet<String>,
    son_of: Vec<String>,
    alias: Vec<String>,
    same: FxHashMap<String, String>,
    states: FxHashMap<String, String>,
    sexes: FxHashMap<String, u8>,
    languages: FxHashMap<String, String>,
    meanings: FxHashMap<String, String>,
}

impl Lexicon {
    pub(super) fn new(knowledge: &Knowledge) -> Self {
        let mut lexicon = Self {
            drop: flat(&knowledge.drop).flat_map(|word| words(word)).collect(),
            son_of: flat(&knowledge.son_of).map(|word| normal(word).collect()).collect(),
            alias: flat(&knowledge.alias).map(|word| normal(word).collect()).collect(),
            ..Self::default()
        };
        for meaning in &knowledge.same {
            for word in meaning.words.iter().flat_map(|word| words(word)) {
                lexicon.same.insert(word, meaning.means.clone());
            }
        }
        for (state, others) in &knowledge.states {
            for name in others.iter().chain([state]) {
                lexicon.states.insert(words(name).concat(), words(state).concat());
            }
        }
        for (number, others) in (0_u8..).zip(knowledge.sexes.values()) {
            for name in others {
                lexicon.sexes.insert(words(name).concat(), number);
            }
        }
        for (language, others) in &knowledge.languages {
            for name in others.iter().chain([language]) {
                lexicon.languages.insert(words(name).concat(), language.clone());
            }
        }
        for (meaning, others) in &knowledge.meanings {
            for name in others.iter().flat_map(|word| words(word)).chain(words(meaning)) {
                lexicon.meanings.insert(name, meaning.clone());
            }
        }
        lexicon
    }

    /// Whether a text only says that nothing is known: `unknown`, `N/A`, `-`. Two who say so agree in nothing.
    pub(super) fn says_nothing(&self, text: &str) -> bool {
        let words = words(text);
        words.iter().all(|word| self.drop.contains(word)) || self.drop.contains(&words.concat())
    }

    /// The parts of a name, without the words that are none; what stands for another word is that word.
    pub(super) fn name(&self, text: &str) -> Vec<String> {
        let parts = words(text).into_iter().filter(|word| !self.drop.contains(word));
        parts.map(|word| self.meant(word)).collect()
    }

    /// The words of a place.
    pub(super) fn place(&self, text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| self.meant(word)).collect()
    }

    fn meant(&self, word: String) -> String {
        self.same.get(&word).cloned().unwrap_or(word)
    }

    /// A state by its usual name; as it was written where no pack knows it.
    pub(super) fn state(&self, text: &str) -> Option<String> {
        let joined = words(text).concat();
        (!joined.is_empty()).then(|| self.states.get(&joined).cloned().unwrap_or(joined))
    }

    pub(super) fn sex(&self, text: &str) -> Option<u8> {
        self.sexes.get(&words(text).concat()).copied()
    }

    /// The languages that a text names.
    pub(super) fn languages(&self, text: &str) -> Vec<String> {
        let named = words(text).into_iter();
        named
            .map(|word| self.languages.get(&word).cloned().unwrap_or(word))
            .collect()
    }

    /// What a text about marks or clothing means, word for word.
    pub(super) fn meanings(&self, text: &str) -> Vec<String> {
        let named = words(text).into_iter();
        let meant = named.map(|word| self.meanings.get(&word).cloned().unwrap_or(word));
        meant.filter(|meaning| !meaning.is_empty()).collect()
    }

    /// The child's names, and the father's where it stands behind the child's.
    pub(super) fn split(&self, text: &str) -> (Vec<String>, String) {
        let text: String = normal(text).collect();
        let (own, father) = match self
            .son_of
            .iter()
            .filter_map(|mark| cut(&text, mark))
            .min_by_key(|(own, _)| own.len())
        {
            Some((own, father)) => (own, father.to_owned()),
            None => (text.as_str(), String::new()),
        };
        // What stands in brackets behind a name is another name; a number is none.
        let mut names = Vec::new();
        let mut outside = String::new();
        let mut rest = own;
        while let Some((before, (inside, behind))) = rest
            .split_once(['(', '['])
            .and_then(|(before, tail)| Some((before, tail.split_once([')', ']'])?)))
        {
            outside.push_str(before);
            outside.push(' ');
            if !inside.chars().any(|letter| letter.is_ascii_digit()) && !self.says_nothing(inside) {
                names.push(inside.trim().to_owned());
            }
            rest = behind;
        }
        outside.push_str(rest);
        names.insert(0, outside);
        for mark in &self.alias {
            names = names
                .iter()
                .flat_map(|name| {
                    let mut parts = Vec::new();
                    let mut rest = name.as_str();
                    while let Some((head, tail)) = cut(rest, mark) {
                        parts.push(head.to_owned());
                        rest = tail;
                    }
                    parts.push(rest.to_owned());
                    parts
                })
                .collect();
        }
        (names, father)
    }
}

fn flat(lists: &[Words]) -> impl Iterator<Item = &String> {
    lists.iter().flat_map(|list| &list.words)
}

/// Cuts a text at a mark that stands as a word of its own.
fn cut<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let free = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && !is_sign(letter));
    // A sign as @ parts words even where no space does.
    let word = mark.chars().any(char::is_alphanumeric);
    text.match_indices(mark).find_map(|(at, found)| {
        let (head, tail) = (&text[..at], &text[at + found.len()..]);
        let alone = free(head.chars().next_back()) && free(tail.chars().next());
        (!word || alone).then_some((head, tail))
    })
}

fn is_sign(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}
