//! A referral finds somebody who goes: who is asked, who is asked next, and that it is said on all sides.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casefile::{Action, Document};
use casework::{Compartment, Pack, Record, Value};
use protocol::{AuthorId, DocumentId, UserId};
use reqwest::StatusCode;
use serde_json::Value as Json;
use sync_server::clock::StandingClock;
use sync_server::duty::{self, Told};
use sync_server::inbound::{self, Outcome};
use sync_server::storage::{Access, NewChange, User, Writing};
use sync_server::{Config, Hub, admin, project};

use crate::cluster;
use crate::command::administer;
use crate::hubs::Beside;
use crate::inbound::{example, post, post_to, record};
use crate::pulled::fetched;
use crate::support::{DISTRICT, TestDevice, TestHub, document, eventually, random, set};

/// Monday, 30 November 2026, 10:00 in India.
const MONDAY_MS: i64 = 1_796_013_000_000;
const MINUTE_MS: i64 = 60_000;

/// A clock that the test turns and hubs read.
#[derive(Clone)]
struct Turned(Arc<StandingClock>);

impl sync_server::clock::Clock for Turned {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }
}

/// A hub without sockets or workers, whose clock stands.
pub(crate) struct Still {
    pub(crate) hub: Arc<Hub>,
    clock: Turned,
    dir: tempfile::TempDir,
    told: Told,
}

impl Still {
    pub(crate) fn new(database: Option<&str>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = database.map_or_else(String::new, |url| format!("[database]\nurl = '{url}'\n"));
        let text = format!(
            "listen = '127.0.0.1:0'\ndata_dir = 'data'\n{database}{}",
            fetched("helpline")
        );
        std::fs::write(dir.path().join("hub.toml"), text).unwrap();
        let clock = Turned(Arc::new(StandingClock::at(MONDAY_MS)));
        let hub = Self::open(&dir, &clock);
        hub.storage.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
        Self {
            hub,
            clock,
            dir,
            told: Told::default(),
        }
    }

    fn open(dir: &tempfile::TempDir, clock: &Turned) -> Arc<Hub> {
        Hub::open_with(
            Config::read(&dir.path().join("hub.toml")).unwrap(),
            Box::new(clock.clone()),
        )
        .unwrap()
    }

    /// The hub ends and another begins at what it kept.
    pub(crate) fn restarts(&mut self) {
        self.hub = Self::open(&self.dir, &self.clock);
        self.told = Told::default();
    }

    pub(crate) fn user(&self, name: &str, role: &str) -> UserId {
        let id = UserId(random());
        let user = User {
            id,
            district: DISTRICT.into(),
            name: name.into(),
            role: role.into(),
        };
        admin::add_user(&self.hub, &user).unwrap();
        id
    }

    /// An officer who is on duty on Mondays from nine to five.
    pub(crate) fn on_duty(&self, name: &str, more: &[&str]) -> UserId {
        let user = self.user(name, "po_nic");
        let id = uuid::Uuid::from_bytes(user.0).to_string();
        let shift = [
            "roster", "set", &id, "--days", "mon", "--from", "09:00", "--to", "17:00",
        ];
        administer(&self.hub, &[shift.as_slice(), more].concat()).unwrap();
        user
    }

