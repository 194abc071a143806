//! Review: what is still needed, everything that was answered, and the signature.

use ipc::{FieldView, FormItem, SectionView};
use leptos::prelude::*;

use super::{file, open_form};
use crate::{
    asked::{AskedSection, Place},
    components::{Icon, icon},
    pages::print::PrintButton,
    route::FormPlace,
    state::words,
    value::Spec,
};

/// The page.
#[component]
pub(crate) fn Review() -> impl IntoView {
    let words = words();
    let open = open_form();
    let gaps = move || {
        let gaps = open.asked.with(crate::asked::Asked::gaps);
        (!gaps.is_empty()).then(|| {
            view! {
                <section class="card stack" data-test="gaps">
                    <h4>{words.form_still_missing()}</h4>
                    {file::gap_list(open, gaps)}
                </section>
            }
        })
    };
    let sections = move || {
        let sections = open
            .view
            .with(|view| view.as_ref().map(|view| view.sections.clone()).unwrap_or_default());
        let asked = open.asked.get();
        sections
            .into_iter()
            .filter_map(|section| {
                let asked = asked.section(&section.id).filter(|asked| asked.shown)?.clone();
                Some(view! { <ReviewSection section=section asked=asked /> })
            })
            .collect_view()
    };
    view! {
        <section class="stack" data-test="review">
            <a class="button quiet only-narrow" href=open.place(FormPlace::Sections).to_string() data-test="form-sections">
                {icon(Icon::Back)}
                <span>{words.form_sections()}</span>
            </a>
            <h3 class="section-title">{words.form_review()}</h3>
            <p class="lead">{words.form_review_lead()}</p>
            {gaps}
            <file::FileButtons />
            <div class="actions">
                <PrintButton subject=open.subject form=open.number.get_value() />
            </div>
            {sections}
        </section>
    }
}

#[component]
fn ReviewSection(section: SectionView, asked: AskedSection) -> impl IntoView {
    let words = words();
    let open = open_form();
    let place = |name: &str| asked.places.get(name).filter(|place| place.shown).cloned();
    let rows: Vec<_> = section
        .items
        .into_iter()
        .filter_map(|item| match item {
            FormItem::Field(field) => Some(answer(&field, &place(field.fact.as_str())?).into_any()),
            FormItem::Table(table) => {
                place(&table.table)?;
                let said = if table.rows.is_empty() {
                    "–".to_owned()
                } else {
                    table.rows.len().to_string()
                };
                Some(view! { <dt>{words.label(&table.label)}</dt> <dd>{said}</dd> }.into_any())
            }
        })
        .collect();
    view! {
        <section class="card">
            <div class="review-head">
                <h4>{words.label(&section.title)}</h4>
                <a class="button small" href=open.place(FormPlace::Section(section.id)).to_string()>
                    {words.form_change()}
                </a>
            </div>
            <dl class="pairs">{rows}</dl>
        </section>
    }
}

fn answer(field: &FieldView, place: &Place) -> impl IntoView + use<> {
    let words = words();
    let label = words.label(&field.label);
    let value = place.derived.as_ref().or(field.value.as_ref());
    let said = if !field.readable {
        view! { <span class="muted">{words.form_not_readable(words.compartment(field.compartment))}</span> }.into_any()
    } else if value.is_some() {
        Spec::of_field(field).say(words, value).into_any()
    } else if place.required {
        view! { <span class="tag warn">{icon(Icon::Warning)} {words.form_missing_answer()}</span> }.into_any()
    } else {
        view! { <span class="muted">"–"</span> }.into_any()
    };
    let warnings: Vec<_> = place
        .warnings
        .iter()
        .map(|says| view! { <p class="warn-line">{icon(Icon::Warning)} <span>{words.label(says)}</span></p> })
        .collect();
    view! {
        <dt>{label}</dt>
        <dd>{said} {warnings}</dd>
    }
}
