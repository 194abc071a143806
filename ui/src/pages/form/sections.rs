//! The sections of a form: the list of them, and the one that is being filled.

use casework::Repeats;
use ipc::{FieldView, FormItem, FormView, TableView};
use leptos::prelude::*;

use super::{field::Field, field_id, open_form};
use crate::{
    asked::{AskedSection, Place},
    components::{ErrorSummary, Icon, icon},
    pages::table::DataTable,
    route::{FormPlace, Route, Tab},
    state::words,
};

/// The table whose rows are made by adding pictures, not by typing.
const PICTURES: &str = "attachments";

/// How much of what is needed is there.
#[component]
pub(crate) fn Progress() -> impl IntoView {
    let words = words();
    let open = open_form();
    let counts = Memo::new(move |_| {
        let is_here = open.view.with(Option::is_some);
        is_here.then(|| open.asked.with(|asked| (asked.counts(), asked.percent())))
    });
    move || {
        counts.get().map(|((filled, required), percent)| {
            let missing = required.saturating_sub(filled);
            let said = if missing == 0 {
                words.forms_complete().to_owned()
            } else {
                words.form_missing(u64::from(missing))
            };
            view! {
                <div class="form-progress" data-test="form-progress" data-percent=percent.to_string()>
                    <progress max="100" value=percent.to_string() aria-hidden="true"></progress>
                    <p role="status">{words.form_percent(percent)} " · " {said}</p>
                </div>
            }
        })
    }
}

/// The list of sections, each with what it still needs.
#[component]
pub(crate) fn SectionList(
    /// Where the officer is.
    place: Memo<FormPlace>,
) -> impl IntoView {
    let words = words();
    let open = open_form();
    // What is asked changes while somebody presses here: a link stays and only what it says is drawn anew.
    let sections = Memo::new(move |_| {
        open.asked.with(|asked| {
            let shown = asked.sections.iter().filter(|section| section.shown);
            shown.map(|section| section.id.clone()).enumerate().collect::<Vec<_>>()
        })
    });
    view! {
        <nav class="section-list" aria-label=words.form_sections()>
            <h3>{words.form_sections()}</h3>
            <ol>
                <For each=move || sections.get() key=Clone::clone let((index, id))>
                    <SectionLink index=index id=id place=place />
                </For>
            </ol>
            <a
                class="section-link"
                href=open.place(FormPlace::Review).to_string()
                aria-current=move || (place.get() == FormPlace::Review).then_some("step")
                data-test="form-review"
            >
                {icon(Icon::Tick)}
                <strong>{words.form_review()}</strong>
            </a>
        </nav>
    }
}

#[component]
fn SectionLink(
    /// Its place in the list.
    index: usize,
    /// Which section.
    id: String,
    /// Where the officer is.
    place: Memo<FormPlace>,
) -> impl IntoView {
    let words = words();
    let open = open_form();
    let here = FormPlace::Section(id.clone());
    let href = open.place(here.clone()).to_string();
    let test = format!("section-{id}");
    let is_here = move || place.get() == here || (index == 0 && place.get() == FormPlace::Sections);
    let section = Memo::new(move |_| {
        let of = |section: &AskedSection| (words.label(&section.title), section.filled, section.required);
        open.asked
            .with(|asked| asked.sections.iter().find(|section| section.id == id).map(of))
    });
    let is_done = move || section.with(|section| matches!(section, Some((_, given, needed @ 1..)) if given == needed));
    let body = move || {
        let (title, given, needed) = section.get()?;
        let (sign, said) = match (given, needed) {
            (_, 0) => (Icon::Form, words.form_section_free().to_owned()),
            (given, needed) if given == needed => (Icon::Done, words.form_section_done().to_owned()),
            (given, needed) => (Icon::Write, words.form_section_needed(given, needed)),
        };
        Some(view! {
            {icon(sign)}
            <span>
                <strong>{format!("{}. ", index + 1)} {title}</strong>
                <span class="muted">{said}</span>
            </span>
        })
    };
    view! {
        <li>
            <a
                class="section-link"
                href=href
                aria-current=move || is_here().then_some("step")
                data-done=move || is_done().to_string()
                data-test=test
            >
                {body}
            </a>
        </li>
    }
}

