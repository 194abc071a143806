//! A form: one section at a time, filled with what is known, each field saved as it is left.

pub(crate) mod amend;
mod anew;
mod field;
mod file;
pub(crate) mod links;
mod review;
mod sections;

use std::collections::BTreeMap;

use casework::{FactId, Subject};
use ipc::{FailureCode, FieldEdit, FormUse, FormView};
use leptos::{prelude::*, task::spawn_local};

use super::{
    desk::{Desk, OpenPast},
    history::PastSheet,
    matches::OfRecord,
};
use crate::{
    asked::{Asked, Place, Unsaved},
    backend, browser,
    components::{Icon, Loading, Problem, failure_text, icon},
    route::{FormPlace, Route},
    state::{app, words},
};

/// What the parts of a form share.
#[derive(Clone, Copy)]
pub(crate) struct OpenForm {
    /// The case or institution it is about.
    pub(crate) subject: Subject,
    /// The form's number.
    pub(crate) number: StoredValue<String>,
    /// What the device said last.
    pub(crate) view: RwSignal<Option<FormView>>,
    /// What could not be saved, by field: its label and why.
    pub(crate) problems: RwSignal<BTreeMap<FactId, (String, String)>>,
    /// The register or row whose history is open.
    pub(crate) past: OpenPast,
    /// What the rules say, with what was written and not yet read back.
    pub(crate) asked: Memo<Asked>,
    /// What was written and not yet read back.
    pub(crate) unsaved: RwSignal<Unsaved>,
    /// Why the form is changed though it was filed; asked once and kept with each change while the form is open.
    pub(crate) reason: RwSignal<Option<String>>,
    /// Whether the reason is being asked.
    pub(crate) asking: RwSignal<bool>,
    /// Whether what was filed is only shown. A memo, so that reading the form again draws no field anew under a hand.
    locked: Memo<bool>,
    /// How many edits are on their way into the vault.
    writing: StoredValue<u32>,
    failure: RwSignal<Option<String>>,
    asked_device: RwSignal<u64>,
}

impl OpenForm {
    fn new(subject: Subject, form: String) -> Self {
        let view = RwSignal::new(None::<FormView>);
        let unsaved = RwSignal::new(Unsaved::new());
        let reason = RwSignal::new(None::<String>);
        Self {
            subject,
            number: StoredValue::new(form),
            view,
            problems: RwSignal::new(BTreeMap::new()),
            past: RwSignal::new(None),
            asked: Memo::new(move |_| {
                let unsaved = unsaved.get();
                view.with(|view| view.as_ref().map(|view| Asked::of(view, &unsaved)).unwrap_or_default())
            }),
            unsaved,
            reason,
            locked: Memo::new(move |_| {
                let needs_reason = |view: &Option<FormView>| view.as_ref().is_some_and(|view| view.needs_reason);
                reason.with(Option::is_none) && view.with(needs_reason)
            }),
            asking: RwSignal::new(false),
            writing: StoredValue::new(0),
            failure: RwSignal::new(None),
            asked_device: RwSignal::new(0),
        }
    }

    /// Whether the form was filed and nobody has said yet why it is changed: then what was filed is shown, and not written.
    pub(crate) fn is_locked(self) -> bool {
        self.locked.get()
    }

    /// Whether the form was filed, so that a change needs a reason.
    pub(crate) fn needs_reason(self) -> bool {
        self.view
            .with(|view| view.as_ref().is_some_and(|view| view.needs_reason))
    }

    /// What the rules say of a place on the form.
    pub(crate) fn place_of(self, section: &str, name: &str) -> Memo<Place> {
        let (section, name) = (section.to_owned(), name.to_owned());
        Memo::new(move |_| {
            self.asked.with(|asked| {
                let section = asked.section(&section);
                section
                    .and_then(|section| section.places.get(&name))
                    .cloned()
                    .unwrap_or_default()
            })
        })
    }

    /// Asks the device again; what is shown stands until the answer is there.
    pub(crate) fn read(self) {
        self.asked_device.update(|asked| *asked += 1);
        let asked = self.asked_device.get_untracked();
        spawn_local(async move {
            let answer = backend::form(self.subject, self.number.get_value()).await;
            if self.asked_device.try_get_untracked() != Some(asked) {
                return;
            }
            match answer {
                Ok(view) => {
                    self.failure.set(None);
                    self.view.set(Some(view));
                    if self.writing.get_value() == 0 {
                        self.unsaved.set(Unsaved::new());
                    }
                }
                Err(failure) => self.failure.set(Some(failure_text(&failure))),
            }
        });
    }

    /// Writes edits; the answer is there once they survive a power cut.
    pub(crate) async fn write(self, edits: Vec<FieldEdit>) -> Result<(), String> {
        self.writing.update_value(|writing| *writing += 1);
        let reason = self.reason.get_untracked().filter(|_| untrack(|| self.needs_reason()));
        let answer = backend::edit(self.subject, edits, Some(self.number.get_value()), reason).await;
        self.writing
            .try_update_value(|writing| *writing = writing.saturating_sub(1));
        // Somebody may have filed the form meanwhile: then it says so, and asks for the reason.
        let is_stale = |failure: &ipc::Failure| matches!(failure.code, FailureCode::ReasonNeeded { .. });
        if answer.as_ref().is_err_and(is_stale) {
            self.asking.try_set(true);
        }
        if self.asked_device.try_get_untracked().is_some() && answer.as_ref().map_or_else(is_stale, |_| true) {
            self.read();
        }
        match answer {
            Ok(_) => {
                app().announce(words().app_saved());
                Ok(())
            }
            Err(failure) => Err(failure_text(&failure)),
        }
    }

    /// The address of a place in this form.
    pub(crate) fn place(self, place: FormPlace) -> Route {
        Route::Form(self.subject, self.number.get_value(), place)
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

/// The page.
#[component]
pub(crate) fn FormPage(subject: Subject, form: String) -> impl IntoView {
    let app = app();
    let words = words();
    let open = OpenForm::new(subject, form.clone());
    provide_context(open);
    Desk::Form(open).open();
    let changes = app.changes_of(subject);
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
    let only_reads = move || {
        open.view
            .with(|view| view.as_ref().is_some_and(|view| view.used == FormUse::Reads))
    };
    let title = move || {
        open.view.with(|view| {
            view.as_ref()
                .map(|view| (words.label(&view.title), view.source.clone()))
        })
    };
    let back = match subject {
        Subject::Case(_) => words.form_back_to_case(),
        Subject::Institution(_) => words.form_back_to_institution(),
        Subject::Missing(_) => words.form_back_to_matches(),
    };
    let number = form.clone();
    view! {
        <article class="form" data-test="form" data-form=form.clone() data-place=place_code>
            <header class="form-head">
                <a class="button quiet" href=Route::forms_of(subject).to_string() data-test="form-back">
                    {icon(Icon::Back)}
                    <span>{back}</span>
                </a>
                <p class="muted">{move || title().map(|(_, source)| words.form_of(&number, &source))}</p>
                <h2>{move || title().map(|(title, _)| title)}</h2>
                <sections::Progress />
                {move || only_reads().then(|| view! { <p class="tag">{words.form_others_fill()}</p> })}
            </header>
            <amend::FiledNote />
            {match subject {
                Subject::Missing(_) => Some(view! { <OfRecord own=subject /> }),
                _ => None,
            }}
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
            <amend::ReasonSheet />
            <PastSheet subject=subject past=open.past />
        </article>
    }
}
