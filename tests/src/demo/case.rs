//! One invented case: how it began, how far it has come, what was written meanwhile.

use casefile::{Action, Edit};
use casework::{Compartment, DocumentKind, Value};
use rand::Rng as _;

use super::{
    names::{self, Family},
    plan::{Draft, FIRST_CHILD, Facts, Institution, Maker, Picture, Record, TOUR_OFFICERS},
    stories::{BELONGINGS, LATER_NOTES, STORIES, Story, TASKS},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How far the cases have come, by how long ago they were opened: hours, at least and below.
const AGES_H: [(i64, i64, &str); 7] = [
    (1, 30, "intake"),
    (20, 14 * 24, "production"),
    (3 * 24, 40 * 24, "inquiry"),
    (20 * 24, 120 * 24, "in_care"),
    (60 * 24, 160 * 24, "restoration"),
    (90 * 24, 400 * 24, "follow_up"),
    (150 * 24, 700 * 24, "closed"),
];

/// The stage most cases are at comes most often.
const STAGES: [usize; 12] = [0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6];

/// The institutions of the district: for the older children, and for the youngest.
pub(super) const HOMES: [Institution; 2] = [
    Institution {
        kind: "childrens_home",
        name: "Asha Kiran Children's Home",
        capacity: 50,
    },
    Institution {
        kind: "saa",
        name: "Nanhi Kali Adoption Agency",
        capacity: 10,
    },
];

/// What the parts of one case's invention share.
struct Sketch<'a> {
    story: &'a Story,
    family: Family,
    girl: bool,
    owner: usize,
    opened_ms: i64,
    stage: &'static str,
}

/// Invents case number `number`.
pub(super) fn invent(maker: &mut Maker<'_>, number: usize) -> Record {
    let sketch = if number == 0 { first(maker) } else { sketch(maker) };
    let case = maker.case_id(sketch.opened_ms);
    let mut draft = Draft::new(case.to_bytes());
    draft.record.also = also(maker, &sketch, number);
    open(maker, &mut draft, &sketch, number);
    progress(maker, &mut draft, &sketch);
    family(maker, &mut draft, &sketch);
    notes_and_tasks(maker, &mut draft, &sketch, number);
    if number.is_multiple_of(7) {
        let at_ms = sketch.opened_ms + 20 * MINUTE_MS;
        let row = maker.row(at_ms);
        let seed = maker.random.random();
        draft.record.picture = Some(Picture {
            officer: sketch.owner,
            at_ms,
            row,
            seed,
        });
    }
    if number % 40 == 1 {
        clash(maker, &mut draft, &sketch);
    }
    draft.record
}