/// One section; the first where none is named.
#[component]
pub(crate) fn Section(
    /// Its name.
    id: Option<String>,
) -> impl IntoView {
    let words = words();
    let open = open_form();
    // The fields as they were when the section was opened: which of them are asked changes while it is filled.
    let found = open.view.with_untracked(|view| {
        let sections = &view.as_ref()?.sections;
        let asked = open.asked.get_untracked();
        let is_shown = |id: &str| asked.section(id).is_some_and(|section| section.shown);
        let index = match id {
            Some(id) => sections.iter().position(|section| section.id == id),
            None => sections.iter().position(|section| is_shown(&section.id)),
        };
        sections.get(index?).cloned()
    });
    let Some(section) = found else {
        return view! { <p class="note">{words.form_no_such_section()}</p> }.into_any();
    };
    let around = around(&section.id);
    let why = words.label(&section.why);
    let repeats = section.repeats.as_ref().map(|repeats| match repeats {
        Repeats::Month => words.form_repeats_month(),
        Repeats::Quarter => words.form_repeats_quarter(),
        Repeats::Year => words.form_repeats_year(),
        Repeats::Event | Repeats::Unknown(_) => words.form_repeats_event(),
    });
    let id = section.id.clone();
    let items = section.items.into_iter().map(|item| match item {
        FormItem::Field(field) => {
            let known = known_field(&field);
            let place = open.place_of(&id, field.fact.as_str());
            view! { <Field first=*field known=known place=place /> }.into_any()
        }
        FormItem::Table(table) => {
            let place = open.place_of(&id, &table.table);
            view! { <FormTable first=table place=place /> }.into_any()
        }
    });
    let items = items.collect_view();
    let asked_id = section.id.clone();
    view! {
        <section class="stack form-section" data-test="section" data-section=section.id.clone()>
            <p class="muted section-count">
                <a class="button quiet only-narrow" href=open.place(FormPlace::Sections).to_string() data-test="form-sections">
                    {icon(Icon::Back)}
                    <span>{words.form_sections()}</span>
                </a>
                <span>{move || around.with(|around| words.form_section_of(around.number, around.count))}</span>
            </p>
            <h3 class="section-title">{words.label(&section.title)}</h3>
            {(!why.is_empty())
                .then(|| view! { <p class="why"><strong>{words.form_why()} ": "</strong> {why}</p> })}
            {repeats.map(|said| view! { <p class="hint" data-test="repeats">{said}</p> })}
            <Problems />
            {move || {
                // Somebody came back to it by its address after the answer that had it asked was changed.
                let asked = open.asked.with(|asked| asked.section(&asked_id).is_none_or(|section| section.shown));
                (!asked).then(|| view! { <p class="note" data-test="not-asked">{words.form_section_not_asked()}</p> })
            }}
            {items}
            <div class="actions spread">
                {move || {
                    around
                        .get()
                        .previous
                        .map(|id| {
                            view! {
                                <a class="button" href=open.place(FormPlace::Section(id)).to_string() data-test="section-previous">
                                    {icon(Icon::Back)}
                                    <span>{words.form_previous()}</span>
                                </a>
                            }
                        })
                }}
                {move || {
                    let (place, label) = match around.get().next {
                        Some(id) => (FormPlace::Section(id), words.form_next()),
                        None => (FormPlace::Review, words.form_review()),
                    };
                    view! {
                        <a class="button primary" href=open.place(place).to_string() data-test="section-next">
                            <span>{label}</span>
                            {icon(Icon::Next)}
                        </a>
                    }
                }}
            </div>
        </section>
    }
    .into_any()
}

