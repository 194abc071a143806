//! What a text is made ready with before it is set, and which scripts it is written in.

use unicode_script::{Script, UnicodeScript as _};

/// After so many characters without a place to break, one is made: a number of forty digits stays on the paper.
const UNBROKEN_CHARS_MAX: usize = 32;

/// Where a line may be broken and nothing is seen.
const BREAK: char = '\u{200b}';

/// The text without what cannot be seen and would turn the order of what can: control characters, and marks that overrule
/// the direction of writing. Joiners stay, which Indian scripts write with.
pub(crate) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut unbroken = 0;
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    for letter in lines.chars().filter(|letter| !is_unseen(*letter)) {
        if letter.is_whitespace() {
            unbroken = 0;
        } else if unbroken >= UNBROKEN_CHARS_MAX && !joins(letter) {
            tidied.push(BREAK);
            unbroken = 0;
        }
        unbroken += 1;
        tidied.push(letter);
    }
    tidied
}

/// Whether the letter belongs to the one before, so that no line is broken there.
fn joins(letter: char) -> bool {
    matches!(letter.script(), Script::Inherited) || !letter.is_alphanumeric()
}

fn is_unseen(letter: char) -> bool {
    let overrules =
        matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}');
    let unseen = matches!(letter, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{00ad}');
    overrules || unseen || (letter.is_control() && !matches!(letter, '\n' | '\t'))
}

/// Whether a letter is drawn at all: of the others no font needs to know.
pub(crate) fn is_drawn(letter: char) -> bool {
    !(letter.is_whitespace() || letter.is_control() || matches!(letter, BREAK | '\u{200c}' | '\u{200d}' | '\u{2060}'))
}

/// The script of a letter by its name in Unicode, e.g. `Tamil`; for what several scripts share, `Common`.
pub(crate) fn script_of(letter: char) -> &'static str {
    match letter.script() {
        // What has no home of its own, such as a danda, is sought among the fonts that are there.
        Script::Inherited => Script::Common.full_name(),
        script => script.full_name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joiners_stay_and_what_turns_the_order_goes() {
        assert_eq!(
            tidy("क्\u{200d}ष \u{202e}abc\u{202c}\u{7}\r\nनया"),
            "क्\u{200d}ष abc\nनया"
        );
    }

    #[test]
    fn a_line_without_a_gap_can_be_broken() {
        let tidied = tidy(&"9".repeat(100));
        assert_eq!(tidied.matches(BREAK).count(), 3);
        assert_eq!(tidied.replace(BREAK, ""), "9".repeat(100));
        assert!(!tidy("Keonjhar, near the old market").contains(BREAK));
    }

    #[test]
    fn scripts_go_by_their_names() {
        assert_eq!(script_of('अ'), "Devanagari");
        assert_eq!(script_of('ଅ'), "Oriya");
        assert_eq!(script_of('ᱚ'), "Ol_Chiki");
        assert_eq!(script_of('7'), "Common");
        assert_eq!(script_of('漢'), "Han");
    }
}
