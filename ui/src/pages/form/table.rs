//! A table of a form: its rows, and a sheet in which one row is written.

use std::collections::BTreeMap;

use casework::{RowId, Value};
use ipc::{ColumnView, FieldEdit, FormItem, RowView, TableView};
use leptos::{ev, prelude::*, task::spawn_local};

use super::open_form;
use crate::{
    components::{Icon, Problem, SaveMark, SaveState, Sheet, ValueInput, icon},
    route::{Route, Tab},
    state::{app, words},
    value::{Spec, Unreadable},
};

/// The table whose rows are made by adding pictures, not by typing.
const PICTURES: &str = "attachments";

/// Which row the sheet is open for.
#[derive(Clone, PartialEq)]
enum Writing {
    New,
    Row(Box<RowView>),
}

/// A table.
#[component]
pub(crate) fn Table(
    /// The table when the section was opened.
    first: TableView,
) -> impl IntoView {
    let words = words();
    let open = open_form();
    let label = words.label(&first.label);
    if first.table == PICTURES {
        return view! {
            <div class="question">
                <p class="label">{label}</p>
                <p>
                    <a class="button" href=Route::Case(open.case, Tab::Photos).to_string() data-test="form-photos">
                        {icon(Icon::Photo)}
                        <span>{words.form_photos_link()}</span>
                    </a>
                </p>
            </div>
        }
        .into_any();
    }
    let (name, columns) = (
        StoredValue::new(first.table.clone()),
        StoredValue::new(first.columns.clone()),
    );
    let rows = Memo::new(move |_| {
        let find = |item: &FormItem| match item {
            FormItem::Table(table) if name.with_value(|name| table.table == *name) => Some(table.rows.clone()),
            _ => None,
        };
        open.view.with(|view| {
            view.as_ref()
                .and_then(|view| view.sections.iter().flat_map(|section| &section.items).find_map(find))
        })
    });
    let writing = RwSignal::new(None::<Writing>);
    let problem = RwSignal::new(None::<String>);
    let writable = first.writable;
    let removing = RwSignal::new(None::<RowId>);
    let remove = Callback::new(move |row: RowId| {
        removing.set(None);
        spawn_local(async move {
            let answer = open
                .write(vec![FieldEdit::RemoveRow {
                    table: name.get_value(),
                    row,
                }])
                .await;
            problem.try_set(answer.err());
        });
    });
    let items = move || {
        let rows = rows.get().unwrap_or_default();
        if rows.is_empty() {
            return view! { <p class="muted">{words.table_empty()}</p> }.into_any();
        }
        let items = rows.into_iter().enumerate().map(|(index, row)| {
            let edited = row.clone();
            view! {
                <li class="table-row" data-test=format!("row-{}", name.get_value())>
                    <RowText columns=columns row=row.clone() />
                    {writable
                        .then(|| {
                            let edit = move |_| writing.set(Some(Writing::Row(Box::new(edited.clone()))));
                            view! {
                                <div class="actions">
                                    <button type="button" class="button small" data-test="row-edit" on:click=edit>
                                        {words.table_edit()}
                                        <span class="unseen">{words.table_row(index + 1)}</span>
                                    </button>
                                    <button
                                        type="button"
                                        class="button small quiet"
                                        data-test="row-remove"
                                        on:click=move |_| removing.set(Some(row.row))
                                    >
                                        {words.table_remove()}
                                        <span class="unseen">{words.table_row(index + 1)}</span>
                                    </button>
                                </div>
                            }
                        })}
                </li>
            }
        });
        view! { <ul class="table-rows">{items.collect_view()}</ul> }.into_any()
    };
    let (title, add_label) = (label.clone(), words.table_add(&label));
    let add_test = format!("add-{}", first.table);
    view! {
        <div class="question" data-test=format!("table-{}", first.table)>
            <p class="label">{label}</p>
            {items}
            <Problem text=problem />
            {writable
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button"
                            data-test=add_test
                            on:click=move |_| writing.set(Some(Writing::New))
                        >
                            {icon(Icon::Add)}
                            <span>{add_label}</span>
                        </button>
                    }
                })}
            {move || {
                removing
                    .get()
                    .map(|row| {
                        let close = Callback::new(move |()| removing.set(None));
                        view! { <RemoveSheet row=row on_remove=remove on_close=close /> }
                    })
            }}
            {move || {
                writing
                    .get()
                    .map(|row| {
                        let close = Callback::new(move |()| writing.set(None));
                        view! { <RowSheet title=title.clone() table=name columns=columns row=row on_close=close /> }
                    })
            }}
        </div>
    }
    .into_any()
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

/// Asks once more before a row is taken off the form.
#[component]
fn RemoveSheet(row: RowId, on_remove: Callback<RowId>, on_close: Callback<()>) -> impl IntoView {
    let words = words();
    view! {
        <Sheet title=words.table_remove() test="remove-sheet" on_close=on_close>
            <p>{words.table_remove_sure()}</p>
            <div class="actions">
                <button type="button" class="button danger" data-test="row-remove-sure" on:click=move |_| on_remove.run(row)>
                    {words.table_remove()}
                </button>
                <button type="button" class="button" on:click=move |_| on_close.run(())>{words.app_cancel()}</button>
            </div>
        </Sheet>
    }
}

/// One row. Of a row that is there already, each cell is saved as it is left; a new one is saved when it is added.
#[component]
fn RowSheet(
    title: String,
    table: StoredValue<String>,
    columns: StoredValue<Vec<ColumnView>>,
    row: Writing,
    on_close: Callback<()>,
) -> impl IntoView {
    let app = app();
    let words = words();
    let open = open_form();
    let existing = match &row {
        Writing::New => None,
        Writing::Row(row) => Some(row.row),
    };
    let cells = match row {
        Writing::New => Vec::new(),
        Writing::Row(row) => row.cells,
    };
    let fresh = RwSignal::new(BTreeMap::<String, Value>::new());
    let problem = RwSignal::new(None::<String>);
    let fields = columns.get_value().into_iter().enumerate().map(|(index, column)| {
        let value = cells.get(index).and_then(|cell| cell.value.clone());
        view! { <Cell table=table column=column value=value existing=existing fresh=fresh /> }
    });
    let fields = fields.collect_view();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if existing.is_some() {
            return on_close.run(());
        }
        let cells = fresh.get_untracked();
        if cells.is_empty() {
            return problem.set(Some(words.table_no_cells().to_owned()));
        }
        spawn_local(async move {
            match open
                .write(vec![FieldEdit::AddRow {
                    table: table.get_value(),
                    cells,
                }])
                .await
            {
                Ok(()) => {
                    app.announce(words.app_saved());
                    on_close.run(());
                }
                Err(why) => drop(problem.try_set(Some(why))),
            }
        });
    };
    let label = if existing.is_some() {
        words.table_done().to_owned()
    } else {
        words.table_add(&title)
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
    let open = open_form();
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
            let saved = open.write(vec![edit]).await;
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
