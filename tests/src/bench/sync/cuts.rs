//! First syncs that are cut to pieces: what is kept of what was delivered, and whether a word is lost or stands twice.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use casework::{AuthorId, CaseId, Compartment, Role};
use ipc::{FieldEdit, NetState};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

use super::{CASES, SEED, documents, figures::Cuts};
use crate::{
    author::Author,
    demo, ground,
    hub::Hub,
    network::{Network, Weather},
    scene::new_case,
    tablet::Tablet,
};

/// What a window of thirty seconds carries of the 2G link: a cut comes anywhere in it.
const WINDOW_BYTES: u64 = 144_000;
/// A request with one edit has more bytes than this, with its heads: each cut of one is before its end.
const REQUEST_BYTES: u64 = 400;
/// One cut out of so many is of a request.
const REQUEST_IN: u32 = 3;
const DISTRICT: &str = "SNB";

/// A hub with the cases, and whoever syncs them.
struct Ground {
    hub: Hub,
    user: String,
    random: StdRng,
    seed: u64,
}

/// Cuts so many times.
pub(super) fn measure(trials: usize, tell: &dyn Fn(&str)) -> Result<Cuts> {
    let mut ground = Ground::lay()?;
    tell("the hub has the cases");
    let mut cuts = Cuts {
        answers: 0,
        requests: 0,
        first_syncs: 0,
        delivered: 0,
        needed: 0,
        edits: 0,
        lost: 0,
        doubled: 0,
    };
    while cuts.answers + cuts.requests < trials as u64 {
        ground.cut_one(&mut cuts, trials as u64)?;
        tell(&format!("{} of {trials} cuts", cuts.answers + cuts.requests));
    }
    Ok(cuts)
}

impl Ground {
    fn lay() -> Result<Self> {
        let hub = Hub::start(None)?;
        let admin = hub.admin();
        admin.add_district(DISTRICT, "Sonbari")?;
        let user = admin.add_user(DISTRICT, "Lata Soren", &Role::PoNic)?;
        let mut author = Author::enrol(&hub.url(), &admin.enrolment_link(&user)?.code.to_string(), SEED)?;
        let cases = documents::invent(CASES, AuthorId::from_bytes(author.id.0), SEED, ground::now_ms())?;
        let changes: Vec<_> = cases
            .iter()
            .flat_map(|case| case.changes.iter().map(|change| (case.document, change.clone())))
            .collect();
        demo::send(&mut author, &changes)?;
        Ok(Self {
            hub,
            user,
            random: StdRng::seed_from_u64(SEED),
            seed: 100,
        })
    }

    /// A tablet that has just enrolled, behind a network of its own.
    fn tablet(&mut self) -> Result<(Tablet, Network)> {
        self.seed += 1;
        let network = Network::to(self.hub.address())?;
        let tablet = Tablet::by_hand(self.seed);
        let code = self.hub.admin().enrolment_link(&self.user)?.code.to_string();
        tablet
            .enrol(&network.url(), &code)
            .map_err(|failure| anyhow::anyhow!("{failure:?}"))?;
        network.take_traffic();
        Ok((tablet, network))
    }

    /// A tablet that nobody cuts, and the bytes of the answers it was given.
    fn uncut(&mut self) -> Result<(Tablet, u64)> {
        let (tablet, network) = self.tablet()?;
        tablet.sync_well();
        Ok((tablet, network.take_traffic().down))
    }

    /// One first sync in pieces; every piece begins with an edit.
    fn cut_one(&mut self, cuts: &mut Cuts, trials: u64) -> Result<()> {
        let (tablet, network) = self.tablet()?;
        let own = tablet.open_case(new_case("Somra Oraon"));
        let mut written = 0;
        loop {
            if cuts.answers + cuts.requests == trials {
                network.set(Weather::Clear);
                tablet.sync_well();
            } else {
                written += 1;
                note(&tablet, own, written);
                let of_request = self.random.random_ratio(1, REQUEST_IN);
                network.set(if of_request {
                    Weather::CutRequestAfter(self.random.random_range(1..REQUEST_BYTES))
                } else {
                    Weather::CutAnswerAfter(self.random.random_range(1..WINDOW_BYTES))
                });
                if tablet.sync() != NetState::Reached {
                    let counted = if of_request {
                        &mut cuts.requests
                    } else {
                        &mut cuts.answers
                    };
                    *counted += 1;
                    continue;
                }
            }
            break;
        }
        ensure!(
            tablet.status().cases as usize > CASES,
            "{} cases",
            tablet.status().cases
        );
        ensure!(tablet.status().waiting == 0, "{} changes wait", tablet.status().waiting);
        cuts.delivered += network.take_traffic().down;
        let (witness, needed) = self.uncut()?;
        cuts.needed += needed;
        cuts.first_syncs += 1;
        count(&witness, own, written, cuts);
        Ok(())
    }
}

fn note(tablet: &Tablet, case: CaseId, number: u64) {
    let text = format!("Piece {number}");
    let compartment = Compartment::Core;
    tablet.edit(case, vec![FieldEdit::AddNote { compartment, text }]);
}

/// What a tablet that came later finds of the notes.
fn count(witness: &Tablet, case: CaseId, written: u64, cuts: &mut Cuts) {
    let mut found = BTreeMap::<u64, u64>::new();
    for entry in witness.case(case).timeline {
        let number = entry.text.strip_prefix("Piece ").and_then(|number| number.parse().ok());
        if let Some(number) = number {
            *found.entry(number).or_default() += 1;
        }
    }
    cuts.edits += written;
    cuts.lost += (1..=written).filter(|number| !found.contains_key(number)).count() as u64;
    cuts.doubled += found.values().filter(|count| **count > 1).count() as u64;
}
