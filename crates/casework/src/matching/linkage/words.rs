//! A text into words, the same for every script: composed, in lower case, with the digits of every script as 0 to 9.

use unicode_normalization::UnicodeNormalization as _;

/// The words of a text, in their order.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in normal(text) {
        if is_part(letter) {
            word.push(letter);
        } else if !is_silent(letter) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The letters of a text, composed, in lower case, digits as 0 to 9.
pub(super) fn normal(text: &str) -> impl Iterator<Item = char> {
    // Small figures above letters, as some write beside Tamil, tell of sounds that are not told apart here.
    text.chars()
        .filter(|letter| !is_raised(*letter))
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|letter| digit(letter).unwrap_or(letter))
}

/// The digit as 0 to 9.
fn digit(letter: char) -> Option<char> {
    const ZEROS: [u32; 12] = [
        0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x1C50,
    ];
    let code = u32::from(letter);
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

fn is_raised(letter: char) -> bool {
    matches!(letter, '\u{B2}' | '\u{B3}' | '\u{B9}' | '\u{2070}'..='\u{2079}' | '\u{2080}'..='\u{2089}')
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || unicode_normalization::char::is_combining_mark(letter)
}

/// What stands within a word without being of it.
fn is_silent(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2018}' | '\u{2019}' | '`' | '\u{200C}' | '\u{200D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_script_stay_whole() {
        assert_eq!(words("  राम-कुमार, S/O मोहन् "), ["राम", "कुमार", "s", "o", "मोहन्"]);
        assert_eq!(words("O'Brien ২৩/४"), ["obrien", "23", "4"]);
        assert_eq!(words("ज़ीनत"), words("ज़ीनत"), "composed and with a separate dot");
        assert!(words(" - ").is_empty());
    }
}
