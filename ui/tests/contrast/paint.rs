//! What a rule paints: ink, ground, edges, lines.

use std::collections::BTreeSet;

use crate::sheet::Rule;

/// What a rule lays under its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ground {
    /// Nothing.
    None,
    /// This token.
    Token(String),
    /// A picture of several tokens.
    Mixed,
}

impl Ground {
    /// The token, where it is one.
    pub(crate) fn token(&self) -> Option<&str> {
        match self {
            Self::Token(token) => Some(token),
            Self::None | Self::Mixed => None,
        }
    }
}

/// What a rule paints.
#[derive(Debug, Clone)]
pub(crate) struct Paint {
    /// Sheet and selector, for whoever reads a failure.
    pub(crate) place: String,
    /// Its selectors, without the theme that they may be for.
    pub(crate) selector: String,
    /// The one theme in which it holds, where it is for one.
    pub(crate) theme: Option<String>,
    /// The token of its text.
    pub(crate) ink: Option<String>,
    /// What it lays under it.
    pub(crate) ground: Ground,
    /// Tokens of borders, outlines and inner shadows.
    pub(crate) edges: Vec<String>,
    /// Tokens of lines and areas of drawings.
    pub(crate) drawn: Vec<String>,
    /// Whether it is about something that is pressed or typed into.
    pub(crate) is_pressed: bool,
    /// Whether it is a row of a list, which reaches from edge to edge and is parted from the next by a line.
    pub(crate) is_row: bool,
    /// Colours that it names itself.
    pub(crate) named: Vec<String>,
}

const EDGES: [&str; 3] = ["border", "outline", "box-shadow"];
const COLOURS: [&str; 7] = [
    "color",
    "background",
    "border",
    "outline",
    "box-shadow",
    "fill",
    "stroke",
];

impl Paint {
    /// What a rule of a sheet paints.
    pub(crate) fn of(sheet: &str, rule: &Rule) -> Self {
        let place = format!("{sheet}: {}", rule.selector);
        let mut paint = Self {
            theme: theme_of(&rule.selector),
            selector: rule
                .selector
                .split_once("\"] ")
                .filter(|_| theme_of(&rule.selector).is_some())
                .map_or_else(|| rule.selector.clone(), |(_, rest)| rest.to_owned()),
            ink: None,
            ground: Ground::None,
            edges: Vec::new(),
            drawn: Vec::new(),
            is_pressed: rule
                .selector
                .split(", ")
                .any(|one| one.rsplit('.').next() == Some("input")),
            is_row: false,
            named: Vec::new(),
            place,
        };
        for (property, value) in &rule.says {
            paint.add(property, value);
        }
        paint
    }

    fn add(&mut self, property: &str, value: &str) {
        let tokens = tokens(value);
        if COLOURS.iter().any(|colour| property.starts_with(colour)) && names_a_colour(value) {
            self.named.push(format!("{} {{ {property}: {value} }}", self.place));
        }
        match property {
            "color" => self.ink = tokens.into_iter().next(),
            "background" | "background-color" => {
                self.ground = match tokens.as_slice() {
                    [] => Ground::None,
                    [token] => Ground::Token(token.clone()),
                    _ => Ground::Mixed,
                };
            }
            "fill" | "stroke" => self.drawn.extend(tokens),
            "cursor" => self.is_pressed |= value == "pointer",
            "border-block-end" => {
                self.is_row = true;
                self.edges.extend(tokens);
            }
            _ if EDGES.iter().any(|edge| property.starts_with(edge)) => self.edges.extend(tokens),
            _ => {}
        }
    }

    /// Whether it holds in a theme.
    pub(crate) fn is_of(&self, theme: &str) -> bool {
        self.theme.as_deref().is_none_or(|only| only == theme)
    }

    /// What it draws that says something: all but hairlines, tints, shadows and the ring, which has a test of its own.
    pub(crate) fn signs<'a>(&'a self, inks: &BTreeSet<&str>) -> impl Iterator<Item = &'a str> {
        let bar = self.bar(inks);
        let drawn = self.edges.iter().chain(&self.drawn).map(String::as_str);
        let says = |sign: &&str| {
            let is_tint = sign.ends_with("-soft") && !inks.contains(sign);
            !is_tint && !matches!(*sign, "--line" | "--focus" | "--focus-edge") && !is_measure(sign) && !is_ground(sign)
        };
        drawn.chain(bar).filter(says)
    }

    /// The colour of a dot or a bar: a ground without text that has the colour of an ink.
    pub(crate) fn bar(&self, inks: &BTreeSet<&str>) -> Option<&str> {
        let is_sign = |ground: &&str| inks.contains(ground) || (ground.ends_with("-line") && *ground != "--line");
        self.ground
            .token()
            .filter(|ground| self.ink.is_none() && is_sign(ground))
    }

    /// Whether it is about a part of what the other is about.
    pub(crate) fn lies_in(&self, other: &Self) -> bool {
        let within = [" ", " > "].map(|join| format!("{}{join}", other.selector));
        within.iter().any(|head| self.selector.starts_with(head.as_str())) && !self.selector.contains(',')
    }
}

/// Colours of white paper are seen on white paper alone.
pub(crate) fn world(token: &str) -> &'static str {
    if token.starts_with("--sheet") {
        "paper"
    } else {
        "screen"
    }
}

/// Tokens that are no colour and stand in the same properties.
fn is_measure(token: &str) -> bool {
    token == "--stroke" || token.starts_with("--shadow") || token.starts_with("--gap")
}

/// What is drawn in the colour of a ground parts a sign from what lies behind it.
fn is_ground(token: &str) -> bool {
    matches!(token, "--surface" | "--paper" | "--sunken")
}

fn theme_of(selector: &str) -> Option<String> {
    let after = selector.split_once("[data-theme=\"")?.1;
    Some(after.split('"').next()?.to_owned())
}

fn tokens(value: &str) -> Vec<String> {
    let after = value.split("var(").skip(1);
    let named = after.filter_map(|rest| rest.split([')', ',']).next());
    let token = |name: &str| name.trim().to_owned();
    named.map(token).filter(|token| !is_measure(token)).collect()
}

fn names_a_colour(value: &str) -> bool {
    let of_words = ["black", "white", "red", "grey", "gray"];
    let words = value.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '#');
    value.contains('#')
        || ["rgb", "hsl", "oklch"].iter().any(|head| value.contains(head))
        || words.into_iter().any(|word| of_words.contains(&word))
}
