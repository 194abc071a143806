//! Words from outside on their way to somebody's screen: a terminal, a spreadsheet.
//!
//! Names, devices and details were typed by people or sent by devices. A terminal must not act on what is in them, and a
//! spreadsheet must not reckon with it.

use std::borrow::Cow;

/// The words as a terminal shows them: what it would act on is written out.
pub fn shown(words: &str) -> Cow<'_, str> {
    if words.chars().all(is_plain) {
        return Cow::Borrowed(words);
    }
    let write = |one: char| {
        if is_plain(one) {
            one.to_string()
        } else {
            one.escape_unicode().to_string()
        }
    };
    Cow::Owned(words.chars().map(write).collect())
}

/// The words as a cell of a spreadsheet: a formula begins with one of these, and not behind an apostrophe.
pub fn cell(words: &str) -> Cow<'_, str> {
    let shown = shown(words);
    if shown.trim_start().starts_with(['=', '+', '-', '@', '|', '%']) {
        return Cow::Owned(format!("'{shown}"));
    }
    shown
}

/// Neither acted on nor turned about: the marks that write backwards hide what stands there.
fn is_plain(one: char) -> bool {
    let turns = matches!(one, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !one.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_written_is_acted_on_or_reckoned_with() {
        assert_eq!(shown("मीना \u{1b}[2J\n"), "मीना \\u{1b}[2J\\u{a}");
        assert_eq!(shown("a\u{202e}b"), "a\\u{202e}b");
        for (words, inert) in [
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            (" +1", "' +1"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("|calc", "'|calc"),
            ("\t=1", "\\u{9}=1"),
            ("a=1", "a=1"),
            ("", ""),
            ("<b>", "<b>"),
        ] {
            assert_eq!(cell(words), inert);
        }
    }
}
