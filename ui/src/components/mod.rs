//! Pieces of screens: data in, events out. None of them asks the device for anything of its own accord.

mod asking;
mod clock;
mod field;
mod icon;
mod languages;
mod message;
mod pad;
mod picture;
mod player;
mod report_table;
mod sheet;
mod strip;
mod summary;
mod tabs;
mod undo;
mod value_input;
mod versions;
mod work;

pub(crate) use asking::{Asking, ChoosePassphrase, Chosen, Passphrase, Said, ShowPassphrase, ticking};
pub(crate) use clock::{ClockChip, standing_code, standing_icon};
pub(crate) use field::{SaveMark, SaveState};
pub(crate) use icon::{Icon, icon};
pub(crate) use languages::Languages;
pub(crate) use message::{Empty, Loading, Problem, failure_text};
pub(crate) use pad::{Pad, SignaturePad};
pub(crate) use picture::PictureButton;
pub(crate) use player::{Player, Source};
pub(crate) use report_table::ReportTable;
pub(crate) use sheet::Sheet;
pub(crate) use strip::{SyncStrip, state_of as strip_state};
pub(crate) use summary::ErrorSummary;
pub(crate) use tabs::{TabLink, TabRow};
pub(crate) use undo::Undo;
pub(crate) use value_input::ValueInput;
pub(crate) use versions::{DeliveryMark, VersionText, state_of as delivery_state};
pub(crate) use work::{Far, Work};
