//! What the pictures show: lives of the stories, as one officer has them on a tablet at a moment that stands.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use casework::{CaseId, CaseKind, Compartment, InstitutionId, ReportId, Subject, Urgency, Value};
use device::Device;
use ipc::{CaseFilter, FieldEdit, FileKind, NewCase, NewReport, Reply, Request};

use crate::{
    demo::pictures,
    places,
    screens::{router_at, without_device_at},
    story::{self, Desk, HubTime, Player, Room, Setting, StoryClock, moment},
};

/// When it is, in Indian time: a Monday morning.
const NOW: &str = "2026-11-23 10:30";
/// Whose tablet it is.
const OFFICER: &str = "Rekha Murmu";
/// Who writes the same apart.
const COLLEAGUE: &str = "Farhan Alam";
/// The stories that are played: enough for every part of a case to have something in it.
const PLAYED: [&str; 6] = ["01", "04", "07", "08", "10", "12"];

const WEEK_MS: i64 = 7 * 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// The officer's tablet, one that nobody has used, and the page of components, each at an address of its own.
pub struct Scene {
    /// Addresses of the officer's screens, of the unused tablet and of the components.
    pub addresses: [String; 3],
    /// The case with the most in it.
    pub case: CaseId,
    /// A case in whose care a plan and growth stand.
    pub baby: CaseId,
    /// A case that somebody found a match for.
    pub match_of: CaseId,
    /// An institution.
    pub house: InstitutionId,
    desk: Arc<Desk>,
    _room: Room,
    runtime: Option<tokio::runtime::Runtime>,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// Plays the stories and serves the screens.
    pub fn open() -> anyhow::Result<Self> {
        let now_ms = moment(NOW)?;
        let hub_clock = Arc::new(StoryClock::default());
        hub_clock.set(now_ms);
        let mut room = Room::open(&hub_clock)?;
        let clock = Arc::new(StoryClock::default());
        let mut desks = BTreeMap::new();
        for (story, seed) in story::all()?.iter().zip(1..) {
            if !PLAYED.iter().any(|played| story.id.starts_with(played)) {
                continue;
            }
            let stands_at = moment(&story.steps[story.demo.stands_after - 1].at)?;
            let setting = Setting {
                clock: Arc::clone(&clock),
                hub_time: HubTime::Standing(now_ms),
                seed,
                shift_days: (now_ms - stands_at).div_euclid(WEEK_MS) * 7,
                upto: story.demo.stands_after,
                expecting: false,
                desks,
            };
            desks = Player::new(story, setting, &mut room)?.play(&mut room)?.1.desks;
        }
        clock.set(now_ms);
        let desk = desks.get(OFFICER).cloned().context("the officer plays a part")?;
        let colleague = desks.get(COLLEAGUE).context("the colleague plays a part")?;
        let today = Today {
            desk: &desk,
            colleague,
            clock: &clock,
            now_ms,
        };
        let match_of = today.happens()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let folder = tempfile::tempdir()?;
        let unused = Device::open(
            &folder.path().join("unused"),
            crate::ground::platform(&Arc::default(), 9),
        )?;
        unused.offer_link("vatsalya:enrol?hub=http://127.0.0.1:9&code=0000-0000-0000");
        let dist = places::ui_dist();
        let served = [
            router_at(Arc::clone(desk.device()), &dist, now_ms)?,
            router_at(Arc::new(unused), &dist, now_ms)?,
            without_device_at(&places::components(), now_ms)?,
        ];
        let addresses = served.map(|routes| serve(&runtime, routes));
        let [one, two, three] = addresses;
        let institutions = match call(&desk, Request::Institutions)? {
            Reply::Institutions(page) => page.rows,
            other => bail!("institutions were answered by {other:?}"),
        };
        Ok(Self {
            addresses: [one?, two?, three?],
            case: today.named("मुन्नी")?,
            baby: today.named("கயல்")?,
            match_of,
            house: institutions.first().context("there are institutions")?.institution,
            desk: Arc::clone(&desk),
            _room: room,
            runtime: Some(runtime),
            _folder: folder,
        })
    }

    /// The officer's tablet is locked.
    pub fn lock(&self) -> anyhow::Result<()> {
        call(&self.desk, Request::Lock).map(drop)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // A page that watches is answered after a while; nobody waits for that.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn serve(runtime: &tokio::runtime::Runtime, routes: axum::Router) -> anyhow::Result<String> {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = format!("http://{}", listener.local_addr()?);
    runtime.spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

fn call(desk: &Desk, request: Request) -> anyhow::Result<Reply> {
    desk.call(request)
        .map_err(|failure| anyhow::anyhow!("a call was answered by {failure:?}"))
}

/// What happened this morning, beside the stories.
struct Today<'a> {
    desk: &'a Desk,
    colleague: &'a Desk,
    clock: &'a StoryClock,
    now_ms: i64,
}

impl Today<'_> {
    /// The case of a child with this name.
    fn named(&self, name: &str) -> anyhow::Result<CaseId> {
        let filter = CaseFilter {
            text: name.into(),
            ..CaseFilter::default()
        };
        let found = call(
            self.desk,
            Request::Cases {
                filter,
                offset: 0,
                limit: 1,
            },
        )?;
        let Reply::Cases(page) = found else {
            bail!("cases were answered by {found:?}")
        };
        Ok(page
            .rows
            .first()
            .with_context(|| format!("there is a case of {name}"))?
            .case)
    }

