//! What this tablet's reader prefers. Kept on the tablet, outside the vault: nothing here is about a child.

use crate::words::Lang;

/// The colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the tablet is set.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Strongest contrast, for use in the sun.
    Sun,
}

impl Theme {
    /// All, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Sun];

    /// The name in storage and in the style sheets.
    pub const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Sun => "sun",
        }
    }

    /// The theme with this name.
    pub fn from_code(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.code() == code)
            .unwrap_or_default()
    }
}

/// The size of text, in per cent of the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// 17 px.
    #[default]
    Normal,
    /// A quarter more.
    Large,
    /// Half as much again.
    Larger,
    /// Twice the size.
    Largest,
}

impl TextSize {
    /// All, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Large, Self::Larger, Self::Largest];

    /// The name in storage and in the style sheets.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Normal => "100",
            Self::Large => "125",
            Self::Larger => "150",
            Self::Largest => "200",
        }
    }

    /// The size with this name.
    pub fn from_code(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|size| size.code() == code)
            .unwrap_or_default()
    }
}

/// All preferences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: Theme,
    /// The size of text.
    pub text: TextSize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preference_is_found_again_and_an_unknown_one_is_the_usual() {
        for theme in Theme::ALL {
            assert_eq!(Theme::from_code(theme.code()), theme);
        }
        for size in TextSize::ALL {
            assert_eq!(TextSize::from_code(size.code()), size);
        }
        assert_eq!(Theme::from_code("neon"), Theme::System);
        assert_eq!(TextSize::from_code(""), TextSize::Normal);
    }
}
