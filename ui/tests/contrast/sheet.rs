//! A style sheet, read as far as our own sheets go: rules, within `@media` or not, and their declarations.

/// A rule: what it is about and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its selectors, as they stand.
    pub(crate) selector: String,
    /// Property and value.
    pub(crate) says: Vec<(String, String)>,
}

/// The rules of a sheet in order. Frames of an animation are no rules.
pub(crate) fn rules(sheet: &str) -> Vec<Rule> {
    let mut found = Vec::new();
    read(&without_comments(sheet), &mut found);
    found
}

fn without_comments(sheet: &str) -> String {
    let mut parts = sheet.split("/*");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once("*/").expect("a comment ends").1);
    }
    plain
}

fn read(mut rest: &str, found: &mut Vec<Rule>) {
    while let Some((head, after)) = rest.split_once('{') {
        let end = closing(after);
        let (body, head) = (&after[..end], head.trim());
        rest = &after[end + 1..];
        if head.starts_with("@media") {
            read(body, found);
        } else if !head.starts_with('@') {
            found.push(rule(head, body));
        }
    }
}

/// Where the brace that was opened before is closed.
fn closing(text: &str) -> usize {
    let mut open = 1;
    for (place, letter) in text.char_indices() {
        open += match letter {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if open == 0 {
            return place;
        }
    }
    panic!("a brace is not closed: {text:.60}");
}

fn rule(selector: &str, body: &str) -> Rule {
    // Frames and rules do not stand within a rule in our sheets.
    assert!(!body.contains('{'), "{selector} holds a rule");
    let says = body.split(';').filter_map(|line| {
        let (property, value) = line.split_once(':')?;
        Some((property.trim().to_owned(), value.trim().to_owned()))
    });
    Rule {
        selector: selector.split_whitespace().collect::<Vec<_>>().join(" "),
        says: says.collect(),
    }
}

#[test]
fn rules_are_found_within_media_and_comments_are_none() {
    let found = rules(
        "/* a { b: c } */ .x, .y { color: var(--ink); } @media (x) { .z { fill: none } } @keyframes k { 50% { opacity: 0 } }",
    );
    let heads: Vec<_> = found.iter().map(|rule| rule.selector.as_str()).collect();
    assert_eq!(heads, [".x, .y", ".z"]);
    assert_eq!(found[0].says, [("color".to_owned(), "var(--ink)".to_owned())]);
}
