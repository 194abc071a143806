//! What officers do with their tablets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use anyhow::{Context as _, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use casework::{CaseId, Compartment};
use device::{
    Clock, Device, NoFileChooser, NoKeystore, Options, Platform, SYSTEM_FONTS, Stretching, SystemDisk, Transport,
};
use ipc::{CaseCard, CaseFilter, CaseView, FailureCode, FieldEdit, NetState, PAGE_ROWS_MAX, Reply, Request, SyncView};
use protocol::UserId;
use rand::Rng as _;

use super::{BEGINS_MS, Happens, Made, World};
use crate::{
    demo::pictures,
    ground::SeededEntropy,
    scene::new_case,
    simulation::{hub::ADDRESS, wire::Fate},
    tablet::PASSPHRASE,
};

/// Letters of a long note.
const LONG: usize = 9_000;
const FACT: &str = "child.name";

/// What a tablet's clock shows.
pub(super) struct SimClock(pub(super) AtomicI64);

impl Clock for SimClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(in crate::simulation) struct Seat {
    pub(in crate::simulation) user: UserId,
    name: String,
    folder: tempfile::TempDir,
    pub(super) clock: Arc<SimClock>,
    /// How often it was opened: its randomness goes on from another seed each time.
    opened: u64,
    device: Option<Device>,
    /// Its tablet was shut out, and may hand in what it has or not.
    dismissed: Option<HandsIn>,
    /// It has tried to reach the hub since.
    has_tried: bool,
    /// Notes and pictures before these are at the hub, as far as they are this tablet's.
    settled: (usize, usize),
}

impl Seat {
    /// Somebody who was shut out and has tried to reach the hub since can only try again.
    pub(super) const fn may_write(&self) -> bool {
        self.dismissed.is_none() || !self.has_tried
    }
}

/// Whether what a tablet that is shut out brings is judged like anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HandsIn {
    Yes,
    /// It is kept for a person to look at: it may be part of a case or not.
    No,
}

/// A picture that somebody takes, as small as pictures are, and unlike those of other numbers.
fn picture(number: u64) -> String {
    STANDARD.encode(pictures::as_jpeg(&pictures::draw(number, 48, 36), 60))
}

impl World {
    pub(super) fn enrol(&mut self, n: usize) -> anyhow::Result<()> {
        let name = format!("Officer {n}");
        let (user, code) = self.wire.hub.user(&name, "po_nic")?;
        self.seats.push(Seat {
            user,
            name,
            folder: tempfile::tempdir()?,
            clock: Arc::new(SimClock(AtomicI64::new(BEGINS_MS))),
            opened: 0,
            device: None,
            dismissed: None,
            has_tried: false,
            settled: (0, 0),
        });
        self.open(n)?;
        self.enrol_with(n, code)
    }

    /// The officer gets another tablet; the old one has handed in everything.
    pub(super) fn another_tablet(&mut self, n: usize) -> anyhow::Result<()> {
        if self.seats[n].dismissed.is_some() || self.sync(n, Fate::Well)? != NetState::Reached {
            return Ok(());
        }
        let status = self.status(n)?;
        if status.waiting > 0 || status.pictures_waiting > 0 {
            return Ok(());
        }
        self.new_tablet(n)
    }

    fn new_tablet(&mut self, n: usize) -> anyhow::Result<()> {
        let seat = &mut self.seats[n];
        seat.device = None;
        seat.folder = tempfile::tempdir()?;
        (seat.dismissed, seat.has_tried) = (None, false);
        let code = self.wire.hub.code(seat.user)?;
        self.open(n)?;
        self.enrol_with(n, code)
    }

    /// The officer's tablet is shut out, and hears of it at its next contact.
    pub(super) fn dismiss(&mut self, n: usize) -> anyhow::Result<()> {
        if self.seats[n].dismissed.is_some() {
            return Ok(());
        }
        let hands_in = if self.random.random_bool(0.6) {
            HandsIn::Yes
        } else {
            HandsIn::No
        };
        self.wire.hub.dismiss(self.seats[n].user, hands_in == HandsIn::Yes)?;
        let seat = &mut self.seats[n];
        (seat.dismissed, seat.has_tried) = (Some(hands_in), false);
        self.ended.dismissals += 1;
        if hands_in == HandsIn::No {
            let settled = seat.settled;
            let unsettled_notes = self.notes.iter_mut().skip(settled.0);
            let unsettled = unsettled_notes.chain(self.photos.iter_mut().skip(settled.1));
            for made in unsettled.filter(|made| made.seat == n) {
                made.may_lack = true;
            }
        }
        Ok(())
    }

