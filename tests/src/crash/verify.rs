//! Looks at what is left of a tablet: the vault opens, every acknowledged word is there, nothing is there by half, and
//! the work goes on, up to the hub and back.

use std::{
    fs::{self, File},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use anyhow::{anyhow, bail, ensure};
use casework::{CaseId, Compartment};
use device::Transport;
use ipc::{FailureCode, PictureSize, Reply, Request};

use super::{
    calls::Marks,
    hour::{Beginning, Mark, SECOND_PASSPHRASE, Script, code, is_in_step, mend},
    hub::{PaperHub, SECOND_NAME},
};
use crate::{
    session,
    tablet::{PASSPHRASE, Tablet},
};

/// Changes that the saved vault holds as refused.
const REFUSED_BEFORE: usize = 1;

/// Looks at the tablet in `folder`, which has said `marks` before it was cut off. What goes wrong is said in words.
pub fn verify(folder: &Path, begun: &Beginning, marks: &[Mark]) -> anyhow::Result<()> {
    let looked = catch_unwind(AssertUnwindSafe(|| look(folder, begun, marks)));
    looked.unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
        Err(anyhow!("{}", said.unwrap_or_default()))
    })
}

fn look(folder: &Path, begun: &Beginning, marks: &[Mark]) -> anyhow::Result<()> {
    let paper = folder.join("paper");
    let on_paper = marks.iter().rev().find_map(|mark| match mark {
        Mark::Paper { bytes } => Some(*bytes),
        _ => None,
    });
    if let Some(bytes) = on_paper {
        File::options().write(true).open(&paper)?.set_len(bytes)?;
    }
    let hub = Arc::new(PaperHub::open(&paper, Marks::default())?);
    let tablet = Tablet::before(&folder.join("tablet"), Arc::clone(&hub) as Arc<dyn Transport>);
    let changed = marks.contains(&Mark::NewPassphrase);
    let opened = match tablet.unlock(if changed { SECOND_PASSPHRASE } else { PASSPHRASE }) {
        // Cut off before it was said, the passphrase may be the new one.
        Err(failure) if !changed && matches!(failure.code, FailureCode::WrongPassphrase { .. }) => {
            tablet.unlock(SECOND_PASSPHRASE)
        }
        opened => opened,
    };
    opened.map_err(|failure| anyhow!("the vault does not open: {failure:?}"))?;
    if begun.script != Script::Hour {
        mend(&tablet).map_err(|failure| anyhow!("the vault cannot be mended: {failure:?}"))?;
    }
    let last = edits(&tablet, begun, marks)?;
    pictures(&tablet, begun, marks)?;
    for card in tablet.cases() {
        tablet.case(card.case);
    }
    match tablet.device().check_access_log() {
        Some(Ok(_)) => {}
        other => bail!("the access log is broken: {other:?}"),
    }
    goes_on(&tablet, &hub, begun, last)?;
    second_officer(&tablet, marks)
}

/// Whoever was enrolled is there; whoever was not quite is enrolled with the same code.
fn second_officer(tablet: &Tablet, marks: &[Mark]) -> anyhow::Result<()> {
    let there = || tablet.users().into_iter().find(|user| user.name == SECOND_NAME);
    ensure!(
        there().is_some() || !marks.contains(&Mark::Enrolled),
        "an officer who was enrolled is gone"
    );
    if fs::read_dir(tablet.folder().join("users"))?.count() == 1 {
        // It had not begun yet.
        return Ok(());
    }
    if there().is_none() {
        tablet
            .enrol("http://127.0.0.1:9", &code())
            .map_err(|failure| anyhow!("the second officer cannot be enrolled any more: {failure:?}"))?;
        tablet.ask(Request::Lock);
    }
    let user = there().ok_or_else(|| anyhow!("the second officer is not on the tablet"))?;
    tablet
        .unlock_user(&user.id, PASSPHRASE)
        .map_err(|failure| anyhow!("the second officer's vault does not open: {failure:?}"))?;
    tablet.ask(Request::Lock);
    Ok(())
}

/// Every acknowledged edit is there, and one more at most, each whole. Gives the last.
fn edits(tablet: &Tablet, begun: &Beginning, marks: &[Mark]) -> anyhow::Result<u64> {
    let saved = marks.iter().rev().find_map(|mark| match mark {
        Mark::Saved(number) => Some(*number),
        _ => None,
    });
    let saved = saved.unwrap_or(begun.last);
    let found = session::find(tablet, &begun.cases);
    let last = found.texts.values().copied().max().unwrap_or(0);
    ensure!(
        last == saved || last == saved + 1,
        "edit {last} is the last that was found, {saved} was acknowledged"
    );
    let mut expected = session::expected(last);
    for place in 0..begun.cases.len() {
        expected.texts.entry(place).or_insert(0);
    }
    ensure!(
        found == expected,
        "up to edit {last} there should be {expected:?}, there is {found:?}"
    );
    Ok(last)
}

/// Every acknowledged picture is there, and whatever picture is there is there in every size.
fn pictures(tablet: &Tablet, begun: &Beginning, marks: &[Mark]) -> anyhow::Result<()> {
    let case = begun.cases[1];
    let attachments = tablet.case(case).attachments;
    for mark in marks {
        if let Mark::Photo(row) = mark {
            ensure!(
                attachments.iter().any(|attachment| attachment.row == *row),
                "an acknowledged picture is gone"
            );
        }
    }
    for attachment in attachments {
        for size in [PictureSize::Thumb, PictureSize::Field, PictureSize::Full] {
            let request = Request::Picture {
                case,
                attachment: attachment.row,
                size,
            };
            match tablet.call(request) {
                Ok(Reply::Picture { .. }) => {}
                other => bail!("the picture's size {size:?} is not there: {other:.100?}"),
            }
        }
    }
    Ok(())
}

/// The next edit is taken, everything reaches the hub, once, and reads the same there.
fn goes_on(tablet: &Tablet, hub: &PaperHub, begun: &Beginning, last: u64) -> anyhow::Result<()> {
    let (place, edits) = session::edits(last + 1);
    tablet.edit(begun.cases[place], edits);
    let net = tablet.sync();
    ensure!(is_in_step(&net), "the sync ends in {net:?}");
    let status = tablet.status();
    ensure!(
        status.refused.len() == REFUSED_BEFORE,
        "the hub refuses {:?}",
        status.refused
    );
    ensure!(
        (status.waiting, status.pictures_waiting) == (0, 0),
        "{} changes and {} pictures still wait",
        status.waiting,
        status.pictures_waiting
    );
    ensure!(hub.doubled() == 0, "{} changes stand twice at the hub", hub.doubled());
    for (place, case) in begun.cases.iter().enumerate() {
        let there = name_at(hub, *case);
        let here = tablet.case(*case).name;
        ensure!(
            there == here,
            "case {place}: {there:?} at the hub, {here:?} on the tablet"
        );
    }
    tablet.ask(Request::Lock);
    Ok(())
}

fn name_at(hub: &PaperHub, case: CaseId) -> Option<String> {
    let facts = hub.document(case, Compartment::Identity).facts();
    let name = "child.name".parse().ok().and_then(|fact| facts.get(&fact).cloned())?;
    name.as_text().map(str::to_owned)
}