    /// A referral of that urgency comes by its number.
    pub(crate) fn referral(&self, number: u32, urgency: &str) -> [u8; 16] {
        let mut body = example("helpline");
        body["data"]["reference"] = format!("1098-{number}").into();
        body["data"]["urgency"] = urgency.into();
        let from = inbound::find("helpline").unwrap();
        match inbound::take(&self.hub, from, body.to_string().as_bytes()).unwrap() {
            Outcome::Begun(case) => case,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn works(&mut self) {
        works(&self.hub, &mut self.told);
    }

    pub(crate) fn waits(&self, minutes: i64) {
        self.clock.0.advance_ms(minutes * MINUTE_MS);
    }

    /// Who was asked and why.
    pub(crate) fn asked(&self, case: [u8; 16]) -> Vec<(UserId, &'static str)> {
        let asked = self.hub.storage.asked(case).unwrap();
        asked.iter().map(|asking| (asking.user, asking.why.code())).collect()
    }

    /// What the case says, whole.
    fn record(&self, case: [u8; 16]) -> Record {
        let id = document(case, Compartment::Core);
        let state = self.hub.storage.document(id).unwrap().unwrap();
        let folded = sync_server::sync::fold(Compartment::Core.into(), &state, Pack::national()).unwrap();
        let mut record = Record::default();
        folded.add_to(&mut record);
        record
    }

    fn writes(&self, user: UserId, case: [u8; 16], fact: &str) {
        let id = document(case, Compartment::Core);
        let state = self.hub.storage.document(id).unwrap().unwrap();
        let mut folded = sync_server::sync::fold(Compartment::Core.into(), &state, Pack::national()).unwrap();
        let author = casework::AuthorId::from_bytes(random());
        let now_ms = self.clock.0.now_ms();
        let edits = [set(fact, Value::Instant(now_ms))];
        let change = folded.edit(author, now_ms, &Action::EDIT, &edits).unwrap().unwrap();
        let committed = self.hub.storage.commit_change(&NewChange {
            document: id,
            district: DISTRICT,
            user,
            author: AuthorId(author.to_bytes()),
            seq: change.seq,
            hash: change.hash,
            bytes: &change.bytes,
            writing: Writing::Granted,
            media: Vec::new(),
            now_ms,
        });
        committed.unwrap();
        fold(&self.hub);
    }
}

use sync_server::clock::Clock as _;

fn works(hub: &Hub, told: &mut Told) {
    while duty::work(hub, told, None).unwrap() {}
    fold(hub);
}

fn fold(hub: &Hub) {
    while project::fold_waiting(hub).unwrap() > 0 {}
}

/// What the helpline was told last of that number.
fn told(hub: &Hub, number: u32) -> Json {
    let told = hub.storage.feed("helpline", 0, 99).unwrap();
    let data = told
        .iter()
        .map(|one| serde_json::from_str::<Json>(&one.parcel.payload).unwrap()["data"].clone());
    let mut of_call = data.filter(|data| data["reference"] == format!("1098-{number}"));
    of_call.next_back().unwrap_or_default()
}

pub(crate) fn over_both(check: impl Fn(Still)) {
    check(Still::new(None));
    check(Still::new(Some(&cluster::shared().database())));
}

#[test]
fn who_is_on_duty_is_asked_the_next_after_the_packs_minutes_and_the_district_officer_in_the_end() {
    over_both(|mut still| {
        let head = still.user("The head", "dcpo");
        let off = still.user("Off duty", "po_nic");
        let officers = ["Asha", "Binod", "Charu", "Devi"].map(|name| still.on_duty(name, &["--languages", "kn"]));
        let case = still.referral(1, "emergency");
        still.works();
        let first = still.asked(case)[0].0;
        assert_eq!(still.asked(case), [(first, "turn")]);
        assert!(officers.contains(&first));
        let access = |still: &Still, user| {
            let core = document(case, Compartment::Core);
            still.hub.storage.access(user, AuthorId([9; 16]), core).unwrap()
        };
        assert_eq!(
            (access(&still, first), access(&still, off)),
            (Access::Write, Access::Never)
        );
        let data = told(&still.hub, 1);
        assert_eq!(data["state"], "assigned", "{data}");
        assert!(data["assigned_at"].is_string() && data["escalated_at"].is_null());

        // Not before the ten minutes of an emergency, whoever looks how often, and after a restart as before.
        still.waits(9);
        still.works();
        still.restarts();
        still.works();
        assert_eq!(still.asked(case).len(), 1);
        still.waits(1);
        still.works();
        let second = still.asked(case)[1];
        assert!(officers.contains(&second.0) && second.0 != first);
        assert_eq!(
            access(&still, first),
            Access::Formerly {
                revoked_ms: MONDAY_MS + 10 * MINUTE_MS
            }
        );
        still.waits(10);
        still.works();
        assert_eq!(still.asked(case).len(), 3);
        still.waits(10);
        still.works();
        let asked = still.asked(case);
        assert_eq!(
            asked[3],
            (head, "nobody_acknowledged"),
            "three officers are asked, and not a fourth"
        );
        assert_eq!(
            access(&still, asked[2].0),
            Access::Write,
            "who was asked last may still go"
        );
        still.waits(600);
        still.works();
        assert_eq!(still.asked(case).len(), 4);
        assert_eq!(told(&still.hub, 1)["state"], "escalated");
        let health = sync_server::health::Health::of(&still.hub);
        assert_eq!((health.referrals, health.referrals_at_their_end), (1, 1));

        // The case says who was asked, when and why.
        let record = still.record(case);
        let mut rows: Vec<_> = record.rows_of("duty_calls").collect();
        rows.sort_by_key(|row| row.moment("at"));
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0].moment("at"), Some(MONDAY_MS));
        assert_eq!(rows[0].moment("until"), Some(MONDAY_MS + 10 * MINUTE_MS));
        assert_eq!(rows[3].text("officer"), Some("The head"));
        assert_eq!(rows[3].text("why"), Some("nobody_acknowledged"));
        assert_eq!(record.moment("intake.assigned_at"), Some(MONDAY_MS));
        assert_eq!(record.moment("intake.escalated_at"), Some(MONDAY_MS + 30 * MINUTE_MS));

        still.writes(head, case, "intake.acknowledged_at");
        let data = told(&still.hub, 1);
        assert_eq!(data["state"], "acknowledged");
        assert!(data["escalated_at"].is_string());
        assert_eq!(still.hub.storage.unanswered().unwrap().all, 0);
        assert_eq!(still.hub.storage.broken_audit_row().unwrap(), None);
    });
}