    /// Something that an officer just made.
    fn made(&self, seat: usize, case: CaseId, text: String) -> Made {
        Made {
            case,
            text,
            seat,
            may_lack: self.seats[seat].dismissed == Some(HandsIn::No),
        }
    }

    /// Whether a tablet that was shut out has destroyed its vault.
    fn has_left(&self, n: usize) -> anyhow::Result<bool> {
        match self.call(n, Request::Start)? {
            Reply::Start(start) => Ok(start.users.is_empty()),
            other => bail!("start is answered by {other:?}"),
        }
    }

    fn enrol_with(&self, n: usize, code: String) -> anyhow::Result<()> {
        self.call(
            n,
            Request::Enrol {
                hub: ADDRESS.into(),
                code,
                passphrase: PASSPHRASE.into(),
            },
        )?;
        Ok(())
    }

    /// Opens the app of a seat, after which somebody has to unlock it.
    fn open(&mut self, n: usize) -> anyhow::Result<()> {
        let seat = &mut self.seats[n];
        seat.opened += 1;
        let entropy = self.seed ^ (n as u64) << 40 ^ seat.opened << 50;
        let platform = Platform {
            clock: Arc::clone(&seat.clock) as Arc<dyn Clock>,
            entropy: Arc::new(SeededEntropy::new(entropy)),
            disk: Arc::new(SystemDisk),
            keystore: Arc::new(NoKeystore),
            files: Arc::new(NoFileChooser),
            fonts: SYSTEM_FONTS.into(),
            stretching: Stretching::Least,
            app_version: "0.1.0".into(),
            device_name: format!("tablet {n}"),
        };
        let options = Options {
            background: false,
            transport: Arc::clone(&self.wire) as Arc<dyn Transport>,
        };
        seat.device = Some(Device::open_with(seat.folder.path(), platform, options)?);
        Ok(())
    }

    pub(in crate::simulation) fn call(&self, n: usize, request: Request) -> anyhow::Result<Reply> {
        let device = self.seats[n].device.as_ref().context("the app is open")?;
        device
            .call(request)
            .map_err(|failure| anyhow::anyhow!("seat {n}: {failure:?}"))
    }

    /// Cases that can be opened.
    fn cases_of(&self, n: usize) -> anyhow::Result<Vec<CaseId>> {
        let cards = self.cards_of(n)?;
        let here = cards.iter().filter(|card| !card.on_its_way);
        Ok(here.map(|card| card.case).collect())
    }

    pub(in crate::simulation) fn cards_of(&self, n: usize) -> anyhow::Result<Vec<CaseCard>> {
        let request = Request::Cases {
            filter: CaseFilter::default(),
            offset: 0,
            limit: PAGE_ROWS_MAX,
        };
        match self.call(n, request)? {
            Reply::Cases(page) => Ok(page.rows),
            other => bail!("cases are answered by {other:?}"),
        }
    }

    pub(in crate::simulation) fn case(&self, n: usize, case: CaseId) -> anyhow::Result<CaseView> {
        match self.call(n, Request::Case { case, reveal: true })? {
            Reply::Case(view) => Ok(*view),
            other => bail!("a case is answered by {other:?}"),
        }
    }

    pub(in crate::simulation) fn status(&self, n: usize) -> anyhow::Result<SyncView> {
        match self.call(n, Request::SyncStatus)? {
            Reply::Sync(view) => Ok(*view),
            other => bail!("the status is answered by {other:?}"),
        }
    }

    pub(super) fn write(&mut self, n: usize) -> anyhow::Result<()> {
        let cases = self.cases_of(n)?;
        if cases.is_empty() {
            return self.open_case(n);
        }
        let case = cases[self.random.random_range(0..cases.len())];
        let mut text = format!("Note {} of {}", self.notes.len(), self.seats[n].name);
        if self.random.random_bool(0.05) {
            // So long that the document goes in pieces.
            let letter = || char::from(self.random.random_range(b'a'..=b'z'));
            text.extend(std::iter::repeat_with(letter).take(LONG));
        }
        let mut edits = vec![FieldEdit::AddNote {
            compartment: Compartment::Core,
            text: text.clone(),
        }];
        if self.random.random_bool(0.3) {
            edits.push(FieldEdit::SetFact {
                fact: FACT.parse().context("the fact is one")?,
                value: format!("Name {}", self.notes.len()).as_str().into(),
            });
        }
        let request = Request::Edit {
            subject: case.into(),
            edits,
            form: None,
            reason: None,
        };
        if self.leaves(n, case, request)? {
            return Ok(());
        }
        let made = self.made(n, case, text);
        self.notes.push(made);
        self.ended.notes += 1;
        Ok(())
    }

