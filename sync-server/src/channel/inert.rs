//! What people wrote, made inert for whoever reads it at the other end: a table, a page, a terminal.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// The longest text that is sent, in characters.
const TEXT_CHARS_MAX: usize = 2_000;
/// With these a cell of a table would begin a formula.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];
/// What would break out of a page, and what ends a line for a script though not for JSON.
const ESCAPED: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

/// A text without control characters and without signs that turn its direction, not longer than [`TEXT_CHARS_MAX`]. One that
/// a table would read as a formula gets an apostrophe before it, as those write who export tables.
pub fn text(words: &str) -> String {
    let plain: String = words
        .chars()
        .map(|sign| if sign.is_whitespace() { ' ' } else { sign })
        .filter(|sign| !sign.is_control() && !turns(*sign))
        .take(TEXT_CHARS_MAX)
        .collect();
    let plain = plain.trim();
    if plain.starts_with(FORMULA) {
        format!("'{plain}")
    } else {
        plain.to_owned()
    }
}

/// JSON in which no sign of a page stands in plain: pasted into HTML it is still a text.
pub fn json(value: &Json) -> String {
    // These signs stand in strings only, where JSON lets every character be escaped.
    let plain = value.to_string();
    plain
        .chars()
        .fold(String::with_capacity(plain.len()), |mut safe, sign| {
            if ESCAPED.contains(&sign) {
                let _ = write!(safe, "\\u{:04x}", u32::from(sign));
            } else {
                safe.push(sign);
            }
            safe
        })
}

/// Whether a sign turns the direction of what follows, so that a text reads as another.
const fn turns(sign: char) -> bool {
    matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_a_text_and_a_text_is_one_line() {
        for (words, sent) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            (" \t+1+1", "'+1+1"),
            ("@SUM(1)", "'@SUM(1)"),
            ("-2", "'-2"),
            ("scar\r\non the chin\0", "scar  on the chin"),
            ("\u{202e}txt.exe", "txt.exe"),
            ("बाएं गाल पर तिल", "बाएं गाल पर तिल"),
        ] {
            assert_eq!(text(words), sent);
        }
        assert_eq!(text(&"x".repeat(9_000)).len(), TEXT_CHARS_MAX);
    }

    #[test]
    fn markup_stands_escaped_and_is_read_as_it_was() {
        let value = serde_json::json!({ "<b>": "<script>alert('1')</script>&\u{2028}" });
        let sent = json(&value);
        assert!(!sent.contains(['<', '>', '&', '\u{2028}']), "{sent}");
        assert_eq!(serde_json::from_str::<Json>(&sent).unwrap(), value);
    }
}