#[test]
fn whoever_takes_it_up_in_time_is_asked_no_more_and_the_next_referral_goes_to_somebody_else() {
    over_both(|mut still| {
        still.user("The head", "dcpo");
        let asha = still.on_duty("Asha", &["--languages", "kn", "--place", "12.97,77.58"]);
        let binod = still.on_duty("Binod", &["--languages", "kn hi", "--place", "12.30,76.64"]);
        let one = still.referral(1, "urgent");
        still.works();
        assert_eq!(still.asked(one), [(asha, "nearest")]);
        let other = still.referral(2, "emergency");
        still.works();
        assert_eq!(still.asked(other), [(binod, "fewest_referrals")]);
        still.waits(5);
        still.writes(asha, one, "intake.acknowledged_at");
        still.writes(binod, other, "intake.reached_at");
        still.waits(600);
        still.works();
        assert_eq!((still.asked(one).len(), still.asked(other).len()), (1, 1));
        assert_eq!(told(&still.hub, 2)["state"], "reached");
    });
}

#[test]
fn with_nobody_on_duty_the_district_officer_is_asked_at_once_and_it_is_said_so() {
    over_both(|mut still| {
        let head = still.user("The head", "dcpo");
        still.on_duty("Asha", &[]);
        still.waits(7 * 60);
        let case = still.referral(1, "routine");
        still.works();
        assert_eq!(still.asked(case), [(head, "nobody_on_duty")]);
        assert_eq!(told(&still.hub, 1)["state"], "escalated");
        still.waits(17 * 60);
        still.works();
        assert_eq!(still.asked(case).len(), 1);
    });
}

#[test]
fn a_district_without_anybody_keeps_the_referral_until_there_is_somebody() {
    let mut still = Still::new(None);
    let case = still.referral(1, "emergency");
    still.works();
    assert_eq!(still.asked(case), []);
    let health = sync_server::health::Health::of(&still.hub);
    assert_eq!(health.troubles().len(), 1, "{:?}", health.troubles());
    let head = still.user("The head", "dcpo");
    still.works();
    assert_eq!(still.asked(case), [], "it is looked at again in half a minute");
    still.waits(1);
    still.works();
    assert_eq!(still.asked(case), [(head, "nobody_on_duty")]);
}

#[test]
fn two_hubs_at_one_database_ask_each_officer_once() {
    let database = cluster::shared().database();
    let still = Still::new(Some(&database));
    still.user("The head", "dcpo");
    for name in ["Asha", "Binod", "Charu"] {
        still.on_duty(name, &[]);
    }
    let other = {
        // Hubs at one database have the same keys of records.
        let dir = still.dir.path();
        let text = std::fs::read_to_string(dir.join("hub.toml")).unwrap();
        std::fs::write(dir.join("other.toml"), text.replace("'data'", "'other'")).unwrap();
        std::fs::create_dir(dir.join("other")).unwrap();
        std::fs::copy(dir.join("data/record.keys"), dir.join("other/record.keys")).unwrap();
        Hub::open_with(
            Config::read(&dir.join("other.toml")).unwrap(),
            Box::new(still.clock.clone()),
        )
        .unwrap()
    };
    let cases: Vec<_> = (0..12).map(|number| still.referral(number, "emergency")).collect();
    for round in 1..=4 {
        std::thread::scope(|scope| {
            for hub in [&still.hub, &other] {
                scope.spawn(|| works(hub, &mut Told::default()));
            }
        });
        for case in &cases {
            let asked = still.hub.storage.asked(*case).unwrap();
            assert_eq!(asked.len(), round);
            assert_eq!(
                asked[round - 1].at_ms,
                MONDAY_MS + 10 * MINUTE_MS * i64::try_from(round - 1).unwrap()
            );
        }
        still.waits(10);
    }
    // What one hub could not note while the other wrote in the same case is noted the next time.
    works(&still.hub, &mut Told::default());
    for case in &cases {
        assert_eq!(still.record(*case).rows_of("duty_calls").count(), 4);
    }
    assert_eq!(still.hub.storage.unnoted(99).unwrap(), []);
    assert_eq!(still.hub.storage.broken_audit_row().unwrap(), None);
}