    /// So many minutes ago.
    fn ago(&self, minutes: i64) {
        self.clock.set(self.now_ms - minutes * MINUTE_MS);
    }

    fn happens(&self) -> anyhow::Result<CaseId> {
        self.ago(95);
        let new = self.is_found()?;
        self.ago(80);
        self.is_reported()?;
        self.ago(40);
        self.is_kept(new)?;
        self.is_written_apart()?;
        self.ago(3);
        // Written since the last exchange.
        let note = FieldEdit::AddNote {
            compartment: Compartment::Core,
            text: "Telephoned the sarpanch; a family of that name lives behind the school. He goes to ask tomorrow."
                .into(),
        };
        edit(self.desk, new.into(), vec![note])?;
        self.clock.set(self.now_ms);
        Ok(new)
    }

    /// An emergency of this morning.
    fn is_found(&self) -> anyhow::Result<CaseId> {
        let new = NewCase {
            kind: CaseKind::Cncp,
            urgency: Urgency::Emergency,
            note: "Found asleep behind the parcel office; burning hot, says her village has a red bridge.".into(),
            child_name: Some("Phulmani Hansda".into()),
            age_years: Some(8),
            sex: Some("female".into()),
        };
        let Reply::CaseOpened { case } = call(self.desk, Request::OpenCase(new))? else {
            bail!("a case was not opened")
        };
        let facts = [
            ("found.place", "Sonbari Junction, platform 2"),
            ("child.identity_marks", "Small scar on the left wrist"),
            ("parents.father_name", "Sunil Hansda"),
            ("child.address", "Amragachi, Sonbari"),
        ];
        let mut edits = written(&facts);
        edits.push(set("case.grounds", Value::Set(["vii".to_owned()].into())));
        edits.push(set(
            "case.taken_in_charge_at",
            Value::Instant(self.now_ms - 95 * MINUTE_MS),
        ));
        edit(self.desk, case.into(), edits)?;
        self.desk.sync()?;
        Ok(case)
    }

    /// A girl whom her father misses.
    fn is_reported(&self) -> anyhow::Result<ReportId> {
        let new = NewReport {
            kind: "missing".into(),
            name: "Phoolmani Hansda".into(),
            age_years: Some(8),
            sex: Some("female".into()),
        };
        let Reply::Reported { report } = call(self.desk, Request::ReportChild(new))? else {
            bail!("a report was not made")
        };
        let facts = [
            ("missing.father", "Sunil Hansda"),
            ("missing.address", "Amragachi"),
            ("missing.police_station", "Sonbari GRP"),
        ];
        edit(self.desk, report.into(), written(&facts))?;
        self.desk.sync()?;
        Ok(report)
    }

    /// Photos, a recording, a paper.
    fn is_kept(&self, case: CaseId) -> anyhow::Result<()> {
        for (seed, caption) in [(11, "Where she was found"), (12, "The bag she carries")] {
            let picture = pictures::as_jpeg(&pictures::draw(seed, 1_200, 900), 85);
            let picture = BASE64_STANDARD.encode(picture);
            call(
                self.desk,
                Request::AddPhoto {
                    case,
                    caption: caption.into(),
                    picture,
                },
            )?;
        }
        let sound: &[u8] = include_bytes!("../../../fuzz/corpus/recording/chromium");
        let paper: &[u8] = include_bytes!("../../../fuzz/corpus/paper/scan");
        for (kind, caption, file) in [
            (FileKind::Recording, "What the vendor said", sound),
            (FileKind::Paper, "Letter of the station master", paper),
        ] {
            let (compartment, file) = (Compartment::Identity, BASE64_STANDARD.encode(file));
            call(
                self.desk,
                Request::AddFile {
                    case,
                    compartment,
                    caption: caption.into(),
                    kind,
                    file,
                },
            )?;
        }
        self.desk.sync().map(drop)
    }

    /// Two people write a name apart.
    fn is_written_apart(&self) -> anyhow::Result<()> {
        let case = self.named("मुन्नी")?;
        self.ago(30);
        edit(self.desk, case.into(), written(&[("child.name", "मुन्नी कुमारी देवी")]))?;
        self.ago(25);
        edit(self.colleague, case.into(), written(&[("child.name", "Munni Kumari")]))?;
        self.desk.sync()?;
        self.colleague.sync()?;
        self.desk.sync().map(drop)
    }
}

fn set(fact: &str, value: Value) -> FieldEdit {
    FieldEdit::SetFact {
        fact: fact.parse().expect("the facts named here are fact ids"),
        value,
    }
}

fn written(facts: &[(&str, &str)]) -> Vec<FieldEdit> {
    facts.iter().map(|(fact, text)| set(fact, (*text).into())).collect()
}

fn edit(desk: &Desk, subject: Subject, edits: Vec<FieldEdit>) -> anyhow::Result<()> {
    let request = Request::Edit {
        subject,
        edits,
        form: None,
        reason: None,
    };
    call(desk, request).map(drop)
}
