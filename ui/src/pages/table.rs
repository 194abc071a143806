//! A table: its rows, and a sheet in which one row is written. On a form and on the page of a case.

use std::collections::BTreeMap;

use casework::{RowId, Value};
use ipc::{ColumnView, FieldEdit, RowView, TableView};
use leptos::{ev, prelude::*, task::spawn_local};

use super::desk::{Desk, Past};
use crate::{
    components::{Icon, Problem, SaveMark, SaveState, Sheet, ValueInput, icon},
    state::words,
    value::{Spec, Unreadable},
};

/// Most rows that are shown until somebody asks for all.
const SHOWN_MAX: usize = 50;

/// Which row the sheet is open for.
#[derive(Clone, PartialEq)]
pub(crate) enum Writing {
    /// A new one, with cells that are known already and not asked.
    New(BTreeMap<String, Value>),
    /// One that is there.
    Row(Box<RowView>),
}

/// What the parts of a table share.
#[derive(Clone, Copy)]
struct OpenTable {
    desk: Desk,
    name: StoredValue<String>,
    label: StoredValue<String>,
    columns: StoredValue<Vec<ColumnView>>,
    writing: RwSignal<Option<Writing>>,
    removing: RwSignal<Option<RowId>>,
    writable: bool,
    /// Whether rows may be added though the form was filed.
    is_added_to: bool,
}

impl OpenTable {
    fn may_write(self) -> bool {
        self.writable && (self.is_added_to || !self.desk.is_locked())
    }
}

/// A table: its rows and, where this officer may write, what is done with them.
#[component]
pub(crate) fn DataTable(
    /// The table.
    first: TableView,
    /// Its rows as the device says them now.
    rows: Memo<Vec<RowView>>,
) -> impl IntoView {
    let words = words();
    let label = words.label(&first.label);
    let open = OpenTable {
        desk: Desk::here(),
        name: StoredValue::new(first.table.clone()),
        label: StoredValue::new(label.clone()),
        columns: StoredValue::new(first.columns.clone()),
        writing: RwSignal::new(None),
        removing: RwSignal::new(None),
        writable: first.writable,
        is_added_to: first.is_added_to,
    };
    let problem = RwSignal::new(None::<String>);
    let all = RwSignal::new(false);
    let items = move || {
        let rows = rows.get();
        if rows.is_empty() {
            return view! { <p class="muted">{words.table_empty()}</p> }.into_any();
        }
        let more = rows.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0 && !all.get());
        let shown = if more.is_some() { SHOWN_MAX } else { rows.len() };
        let items: Vec<_> = rows
            .into_iter()
            .take(shown)
            .enumerate()
            .map(|(index, row)| view! { <Row open=open number=index + 1 row=row /> })
            .collect();
        view! {
            <ul class="table-rows">{items}</ul>
            {more
                .map(|more| {
                    view! {
                        <button type="button" class="button" data-test="rows-more" on:click=move |_| all.set(true)>
                            {words.table_more(u64::try_from(more).unwrap_or_default())}
                        </button>
                    }
                })}
        }
        .into_any()
    };
    let add_test = format!("add-{}", first.table);
    let add_label = StoredValue::new(words.table_add(&label));
    let note = note(&first);
    view! {
        <div class="question" data-test=format!("table-{}", first.table)>
            <p class="label">{label}</p>
            {note}
            {items}
            <Problem text=problem />
            {move || {
                open.may_write()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button"
                                data-test=add_test.clone()
                                on:click=move |_| open.writing.set(Some(Writing::New(BTreeMap::new())))
                            >
                                {icon(Icon::Add)}
                                <span>{add_label.get_value()}</span>
                            </button>
                        }
                    })
            }}
            {move || {
                open.removing
                    .get()
                    .map(|row| view! { <RemoveSheet open=open row=row problem=problem /> })
            }}
            {move || {
                open.writing
                    .get()
                    .map(|row| {
                        let close = Callback::new(move |()| open.writing.set(None));
                        view! {
                            <RowSheet
                                title=open.label.get_value()
                                table=open.name.get_value()
                                columns=open.columns.get_value()
                                row=row
                                on_close=close
                            />
                        }
                    })
            }}
        </div>
    }
}

