//! What must be so after a step, and how it is asked of a tablet.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use casework::{
    CaseId, FactId, InstitutionId, Subject,
    clock::{Running, Standing},
    stage::Step as Way,
};
use ipc::{
    Amended, CaseView, Clash, FieldView, FiledForm, FilingView, FormItem, FormView, RegisterRef, Reply, Request,
    TaskOrigin, TaskView,
};
use serde::Deserialize;

use super::{
    play::Player,
    read::{Child, Step, Story, Values},
    values::{of_fact, written},
};

/// What must be so on somebody's tablet. What is not named is not asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// On whose tablet.
    pub on: String,
    /// In which case; that of the step where nothing is said.
    pub case: Option<String>,
    /// In which institution, where it is none of the cases.
    pub institution: Option<String>,
    /// Whether the case or institution is there at all.
    pub here: Option<bool>,
    /// The stage of the case.
    pub stage: Option<String>,
    /// The stages on the way here that rest on too little, each with how many sentences: `inquiry 1`.
    pub warnings: Option<Vec<String>>,
    /// Steps that may be taken, each with how many sentences warn: `closed 3`. Others may be there.
    #[serde(default)]
    pub next: Vec<String>,
    /// Clocks, with how they stand and when they are due: `running 2024-03-19 24:00`; each run in turn, where there
    /// are several. A clock without a time is due at `-`.
    #[serde(default)]
    pub clocks: BTreeMap<String, Runs>,
    /// Clocks that have not begun, or are not there at all.
    #[serde(default)]
    pub no_clocks: Vec<String>,
    /// Forms: `complete`, `incomplete`, or how many of how many: `12/20`.
    #[serde(default)]
    pub forms: BTreeMap<String, String>,
    /// What forms still lack, among other things.
    #[serde(default)]
    pub missing: BTreeMap<String, Vec<String>>,
    /// Every register with two versions: a fact, or a row and its column, `mother.phone`.
    pub clashes: Option<Vec<String>>,
    /// The kind of place where the child is; empty for nowhere.
    pub custody: Option<String>,
    /// What is doubtful about who has the child.
    pub doubts: Option<Vec<String>>,
    /// Open tasks: an officer's own by its title, others as `clock sir-cncp`, `plan`, `progress`, `visit`, `hearing`.
    #[serde(default)]
    pub tasks: Vec<String>,
    /// The same, which must not be there.
    #[serde(default)]
    pub no_tasks: Vec<String>,
    /// Values of facts.
    #[serde(default)]
    pub facts: Values,
    /// Facts that are not on this tablet.
    #[serde(default)]
    pub absent: Vec<String>,
    /// How many linked cases there are of each relation: `twin 1`.
    pub links: Option<Vec<String>>,
    /// Filings, newest first: `22 signed`.
    pub filings: Option<Vec<String>>,
    /// What was changed since on the newest filing of a form: facts, or `+table`, `-table`, `table.column`.
    #[serde(default)]
    pub amendments: BTreeMap<String, Vec<String>>,
    /// What a form holds without anybody having written it there: by fact, the author who wrote it and what they were
    /// doing then, `rekha form 17`.
    #[serde(default)]
    pub carried: BTreeMap<String, BTreeMap<String, String>>,
    /// What stands on the newest filing of a form, whatever was written since.
    #[serde(default)]
    pub stood: BTreeMap<String, Values>,
}

impl Expect {
    /// What it is about; what its step is about where it says nothing.
    pub(super) fn about<'s>(&self, story: &'s Story, step: &Step) -> anyhow::Result<Vec<&'s Child>> {
        match (&self.case, &self.institution) {
            (None, None) => story.about(step.case.as_deref(), step.institution.as_deref()),
            (case, institution) => story.about(case.as_deref(), institution.as_deref()),
        }
    }
}

/// What both a case and an institution show.
struct Seen<'v> {
    subject: Subject,
    clocks: &'v [(Running, Standing)],
    clashes: &'v [Clash],
    filings: &'v [FilingView],
}

/// How the runs of a clock stand.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Runs {
    /// There is one.
    One(String),
    /// There are several.
    Several(Vec<String>),
}

impl Runs {
    /// Each of them.
    pub fn each(&self) -> &[String] {
        match self {
            Self::One(run) => std::slice::from_ref(run),
            Self::Several(runs) => runs,
        }
    }
}

