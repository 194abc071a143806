//! The words of a list: each once, with its sound, how often it occurs, and how often one that sounds the same does.

use rustc_hash::FxHashMap;

use super::sound::{Outline, Skeleton, Sound};

/// A word of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TermId(pub(super) u32);

/// Where a word stands; the same word is common in one place and rare in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Own,
    Parent,
    Place,
    District,
    State,
    Pin,
    Marks,
}

pub(super) const KINDS: usize = Kind::Marks as usize + 1;

/// Two words and what their distance means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Likeness {
    Same,
    Close,
    Near,
    Similar,
    /// One of them is the first letter of the other.
    Initial,
    /// One of them is a letter alone, and not that: it tells nothing, because initials stand for other parts, too.
    Silent,
    Different,
}

/// Up to these distances of sound; see [`Sound::distance`].
const SAME_MAX: u16 = 6;
pub(super) const CLOSE_MAX: u16 = 13;
const NEAR_MAX: u16 = 21;
const SIMILAR_MAX: u16 = 32;

/// What is known of a word.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) sound: Sound,
    pub(super) skeletons: Box<[Skeleton]>,
    text: Box<str>,
    /// Digits, or what cannot be heard: compared as it is written.
    literal: bool,
    initial: bool,
    counts: [f32; KINDS],
    same: [f32; KINDS],
    close: [f32; KINDS],
    /// The first word of the list that sounds the same.
    pub(super) likened: TermId,
}

/// All words.
#[derive(Debug, Default)]
pub(super) struct Terms {
    ids: FxHashMap<Box<str>, TermId>,
    list: Vec<Term>,
    /// Of each word what tells at a glance that another is nothing like it.
    outlines: Vec<Option<Outline>>,
    buckets: FxHashMap<Skeleton, Vec<TermId>>,
    settled: bool,
}

impl Terms {
    /// The word's number; a new one where it was not met before.
    pub(super) fn intern(&mut self, word: &str) -> TermId {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let id = TermId(u32::try_from(self.list.len()).expect("fewer words than memory"));
        let sound = Sound::of(word);
        let digits = word.chars().any(|letter| letter.is_ascii_digit());
        let literal = digits || sound.is_empty();
        let skeletons: Box<[Skeleton]> = if literal {
            Box::default()
        } else {
            sound.skeletons().into()
        };
        for skeleton in &skeletons {
            self.buckets.entry(*skeleton).or_default().push(id);
        }
        let initial = !literal && word.chars().filter(|letter| letter.is_alphabetic()).count() == 1;
        let is_heard = !literal && !initial;
        self.outlines.push(if is_heard { sound.outline() } else { None });
        self.list.push(Term {
            text: word.into(),
            initial,
            skeletons,
            sound,
            literal,
            counts: [0.0; KINDS],
            same: [0.0; KINDS],
            close: [0.0; KINDS],
            likened: id,
        });
        self.ids.insert(word.into(), id);
        if self.settled {
            self.settle_one(id);
        }
        id
    }

    pub(super) fn get(&self, id: TermId) -> &Term {
        &self.list[id.0 as usize]
    }

    /// The word as it was read.
    pub(super) fn text(&self, id: TermId) -> &str {
        &self.get(id).text
    }

    /// Counts the word once more, or as often as that.
    pub(super) fn count(&mut self, id: TermId, kind: Kind, times: f32) {
        self.list[id.0 as usize].counts[kind as usize] += times;
    }

    /// How often this word, or one that sounds the same, occurs there.
    pub(super) fn same(&self, id: TermId, kind: Kind) -> f32 {
        self.get(id).same[kind as usize]
    }

    /// How often one that is a slip apart occurs there.
    pub(super) fn close(&self, id: TermId, kind: Kind) -> f32 {
        self.get(id).close[kind as usize]
    }

    /// Forgets all counts, to count anew.
    pub(super) fn uncount(&mut self) {
        self.settled = false;
        for term in &mut self.list {
            term.counts = [0.0; KINDS];
        }
    }