/// Why nothing can be read or written here, and who can.
fn note(table: &TableView) -> Option<impl IntoView + use<>> {
    let words = words();
    let said = if !table.readable {
        words.form_not_readable(words.compartment(table.compartment))
    } else if !table.writable && !table.who.is_empty() {
        words.form_filled_by(words.labels(&table.who))
    } else {
        return None;
    };
    Some(view! { <p class="hint">{said}</p> })
}

#[component]
fn Row(open: OpenTable, number: usize, row: RowView) -> impl IntoView {
    let words = words();
    let (id, edited) = (row.row, StoredValue::new(row.clone()));
    let spoken = words.case_history_of(words.table_row(number));
    let past = move |_| {
        let label = format!("{}, {}", open.label.get_value(), words.table_row(number));
        open.desk.show_past(Past::Row(open.name.get_value(), id), label);
    };
    let may_write = move || open.may_write();
    view! {
        <li class="table-row" data-test=format!("row-{}", open.name.get_value())>
            <RowText columns=open.columns row=row />
            <div class="actions row-actions">
                {move || {
                    may_write()
                        .then(|| {
                            let edit = move |_| open.writing.set(Some(Writing::Row(Box::new(edited.get_value()))));
                            view! {
                                <button type="button" class="button small" data-test="row-edit" on:click=edit>
                                    {words.table_edit()}
                                    <span class="unseen">{words.table_row(number)}</span>
                                </button>
                                <button
                                    type="button"
                                    class="button small quiet"
                                    data-test="row-remove"
                                    on:click=move |_| open.removing.set(Some(id))
                                >
                                    {words.table_remove()}
                                    <span class="unseen">{words.table_row(number)}</span>
                                </button>
                            }
                        })
                }}
                <button
                    type="button"
                    class="button quiet square row-past"
                    aria-label=spoken.clone()
                    title=spoken
                    data-test="row-history"
                    on:click=past
                >
                    {icon(Icon::History)}
                </button>
            </div>
        </li>
    }
}

#[component]
fn RowText(columns: StoredValue<Vec<ColumnView>>, row: RowView) -> impl IntoView {
    let words = words();
    let cells = columns
        .get_value()
        .into_iter()
        .zip(row.cells)
        .filter(|(_, cell)| cell.value.is_some() || cell.clash);
    let cells = cells.map(|(column, cell)| {
        let said = Spec::of_column(&column).say(words, cell.value.as_ref());
        view! {
            <dt>{words.label(&column.label)}</dt>
            <dd>
                {said}
                {cell.clash.then(|| view! { <span class="tag warn">{icon(Icon::Versions)} {words.case_clash_mark()}</span> })}
            </dd>
        }
    });
    view! { <dl class="pairs">{cells.collect_view()}</dl> }
}

/// Asks once more before a row is taken away.
#[component]
fn RemoveSheet(open: OpenTable, row: RowId, problem: RwSignal<Option<String>>) -> impl IntoView {
    let words = words();
    let remove = move |_| {
        open.removing.set(None);
        let edit = FieldEdit::RemoveRow {
            table: open.name.get_value(),
            row,
        };
        spawn_local(async move {
            let answer = open.desk.write(vec![edit]).await;
            problem.try_set(answer.err());
        });
    };
    let close = Callback::new(move |()| open.removing.set(None));
    view! {
        <Sheet title=words.table_remove() test="remove-sheet" on_close=close>
            <div class="stack">
                <p>{words.table_remove_sure()}</p>
                <div class="actions">
                    <button type="button" class="button danger" data-test="row-remove-sure" on:click=remove>
                        {words.table_remove()}
                    </button>
                    <button type="button" class="button" on:click=move |_| close.run(())>{words.app_cancel()}</button>
                </div>
            </div>
        </Sheet>
    }
}

