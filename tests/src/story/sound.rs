//! Whether a story is whole: long enough, written by several people, with what a story must try out.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};
use casework::{CaseKind, FactType, Pack, Role, Urgency};

use super::{
    Story,
    expect::Expect,
    read::Step,
    values::{Shift, moment, of_cell, of_fact},
};

const STEPS_MIN: usize = 12;
const AUTHORS_MIN: usize = 2;
const CLOCKS_MIN: usize = 2;

/// Fails, saying why.
pub(super) fn check(story: &Story) -> anyhow::Result<()> {
    ensure!(story.prose.chars().count() > 300, "a story is told in more words");
    ensure!(
        story.authors.len() >= AUTHORS_MIN,
        "{AUTHORS_MIN} people write a story, or more"
    );
    ensure!(
        story.steps.len() >= STEPS_MIN,
        "{} steps are no story",
        story.steps.len()
    );
    ensure!(
        (1..=story.steps.len()).contains(&story.demo.stands_after),
        "the demo stands after a step that is not there"
    );
    for author in &story.authors {
        let role = Role::from_code(&author.role);
        ensure!(!matches!(role, Role::Unknown(_)), "no role `{}`", author.role);
    }
    for case in &story.cases {
        ensure!(
            !matches!(CaseKind::from_code(&case.kind), CaseKind::Unknown(_)),
            "no kind `{}`",
            case.kind
        );
        ensure!(
            !matches!(Urgency::from_code(&case.urgency), Urgency::Unknown(_)),
            "no urgency `{}`",
            case.urgency
        );
    }
    let mut before = i64::MIN;
    for (number, step) in (1..).zip(&story.steps) {
        let at = sound(story, step).with_context(|| format!("step {number} ({})", step.at))?;
        ensure!(at > before, "step {number} ({}) is not after the one before", step.at);
        before = at;
    }
    tries_enough(story)
}

fn sound(story: &Story, step: &Step) -> anyhow::Result<i64> {
    let names: BTreeSet<&str> = story.authors.iter().map(|author| author.id.as_str()).collect();
    let people = step
        .by
        .iter()
        .chain(&step.sync)
        .chain(&step.assign)
        .chain(&step.unassign);
    for name in people.chain(step.expect.iter().map(|expect| &expect.on)) {
        ensure!(names.contains(name.as_str()), "there is no author `{name}`");
    }
    if step.by.is_some() {
        story.about(step.case.as_deref(), step.institution.as_deref())?;
    } else if writes(step) {
        bail!("nobody writes what is written");
    }
    let children = story
        .about(step.case.as_deref(), step.institution.as_deref())
        .unwrap_or_default();
    for child in children {
        for (fact, value) in &step.facts {
            of_fact(fact, value, Shift::default(), &child.own)?;
        }
        for row in &step.row {
            for (column, value) in row
                .cells
                .iter()
                .filter(|(column, _)| !["item", "filing"].contains(&column.as_str()))
            {
                of_cell(&row.table, column, value, Shift::default(), &child.own)?;
            }
        }
    }
    for form in step.form.iter().chain(step.file.iter().map(|file| &file.form)) {
        ensure!(Pack::national().form(form).is_some(), "no form {form}");
    }
    for expect in &step.expect {
        known(story, step, expect)?;
    }
    moment(&step.at)
}

fn writes(step: &Step) -> bool {
    step.opens.is_some()
        || !step.facts.is_empty()
        || !step.clear.is_empty()
        || !step.row.is_empty()
        || !step.cell.is_empty()
        || !step.tick.is_empty()
        || !step.choose.is_empty()
        || step.note.is_some()
        || step.extend.is_some()
        || step.link.is_some()
        || step.file.is_some()
        || step.refused.is_some()
}

/// Every name in an expectation is one of the pack.
fn known(story: &Story, step: &Step, expect: &Expect) -> anyhow::Result<()> {
    let pack = Pack::national();
    expect.about(story, step)?;
    for clock in expect.clocks.keys().chain(&expect.no_clocks) {
        ensure!(
            pack.clocks().iter().any(|known| known.id == *clock),
            "no clock `{clock}`"
        );
    }
    for form in expect
        .forms
        .keys()
        .chain(expect.missing.keys())
        .chain(expect.amendments.keys())
        .chain(expect.carried.keys())
        .chain(expect.stood.keys())
    {
        ensure!(pack.form(form).is_some(), "no form `{form}`");
    }
    let on_forms = expect.carried.values().flat_map(BTreeMap::keys);
    let stood = expect.stood.values().flat_map(BTreeMap::keys);
    for fact in expect.facts.keys().chain(&expect.absent).chain(on_forms).chain(stood) {
        let id = fact.parse().with_context(|| fact.clone())?;
        let known = pack.fact(&id).with_context(|| format!("no fact `{fact}`"))?;
        ensure!(!matches!(known.kind, FactType::Unknown), "{fact} is of no type");
    }
    Ok(())
}

/// Two people clash and it is settled, a form is filed, two clocks are watched to their ends.
fn tries_enough(story: &Story) -> anyhow::Result<()> {
    let expected = || story.steps.iter().flat_map(|step| &step.expect);
    let clashes = |expect: &Expect| expect.clashes.as_ref().is_some_and(|clashes| !clashes.is_empty());
    ensure!(expected().any(clashes), "nobody clashes");
    ensure!(
        story.steps.iter().any(|step| !step.choose.is_empty()),
        "no clash is settled"
    );
    ensure!(story.steps.iter().any(|step| step.file.is_some()), "no form is filed");
    let (mut begun, mut ended) = (BTreeSet::new(), BTreeSet::new());
    for (clock, runs) in expected().flat_map(|expect| &expect.clocks) {
        for run in runs.each() {
            let standing = run.split(' ').next().unwrap_or_default();
            if ["running", "due_soon", "overdue"].contains(&standing) {
                begun.insert(clock);
            } else if ["met", "met_late", "extended", "not_applicable"].contains(&standing) && begun.contains(clock) {
                ended.insert(clock);
            }
        }
    }
    ensure!(
        ended.len() >= CLOCKS_MIN,
        "only {ended:?} are watched from their start to their end"
    );
    Ok(())
}
