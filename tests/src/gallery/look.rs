//! How somebody sees a screen: how large it is, in which colours, in which language.

use std::fmt;

/// The screens that the app is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A telephone, upright.
    Phone,
    /// A tablet of 8 inches, upright.
    Tablet,
    /// The same, on its side.
    Landscape,
    /// A laptop.
    Laptop,
}

/// All of them.
pub const ALL_SIZES: [Size; 4] = [Size::Phone, Size::Tablet, Size::Landscape, Size::Laptop];

impl Size {
    /// Width and height in pixels.
    pub const fn pixels(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Tablet => (800, 1280),
            Self::Landscape => (1280, 800),
            Self::Laptop => (1366, 768),
        }
    }

    /// The name in file names.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Landscape => "landscape",
            Self::Laptop => "laptop",
        }
    }
}

/// A look at a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How large it is.
    pub size: Size,
    /// The colours: `light`, `dark` or `sun`.
    pub theme: &'static str,
    /// The language: `en` or `hi`.
    pub lang: &'static str,
}

const THEMES: [&str; 3] = ["light", "dark", "sun"];
const LANGS: [&str; 2] = ["en", "hi"];

impl Look {
    /// Four looks at the screen of this number, one of each size. Colours and languages go round, so that each screen is seen in
    /// all colours and both languages, and all screens together in every combination.
    pub fn at(number: usize) -> [Self; 4] {
        [0, 1, 2, 3].map(|place| Self {
            size: ALL_SIZES[place],
            theme: THEMES[(number + place) % THEMES.len()],
            lang: LANGS[(number / THEMES.len() + place) % LANGS.len()],
        })
    }
}

impl fmt::Display for Look {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}-{}", self.size.code(), self.theme, self.lang)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_screen_is_seen_in_all_colours_and_both_languages_and_every_pair_is_there() {
        let mut pairs = BTreeSet::new();
        for number in 0..12 {
            let looks = Look::at(number);
            let themes: BTreeSet<_> = looks.iter().map(|look| look.theme).collect();
            let langs: BTreeSet<_> = looks.iter().map(|look| look.lang).collect();
            assert_eq!((themes.len(), langs.len()), (THEMES.len(), LANGS.len()));
            pairs.extend(looks.map(|look| look.to_string()));
        }
        assert_eq!(pairs.len(), ALL_SIZES.len() * THEMES.len() * LANGS.len());
    }
}