    /// Writes, unless the case is leaving this tablet and only waits to be handed in.
    fn leaves(&self, n: usize, case: CaseId, request: Request) -> anyhow::Result<bool> {
        let device = self.seats[n].device.as_ref().context("the app is open")?;
        match device.call(request) {
            Ok(_) => Ok(false),
            Err(failure) if failure.code == FailureCode::NoSuchCase && !self.given[n].contains(&case) => Ok(true),
            Err(failure) => bail!("seat {n}: {failure:?}"),
        }
    }

    pub(super) fn photograph(&mut self, n: usize) -> anyhow::Result<()> {
        let cases = self.cases_of(n)?;
        if cases.is_empty() {
            return self.open_case(n);
        }
        let case = cases[self.random.random_range(0..cases.len())];
        let caption = format!("Photo {} of {}", self.photos.len(), self.seats[n].name);
        let new = self.photos.len() as u64;
        // Some are of what somebody else has a picture of, who may not know of this case.
        let drawn = if new > 0 && self.random.random_bool(0.3) {
            self.random.random_range(0..new)
        } else {
            new
        };
        let picture = picture(self.seed << 8 | drawn);
        let request = Request::AddPhoto {
            case,
            caption: caption.clone(),
            picture,
        };
        if self.leaves(n, case, request)? {
            return Ok(());
        }
        let made = self.made(n, case, caption);
        self.photos.push(made);
        self.ended.photos += 1;
        Ok(())
    }

    pub(super) fn open_case(&mut self, n: usize) -> anyhow::Result<()> {
        let name = format!("Child {}", self.cases.len());
        match self.call(n, Request::OpenCase(new_case(&name)))? {
            Reply::CaseOpened { case } => {
                self.cases.push(case);
                self.given[n].insert(case);
                Ok(())
            }
            other => bail!("a new case is answered by {other:?}"),
        }
    }

    /// One sync. Whatever an answer tells of is given to that officer at that time.
    pub(super) fn sync(&mut self, n: usize, fate: Fate) -> anyhow::Result<NetState> {
        if self.happens == Happens::Everything {
            let media_fails = [0, 2, 3, 5][self.random.random_range(0..4)];
            self.wire.fail_media(if fate == Fate::Well { 0 } else { media_fails });
        }
        if let Fate::DeviceDies(moment) = fate {
            self.wire.moments.die_after(moment, self.seats[n].folder.path())?;
        }
        self.wire.decide(fate);
        self.seats[n].has_tried = true;
        let device = self.seats[n].device.as_ref().context("the app is open")?;
        let net = device.sync().context("somebody is signed in")?;
        self.wire.decide(Fate::Well);
        self.ended.faults += usize::from(fate != Fate::Well);
        for document in self.wire.take_told() {
            let case = CaseId::from_bytes(document.0[..16].try_into().context("a document has a subject")?);
            ensure!(
                !self.cases.contains(&case) || self.given[n].contains(&case),
                "seat {n} is told of a case that is not given to them"
            );
        }
        if self.wire.moments.is_dead() {
            self.seats[n].device = None;
            self.wire.moments.bury()?;
            self.wire.device_died();
            self.open(n)?;
            self.unlock(n)?;
            return Ok(NetState::NotTried);
        }
        self.wire.moments.bury()?;
        if self.seats[n].dismissed.is_some() {
            if self.has_left(n)? {
                self.new_tablet(n)?;
            }
            return Ok(NetState::NotTried);
        }
        if net == NetState::Reached {
            self.known.extend(self.given[n].iter().copied());
            let status = self.status(n)?;
            if status.waiting == 0 && status.pictures_waiting == 0 {
                self.seats[n].settled = (self.notes.len(), self.photos.len());
            }
        }
        Ok(net)
    }

    /// The app dies: nothing of it is written any more, and it is opened again.
    pub(super) fn crash(&mut self, n: usize) -> anyhow::Result<()> {
        self.seats[n].device = None;
        self.open(n)?;
        self.unlock(n)
    }

    fn unlock(&self, n: usize) -> anyhow::Result<()> {
        let user = match self.call(n, Request::Start)? {
            Reply::Start(start) => start.users.first().context("a user is there")?.id.clone(),
            other => bail!("start is answered by {other:?}"),
        };
        self.call(
            n,
            Request::Unlock {
                user,
                passphrase: PASSPHRASE.into(),
            },
        )?;
        Ok(())
    }
}
