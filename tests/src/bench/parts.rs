//! What is measured in a process of its own, so that its peak of memory is the device's and nobody else's.

use std::{
    io::{BufRead as _, Write as _},
    path::Path,
};

use ipc::{CaseFilter, FieldEdit, Reply, Request};
use serde::{Deserialize, Serialize};

use super::{Samples, machine};
use crate::tablet::{PASSPHRASE, Tablet};

/// A new tablet, from the code to the last case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FirstSync {
    /// Enrolling, with making the vault.
    pub enrol_us: u64,
    /// The exchange until everything is here.
    pub sync_us: u64,
    /// Cases that came.
    pub cases: u32,
    /// What the vault takes up.
    pub store_bytes: u64,
    /// Peak of memory.
    pub peak_kb: u64,
}

/// Enrols a tablet in this folder and brings it into step.
pub fn first_sync(folder: &Path, hub: &str, code: &str) -> anyhow::Result<FirstSync> {
    let tablet = Tablet::live_by_hand(folder);
    let mut samples = Samples::default();
    samples
        .time(|| tablet.enrol(hub, code))
        .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    samples.time(|| tablet.sync_well());
    let [enrol_us, sync_us] = samples.to_micros()[..] else {
        anyhow::bail!("two samples were taken")
    };
    let status = tablet.status();
    let peak_kb = machine::peak_kb("self").unwrap_or_default();
    Ok(FirstSync {
        enrol_us,
        sync_us,
        cases: status.cases,
        store_bytes: status.store_bytes,
        peak_kb,
    })
}

/// One exchange of a tablet that was in step before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Talked {
    /// Fields that were written since, each in another case.
    pub edits: usize,
    /// The exchange, with making its connection.
    pub sync_us: u64,
    /// Changes that wait when it has ended.
    pub waiting: u64,
}

/// Unlocks the tablet in this folder, writes this fact in so many cases, and has one exchange with the hub. One that settles
/// has had an exchange before it writes, in which it told of its unlocking; it says so, and waits for a line.
pub fn talk(folder: &Path, fact: &str, edits: usize, settle: bool) -> anyhow::Result<Talked> {
    let tablet = Tablet::live_by_hand(folder);
    tablet
        .unlock(PASSPHRASE)
        .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    if settle {
        tablet.sync_well();
    }
    // Looking at the list is a row of the access log, which goes up, too: who writes nothing does not look.
    if edits > 0 {
        write_in_some(&tablet, fact, edits)?;
    }
    if settle {
        println!("settled");
        std::io::stdout().flush()?;
        std::io::stdin().lock().read_line(&mut String::new())?;
    }
    let mut samples = Samples::default();
    samples.time(|| tablet.sync_well());
    Ok(Talked {
        edits,
        sync_us: samples.to_micros()[0],
        waiting: tablet.status().waiting.into(),
    })
}

fn write_in_some(tablet: &Tablet, fact: &str, edits: usize) -> anyhow::Result<()> {
    let page = Request::Cases {
        filter: CaseFilter::default(),
        offset: 0,
        limit: u32::try_from(edits)?,
    };
    let Reply::Cases(page) = tablet.ask(page) else {
        anyhow::bail!("a list was asked for")
    };
    anyhow::ensure!(
        page.rows.len() == edits,
        "there are {} cases to write in",
        page.rows.len()
    );
    for (round, row) in page.rows.iter().enumerate() {
        let value = format!("Bus stand {}, gate {round}", std::process::id());
        tablet.ask(Request::Edit {
            subject: row.case.into(),
            edits: vec![FieldEdit::SetFact {
                fact: fact.parse().expect("a fact id"),
                value: value.as_str().into(),
            }],
            form: None,
            reason: None,
        });
    }
    Ok(())
}

/// A tablet that is opened and worked with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Opened {
    /// Unlocking: the passphrase, the vault.
    pub unlock_us: Vec<u64>,
    /// From the unlocked vault to the first page of the list.
    pub first_page_us: Vec<u64>,
    /// A page from the middle of the list.
    pub page_us: Vec<u64>,
    /// Finding by the beginning of a name.
    pub find_us: Vec<u64>,
    /// Opening a case.
    pub case_us: Vec<u64>,
    /// Opening Form 17 of a case.
    pub form_us: Vec<u64>,
    /// Making list, search and clocks anew from the documents.
    pub rebuild_us: Vec<u64>,
    /// Saving a field, durably.
    pub save_us: Vec<u64>,
    /// Peak of memory.
    pub peak_kb: u64,
    /// Unlocking, with the work tuned to this machine.
    pub tuned_us: Vec<u64>,
}

