//! The app as an officer meets it: from the start of its process to the list in its window.

use std::path::Path;

use super::{Samples, machine};
use crate::{
    tablet::PASSPHRASE,
    window::{Window, hook},
};

/// How often the app is opened.
const OPENINGS: usize = 9;

/// The app, opened again and again.
#[derive(Debug)]
pub(super) struct InTheWindow {
    /// From the start of the process until the passphrase can be typed.
    pub(super) start: Samples,
    /// From pressing Unlock until the first row of the list is painted.
    pub(super) list: Samples,
    /// Both of the same opening: everything but the typing.
    pub(super) both: Samples,
}

/// Opens the app on the tablet in this folder, which knows one person.
pub(super) fn open_the_app(folder: &Path) -> anyhow::Result<InTheWindow> {
    let (mut start, mut list) = (Vec::new(), Vec::new());
    let mut window = Window::new("bench", folder, &folder.join("pictures"))?;
    for _ in 0..OPENINGS {
        window.open(None)?;
        let usable_ms = window.painted_at_ms("unlock-passphrase")?;
        let started_ms = machine::started_at_ms(window.app_process()?)?;
        start.push(u64::try_from(usable_ms - started_ms)? * 1_000);
        window.write("unlock-passphrase", PASSPHRASE)?;
        // A row says which case it is once it has been read.
        let row = hook("case-row").having("data-case");
        list.push(u64::try_from(
            window.time_from_press("unlock-submit", row)?.as_micros(),
        )?);
        window.close()?;
    }
    let both: Vec<u64> = start.iter().zip(&list).map(|(start, list)| start + list).collect();
    Ok(InTheWindow {
        start: Samples::from_micros(&start),
        list: Samples::from_micros(&list),
        both: Samples::from_micros(&both),
    })
}
