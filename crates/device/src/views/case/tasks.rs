//! What is to be done in a case: what somebody wrote, and what clocks, the plan, visits and hearings ask for.

use casework::{
    Labels, Record, Value,
    clock::Running,
    tasks::{self, Origin},
};
use ipc::TaskView;

use crate::{
    session::Session,
    store::StoreError,
    views::{Part, Speaker},
};

/// Open tasks by time, then those that are done. What stands in the care plan is shown only when `reveal`.
pub(super) fn task_views(
    session: &Session,
    speaker: &Speaker<'_>,
    parts: &[Part],
    record: &Record,
    running: &[Running],
    reveal: bool,
) -> Result<Vec<TaskView>, StoreError> {
    let mut views = Vec::new();
    for task in tasks::due(session.pack.stages(), record, running, session.now_ms()) {
        let (by, due) = match &task.origin {
            Origin::Own { row } => {
                let written = record.rows_of("tasks").find(|known| known.id == *row);
                let due = written.and_then(|row| row.text("due")).map(str::to_owned);
                (by(speaker, parts, *row)?, due)
            }
            _ => (String::new(), task.due_at_ms.and_then(last_day)),
        };
        let masked = !reveal && matches!(task.origin, Origin::Plan { .. });
        views.push(TaskView {
            title: task.text.filter(|_| !masked).unwrap_or_default(),
            label: task.title,
            who: if masked { Labels::default() } else { task.who },
            due,
            due_at_ms: task.due_at_ms,
            source: task.source,
            done_at_ms: None,
            by,
            origin: task.origin,
        });
    }
    let mut done = Vec::new();
    for row in record.rows_of("tasks") {
        let Some(done_at_ms) = row.cells.get("done_at").and_then(Value::as_instant_ms) else {
            continue;
        };
        done.push(TaskView {
            origin: Origin::Own { row: row.id },
            title: row.text("title").unwrap_or_default().to_owned(),
            label: Labels::default(),
            who: Labels::default(),
            due: row.text("due").map(str::to_owned),
            due_at_ms: None,
            source: None,
            done_at_ms: Some(done_at_ms),
            by: by(speaker, parts, row.id)?,
        });
    }
    done.sort_by_key(|task| std::cmp::Reverse(task.done_at_ms));
    views.append(&mut done);
    Ok(views)
}

/// A time that runs out at a midnight belongs to the day that ends with it.
fn last_day(due_at_ms: i64) -> Option<String> {
    casework::clock::indian_day(due_at_ms - 1).map(|day| day.to_string())
}

fn by(speaker: &Speaker<'_>, parts: &[Part], row: casework::RowId) -> Result<String, StoreError> {
    let last = parts.iter().find_map(|part| part.task_authors.get(&row).copied());
    let added = || {
        parts
            .iter()
            .flat_map(|part| &part.rows)
            .find(|known| known.id == row)?
            .author
    };
    speaker.by(last.or_else(added))
}
