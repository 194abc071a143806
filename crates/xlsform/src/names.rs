//! Names of the pack out of names of the workbook.

/// Longest part of a name that comes from the workbook, in bytes: with prefix and form a fact's name has 64.
const WORD_BYTES_MAX: usize = 40;

/// Words of the expressions' language, and of the language it is part of; a name in an expression cannot be one.
const RESERVED: [&str; 22] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "today",
];

/// A name in lower case, with a letter first and `_` for everything that a name of the pack cannot have; `None` where
/// nothing is left, or more than fits.
pub(crate) fn word(name: &str) -> Option<String> {
    let mut word = String::new();
    for c in name.trim().chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_lowercase() || c.is_ascii_digit() => word.push(c),
            '_' | '-' | '.' | ' ' | ':' => word.push('_'),
            _ => return None,
        }
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) || RESERVED.contains(&word.as_str()) {
        word.insert_str(0, "q_");
    }
    let some = word.chars().any(|c| c != '_');
    (some && word.len() <= WORD_BYTES_MAX).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_workbook_becomes_one_that_an_expression_can_have() {
        assert_eq!(word("Child-Name").as_deref(), Some("child_name"));
        assert_eq!(word("in").as_deref(), Some("q_in"));
        assert_eq!(word("2nd").as_deref(), Some("q_2nd"));
        assert_eq!(word("नाम"), None);
        assert_eq!(word(&"x".repeat(41)), None);
    }
}
