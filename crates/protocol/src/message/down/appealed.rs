use minicbor::{Decode, Encode};

use crate::appeal::Plea;
use crate::ids::DocumentId;
use crate::limits::APPEAL_WORDS_BYTES_MAX;

/// How it stands with something that the device asked in `Open`, see [`crate::appeal`]. To a device of version 2 that asked,
/// behind everything else and before the end of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Appealed {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The number of the [`Plea`].
    #[n(1)]
    pub plea: u8,
    /// The `asked_s` of the appeal.
    #[n(5)]
    pub asked_s: u32,
    /// One of [`Appealed::NOTED`], [`Appealed::GRANTED`], [`Appealed::DECLINED`], [`Appealed::FULL`].
    #[n(2)]
    pub state: u8,
    /// Since when, by the hub's clock, milliseconds since 1970.
    #[n(3)]
    pub at_ms: i64,
    /// What the district says to it, at most [`APPEAL_WORDS_BYTES_MAX`] bytes of UTF-8.
    #[n(4)]
    pub words: Option<String>,
}

impl Appealed {
    /// It lies with the district, which has not decided.
    pub const NOTED: u8 = 1;
    /// Access was given, or what was handed over was taken in: the device sends what was refused again.
    pub const GRANTED: u8 = 2;
    /// The district said no.
    pub const DECLINED: u8 = 3;
    /// So much of this user lies there that nothing more is noted: ask again later.
    pub const FULL: u8 = 4;

    /// The plea; `None` for one of a newer hub.
    pub fn plea(&self) -> Option<Plea> {
        Plea::from_code(self.plea)
    }

    /// Whether there is no more of anything than may be.
    pub fn is_within_limits(&self) -> bool {
        self.words
            .as_ref()
            .is_none_or(|words| words.len() <= APPEAL_WORDS_BYTES_MAX)
    }
}
