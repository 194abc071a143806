//! Words by which a trace is known: invented, of one kind, found nowhere else.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// How many canaries a session writes: a third each as names, notes and captions, roughly.
pub const CANARIES: usize = 200;

/// What every canary begins with. Written in two parts, so that no program holds it by itself.
pub fn mark() -> String {
    ["Qz", "wv", "jx"].concat()
}

/// The canary with this number.
pub fn canary(number: usize) -> String {
    let mut random = StdRng::seed_from_u64(0xCA_9A47 ^ number as u64);
    let mut word = mark();
    word.extend((0..12).map(|_| char::from(random.random_range(b'a'..=b'z'))));
    word
}

/// How often any of these, each at least two bytes long, is found in a run of bytes.
pub fn count(haystack: &[u8], needles: &[Vec<u8>]) -> usize {
    let pair = |bytes: &[u8]| (usize::from(bytes[0]) << 8) | usize::from(bytes[1]);
    let mut begins = vec![false; 1 << 16];
    for needle in needles {
        begins[pair(needle)] = true;
    }
    let mut found = 0;
    for (at, window) in haystack.windows(2).enumerate() {
        if begins[pair(window)] {
            found += needles
                .iter()
                .filter(|needle| haystack[at..].starts_with(needle))
                .count();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_canary_is_found_and_no_other() {
        let needles: Vec<Vec<u8>> = (0..CANARIES).map(|number| canary(number).into_bytes()).collect();
        let text: String = (0..CANARIES).map(|number| canary(number) + " ").collect();
        assert_eq!(count(text.as_bytes(), &needles), CANARIES);
        assert_eq!(count(canary(CANARIES).as_bytes(), &needles), 0);
    }
}
