//! Photos, papers, recordings and signatures.

use casework::{Compartment, RowId, Term};
use serde::{Deserialize, Serialize};

use crate::PictureSize;

/// Longest recording.
pub const RECORDING_MINUTES_MAX: u32 = 15;
/// Largest recording, in bytes before base64: a quarter of an hour and more as the app records.
pub const RECORDING_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Largest scanned paper, in bytes before base64.
pub const PAPER_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Most pages of a paper.
pub const PAPER_PAGES_MAX: u32 = 100;
/// Most strokes of a signature.
pub const STROKES_MAX: usize = 200;
/// Most points of all strokes together.
pub const STROKE_POINTS_MAX: usize = 6_000;
/// Largest coordinate of a point.
pub const STROKE_SIDE_MAX: u32 = 4_096;
/// Longest name of somebody who signs, in characters.
pub const SIGNER_CHARS_MAX: usize = 200;

/// A stroke of a signature: points from left and top, with the milliseconds since the pen first touched.
pub type Stroke = Vec<[u32; 3]>;

/// A kind of file that is kept whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A sound recording, Opus in WebM or Ogg.
    Recording,
    /// A scanned paper, PDF.
    Paper,
}

impl FileKind {
    /// Most bytes.
    pub const fn bytes_max(self) -> usize {
        match self {
            Self::Recording => RECORDING_BYTES_MAX,
            Self::Paper => PAPER_BYTES_MAX,
        }
    }

    /// The word that the attachment's row keeps.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Paper => "paper",
        }
    }
}

/// What an attachment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A picture in three sizes.
    Photo,
    /// A signature: a picture in two sizes, and its strokes.
    Signature {
        /// Who signed.
        signer: String,
        /// As what: a term of the vocabulary `signer`.
        signer_as: Option<Term>,
        /// The form it belongs to.
        form: Option<String>,
    },
    /// A sound recording, kept whole.
    Recording {
        /// How long it is.
        ms: u64,
    },
    /// A scanned paper, kept whole.
    Paper {
        /// How many pages.
        pages: u32,
    },
    /// What a newer app knows; kept, and not shown.
    Unknown {
        /// Its word.
        code: String,
    },
}

/// A picture, paper, recording or signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentView {
    /// Its row.
    pub row: RowId,
    /// The table of the row.
    pub table: String,
    /// Who may read it.
    pub compartment: Compartment,
    /// What it is.
    pub kind: AttachmentKind,
    /// What it shows.
    pub caption: String,
    /// When it was added.
    pub added_at_ms: Option<i64>,
    /// Who added it.
    pub by: String,
    /// Sizes that are on this tablet; of a file that is kept whole, `Full`.
    pub here: Vec<PictureSize>,
    /// Sizes that there are.
    pub sizes: Vec<PictureSize>,
    /// Bytes of the largest size.
    pub bytes: u64,
    /// Whether every size has reached the hub.
    pub on_hub: bool,
    /// Whether the hub did not take it as what it is, an older hub a newer kind: it stays on this tablet.
    #[serde(default)]
    pub not_taken: bool,
    /// Whether somebody else wrote about it at the same time, see [`crate::Clash`].
    pub clash: bool,
}