/// Opens the tablet in this folder again and again, then works with it. Leaves it as the app would have made it: with the work
/// for the passphrase tuned to this machine.
pub fn open_and_work(folder: &Path) -> anyhow::Result<Opened> {
    const UNLOCKS: usize = 9;
    const LOOKS: usize = 60;
    const SAVES: usize = 300;
    const REBUILDS: usize = 3;
    let page = |offset| Request::Cases {
        filter: CaseFilter::default(),
        offset,
        limit: 50,
    };
    let (mut unlock, mut first_page) = (Samples::default(), Samples::default());
    for _ in 0..UNLOCKS {
        let tablet = Tablet::live_by_hand(folder);
        unlock
            .time(|| tablet.unlock(PASSPHRASE))
            .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        first_page.time(|| tablet.ask(page(0)));
    }
    let tablet = Tablet::live_by_hand(folder);
    tablet
        .unlock(PASSPHRASE)
        .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
    let Reply::Cases(first) = tablet.ask(page(0)) else {
        anyhow::bail!("a list was asked for")
    };
    let middle = first.total / 2;
    let Reply::Cases(rows) = tablet.ask(page(middle)) else {
        anyhow::bail!("a list was asked for")
    };
    let case = |round: usize| rows.rows[round % rows.rows.len()].case;
    let words = ["mun", "pho", "मु", "রী", "kum", "des", "عا", "செ"];
    let find = |round: usize| {
        let filter = CaseFilter {
            text: words[round % words.len()].into(),
            ..CaseFilter::default()
        };
        tablet.ask(Request::Cases {
            filter,
            offset: 0,
            limit: 50,
        })
    };
    let save = |round: usize| {
        let fact = "found.place".parse().expect("a fact id");
        let value = format!("platform {round}").as_str().into();
        let edits = vec![FieldEdit::SetFact { fact, value }];
        tablet.ask(Request::Edit {
            subject: case(round).into(),
            edits,
            form: Some("17".into()),
            reason: None,
        })
    };
    let mut opened = Opened {
        unlock_us: unlock.to_micros(),
        first_page_us: first_page.to_micros(),
        page_us: Samples::of(LOOKS, |_| tablet.ask(page(middle))).to_micros(),
        find_us: Samples::of(LOOKS, find).to_micros(),
        case_us: Samples::of(LOOKS, |round| tablet.case(case(round))).to_micros(),
        form_us: Samples::of(LOOKS, |round| {
            tablet.ask(Request::Form {
                subject: case(round).into(),
                form: "17".into(),
            })
        })
        .to_micros(),
        rebuild_us: Samples::of(REBUILDS, |_| tablet.ask(Request::Rebuild)).to_micros(),
        save_us: Samples::of(SAVES, save).to_micros(),
        peak_kb: machine::peak_kb("self").unwrap_or_default(),
        tuned_us: Vec::new(),
    };
    drop(tablet);
    opened.tuned_us = tuned(folder, UNLOCKS)?;
    Ok(opened)
}

fn tuned(folder: &Path, unlocks: usize) -> anyhow::Result<Vec<u64>> {
    let tablet = Tablet::tuned_by_hand(folder);
    let unlock = |tablet: &Tablet| {
        let unlocked = tablet.unlock(PASSPHRASE);
        unlocked.map_err(|failure| anyhow::anyhow!("{failure:?}"))
    };
    unlock(&tablet)?;
    tablet.ask(Request::ChangePassphrase {
        old: PASSPHRASE.into(),
        new: PASSPHRASE.into(),
    });
    drop(tablet);
    let mut samples = Samples::default();
    for _ in 0..unlocks {
        let tablet = Tablet::tuned_by_hand(folder);
        samples.time(|| unlock(&tablet))?;
    }
    Ok(samples.to_micros())
}