impl Player<'_> {
    /// Asks one expectation of each case or institution it is about; gives how many that were.
    pub(super) fn meets(&self, step: &Step, expect: &Expect) -> anyhow::Result<usize> {
        let children = expect.about(self.story, step)?;
        for child in &children {
            let place = || format!("on {}'s tablet, {}", expect.on, child.id);
            match self.subject(child).with_context(place)? {
                Subject::Case(case) => self.meets_in(expect, child, case),
                Subject::Institution(house) => self.meets_at(expect, child, house),
                Subject::Missing(_) => Err(anyhow::anyhow!("stories tell of cases and institutions")),
            }
            .with_context(place)?;
        }
        Ok(children.len())
    }

    fn meets_in(&self, expect: &Expect, child: &Child, case: CaseId) -> anyhow::Result<()> {
        let desk = &self.seat(&expect.on)?.desk;
        let view = desk.case(case)?;
        if expect.here == Some(false) {
            ensure!(view.is_none(), "the case is still there");
            return Ok(());
        }
        let view = view.context("the case is not there")?;
        let seen = Seen {
            subject: case.into(),
            clocks: &view.clocks,
            clashes: &view.clashes,
            filings: &view.filings,
        };
        stages(expect, &view)?;
        self.clocks(expect, &seen)?;
        self.clashes(expect, &seen, child)?;
        custody(expect, &view)?;
        tasks(expect, &view)?;
        self.facts(expect, &view, child)?;
        links(expect, &view)?;
        self.forms(expect, &seen, child)
    }

    fn meets_at(&self, expect: &Expect, child: &Child, house: InstitutionId) -> anyhow::Result<()> {
        let desk = &self.seat(&expect.on)?.desk;
        let view = desk.institution(house)?;
        if expect.here == Some(false) {
            ensure!(view.is_none(), "the institution is still there");
            return Ok(());
        }
        let view = view.context("the institution is not there")?;
        ensure!(
            expect.facts.is_empty() && expect.absent.is_empty() && expect.stage.is_none() && expect.custody.is_none(),
            "that is asked of cases only"
        );
        let seen = Seen {
            subject: house.into(),
            clocks: &view.clocks,
            clashes: &view.clashes,
            filings: &view.filings,
        };
        self.clocks(expect, &seen)?;
        self.clashes(expect, &seen, child)?;
        self.forms(expect, &seen, child)
    }

    fn clocks(&self, expect: &Expect, view: &Seen<'_>) -> anyhow::Result<()> {
        for (id, runs) in &expect.clocks {
            let mut found: Vec<_> = view.clocks.iter().filter(|(running, _)| running.id == *id).collect();
            found.sort_by_key(|(running, _)| running.started_at_ms);
            let told = |(running, standing): &&(Running, Standing)| {
                let due = running.due_at_ms.map(|due| due - self.setting.shift_days * 86_400_000);
                let standing = serde_json::to_value(standing).unwrap_or_default();
                let standing = standing.as_str().unwrap_or_default();
                format!("{standing} {}", due.map_or_else(|| "-".to_owned(), written))
            };
            let found: Vec<String> = found.iter().map(told).collect();
            ensure!(
                found == runs.each(),
                "clock {id}: expected {:?}, found {found:?}",
                runs.each()
            );
        }
        for id in &expect.no_clocks {
            let found = view
                .clocks
                .iter()
                .any(|(running, _)| running.id == *id && running.applies);
            ensure!(!found, "clock {id} runs");
        }
        Ok(())
    }

    fn clashes(&self, expect: &Expect, view: &Seen<'_>, child: &Child) -> anyhow::Result<()> {
        let Some(expected) = &expect.clashes else {
            return Ok(());
        };
        let name = |register: &RegisterRef| match register {
            RegisterRef::Fact { fact } => fact.to_string(),
            RegisterRef::Cell { table, row, column } => {
                let named = self
                    .rows
                    .iter()
                    .find(|((of, _), (_, known))| *of == child.id && known == row);
                let row = named.map_or(table, |((_, name), _)| name);
                format!("{row}.{column}")
            }
        };
        let found = view.clashes.iter().map(|clash| name(&clash.register)).collect();
        same("two versions", expected, found)?;
        let alone = view.clashes.iter().find(|clash| clash.versions.len() < 2);
        ensure!(alone.is_none(), "a clash of one version: {alone:?}");
        Ok(())
    }

    fn facts(&self, expect: &Expect, view: &CaseView, child: &Child) -> anyhow::Result<()> {
        for (fact, value) in &expect.facts {
            let (fact, value) = of_fact(fact, value, self.shift(), &child.own)?;
            let found = view.facts.iter().find(|view| view.fact == fact).map(|view| &view.value);
            ensure!(found == Some(&value), "{fact}: expected {value:?}, found {found:?}");
        }
        for fact in &expect.absent {
            let fact: FactId = fact.parse()?;
            ensure!(casework::Pack::national().fact(&fact).is_some(), "no fact {fact}");
            let found = view.facts.iter().find(|view| view.fact == fact);
            ensure!(found.is_none(), "{fact} is on this tablet");
            let register = RegisterRef::Fact { fact: fact.clone() };
            let case = view.card.case;
            let known = self.seat(&expect.on)?.desk.call(Request::History {
                subject: case.into(),
                register,
                older: None,
            });
            let known = matches!(&known, Ok(Reply::History { versions, .. }) if !versions.is_empty());
            ensure!(!known, "the history of {fact} is on this tablet");
        }
        Ok(())
    }

    fn forms(&self, expect: &Expect, view: &Seen<'_>, child: &Child) -> anyhow::Result<()> {
        for (form, expected) in &expect.forms {
            let found = self.form(expect, view, form)?;
            let counts = format!("{}/{}", found.filled, found.required);
            let fits = match expected.as_str() {
                "complete" => found.filled == found.required && found.missing.is_empty(),
                "incomplete" => found.filled < found.required,
                expected => counts == expected,
            };
            let missing = missing(&found);
            ensure!(
                fits,
                "form {form}: expected {expected}, found {counts}, missing {missing:?}"
            );
        }
        for (form, expected) in &expect.missing {
            let found = missing(&self.form(expect, view, form)?);
            let absent = expected.iter().find(|item| !found.contains(item));
            ensure!(
                absent.is_none(),
                "form {form}: {absent:?} is not among what is missing: {found:?}"
            );
        }
        if let Some(expected) = &expect.filings {
            let code = |how: Option<ipc::FilingKind>| how.map_or("?", ipc::FilingKind::code);
            let told = |filing: &ipc::FilingView| format!("{} {}", filing.form, code(filing.how));
            let found: Vec<String> = view.filings.iter().map(told).collect();
            ensure!(found == *expected, "filings: expected {expected:?}, found {found:?}");
        }
        for (form, expected) in &expect.amendments {
            let filed = self.filed(expect, view, form)?;
            let what = |amended: &Amended| match amended {
                Amended::Register { register } => match register {
                    RegisterRef::Fact { fact } => fact.to_string(),
                    RegisterRef::Cell { table, column, .. } => format!("{table}.{column}"),
                },
                Amended::RowAdded { table, .. } => format!("+{table}"),
                Amended::RowRemoved { table, .. } => format!("-{table}"),
            };
            let found = filed.amendments.iter().map(|amendment| what(&amendment.what)).collect();
            same(&format!("amendments of form {form}"), expected, found)?;
        }
        for (form, expected) in &expect.stood {
            let filed = self.filed(expect, view, form)?.form;
            for (fact, value) in expected {
                let (fact, value) = of_fact(fact, value, self.shift(), &child.own)?;
                let found = field(&filed, &fact).and_then(|field| field.value.as_ref());
                ensure!(
                    found == Some(&value),
                    "form {form} as filed, {fact}: expected {value:?}, found {found:?}"
                );
            }
        }
        for (form, expected) in &expect.carried {
            let found = self.form(expect, view, form)?;
            for (fact, told) in expected {
                let field =
                    field(&found, &fact.parse()?).with_context(|| format!("form {form} does not ask {fact}"))?;
                let from = field.from.as_ref();
                let from = from.with_context(|| format!("form {form}: nothing stands at {fact}"))?;
                let (author, action) = told.split_once(' ').context("who wrote it, and what they were doing")?;
                let named = self.story.authors.iter().find(|known| known.id == author);
                let by = named.map_or(author, |known| known.name.as_str());
                ensure!(
                    from.by == by && from.action == action,
                    "form {form}, {fact}: expected {told}, found {from:?}"
                );
            }
        }
        Ok(())
    }

    fn form(&self, expect: &Expect, view: &Seen<'_>, form: &str) -> anyhow::Result<FormView> {
        let (subject, form) = (view.subject, form.to_owned());
        match self.seat(&expect.on)?.desk.call(Request::Form { subject, form }) {
            Ok(Reply::Form(form)) => Ok(*form),
            other => bail!("asking for a form was answered by {other:?}"),
        }
    }

    /// The newest filing of a form.
    fn filed(&self, expect: &Expect, view: &Seen<'_>, form: &str) -> anyhow::Result<FiledForm> {
        let filing = view.filings.iter().find(|filing| filing.form == *form);
        let row = filing.with_context(|| format!("form {form} was not filed"))?.row;
        let subject = view.subject;
        match self.seat(&expect.on)?.desk.call(Request::Filed { subject, row }) {
            Ok(Reply::FiledForm(filed)) => Ok(*filed),
            other => bail!("asking for a filed form was answered by {other:?}"),
        }
    }
}