fn token(device: &mut TestDevice) -> String {
    device.sync().close.unwrap().token.0
}

/// Waits at the hub as a device does.
fn wait(url: &str, device: &TestDevice, token: &str) -> StatusCode {
    let cursor = URL_SAFE_NO_PAD.encode(device.cursor.as_bytes());
    let request = reqwest::blocking::Client::new().get(format!("{url}/v1/wait?cursor={cursor}"));
    request.bearer_auth(token).send().unwrap().status()
}

pub(crate) fn roster_always(hub: &TestHub, user: UserId) {
    always_on_duty(&hub.hub, user);
}

fn always_on_duty(hub: &Hub, user: UserId) {
    let id = uuid::Uuid::from_bytes(user.0).to_string();
    let shift = [
        "roster", "set", &id, "--days", "mon-sun", "--from", "00:00", "--to", "24:00",
    ];
    administer(hub, &shift).unwrap();
}

#[test]
fn a_device_that_waits_is_told_at_once_and_others_are_not() {
    let hub = TestHub::start_with(&format!("{}[limits]\nwait_seconds = 15\n", fetched("helpline")));
    let (mut asha, mut binod) = (hub.officer("po_nic"), hub.officer("po_nic"));
    roster_always(&hub, hub.user_of(&asha));
    let (hers, his) = (token(&mut asha), token(&mut binod));
    let (case, took) = std::thread::scope(|scope| {
        let waits = scope.spawn(|| wait(&hub.url, &asha, &hers));
        let he_waits = scope.spawn(|| wait(&hub.url, &binod, &his));
        eventually(|| (hub.hub.bells.users() == 2).then_some(()));
        let began = Instant::now();
        let (status, answer) = post(&hub, "helpline", &example("helpline"));
        assert_eq!(status, 201);
        assert_eq!(waits.join().unwrap(), StatusCode::OK);
        let took = began.elapsed();
        assert_eq!(he_waits.join().unwrap(), StatusCode::NO_CONTENT, "his patience ends");
        (record(&answer), took)
    });
    println!(
        "from the post to the word on the held connection: {} ms",
        took.as_millis()
    );
    assert_eq!(
        wait(&hub.url, &asha, &hers),
        StatusCode::OK,
        "as long as she has not heard it"
    );
    let answer = asha.sync();
    let core = document(case, Compartment::Core);
    assert_eq!(answer.granted[0], core, "before anything else");
    assert!(
        asha.fact(core, "intake.assigned_at").is_some(),
        "why it is she has come with it"
    );
    binod.sync();
    assert!(binod.documents.is_empty());
    assert_eq!(hub.hub.bells.users(), 0);
}

#[test]
fn a_device_that_waits_at_one_hub_is_told_of_what_came_to_another() {
    let never = "[limits]\nlook_every_ms = 3600000\nwait_seconds = 15\n";
    let config = format!("{}{never}", fetched("helpline"));
    let beside = Beside::new(Some(&cluster::shared().database()), &config);
    let (one, other) = (beside.process(), beside.process());
    let mut asha = beside.device(&other, "po_nic");
    let user = beside.hub.storage.author(asha.author).unwrap().unwrap().user.id;
    always_on_duty(&beside.hub, user);
    let hers = token(&mut asha);
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| wait(&other.url, &asha, &hers));
        let began = Instant::now();
        assert_eq!(post_to(&one.url, "helpline", &example("helpline")).0, 201);
        assert_eq!(waits.join().unwrap(), StatusCode::OK);
        println!(
            "from the post at one hub to the word at another: {} ms",
            began.elapsed().as_millis()
        );
    });
    assert_eq!(
        asha.sync().granted.len(),
        8,
        "the four documents, first and in their turn"
    );
}

#[test]
fn whoever_has_no_token_waits_for_nothing_and_a_hub_that_stops_lets_everybody_go() {
    let hub = TestHub::start();
    let mut asha = hub.officer("po_nic");
    let hers = token(&mut asha);
    assert_eq!(wait(&hub.url, &asha, "not-a-token"), StatusCode::UNAUTHORIZED);
    let get = |query: &str| {
        let request = reqwest::blocking::Client::new().get(format!("{}/v1/wait{query}", hub.url));
        request.bearer_auth(&hers).send().unwrap().status()
    };
    assert_eq!(get("?cursor=%21%21"), StatusCode::BAD_REQUEST);
    assert_eq!(get(&format!("?cursor={}", "A".repeat(4000))), StatusCode::BAD_REQUEST);
    let (url, hub_itself) = (hub.url.clone(), hub.hub.clone());
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| wait(&url, &asha, &hers));
        eventually(|| (hub_itself.bells.users() == 1).then_some(()));
        drop(hub);
        assert_eq!(waits.join().unwrap(), StatusCode::NO_CONTENT);
    });
}