/// Where a section stands among those that are shown.
#[derive(Clone, Default, PartialEq)]
struct Around {
    number: usize,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
}

fn around(id: &str) -> Memo<Around> {
    let (open, id) = (open_form(), id.to_owned());
    Memo::new(move |_| {
        open.asked.with(|asked| {
            let shown = asked
                .sections
                .iter()
                .filter(|section| section.shown || section.id == id);
            let shown: Vec<&str> = shown.map(|section| section.id.as_str()).collect();
            let index = shown.iter().position(|known| *known == id).unwrap_or_default();
            let at = |index: Option<usize>| shown.get(index?).map(|id| (*id).to_owned());
            Around {
                number: index + 1,
                count: shown.len(),
                previous: at(index.checked_sub(1)),
                next: at(Some(index + 1)),
            }
        })
    })
}

/// A table of the form.
#[component]
fn FormTable(first: TableView, place: Memo<Place>) -> impl IntoView {
    let words = words();
    let open = open_form();
    let hidden = move || place.with(|place| !place.shown);
    if let (PICTURES, Some(case)) = (first.table.as_str(), open.subject.case()) {
        return view! {
            <div class="question" hidden=hidden>
                <p class="label">{words.label(&first.label)}</p>
                <p>
                    <a class="button" href=Route::Case(case, Tab::Photos).to_string() data-test="form-photos">
                        {icon(Icon::Photo)}
                        <span>{words.form_photos_link()}</span>
                    </a>
                </p>
            </div>
        }
        .into_any();
    }
    let name = first.table.clone();
    let rows = Memo::new(move |_| {
        let find = |item: &FormItem| match item {
            FormItem::Table(table) if table.table == name => Some(table.rows.clone()),
            _ => None,
        };
        let items = |view: &FormView| view.sections.iter().flat_map(|section| &section.items).find_map(find);
        open.view.with(|view| view.as_ref().and_then(items)).unwrap_or_default()
    });
    let name = first.table.clone();
    let stale = Memo::new(move |_| {
        let is_stale = |item: &FormItem| matches!(item, FormItem::Table(table) if table.table == name && table.stale);
        let any = |view: &FormView| view.sections.iter().flat_map(|section| &section.items).any(is_stale);
        open.view.with(|view| view.as_ref().is_some_and(any))
    });
    let needed = move || {
        let (required, held) = place.with(|place| (place.required, place.held));
        let newer = (held && stale.get()).then(|| format!(": {}", words.form_stale()));
        (required && (!held || stale.get()))
            .then(|| view! { <p class="needed table-needed">{words.app_needed()} {newer}</p> })
    };
    view! {
        <div class="question" hidden=hidden>
            {needed}
            <DataTable first=first rows=rows />
        </div>
    }
    .into_any()
}

/// A field as the device said it last, or as it was at first while it says nothing.
fn known_field(first: &FieldView) -> Memo<FieldView> {
    let open = open_form();
    let first = first.clone();
    Memo::new(move |_| {
        let find = |item: &FormItem| match item {
            FormItem::Field(field) if field.fact == first.fact => Some((**field).clone()),
            _ => None,
        };
        let known = open.view.with(|view| {
            view.as_ref()
                .and_then(|view| view.sections.iter().flat_map(|section| &section.items).find_map(find))
        });
        known.unwrap_or_else(|| first.clone())
    })
}

/// What could not be saved, at the top, each leading to its field.
#[component]
fn Problems() -> impl IntoView {
    let open = open_form();
    let problems = Signal::derive(move || {
        let problems = open.problems.get().into_iter();
        let problems = problems.map(|(fact, (label, why))| (field_id(&fact), format!("{label}: {why}")));
        problems.collect::<Vec<_>>()
    });
    view! { <ErrorSummary problems=problems test="form-problems" /> }
}