fn field<'f>(form: &'f FormView, fact: &FactId) -> Option<&'f FieldView> {
    let mut items = form.sections.iter().flat_map(|section| &section.items);
    items.find_map(|item| match item {
        FormItem::Field(field) if field.fact == *fact => Some(&**field),
        _ => None,
    })
}

fn stages(expect: &Expect, view: &CaseView) -> anyhow::Result<()> {
    let advice = &view.life.stage;
    if let Some(expected) = &expect.stage {
        let found = advice.current.code();
        ensure!(found == expected, "stage: expected {expected}, found {found}");
    }
    if let Some(expected) = &expect.warnings {
        let told = advice.skipped.iter();
        let found = told.map(|skipped| format!("{} {}", skipped.stage.code(), skipped.warnings.len()));
        let found: Vec<String> = found.collect();
        ensure!(
            found == *expected,
            "warnings: expected {expected:?}, found {found:?}: {:?}",
            advice
                .skipped
                .iter()
                .flat_map(|skipped| &skipped.warnings)
                .collect::<Vec<_>>()
        );
    }
    let told = |way: &Way| format!("{} {}", way.to.code(), way.warnings.len());
    let found: Vec<String> = advice.next.iter().map(told).collect();
    for expected in &expect.next {
        ensure!(
            found.contains(expected),
            "next: expected {expected:?}, found {found:?}: {:?}",
            advice.next
        );
    }
    Ok(())
}

