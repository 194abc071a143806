//! Whether a condition can be true at all: it is tried with every value of its facts that could make a difference.

use std::collections::BTreeSet;

use jiff::{Span, civil};

use crate::{
    Expression, FactId, FactType, Outcome, Pack, Value,
    expression::{Node, Unit},
};

/// The most combinations that are tried one by one.
const COMBINATIONS_MAX: usize = 20_000;
/// How many are tried where there are more.
const SAMPLES: usize = 20_000;
/// The day of the trial; no date in a rule is compared with it but through `today`.
const TODAY: civil::Date = civil::date(2026, 11, 23);

/// What was seen of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent answers")]
pub struct Truth {
    /// It holds for some values.
    pub sometimes_true: bool,
    /// It does not hold for some values.
    pub sometimes_false: bool,
    /// It holds for all values, and where nothing is written.
    pub always_true: bool,
    /// Every combination was tried.
    pub decided: bool,
}

/// Tries a condition over the finite abstraction of its facts: the codes it names and others, the numbers it names and
/// their neighbours, days around those it names and around today, and nothing written.
pub fn truth(condition: &Expression, pack: &Pack) -> Truth {
    let constants = Constants::of(condition);
    let facts: Vec<(&FactId, Vec<Option<Value>>)> = condition
        .facts()
        .into_iter()
        .map(|fact| (fact, constants.values_of(fact, pack)))
        .collect();
    let tables: Vec<(&str, Vec<usize>)> = condition
        .tables()
        .into_iter()
        .map(|table| (table, constants.counts()))
        .collect();
    let sizes = facts
        .iter()
        .map(|(_, values)| values.len())
        .chain(tables.iter().map(|(_, counts)| counts.len()));
    let sizes: Vec<usize> = sizes.collect();
    let combinations = sizes
        .iter()
        .try_fold(1_usize, |product, size| product.checked_mul(*size));
    let decided = combinations.is_some_and(|all| all <= COMBINATIONS_MAX);
    let mut seen = Truth {
        sometimes_true: false,
        sometimes_false: false,
        always_true: true,
        decided,
    };
    let mut choice = Choice::new(decided);
    for turn in 0..if decided { combinations.unwrap_or(0) } else { SAMPLES } {
        let picks = choice.picks(turn, &sizes);
        let get = |id: &FactId| {
            let at = facts.iter().position(|(fact, _)| *fact == id)?;
            facts[at].1[picks[at]].clone()
        };
        let count = |name: &str| {
            let at = tables.iter().position(|(table, _)| *table == name);
            at.map_or(0, |at| tables[at].1[picks[facts.len() + at]])
        };
        match condition.evaluate(&get, &count, TODAY) {
            Outcome::True => seen.sometimes_true = true,
            Outcome::False => (seen.sometimes_false, seen.always_true) = (true, false),
            _ => seen.always_true = false,
        }
        if seen.sometimes_true && seen.sometimes_false {
            return Truth { decided: true, ..seen };
        }
    }
    seen
}

/// Which value of each fact a turn takes: all in order, or a spread over too many.
struct Choice {
    in_order: bool,
    state: u64,
}

impl Choice {
    const fn new(in_order: bool) -> Self {
        Self { in_order, state: 1 }
    }

    fn picks(&mut self, turn: usize, sizes: &[usize]) -> Vec<usize> {
        let mut rest = turn;
        let pick = |size: &usize| {
            if self.in_order {
                let pick = rest % size;
                rest /= size;
                return pick;
            }
            // A linear congruential generator: the same turns on every machine.
            self.state = self
                .state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.state >> 33).unwrap_or(0) % size
        };
        sizes.iter().map(pick).collect()
    }
}

/// What a condition names.
#[derive(Default)]
struct Constants {
    whole: BTreeSet<i64>,
    texts: BTreeSet<String>,
    days: BTreeSet<civil::Date>,
    decimals: Vec<f64>,
    units: Vec<Unit>,
}

impl Constants {
    fn of(condition: &Expression) -> Self {
        let mut found = Self::default();
        condition.node().walk(&mut |node| match node {
            Node::Integer(number) => {
                found
                    .whole
                    .extend([number.saturating_sub(1), *number, number.saturating_add(1)]);
            }
            Node::Number(number) => found.decimals.extend([number - 0.5, *number, number + 0.5]),
            Node::Text(text) => {
                found.texts.insert(text.clone());
                found.days.extend(text.parse::<civil::Date>());
            }
            Node::Between(unit, _) => found.units.push(*unit),
            _ => {}
        });
        found.whole.insert(0);
        found.days.insert(TODAY);
        found
    }

