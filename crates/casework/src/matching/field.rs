//! What is compared, and how well it agrees.

use serde::{Deserialize, Serialize};

/// One comparison of two reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Field {
    /// The part of the name that is the child's alone.
    Given,
    /// Each other part of the name.
    Family,
    /// Each part of the father's name.
    Father,
    /// Each part of the mother's name.
    Mother,
    /// Sex.
    Sex,
    /// Two dates of birth.
    Birth,
    /// Age, where one of the two has no date of birth.
    Age,
    /// When the child went missing and was found, or two dates of one event.
    Event,
    /// The postal index number.
    Pin,
    /// District.
    District,
    /// State.
    State,
    /// Village, street, landmark.
    Place,
    /// Height, with what a child grows in between.
    Height,
    /// Marks on the body.
    Marks,
    /// Clothing.
    Clothing,
    /// Companions.
    Companions,
    /// Language.
    Language,
    /// No comparison: what is taken off because the two may be brother or sister.
    Sibling,
    /// No comparison: both are one child with a third.
    Third,
    /// A picture of the one is a picture of the other. It has no weight: people look.
    Picture,
}

impl Field {
    /// Everything that is compared.
    pub const COMPARED: [Self; 17] = [
        Self::Given,
        Self::Family,
        Self::Father,
        Self::Mother,
        Self::Sex,
        Self::Birth,
        Self::Age,
        Self::Event,
        Self::Pin,
        Self::District,
        Self::State,
        Self::Place,
        Self::Height,
        Self::Marks,
        Self::Clothing,
        Self::Companions,
        Self::Language,
    ];

    #[cfg(feature = "matching")]
    pub(super) const COUNT: usize = Self::COMPARED.len();

    /// The levels that this comparison can come to, the best first.
    pub const fn levels(self) -> &'static [Level] {
        use Level::{Close, Different, Initial, Near, Same, Similar, Swapped};
        match self {
            Self::Given | Self::Family | Self::Father | Self::Mother => {
                &[Same, Close, Near, Similar, Initial, Different]
            }
            Self::Birth => &[Same, Swapped, Close, Near, Similar, Different],
            Self::Event | Self::Place => &[Same, Close, Near, Similar, Different],
            Self::Pin | Self::District => &[Same, Close, Near, Different],
            Self::Age | Self::Height => &[Same, Near, Similar, Different],
            Self::Marks | Self::Clothing | Self::Companions => &[Same, Near, Different],
            Self::Sex | Self::State | Self::Language => &[Same, Different],
            Self::Picture => &[Same],
            Self::Sibling | Self::Third => &[],
        }
    }
}

/// How well two values agree. What each means for a field is told in `docs/matching.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Level {
    /// The same, in whatever script.
    Same,
    /// One slip apart.
    Close,
    /// A little further.
    Near,
    /// Something is alike.
    Similar,
    /// The first letter of the other.
    Initial,
    /// Day and month, or two digits, changed places.
    Swapped,
    /// Nothing in common.
    Different,
}

#[cfg(feature = "matching")]
impl Level {
    pub(super) const COUNT: usize = 7;
}