    /// Adds up the counts of what sounds alike. To be called when everything was counted.
    pub(super) fn settle(&mut self) {
        for at in 0..self.list.len() {
            self.settle_one(TermId(u32::try_from(at).expect("numbered with 32 bits")));
        }
        self.settled = true;
    }

    fn settle_one(&mut self, id: TermId) {
        let term = self.get(id);
        let mut same = term.counts;
        let mut close = [0.0; KINDS];
        let mut likened = id;
        let mut met: Vec<TermId> = Vec::new();
        for skeleton in &term.skeletons {
            for other in &self.buckets[skeleton] {
                // A word with several readings may share several buckets with this one.
                if *other == id || (term.skeletons.len() > 1 && met.contains(other)) {
                    continue;
                }
                if term.skeletons.len() > 1 {
                    met.push(*other);
                }
                let counts = &self.get(*other).counts;
                match self.likeness(id, *other) {
                    Likeness::Same => {
                        add(&mut same, counts);
                        likened = likened.min(*other);
                    }
                    Likeness::Close => add(&mut close, counts),
                    _ => {}
                }
            }
        }
        let term = &mut self.list[id.0 as usize];
        term.same = same;
        term.close = close;
        term.likened = likened;
    }

    /// Whether two words are nothing alike, as far as that can be told at a glance.
    pub(super) fn is_unlike(&self, a: TermId, b: TermId) -> bool {
        match (&self.outlines[a.0 as usize], &self.outlines[b.0 as usize]) {
            (Some(a), Some(b)) => a.is_beyond(b, SIMILAR_MAX),
            _ => false,
        }
    }

    /// How alike two words are.
    pub(super) fn likeness(&self, a: TermId, b: TermId) -> Likeness {
        if a == b {
            return Likeness::Same;
        }
        let (a, b) = (self.get(a), self.get(b));
        match (a.literal, b.literal) {
            (true, true) => return literally(&a.text, &b.text),
            (false, false) => {}
            _ => return Likeness::Different,
        }
        if a.initial || b.initial {
            return if begins_alike(&a.sound, &b.sound) {
                Likeness::Initial
            } else {
                Likeness::Silent
            };
        }
        distance(a.sound.distance_up_to(&b.sound, SIMILAR_MAX))
    }
}

/// What a distance means.
pub(super) fn distance(distance: u16) -> Likeness {
    const LIMITS: [(u16, Likeness); 4] = [
        (SAME_MAX, Likeness::Same),
        (CLOSE_MAX, Likeness::Close),
        (NEAR_MAX, Likeness::Near),
        (SIMILAR_MAX, Likeness::Similar),
    ];
    let within = LIMITS.iter().find(|(max, _)| distance <= *max);
    within.map_or(Likeness::Different, |(_, likeness)| *likeness)
}

fn add(sum: &mut [f32; KINDS], more: &[f32; KINDS]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Numbers and what cannot be heard: the same, one slip apart, or different.
fn literally(a: &str, b: &str) -> Likeness {
    /// A number this long is not another one by chance when one digit differs.
    const LONG: usize = 4;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a == b {
        Likeness::Same
    } else if a.len().min(b.len()) >= LONG && one_slip(&a, &b) {
        Likeness::Near
    } else {
        Likeness::Different
    }
}

/// Whether one letter put in, left out or changed, or two neighbours that changed places, make the one from the other.
pub(super) fn one_slip<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[head..], &long[head..]);
    match long.len() - short.len() {
        0 if short.is_empty() => true,
        0 => {
            short[1..] == long[1..]
                || (short.len() > 1 && short[0] == long[1] && short[1] == long[0] && short[2..] == long[2..])
        }
        1 => short == &long[1..],
        _ => false,
    }
}

fn begins_alike(a: &Sound, b: &Sound) -> bool {
    let (Some(a), Some(b)) = (a.phones().first(), b.phones().first()) else {
        return false;
    };
    a.is_near(*b)
}
