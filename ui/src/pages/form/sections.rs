//! The sections of a form: the list of them, and the one that is being filled.

use ipc::{FieldView, FormItem, SectionView};
use leptos::prelude::*;

use super::{field::Field, field_id, needed, open_form, table::Table};
use crate::{
    browser,
    components::{Icon, icon},
    route::FormPlace,
    state::words,
};

/// How much of what is needed is there.
#[component]
pub(crate) fn Progress() -> impl IntoView {
    let words = words();
    let open = open_form();
    let counts = Memo::new(move |_| {
        open.view
            .with(|view| view.as_ref().map(|view| (view.filled, view.required)))
    });
    move || {
        counts.get().map(|(filled, required)| {
            let percent = (filled * 100).checked_div(required).unwrap_or(100);
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
    let sections = Memo::new(move |_| {
        let of = |section: &SectionView| (section.id.clone(), words.label(&section.title), needed(section));
        open.view
            .with(|view| {
                view.as_ref()
                    .map(|view| view.sections.iter().map(of).collect::<Vec<_>>())
            })
            .unwrap_or_default()
    });
    let items = move || {
        let items = sections
            .get()
            .into_iter()
            .enumerate()
            .map(|(index, (id, title, (given, required)))| {
                let here = FormPlace::Section(id.clone());
                let is_here = move || place.get() == here || (index == 0 && place.get() == FormPlace::Sections);
                let (sign, said) = match (given, required) {
                    (_, 0) => (Icon::Form, words.form_section_free().to_owned()),
                    (given, required) if given == required => (Icon::Done, words.form_section_done().to_owned()),
                    (given, required) => (Icon::Write, words.form_section_needed(given, required)),
                };
                view! {
                    <li>
                        <a
                            class="section-link"
                            href=open.place(FormPlace::Section(id.clone())).to_string()
                            aria-current=move || is_here().then_some("step")
                            data-done=(required > 0 && given == required).to_string()
                            data-test=format!("section-{id}")
                        >
                            {icon(sign)}
                            <span>
                                <strong>{format!("{}. ", index + 1)} {title}</strong>
                                <span class="muted">{said}</span>
                            </span>
                        </a>
                    </li>
                }
            });
        items.collect_view()
    };
    view! {
        <nav class="section-list" aria-label=words.form_sections()>
            <h3>{words.form_sections()}</h3>
            <ol>{items}</ol>
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

/// One section; the first where none is named.
#[component]
pub(crate) fn Section(
    /// Its name.
    id: Option<String>,
) -> impl IntoView {
    let words = words();
    let open = open_form();
    // The fields as they were when the section was opened: which there are does not change while it is filled.
    let found = open.view.with_untracked(|view| {
        let sections = &view.as_ref()?.sections;
        let index = id.map_or(Some(0), |id| sections.iter().position(|section| section.id == id))?;
        let near = |index: Option<usize>| {
            index
                .and_then(|index| sections.get(index))
                .map(|section| section.id.clone())
        };
        Some((
            index,
            sections.len(),
            sections.get(index)?.clone(),
            near(index.checked_sub(1)),
            near(Some(index + 1)),
        ))
    });
    let Some((index, count, section, previous, next)) = found else {
        return view! { <p class="note">{words.form_no_such_section()}</p> }.into_any();
    };
    let why = words.label(&section.why);
    let items = section.items.into_iter().map(|item| match item {
        FormItem::Field(field) => {
            let known = known_field(&field);
            view! { <Field first=*field known=known /> }.into_any()
        }
        FormItem::Table(table) => view! { <Table first=table /> }.into_any(),
    });
    let items = items.collect_view();
    view! {
        <section class="stack form-section" data-test="section" data-section=section.id.clone()>
            <p class="muted section-count">
                <a class="button quiet only-narrow" href=open.place(FormPlace::Sections).to_string() data-test="form-sections">
                    {icon(Icon::Back)}
                    <span>{words.form_sections()}</span>
                </a>
                <span>{words.form_section_of(index + 1, count)}</span>
            </p>
            <h3 class="section-title">{words.label(&section.title)}</h3>
            {(!why.is_empty())
                .then(|| view! { <p class="why"><strong>{words.form_why()} ": "</strong> {why}</p> })}
            <Problems />
            {items}
            <div class="actions spread">
                {previous
                    .map(|id| {
                        view! {
                            <a class="button" href=open.place(FormPlace::Section(id)).to_string() data-test="section-previous">
                                {icon(Icon::Back)}
                                <span>{words.form_previous()}</span>
                            </a>
                        }
                    })}
                {match next {
                    Some(id) => {
                        view! {
                            <a class="button primary" href=open.place(FormPlace::Section(id)).to_string() data-test="section-next">
                                <span>{words.form_next()}</span>
                                {icon(Icon::Next)}
                            </a>
                        }
                    }
                    None => {
                        view! {
                            <a class="button primary" href=open.place(FormPlace::Review).to_string() data-test="section-next">
                                <span>{words.form_review()}</span>
                                {icon(Icon::Next)}
                            </a>
                        }
                    }
                }}
            </div>
        </section>
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
    let words = words();
    let open = open_form();
    move || {
        let problems = open.problems.get();
        (!problems.is_empty()).then(|| {
            let items = problems.into_iter().map(|(fact, (label, why))| {
                let id = field_id(&fact);
                view! {
                    <li>
                        <button type="button" class="link" on:click=move |_| browser::focus(&id)>
                            {label} ": " {why}
                        </button>
                    </li>
                }
            });
            view! {
                <div class="problems" role="alert" data-test="form-problems">
                    <p class="problems-title">{icon(Icon::Warning)} {words.form_problems()}</p>
                    <ul>{items.collect_view()}</ul>
                </div>
            }
        })
    }
}
