//! Pieces of screens: data in, events out. None of them asks the device for anything of its own accord.

mod asking;
mod field;
mod icon;
mod languages;
mod message;
mod picture;
mod report_table;
mod sheet;
mod strip;
mod value_input;
mod versions;

pub(crate) use asking::{Asking, ChoosePassphrase, Chosen, Passphrase, Said, ShowPassphrase, ticking};
pub(crate) use field::{SaveMark, SaveState};
pub(crate) use icon::{Icon, icon};
pub(crate) use languages::Languages;
pub(crate) use message::{Empty, Loading, Problem, failure_text};
pub(crate) use picture::PictureButton;
pub(crate) use report_table::ReportTable;
pub(crate) use sheet::Sheet;
pub(crate) use strip::{SyncStrip, state_of as strip_state};
pub(crate) use value_input::ValueInput;
pub(crate) use versions::{DeliveryMark, VersionText, state_of as delivery_state};