#[test]
fn a_device_that_was_away_hears_of_the_referral_before_all_that_happened_and_loses_nothing() {
    let hub = TestHub::start_with(&fetched("helpline"));
    let mut away = hub.officer("po_nic");
    let mut busy = hub.officer("po_nic");
    away.sync();
    let mut ids: Vec<DocumentId> = Vec::new();
    for _ in 0..6 {
        let case = busy.open_case();
        busy.sync();
        hub.assign(&away, case);
        ids.push(document(case, Compartment::Core));
    }
    roster_always(&hub, hub.user_of(&away));
    let (status, answer) = post(&hub, "helpline", &example("helpline"));
    assert_eq!(status, 201);
    let core = document(record(&answer), Compartment::Core);
    eventually(|| {
        let asked = hub.hub.storage.waiting_askings(None).unwrap();
        let noted = hub.hub.storage.unnoted(9).unwrap().is_empty();
        (asked.len() == 1 && noted).then_some(())
    });
    let answer = away.sync();
    assert_eq!(answer.granted[0], core);
    for id in &ids {
        assert!(away.documents.contains_key(id));
    }
    let twice = answer.granted.iter().filter(|id| **id == core).count();
    assert_eq!(twice, 2, "once more in its turn, which changes nothing");
    assert_eq!(away.sync().granted, [], "and then no more");
    let _: &Document = &away.documents[&core];
}

#[test]
fn a_roster_is_imported_whole_or_not_at_all_and_each_fault_is_named_by_its_line() {
    let still = Still::new(None);
    let asha = still.user("Asha", "po_nic");
    let id = |user: UserId| uuid::Uuid::from_bytes(user.0).to_string();
    let path = still.dir.path().join("roster.csv");
    let import = |rows: &str, more: &[&str]| {
        std::fs::write(&path, format!("user,days,from,to,languages,place\n{rows}")).unwrap();
        let command = ["roster", "import", path.to_str().unwrap(), "--district", DISTRICT];
        administer(&still.hub, &[command.as_slice(), more].concat())
    };
    let good = format!(
        "{0},mon-fri,09:00,17:00,hi kn,\"12.97,77.59\"\n{0},2026-12-25,20:00,08:00,,\n",
        id(asha)
    );
    let said = import(&good, &["--dry-run"]).unwrap();
    assert!(
        said.contains("2 duties are good, 0 are not") && said.contains("--dry-run"),
        "{said}"
    );
    assert_eq!(still.hub.storage.roster(DISTRICT).unwrap(), []);
    import(&good, &[]).unwrap();
    assert_eq!(still.hub.storage.roster(DISTRICT).unwrap().len(), 2);
    let bad = format!(
        "{0},mon,09:00,17:00,,\n{0},someday,09:00,17:00,,\n{0},mon,9,17:00,,\n{0},mon,09:00,17:00,klingon,\n\
         {0},mon,09:00,17:00,,nowhere\nnobody,mon,09:00,17:00,,\n{0},mon,09:00,17:00,,\n",
        id(asha)
    );
    let said = import(&bad, &["--dry-run"]).unwrap();
    for (line, words) in [
        (3, "days are mon"),
        (4, "an hour is written"),
        (5, "no code of a language"),
        (6, "a place is two numbers"),
        (7, "no id"),
        (8, "in a row before"),
    ] {
        let found = said
            .lines()
            .find(|one| one.starts_with(&format!("line {line}\tBAD")))
            .unwrap();
        assert!(found.contains(words), "{found}");
    }
    assert!(import(&bad, &[]).unwrap_err().contains("nothing was done"));
    assert_eq!(
        still.hub.storage.roster(DISTRICT).unwrap().len(),
        2,
        "what stood there stands"
    );
    let shown = administer(&still.hub, &["roster", "show", "--district", DISTRICT]).unwrap();
    assert!(
        shown.contains("mon tue wed thu fri\t09:00-17:00\thi kn\t12.97,77.59\ton duty\tAsha"),
        "{shown}"
    );
    administer(&still.hub, &["roster", "clear", &id(asha)]).unwrap();
    assert_eq!(still.hub.storage.roster(DISTRICT).unwrap(), []);
    assert!(
        administer(&still.hub, &["roster", "show", "--district", "XX"])
            .unwrap_err()
            .contains("no such district")
    );
}
