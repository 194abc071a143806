//! Writes canaries into a vault as names, notes and captions with pictures, reads, searches and syncs them, waits, locks
//! and waits again, so that a test can look at its memory. Frees as the app does.

use std::{
    io::{BufRead as _, Write as _},
    path::PathBuf,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseKind, Compartment, Urgency};
use clap::Parser;
use ipc::{CaseFilter, FieldEdit, NewCase, PictureSize, Request};
use tests::{
    canary::{CANARIES, canary},
    demo::pictures,
    tablet::{PASSPHRASE, Tablet},
};

device::wipe_freed_memory!();

/// Cases with a name and a caption; every other canary is a note.
const CASES: usize = 20;

/// Writes canaries.
#[derive(Parser)]
struct Arguments {
    /// The device's folder.
    #[arg(long)]
    data_dir: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let tablet = Tablet::live_by_hand(&Arguments::parse().data_dir);
    tablet
        .unlock(PASSPHRASE)
        .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    write(&tablet);
    say_and_wait("open")?;
    tablet.ask(Request::Lock);
    say_and_wait("locked")
}

fn write(tablet: &Tablet) {
    let mut numbers = 0..CANARIES;
    for seed in 0..CASES {
        let (Some(name), Some(caption)) = (numbers.next(), numbers.next()) else {
            return;
        };
        let case = tablet.open_case(NewCase {
            kind: CaseKind::Cncp,
            urgency: Urgency::Routine,
            note: String::new(),
            child_name: Some(canary(name)),
            age_years: None,
            sex: None,
        });
        let picture = pictures::as_jpeg(&pictures::draw(seed as u64, 800, 600), 80);
        let saved = tablet.ask(Request::AddPhoto {
            case,
            caption: canary(caption),
            picture: STANDARD.encode(picture),
        });
        for note in numbers.by_ref().take((CANARIES - 2 * CASES) / CASES) {
            let text = canary(note);
            let compartment = Compartment::Core;
            tablet.edit(case, vec![FieldEdit::AddNote { compartment, text }]);
        }
        let view = tablet.case(case);
        assert!(view.name.is_some_and(|found| found == canary(name)));
        if let ipc::Reply::Saved(saved) = saved {
            tablet.ask(Request::Picture {
                case,
                attachment: saved.rows[0],
                size: PictureSize::Full,
            });
        }
        let text = canary(name);
        let filter = CaseFilter {
            text,
            ..CaseFilter::default()
        };
        tablet.ask(Request::Cases {
            filter,
            offset: 0,
            limit: 9,
        });
    }
    tablet.sync_well();
}

fn say_and_wait(what: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}")?;
    out.flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(())
}