    fn counts(&self) -> Vec<usize> {
        self.whole
            .iter()
            .filter_map(|number| usize::try_from(*number).ok())
            .collect()
    }

    /// Days that could make a difference: those named, those a named number of years, months or days before and after.
    fn all_days(&self) -> BTreeSet<civil::Date> {
        let mut days = self.days.clone();
        for (unit, number) in self
            .units
            .iter()
            .flat_map(|unit| self.whole.iter().map(move |number| (unit, number)))
        {
            let span = match unit {
                Unit::Years => Span::new().try_years(*number),
                Unit::Months => Span::new().try_months(*number),
                Unit::Days => Span::new().try_days(*number),
            };
            for day in &self.days {
                let Ok(span) = span else { continue };
                days.extend(day.checked_add(span));
                days.extend(day.checked_sub(span));
            }
        }
        let neighbours: Vec<civil::Date> = days
            .iter()
            .flat_map(|day| [day.yesterday(), day.tomorrow()])
            .flatten()
            .collect();
        days.extend(neighbours);
        days
    }

    fn values_of(&self, id: &FactId, pack: &Pack) -> Vec<Option<Value>> {
        let Some(fact) = pack.fact(id) else { return vec![None] };
        let codes = || {
            let terms = fact.vocabulary.as_deref().and_then(|id| pack.vocabulary(id));
            let all = terms.into_iter().flat_map(|vocabulary| &vocabulary.terms);
            let (named, others): (Vec<&str>, Vec<&str>) = all
                .map(|term| term.code.as_str())
                .partition(|code| self.texts.contains(*code));
            named.into_iter().chain(others.into_iter().take(2)).collect::<Vec<_>>()
        };
        let within = |number: f64| {
            fact.min.is_none_or(|min| number >= as_decimal(min)) && fact.max.is_none_or(|max| number <= as_decimal(max))
        };
        let whole = self.whole.iter().copied().chain(fact.min).chain(fact.max);
        let mut values: Vec<Value> = match fact.kind {
            FactType::Flag => vec![Value::Flag(true), Value::Flag(false)],
            FactType::Choice => codes().into_iter().map(Value::from).collect(),
            FactType::Choices => sets(&codes()),
            FactType::Integer => whole
                .filter(|number| within(as_decimal(*number)))
                .map(Value::Integer)
                .collect(),
            FactType::Number => {
                let decimals = whole.map(as_decimal).chain(self.decimals.iter().copied());
                decimals.filter(|number| within(*number)).map(Value::Number).collect()
            }
            FactType::Date => self.all_days().iter().map(|day| Value::Text(day.to_string())).collect(),
            FactType::Instant => self.all_days().iter().filter_map(|day| noon(*day)).collect(),
            FactType::Text | FactType::LongText | FactType::Phone | FactType::Unknown => {
                let sized = self.whole.iter().filter_map(|size| usize::try_from(*size).ok());
                let sized = sized.filter(|size| *size <= 200).map(|size| "x".repeat(size));
                self.texts.iter().cloned().chain(sized).map(Value::Text).collect()
            }
        };
        values.dedup();
        std::iter::once(None).chain(values.into_iter().map(Some)).collect()
    }
}

/// The empty set, sets of one and two codes, and all of them.
fn sets(codes: &[&str]) -> Vec<Value> {
    let set = |codes: &[&str]| Value::Set(codes.iter().map(|code| (*code).to_owned()).collect());
    let mut sets = vec![set(&[])];
    for (at, one) in codes.iter().enumerate() {
        sets.push(set(&[one]));
        sets.extend(codes[..at].iter().map(|other| set(&[one, other])));
    }
    if codes.len() > 2 {
        sets.push(set(codes));
    }
    sets
}

/// Noon in India on that day.
fn noon(day: civil::Date) -> Option<Value> {
    let offset = jiff::tz::Offset::from_seconds(5 * 3600 + 1800).ok()?;
    let moment = offset.to_timestamp(day.at(12, 0, 0, 0)).ok()?;
    Some(Value::Instant(moment.as_millisecond()))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of a dictionary are small")]
const fn as_decimal(number: i64) -> f64 {
    number as f64
}