/// The case the tour shows: an emergency of this morning that both its officers have.
fn first(maker: &mut Maker<'_>) -> Sketch<'static> {
    let mut family = names::family(&mut maker.random, true);
    FIRST_CHILD.clone_into(&mut family.child);
    family.languages = vec!["sat", "hi"];
    let opened_ms = maker.now_ms - 3 * HOUR_MS;
    Sketch {
        story: &STORIES[7],
        family,
        girl: true,
        owner: TOUR_OFFICERS[0],
        opened_ms,
        stage: "intake",
    }
}

fn sketch(maker: &mut Maker<'_>) -> Sketch<'static> {
    let story = &STORIES[maker.random.random_range(0..STORIES.len())];
    let girl = story.grounds == ["xii"] || maker.chance(0.5);
    let (from_h, below_h, stage) = AGES_H[maker.one(&STAGES)];
    let opened_ms = maker.now_ms - maker.random.random_range(from_h * 60..below_h * 60) * MINUTE_MS;
    let owner = match story.kind {
        "cncp" => maker.one(&[1, 1, 1, 2, 2, 3]),
        _ => maker.one(&[5, 5, 1]),
    };
    Sketch {
        story,
        family: names::family(&mut maker.random, girl),
        girl,
        owner,
        opened_ms,
        stage,
    }
}

/// Most cases are worked on by two or three.
fn also(maker: &mut Maker<'_>, sketch: &Sketch<'_>, number: usize) -> Vec<usize> {
    if number == 0 {
        return vec![TOUR_OFFICERS[1], 4];
    }
    let shares = [(1, 0.4), (2, 0.35), (3, 0.2), (4, 0.25), (5, 0.15)];
    let mut also: Vec<usize> = shares
        .into_iter()
        .filter(|(_, share)| maker.chance(*share))
        .map(|(officer, _)| officer)
        .collect();
    also.retain(|officer| *officer != sketch.owner);
    if number % 40 == 1 && also.iter().all(|officer| *officer == 4) {
        // Somebody to clash with.
        also.push(if sketch.owner == 1 { 2 } else { 1 });
    }
    also
}

fn open(maker: &mut Maker<'_>, draft: &mut Draft, sketch: &Sketch<'_>, number: usize) {
    let Sketch {
        story,
        family,
        girl,
        owner,
        opened_ms,
        stage,
    } = sketch;
    let urgency = if *stage == "intake" && (number == 0 || maker.random.random_ratio(1, story.emergency_in)) {
        "emergency"
    } else {
        maker.one(&["urgent", "routine", "routine"])
    };
    let mut facts = Facts::default();
    facts.text("case.kind", story.kind);
    facts.text("case.stage", stage);
    facts.text("case.urgency", urgency);
    facts.text("case.district", "SNB");
    facts.at("case.opened_at", *opened_ms);
    facts.text(
        "case.number",
        &format!(
            "SNB/{}/{:04}",
            if story.kind == "cicl" { "JJB" } else { "CWC" },
            number + 1
        ),
    );
    facts.set("case.grounds", story.grounds);
    if maker.chance(0.95) {
        facts.text("child.name", &family.child);
    }
    facts.number(
        "child.age_stated",
        maker.random.random_range(story.ages.0..=story.ages.1),
    );
    facts.text("child.sex", if *girl { "female" } else { "male" });
    draft.facts(maker, *owner, *opened_ms, &Action::OPEN, facts);
    draft.note(
        maker,
        *owner,
        *opened_ms + MINUTE_MS,
        Compartment::Core,
        story.first_note,
    );

    let mut form = Facts::default();
    let begun_ms = *opened_ms - maker.random.random_range(0..90) * MINUTE_MS;
    if story.kind != "cncp" {
        form.at("case.apprehended_at", begun_ms);
    }
    if story.kind != "cicl" {
        form.at("case.taken_in_charge_at", begun_ms);
    }
    form.set("child.languages", &family.languages);
    form.text("found.place", maker.one(story.places));
    form.text("found.with", story.with);
    form.text("producer.kind", story.producer);
    form.set("health.condition_at_production", story.conditions);
    if maker.chance(0.7) {
        form.text("found.circumstances", story.circumstances);
        form.set("statement.alleged_harm", story.harms);
        form.text("statement.allegation", story.allegation);
    }
    if maker.chance(0.6) {
        form.text("production.committee", "Child Welfare Committee, Sonbari");
        form.text("production.place", "Committee's sitting, Collectorate, Sonbari");
    }
    if maker.chance(0.5) {
        form.flag("police.informed", true);
        form.text(
            "police.station",
            &format!("Sonbari Sadar, SDE {}/26", maker.random.random_range(10..400)),
        );
    }
    draft.facts(maker, *owner, *opened_ms + 10 * MINUTE_MS, &Action::form("17"), form);
}

/// The dates that start and stop the clocks: some in time, some late, some still running.
fn progress(maker: &mut Maker<'_>, draft: &mut Draft, sketch: &Sketch<'_>) {
    let stage = AGES_H
        .iter()
        .position(|(_, _, stage)| *stage == sketch.stage)
        .unwrap_or_default();
    if stage == 0 {
        return;
    }
    let mut facts = Facts::default();
    let produced_ms = sketch.opened_ms + maker.random.random_range(4..26) * HOUR_MS;
    facts.at("production.at", produced_ms);
    facts.number("production.journey_minutes", maker.random.random_range(0..8) * 15);
    let begun_late =
        |maker: &mut Maker<'_>, days: std::ops::Range<i64>| produced_ms + maker.random.random_range(days) * DAY_MS;
    let report_ms = begun_late(maker, 6..19);
    if report_ms < maker.now_ms && (stage > 3 || maker.chance(0.8)) {
        if sketch.story.kind != "cncp" {
            facts.at("report.social_background_at", report_ms);
        }
        if sketch.story.kind != "cicl" {
            facts.at("report.social_investigation_at", report_ms);
        }
    }
    if stage >= 3 {
        let admitted_ms = produced_ms + maker.random.random_range(2..30) * HOUR_MS;
        let home = if sketch.story.ages.1 <= 2 { HOMES[1] } else { HOMES[0] };
        facts.text("custody.place_kind", home.kind);
        facts.text("custody.place_name", home.name);
        facts.at("custody.admitted_at", admitted_ms);
        let plan_ms = admitted_ms + maker.random.random_range(10..38) * DAY_MS;
        if plan_ms < maker.now_ms {
            facts.at("plan.made_at", plan_ms);
        }
    }
    let order_ms = begun_late(maker, 40..135);
    if stage >= 4 && order_ms < maker.now_ms {
        facts.at("order.final_at", order_ms);
    }
    draft.facts(
        maker,
        sketch.owner,
        (produced_ms + HOUR_MS).min(maker.now_ms),
        &Action::EDIT,
        facts,
    );
}

fn family(maker: &mut Maker<'_>, draft: &mut Draft, sketch: &Sketch<'_>) {
    let at_ms = sketch.opened_ms + 30 * MINUTE_MS;
    let known = maker.chance(0.6);
    if !known || sketch.story.grounds.contains(&"vi") {
        return;
    }
    let mut facts = Facts::default();
    facts.text(
        "parents.name",
        &format!("{}, {}", sketch.family.mother, sketch.family.father),
    );
    draft.facts(maker, sketch.owner, at_ms, &Action::form("17"), facts);
    let parents = [
        ("mother", &sketch.family.mother, "farm work"),
        ("father", &sketch.family.father, "brick kiln"),
    ];
    for (relation, name, work) in parents {
        let age = maker.random.random_range(24..50);
        let cells = [
            ("name", Value::from(name.as_str())),
            ("relation", Value::from(relation)),
            ("age", Value::Integer(age)),
            ("work", Value::from(work)),
        ];
        draft.row(maker, sketch.owner, at_ms, "family", &cells);
    }
    for (relation, name) in &sketch.family.siblings {
        let cells = [
            ("name", Value::from(name.as_str())),
            ("relation", Value::from(*relation)),
        ];
        draft.row(maker, sketch.owner, at_ms, "family", &cells);
    }
    if maker.chance(0.5) {
        let (item, description) = maker.one(&BELONGINGS);
        let cells = [("item", Value::from(item)), ("description", Value::from(description))];
        draft.row(maker, sketch.owner, at_ms, "belongings", &cells);
    }
}

fn notes_and_tasks(maker: &mut Maker<'_>, draft: &mut Draft, sketch: &Sketch<'_>, number: usize) {
    let days = ((maker.now_ms - sketch.opened_ms) / DAY_MS).max(1);
    for _ in 0..maker.random.random_range(0..4_i64.min(days + 1)) {
        let at_ms = (sketch.opened_ms + maker.random.random_range(0..days) * DAY_MS + 5 * HOUR_MS).min(maker.now_ms);
        let text = maker.one(&LATER_NOTES);
        let writer = if maker.chance(0.3) {
            draft.record.also.first().copied()
        } else {
            None
        };
        draft.note(maker, writer.unwrap_or(sketch.owner), at_ms, Compartment::Core, text);
    }
    let tasks = if number == 0 {
        2
    } else {
        maker.random.random_range(0..3)
    };
    for _ in 0..tasks {
        let due_ms = maker.now_ms + maker.random.random_range(-4..12) * DAY_MS;
        let mut cells = vec![
            ("title", Value::from(maker.one(&TASKS))),
            ("due", Value::Text(date(due_ms))),
        ];
        if number > 0 && maker.chance(0.35) {
            cells.push(("done_at", Value::Instant(maker.now_ms - DAY_MS)));
        }
        draft.row(
            maker,
            sketch.owner,
            sketch.opened_ms + HOUR_MS.min(maker.now_ms - sketch.opened_ms),
            "tasks",
            &cells,
        );
    }
    draft.record.steps.sort_by_key(|step| step.at_ms);
}

/// Two officers write the same field without having seen each other's words.
fn clash(maker: &mut Maker<'_>, draft: &mut Draft, sketch: &Sketch<'_>) {
    let kind = DocumentKind::Case(Compartment::Core);
    let Some(other) = draft.record.also.iter().copied().find(|officer| *officer != 4) else {
        return;
    };
    let places = ["Collectorate, room 12", "Circuit house, Sonbari"];
    for (officer, place, apart) in [(sketch.owner, places[0], false), (other, places[1], true)] {
        let fact = "production.place".parse().expect("a fact id");
        let edit = Edit::SetFact {
            fact,
            value: Value::from(place),
        };
        draft.step(
            officer,
            maker.now_ms - 2 * HOUR_MS,
            &Action::form("17"),
            kind,
            vec![edit],
        );
        if let Some(step) = draft.record.steps.last_mut() {
            step.apart = apart;
        }
    }
}

/// The date of a moment in UTC, as a due date is stored.
fn date(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).expect("a moment near now");
    jiff::tz::Offset::UTC.to_datetime(at).date().to_string()
}