/// One row. Of a row that is there already, each cell is saved as it is left; a new one is saved when it is added.
#[component]
pub(crate) fn RowSheet(
    /// What the sheet is for.
    #[prop(into)]
    title: String,
    /// The table.
    table: String,
    /// Its columns.
    columns: Vec<ColumnView>,
    /// The row.
    row: Writing,
    /// Columns that are not asked here.
    #[prop(optional)]
    hidden: &'static [&'static str],
    /// What the button says, where it is not the usual.
    #[prop(optional, into)]
    submit: Option<String>,
    /// The officer closes it, or it is saved.
    on_close: Callback<()>,
) -> impl IntoView {
    let words = words();
    let desk = Desk::here();
    let (existing, cells, preset) = match row {
        Writing::New(preset) => (None, Vec::new(), preset),
        Writing::Row(row) => (Some(row.row), row.cells, BTreeMap::new()),
    };
    let table = StoredValue::new(table);
    let written = RwSignal::new(BTreeMap::<String, Value>::new());
    let problem = RwSignal::new(None::<String>);
    let fields: Vec<_> = columns
        .into_iter()
        .enumerate()
        .filter(|(_, column)| !preset.contains_key(&column.column) && !hidden.contains(&column.column.as_str()))
        .map(|(index, column)| {
            let value = cells.get(index).and_then(|cell| cell.value.clone());
            view! { <Cell table=table column=column value=value existing=existing fresh=written /> }
        })
        .collect();
    let label = match (submit, existing) {
        (Some(label), _) => label,
        (None, Some(_)) => words.table_done().to_owned(),
        (None, None) => words.table_add(&title),
    };
    let preset = StoredValue::new(preset);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if existing.is_some() {
            return on_close.run(());
        }
        let mut cells = written.get_untracked();
        if cells.is_empty() {
            return problem.set(Some(words.table_no_cells().to_owned()));
        }
        cells.extend(preset.get_value());
        let edit = FieldEdit::AddRow {
            table: table.get_value(),
            cells,
        };
        spawn_local(async move {
            match desk.write(vec![edit]).await {
                Ok(()) => on_close.run(()),
                Err(why) => drop(problem.try_set(Some(why))),
            }
        });
    };
    view! {
        <Sheet title=title test="row-sheet" on_close=on_close>
            <form class="stack" on:submit=submit>
                {fields}
                <Problem text=problem />
                <button type="submit" class="button primary wide" data-test="row-submit">{label}</button>
            </form>
        </Sheet>
    }
}

#[component]
fn Cell(
    table: StoredValue<String>,
    column: ColumnView,
    value: Option<Value>,
    existing: Option<RowId>,
    fresh: RwSignal<BTreeMap<String, Value>>,
) -> impl IntoView {
    let words = words();
    let desk = Desk::here();
    let id = format!("cell-{}", column.column);
    let state_id = format!("{id}-state");
    let state = RwSignal::new(SaveState::Quiet);
    let value = RwSignal::new(value);
    let name = StoredValue::new(column.column.clone());
    let commit = Callback::new(move |read: Result<Option<Value>, Unreadable>| {
        let read = match read {
            Ok(read) => read,
            Err(why) => return state.set(SaveState::Failed(why.say(words))),
        };
        value.set(read.clone());
        let column = name.get_value();
        let Some(row) = existing else {
            state.set(SaveState::Quiet);
            fresh.update(|cells| {
                cells.remove(&column);
                cells.extend(read.map(|read| (column, read)));
            });
            return;
        };
        state.set(SaveState::Saving);
        let edit = FieldEdit::SetCell {
            table: table.get_value(),
            row,
            column,
            value: read,
        };
        spawn_local(async move {
            let saved = desk.write(vec![edit]).await;
            state.try_set(saved.map_or_else(SaveState::Failed, |()| SaveState::Saved));
        });
    });
    let spec = Spec::of_column(&column);
    let label = words.label(&column.label);
    let input = view! {
        <ValueInput
            spec=spec.clone()
            value=value
            id=id.clone()
            test=id.clone()
            described_by=state_id.clone()
            on_typing=Callback::new(|()| ())
            on_commit=commit
        />
        <SaveMark state=state id=state_id test=format!("{id}-state") />
    };
    if spec.is_ticked() {
        view! { <fieldset class="question"><legend class="label">{label}</legend> {input}</fieldset> }.into_any()
    } else {
        view! { <div class="question"><label class="label" for=id>{label}</label> {input}</div> }.into_any()
    }
}
