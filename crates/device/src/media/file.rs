//! Why something is not kept, and what is kept says of itself.

use protocol::media::kind::{MediaKind, NotMedia};

/// Why a recording, a paper or a signature is not kept, or not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Not of the kind that was asked for, or damaged.
    #[error("the file is not what it should be")]
    Damaged,
    /// Nothing was recorded or written.
    #[error("there is nothing in it")]
    Empty,
    /// A paper with a program, or with files, in it.
    #[error("the paper does more than be read")]
    Active,
    /// A paper under a password.
    #[error("the paper is under a password")]
    Encrypted,
    /// More bytes, or unpacked bytes, than are allowed.
    #[error("the file is too large")]
    TooLarge,
    /// More pages, minutes or strokes than are allowed.
    #[error("there is too much of it")]
    TooMuch,
    /// A page that is no picture of a kind that is read here.
    #[error("the page cannot be shown")]
    NotShown,
}

impl From<NotMedia> for FileError {
    fn from(why: NotMedia) -> Self {
        match why {
            NotMedia::Unknown | NotMedia::Damaged => Self::Damaged,
            NotMedia::Active => Self::Active,
            NotMedia::Encrypted => Self::Encrypted,
            NotMedia::TooLarge => Self::TooLarge,
        }
    }
}

/// The media type of a file that is kept; checked again, because it may have come from another tablet.
pub(crate) fn media_type(file: &[u8]) -> Option<&'static str> {
    MediaKind::check(file).ok().map(MediaKind::media_type)
}
