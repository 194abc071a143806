//! What must hold when everything has healed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use casework::CaseId;
use ipc::{CaseView, PictureSize};

use super::play::{Made, World};

/// What one case reads like.
type Reading = (Vec<String>, Vec<String>, Option<String>);

impl World {
    /// What must hold.
    pub(super) fn look(&self) -> anyhow::Result<()> {
        let mut seen: BTreeMap<CaseId, (usize, Reading)> = BTreeMap::new();
        for n in 0..self.seats.len() {
            self.look_at_seat(n)?;
            for case in &self.given[n] {
                let view = self.case(n, *case)?;
                let reading = self.read(n, *case, &view)?;
                let (other, theirs) = seen.entry(*case).or_insert_with(|| (n, reading.clone()));
                ensure!(reading == *theirs, "seats {n} and {other} read a case differently");
            }
        }
        let too_often = self.wire.sent_too_often();
        ensure!(
            too_often == 0,
            "{too_often} changes were sent again although their sender had heard that they stand"
        );
        ensure!(self.wire.hub.audit_holds()?, "the chain of the audit is broken");
        Ok(())
    }

    fn look_at_seat(&self, n: usize) -> anyhow::Result<()> {
        let status = self.status(n)?;
        ensure!(status.waiting == 0, "seat {n}: {} changes still wait", status.waiting);
        ensure!(
            status.pictures_waiting == 0,
            "seat {n}: {} pictures still wait; taken: {:?}",
            status.pictures_waiting,
            self.photos
                .iter()
                .map(|one| (&one.text, one.may_lack, self.given[n].contains(&one.case)))
                .collect::<Vec<_>>()
        );
        ensure!(status.refused.is_empty(), "seat {n}: refused {:?}", status.refused);
        let cards = self.cards_of(n)?;
        ensure!(
            cards.iter().all(|card| !card.on_its_way),
            "seat {n}: a case is still on its way"
        );
        let here: BTreeSet<CaseId> = cards.iter().map(|card| card.case).collect();
        ensure!(
            here == self.given[n],
            "seat {n} has {} cases, {} are given",
            here.len(),
            self.given[n].len()
        );
        Ok(())
    }

    /// What a case reads like, where all is there that must be and nothing else.
    fn read(&self, n: usize, case: CaseId, view: &CaseView) -> anyhow::Result<Reading> {
        let notes = view.timeline.iter().map(|entry| entry.text.clone());
        let notes = sorted(notes.filter(|text| text.starts_with("Note ")));
        are_those(&notes, of(&self.notes, case)).map_err(|words| anyhow::anyhow!("seat {n}: notes: {words}"))?;
        let captions = sorted(view.attachments.iter().map(|one| one.caption.clone()));
        are_those(&captions, of(&self.photos, case)).map_err(|words| anyhow::anyhow!("seat {n}: photos: {words}"))?;
        for photo in of(&self.photos, case).filter(|photo| !photo.may_lack) {
            let shown = view.attachments.iter().find(|one| one.caption == photo.text);
            let is_here = shown.is_some_and(|one| one.here.contains(&PictureSize::Thumb));
            ensure!(is_here, "seat {n}: {} is not here", photo.text);
        }
        Ok((notes, captions, view.name.clone()))
    }
}

fn of(made: &[Made], case: CaseId) -> impl Iterator<Item = &Made> {
    made.iter().filter(move |one| one.case == case)
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts
}

/// Whether these are the texts that must be there, each once, and none but those that may be.
fn are_those<'a>(found: &[String], made: impl Iterator<Item = &'a Made>) -> Result<(), String> {
    let mut left: Vec<&String> = found.iter().collect();
    for one in made {
        match left.iter().position(|text| **text == one.text) {
            Some(at) => drop(left.remove(at)),
            None if one.may_lack => {}
            None => return Err(format!("{:?} is missing", shortened(&one.text))),
        }
    }
    match left.first() {
        None => Ok(()),
        Some(text) => Err(format!("{:?} is there twice, or nobody wrote it", shortened(text))),
    }
}

/// Long notes are told by their beginning.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
