//! What is written in a story, as the dictionary understands it.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use casework::{FactId, FactType, Pack, Value};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time},
    tz::Offset,
};

/// Indian time.
pub(super) fn india() -> Offset {
    Offset::from_seconds(5 * 3600 + 1800).expect("+05:30 is an offset")
}

/// A moment in Indian time, `2024-03-04 18:20` or `2024-03-04 24:00`, in milliseconds since 1970.
pub fn moment(text: &str) -> anyhow::Result<i64> {
    let wrong = || format!("`{text}` is no moment such as 2024-03-04 18:20");
    let (day, time) = text.split_once(' ').with_context(wrong)?;
    let day: Date = day.parse().with_context(wrong)?;
    let at = if time == "24:00" {
        day.tomorrow()?.to_datetime(Time::midnight())
    } else {
        let (hour, minute) = time.split_once(':').with_context(wrong)?;
        let time = Time::new(hour.parse()?, minute.parse()?, 0, 0).with_context(wrong)?;
        day.to_datetime(time)
    };
    Ok(india().to_timestamp(at)?.as_millisecond())
}

/// A moment as stories write it; a midnight is the end of the day before.
pub(super) fn written(at_ms: i64) -> String {
    let Ok(at) = Timestamp::from_millisecond(at_ms) else {
        return format!("{at_ms} ms");
    };
    let at = india().to_datetime(at);
    match at.date().yesterday() {
        Ok(before) if at.time() == Time::midnight() => format!("{before} 24:00"),
        _ => at.strftime("%Y-%m-%d %H:%M").to_string(),
    }
}

/// How the moments of a story become those of the day on which it is played.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shift {
    /// So many days later.
    pub(super) days: i64,
}

impl Shift {
    /// A moment.
    pub(super) fn moment(self, text: &str) -> anyhow::Result<i64> {
        Ok(moment(text)? + self.days * 86_400_000)
    }

    fn date(self, text: &str) -> anyhow::Result<String> {
        let day: Date = text.parse().with_context(|| format!("`{text}` is no day"))?;
        Ok(day.checked_add(self.days.days())?.to_string())
    }
}

/// Puts what is a child's own in the place of `{…}`.
pub(super) fn fill(text: &str, own: &BTreeMap<String, String>) -> String {
    own.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

/// A value of a fact.
pub(super) fn of_fact(
    fact: &str,
    value: &toml::Value,
    shift: Shift,
    own: &BTreeMap<String, String>,
) -> anyhow::Result<(FactId, Value)> {
    let id: FactId = fact.parse().with_context(|| format!("`{fact}` is no fact"))?;
    let known = Pack::national()
        .fact(&id)
        .with_context(|| format!("no fact `{fact}`"))?;
    let value = of_kind(known.kind, value, shift, own).with_context(|| fact.to_owned())?;
    known
        .check(&value, Pack::national())
        .map_err(|invalid| anyhow::anyhow!("{fact}: {value:?}: {invalid:?}"))?;
    Ok((id, value))
}

/// A value of a cell.
pub(super) fn of_cell(
    table: &str,
    column: &str,
    value: &toml::Value,
    shift: Shift,
    own: &BTreeMap<String, String>,
) -> anyhow::Result<Value> {
    let known = Pack::national()
        .table(table)
        .with_context(|| format!("no table `{table}`"))?;
    let known = known
        .column(column)
        .with_context(|| format!("no column `{table}.{column}`"))?;
    let value = of_kind(known.kind, value, shift, own).with_context(|| format!("{table}.{column}"))?;
    known
        .check(&value, Pack::national())
        .map_err(|invalid| anyhow::anyhow!("{table}.{column}: {value:?}: {invalid:?}"))?;
    Ok(value)
}

fn of_kind(kind: FactType, value: &toml::Value, shift: Shift, own: &BTreeMap<String, String>) -> anyhow::Result<Value> {
    use toml::Value as Toml;
    Ok(match (kind, value) {
        (FactType::Instant, Toml::String(text)) => Value::Instant(shift.moment(text)?),
        (FactType::Date, Toml::String(text)) => Value::Text(shift.date(&fill(text, own))?),
        (FactType::Text | FactType::LongText | FactType::Phone | FactType::Choice, Toml::String(text)) => {
            let text = fill(text, own);
            ensure!(!text.contains('{'), "`{text}`: not every child has that");
            Value::Text(text)
        }
        (FactType::Integer, Toml::Integer(number)) => Value::Integer(*number),
        (FactType::Integer, Toml::String(text)) => Value::Integer(fill(text, own).parse()?),
        (FactType::Number, Toml::Float(number)) => Value::Number(*number),
        (FactType::Number, Toml::Integer(number)) => Value::Number(f64::from(i32::try_from(*number)?)),
        (FactType::Flag, Toml::Boolean(flag)) => Value::Flag(*flag),
        (FactType::Choices, Toml::Array(codes)) => {
            let code = |code: &Toml| code.as_str().map(str::to_owned).context("a code is a text");
            Value::Set(codes.iter().map(code).collect::<anyhow::Result<_>>()?)
        }
        (kind, value) => bail!("{value} is no {kind:?}"),
    })
}
