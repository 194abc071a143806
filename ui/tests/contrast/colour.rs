//! The tokens' colours by theme, and how far two are apart.

use std::{collections::BTreeMap, fs, path::Path};

use crate::sheet;

/// The themes, each with the rules of `tokens.css` that make it, the later over the earlier.
pub(crate) const THEMES: [(&str, &[&str]); 3] = [
    ("light", &[":root"]),
    ("dark", &[":root", "html[data-theme=\"dark\"]"]),
    ("sun", &[":root", "html[data-theme=\"sun\"]"]),
];

/// The parts of a colour, from 0 to 255.
pub(crate) type Colour = [u8; 3];

/// A theme: its colours by token.
pub(crate) struct Theme {
    /// What it is called.
    pub(crate) name: &'static str,
    tokens: BTreeMap<String, Colour>,
    /// Tokens that are no plain colour: shades and veils, on which nothing stands.
    others: Vec<String>,
}

impl Theme {
    /// Reads it out of `tokens.css`.
    pub(crate) fn read((name, rules): &(&'static str, &[&str])) -> Self {
        let (mut tokens, mut others) = (BTreeMap::new(), Vec::new());
        for (token, value) in rules.iter().flat_map(|rule| tokens_of(rule)) {
            match parse(&value) {
                Some(colour) => drop(tokens.insert(token, colour)),
                None => others.push(token),
            }
        }
        Self { name, tokens, others }
    }

    /// The colour of a token; `None` where it is a shade or a veil.
    pub(crate) fn colour(&self, token: &str) -> Option<Colour> {
        let known = self.tokens.get(token).copied();
        assert!(
            known.is_some() || self.others.iter().any(|other| other == token),
            "no token is called {token}"
        );
        known
    }
}

/// What a rule of `tokens.css` says, wherever it stands.
pub(crate) fn tokens_of(rule: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/tokens.css");
    let rules = sheet::rules(&fs::read_to_string(path).unwrap());
    let about = rules.into_iter().filter(|found| found.selector == rule);
    about.flat_map(|found| found.says).collect()
}

fn parse(value: &str) -> Option<Colour> {
    let digits = value.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |place: usize| u8::from_str_radix(&digits[place..place + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// Relative luminance, as WCAG 2.2 defines it.
fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast ratio, as WCAG 2.2 defines it: from 1 to 21.
pub(crate) fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_that_of_wcag() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    // The lightest grey that WCAG allows for text on white.
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01);
}
