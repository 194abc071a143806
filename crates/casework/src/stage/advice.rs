//! What may be said about the stage of a case.

use std::collections::{BTreeMap, VecDeque};

use super::{Advice, Need, Pending, Skipped, Stages, Step, StepRule, Warning, phrases};
use crate::{CaseKind, Record, Stage, clock, facts};

/// What a need is held against.
struct Case<'a> {
    record: &'a Record,
    kind: CaseKind,
    running: &'a [clock::Running],
    now_ms: i64,
}

/// The stage of a case, what it rests on, and the steps from here with what each still lacks. `running` are the clocks
/// of the case at `now_ms`.
pub fn advice(stages: &Stages, record: &Record, running: &[clock::Running], now_ms: i64) -> Advice {
    let case = Case {
        record,
        kind: record.text(facts::KIND).map_or(CaseKind::Cncp, CaseKind::from_code),
        running,
        now_ms,
    };
    let current = record.text(facts::STAGE).map_or(Stage::Intake, Stage::from_code);
    let skipped = way_to(stages, &case.kind, &current)
        .into_iter()
        .map(|stage| Skipped {
            warnings: missing_at(stages, &case, &stage),
            stage,
        })
        .filter(|skipped| !skipped.warnings.is_empty())
        .collect();
    let next: Vec<Step> = steps(stages, &case.kind)
        .filter(|rule| rule.from.contains(&current))
        .map(|rule| usual(stages, &case, rule))
        .collect();
    let others = Stage::ALL
        .iter()
        .filter(|stage| **stage != current && !next.iter().any(|step| step.to == **stage))
        .map(|stage| unusual(stages, &case, stage))
        .collect();
    Advice {
        current,
        skipped,
        next,
        others,
    }
}

fn steps<'a>(stages: &'a Stages, kind: &'a CaseKind) -> impl Iterator<Item = &'a StepRule> {
    stages.steps.iter().filter(|rule| is_for(&rule.kinds, kind))
}

/// A child under both parts of the Act may take the steps of either.
fn is_for(kinds: &[CaseKind], kind: &CaseKind) -> bool {
    kinds.is_empty() || kinds.contains(kind) || *kind == CaseKind::Both
}

fn usual(stages: &Stages, case: &Case<'_>, rule: &StepRule) -> Step {
    let mut warnings = missing_at(stages, case, &rule.to);
    warnings.extend(missing(&rule.needs, case));
    Step {
        to: rule.to.clone(),
        label: rule.label.clone(),
        source: rule.source.clone(),
        checked: rule.checked.clone(),
        warnings,
    }
}

fn unusual(stages: &Stages, case: &Case<'_>, stage: &Stage) -> Step {
    let mut warnings = vec![Warning {
        says: stages.phrase(phrases::UNUSUAL_STEP),
        source: None,
        checked: None,
    }];
    warnings.extend(missing_at(stages, case, stage));
    Step {
        to: stage.clone(),
        label: crate::Labels::default(),
        source: None,
        checked: None,
        warnings,
    }
}

/// What a stage rests on and lacks.
fn missing_at(stages: &Stages, case: &Case<'_>, stage: &Stage) -> Vec<Warning> {
    let rules = stages.stages.iter().filter(|rule| rule.id == *stage);
    rules.flat_map(|rule| missing(&rule.needs, case)).collect()
}

fn missing(needs: &[Need], case: &Case<'_>) -> Vec<Warning> {
    needs
        .iter()
        .filter(|need| need.kinds.is_empty() || need.kinds.contains(&case.kind))
        .filter(|need| is_missing(need, case))
        .map(|need| Warning {
            says: need.says.clone(),
            source: need.source.clone(),
            checked: need.checked.clone(),
        })
        .collect()
}

fn is_missing(need: &Need, case: &Case<'_>) -> bool {
    let today = clock::indian_date(case.now_ms);
    let fails = need
        .when
        .as_ref()
        .zip(today)
        .is_some_and(|(condition, today)| condition.in_record(case.record, today).is_false());
    let pending = match need.no {
        Some(Pending::OverdueClock) => case
            .running
            .iter()
            .any(|clock| clock.standing(case.now_ms) == clock::Standing::Overdue),
        Some(Pending::OpenTask) => case.record.rows_of("tasks").any(|row| row.moment("done_at").is_none()),
        None => false,
    };
    fails || pending
}

/// The stages on the shortest usual way from intake to `goal`, both included; `goal` alone where no step leads there.
/// No way leads through closure: a case that was opened again is not asked why it was closed.
fn way_to(stages: &Stages, kind: &CaseKind, goal: &Stage) -> Vec<Stage> {
    let mut came_from: BTreeMap<Stage, Option<Stage>> = BTreeMap::from([(Stage::Intake, None)]);
    let mut ahead = VecDeque::from([Stage::Intake]);
    while let Some(stage) = ahead.pop_front() {
        if stage == Stage::Closed {
            continue;
        }
        for rule in steps(stages, kind).filter(|rule| rule.from.contains(&stage)) {
            if !came_from.contains_key(&rule.to) {
                came_from.insert(rule.to.clone(), Some(stage.clone()));
                ahead.push_back(rule.to.clone());
            }
        }
    }
    let mut way = vec![goal.clone()];
    while let Some(Some(before)) = came_from.get(&way[way.len() - 1]) {
        way.push(before.clone());
    }
    way.reverse();
    way
}
