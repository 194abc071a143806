//! Review: everything that was answered, and what is still needed, each leading to its section.

use ipc::{FieldView, FormItem, SectionView};
use leptos::prelude::*;

use super::{is_given, open_form};
use crate::{
    components::{Icon, icon},
    route::FormPlace,
    state::words,
    value::Spec,
};

/// The page.
#[component]
pub(crate) fn Review() -> impl IntoView {
    let words = words();
    let open = open_form();
    let sections = move || {
        let sections = open
            .view
            .with(|view| view.as_ref().map(|view| view.sections.clone()).unwrap_or_default());
        sections
            .into_iter()
            .map(|section| view! { <ReviewSection section=section /> })
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
            {sections}
        </section>
    }
}

#[component]
fn ReviewSection(section: SectionView) -> impl IntoView {
    let words = words();
    let open = open_form();
    let rows = section.items.into_iter().filter_map(|item| match item {
        FormItem::Field(field) => Some(answer(&field).into_any()),
        FormItem::Table(table) => (!table.rows.is_empty())
            .then(|| view! { <dt>{words.label(&table.label)}</dt> <dd>{table.rows.len()}</dd> }.into_any()),
    });
    view! {
        <section class="card">
            <div class="review-head">
                <h4>{words.label(&section.title)}</h4>
                <a class="button small" href=open.place(FormPlace::Section(section.id)).to_string()>
                    {words.form_change()}
                </a>
            </div>
            <dl class="pairs">{rows.collect_view()}</dl>
        </section>
    }
}

fn answer(field: &FieldView) -> impl IntoView + use<> {
    let words = words();
    let label = words.label(&field.label);
    let said = if !field.readable {
        view! { <span class="muted">{words.form_not_readable(words.compartment(field.compartment))}</span> }.into_any()
    } else if field.value.is_some() {
        Spec::of_field(field).say(words, field.value.as_ref()).into_any()
    } else if field.required && !is_given(field) {
        view! {
            <span class="tag warn" data-test="missing" data-fact=field.fact.to_string()>
                {icon(Icon::Warning)}
                {words.form_missing_answer()}
            </span>
        }
        .into_any()
    } else {
        view! { <span class="muted">"–"</span> }.into_any()
    };
    view! {
        <dt>{label}</dt>
        <dd>{said}</dd>
    }
}