fn custody(expect: &Expect, view: &CaseView) -> anyhow::Result<()> {
    let chain = &view.life.custody;
    if let Some(expected) = &expect.custody {
        let found = chain
            .current(view.now_ms)
            .and_then(|link| link.place.as_deref())
            .unwrap_or_default();
        ensure!(
            found == expected,
            "custody: expected {expected:?}, found {found:?} of {:?}",
            chain.links
        );
    }
    if let Some(expected) = &expect.doubts {
        let found = chain.findings.iter().map(|finding| finding.code.clone()).collect();
        same("doubts about custody", expected, found)?;
    }
    Ok(())
}

fn tasks(expect: &Expect, view: &CaseView) -> anyhow::Result<()> {
    let told = |task: &TaskView| match &task.origin {
        TaskOrigin::Clock { id, .. } => format!("clock {id}"),
        TaskOrigin::Plan { .. } => "plan".to_owned(),
        TaskOrigin::Progress { .. } => "progress".to_owned(),
        TaskOrigin::Visit { .. } => "visit".to_owned(),
        TaskOrigin::Hearing { .. } => "hearing".to_owned(),
        TaskOrigin::Own { .. } => task.title.clone(),
    };
    let open = view.tasks.iter().filter(|task| task.done_at_ms.is_none());
    let found: Vec<String> = open.map(told).collect();
    for expected in &expect.tasks {
        ensure!(
            found.contains(expected),
            "tasks: expected {expected:?}, found {found:?}"
        );
    }
    for unwanted in &expect.no_tasks {
        ensure!(!found.contains(unwanted), "tasks: {unwanted:?} is open");
    }
    Ok(())
}

fn links(expect: &Expect, view: &CaseView) -> anyhow::Result<()> {
    let Some(expected) = &expect.links else {
        return Ok(());
    };
    let mut counts = BTreeMap::<&str, usize>::new();
    for link in &view.life.links {
        *counts.entry(&link.relation).or_default() += 1;
    }
    let found = counts
        .into_iter()
        .map(|(relation, count)| format!("{relation} {count}"))
        .collect();
    same("links", expected, found)
}

fn missing(form: &FormView) -> Vec<String> {
    let items = form.missing.iter().flat_map(|gap| &gap.missing);
    let name = |item: &ipc::MissingItem| {
        item.fact
            .as_ref()
            .map(ToString::to_string)
            .or_else(|| item.table.clone())
    };
    items.filter_map(name).collect()
}

/// The same things in any order.
fn same(what: &str, expected: &[String], mut found: Vec<String>) -> anyhow::Result<()> {
    let mut expected = expected.to_vec();
    expected.sort();
    found.sort();
    ensure!(found == expected, "{what}: expected {expected:?}, found {found:?}");
    Ok(())
}
