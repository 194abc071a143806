//! A form: one section at a time, filled with what is known, each field saved as it is left.

mod field;
mod review;
mod sections;
mod table;

use std::collections::BTreeMap;

use casework::{CaseId, FactId};
use ipc::{FieldEdit, FieldView, FormItem, FormView, RegisterRef, SectionView};
use leptos::{prelude::*, task::spawn_local};

use super::case::history::HistorySheet;
use crate::{
    backend, browser,
    components::{Icon, Loading, Problem, failure_text, icon},
    route::{FormPlace, Route, Tab},
    state::{app, words},
    value::Spec,
};

/// What the parts of a form share.
#[derive(Clone, Copy)]
pub(crate) struct OpenForm {
    /// The case.
    pub(crate) case: CaseId,
    /// The form's number.
    pub(crate) number: StoredValue<String>,
    /// What the device said last.
    pub(crate) view: RwSignal<Option<FormView>>,
    /// What could not be saved, by field: its label and why.
    pub(crate) problems: RwSignal<BTreeMap<FactId, (String, String)>>,
    /// The register whose history is open, what it is called and how its values are said.
    pub(crate) history: RwSignal<Option<(RegisterRef, String, Spec)>>,
    failure: RwSignal<Option<String>>,
    asked: RwSignal<u64>,
}

impl OpenForm {
    /// Asks the device again; what is shown stands until the answer is there.
    pub(crate) fn read(self) {
        self.asked.update(|asked| *asked += 1);
        let asked = self.asked.get_untracked();
        spawn_local(async move {
            let answer = backend::form(self.case, self.number.get_value()).await;
            if self.asked.try_get_untracked() != Some(asked) {
                return;
            }
            match answer {
                Ok(view) => {
                    self.failure.set(None);
                    self.view.set(Some(view));
                }
                Err(failure) => self.failure.set(Some(failure_text(&failure))),
            }
        });
    }

    /// Writes edits; the answer is there once they survive a power cut.
    pub(crate) async fn write(self, edits: Vec<FieldEdit>) -> Result<(), String> {
        let answer = backend::edit(self.case, edits, Some(self.number.get_value())).await;
        match answer {
            Ok(_) => {
                if self.asked.try_get_untracked().is_some() {
                    self.read();
                }
                Ok(())
            }
            Err(failure) => Err(failure_text(&failure)),
        }
    }

    /// The address of a place in this form.
    pub(crate) fn place(self, place: FormPlace) -> Route {
        Route::Form(self.case, self.number.get_value(), place)
    }
}

/// The form whose page this is.
pub(crate) fn open_form() -> OpenForm {
    expect_context()
}

/// The id of a field's element.
pub(crate) fn field_id(fact: &FactId) -> String {
    format!("field-{fact}")
}

/// Needed answers of a section: how many there are and how many are given.
pub(crate) fn needed(section: &SectionView) -> (usize, usize) {
    let required = || {
        section.items.iter().filter_map(|item| match item {
            FormItem::Field(field) if field.required => Some(field),
            _ => None,
        })
    };
    (required().filter(|field| is_given(field)).count(), required().count())
}

/// Whether a field has a value, or one that this officer cannot read.
pub(crate) const fn is_given(field: &FieldView) -> bool {
    field.value.is_some() || !field.readable
}

/// The page.
#[component]
pub(crate) fn FormPage(case: CaseId, form: String) -> impl IntoView {
    let app = app();
    let words = words();
    let open = OpenForm {
        case,
        number: StoredValue::new(form.clone()),
        view: RwSignal::new(None),
        problems: RwSignal::new(BTreeMap::new()),
        history: RwSignal::new(None),
        failure: RwSignal::new(None),
        asked: RwSignal::new(0),
    };
    provide_context(open);
    let changes = app.changes_of(case);
    Effect::new(move |_| {
        changes.get();
        open.read();
    });
    let place = Memo::new(move |_| match app.route.get() {
        Route::Form(_, _, place) => place,
        _ => FormPlace::Sections,
    });
    let place_code = move || match place.get() {
        FormPlace::Sections => "sections",
        FormPlace::Section(_) => "section",
        FormPlace::Review => "review",
    };
    Effect::new(move |before: Option<FormPlace>| {
        let now = place.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(|| browser::show("form-place"));
        }
        now
    });
    let is_here = Memo::new(move |_| open.view.with(Option::is_some));
    let title = move || {
        open.view.with(|view| {
            view.as_ref()
                .map(|view| (words.label(&view.title), view.source.clone()))
        })
    };
    view! {
        <article class="form" data-test="form" data-form=form.clone() data-place=place_code>
            <header class="form-head">
                <a class="button quiet" href=Route::Case(case, Tab::Forms).to_string() data-test="form-back">
                    {icon(Icon::Back)}
                    <span>{words.form_back_to_case()}</span>
                </a>
                <p class="muted">{words.form_number(&form)} {move || title().map(|(_, source)| format!(" · {source}"))}</p>
                <h2>{move || title().map(|(title, _)| title)}</h2>
                <sections::Progress />
            </header>
            <Problem text=open.failure />
            {move || {
                if !is_here.get() {
                    return open
                        .failure
                        .with(Option::is_none)
                        .then(|| view! { <Loading text=words.form_reading() /> })
                        .into_any();
                }
                view! {
                    <div class="form-body">
                        <sections::SectionList place=place />
                        <div class="form-place" id="form-place" tabindex="-1">
                            {move || match place.get() {
                                FormPlace::Review => view! { <review::Review /> }.into_any(),
                                FormPlace::Section(id) => view! { <sections::Section id=Some(id) /> }.into_any(),
                                FormPlace::Sections => view! { <sections::Section id=None /> }.into_any(),
                            }}
                        </div>
                    </div>
                }
                    .into_any()
            }}
            {move || {
                open.history
                    .get()
                    .map(|(register, label, spec)| {
                        let close = Callback::new(move |()| open.history.set(None));
                        view! { <HistorySheet case=case register=register label=label spec=spec on_close=close /> }
                    })
            }}
        </article>
    }
}
