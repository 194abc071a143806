//! Printing a form: in which languages, how much of it, what for, and where the file goes.

use casework::{RowId, Subject};
use ipc::{FilePurpose, PaperCopy, PrintOrder, PrintPurpose};
use leptos::{ev, prelude::*};

use super::path::PathField;
use crate::{
    backend, browser,
    components::{Asking, DropDown, Icon, Problem, Sheet, icon},
    settings::Settings,
    state::{app, words},
    time,
    words::{Lang, Words},
};

/// The button, and the sheet that it opens.
#[component]
pub(crate) fn PrintButton(
    /// The case, institution or report.
    subject: Subject,
    /// The form's number.
    #[prop(into)]
    form: String,
    /// The filing that is printed as it stood; `None`: the form as it stands now.
    #[prop(optional_no_strip)]
    filing: Option<RowId>,
) -> impl IntoView {
    let words = words();
    let is_open = RwSignal::new(false);
    let form = StoredValue::new(form);
    let close = Callback::new(move |()| is_open.set(false));
    view! {
        <button type="button" class="button" data-test="print" on:click=move |_| is_open.set(true)>
            {icon(Icon::Print)}
            <span>{words.print_open()}</span>
        </button>
        {move || {
            is_open
                .get()
                .then(|| view! { <PrintSheet subject=subject form=form.get_value() filing=filing close=close /> })
        }}
    }
}

/// What is chosen on the sheet.
#[derive(Clone, Copy)]
struct Wanted {
    languages: RwSignal<Languages>,
    copy: RwSignal<PaperCopy>,
    purpose: RwSignal<PrintPurpose>,
    path: RwSignal<String>,
}

/// In which languages a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Languages {
    Both,
    English,
    Hindi,
}

impl Languages {
    /// Their codes, in the order in which they stand: the reader's own first.
    pub(super) fn codes(self, own: Lang) -> Vec<String> {
        let codes: &[&str] = match (self, own.code()) {
            (Self::Both, "hi") => &["hi", "en"],
            (Self::Both, _) => &["en", "hi"],
            (Self::English, _) => &["en"],
            (Self::Hindi, _) => &["hi"],
        };
        codes.iter().map(|code| (*code).to_owned()).collect()
    }
}

fn purpose_text(words: Words, purpose: PrintPurpose) -> &'static str {
    match purpose {
        PrintPurpose::Hearing => words.print_for_hearing(),
        PrintPurpose::Court => words.print_for_court(),
        PrintPurpose::Police => words.print_for_police(),
        PrintPurpose::Institution => words.print_for_institution(),
        PrintPurpose::Family => words.print_for_family(),
        PrintPurpose::OfficeFile => words.print_for_office_file(),
        PrintPurpose::Study => words.print_for_study(),
    }
}

#[component]
fn PrintSheet(subject: Subject, form: String, filing: Option<RowId>, close: Callback<()>) -> impl IntoView {
    let words = words();
    let wanted = Wanted {
        languages: RwSignal::new(Languages::Both),
        copy: RwSignal::new(PaperCopy::Whole),
        purpose: RwSignal::new(PrintPurpose::Hearing),
        path: RwSignal::new(String::new()),
    };
    let asking = Asking::new();
    let form = StoredValue::new(form);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        browser::leave_field();
        let own = app().settings.with_untracked(|settings: &Settings| settings.lang);
        let order = PrintOrder {
            subject,
            form: form.get_value(),
            filing,
            languages: wanted.languages.get_untracked().codes(own),
            copy: wanted.copy.get_untracked(),
            purpose: wanted.purpose.get_untracked(),
            path: wanted.path.get_untracked(),
        };
        asking.run(
            || backend::print(order),
            move |made| {
                let size = time::bytes(words, made.bytes);
                asking
                    .done
                    .set(Some(words.print_done(u64::from(made.pages), made.copy, size)));
                // The next paper is another file.
                wanted.path.set(String::new());
            },
        );
    };
    view! {
        <Sheet title=words.print_title() test="print-sheet" on_close=close>
            <form class="stack" on:submit=submit>
                <Options
                    legend=words.print_languages()
                    name="print-languages"
                    options=vec![
                        (Languages::Both, "both", words.print_both()),
                        (Languages::English, "en", words.print_english()),
                        (Languages::Hindi, "hi", words.print_hindi()),
                    ]
                    chosen=wanted.languages
                />
                <Options
                    legend=words.print_how_much()
                    name="print-copy"
                    options=vec![
                        (PaperCopy::Whole, "whole", words.print_whole()),
                        (PaperCopy::Redacted, "redacted", words.print_redacted()),
                    ]
                    chosen=wanted.copy
                />
                {move || {
                    (wanted.copy.get() == PaperCopy::Redacted)
                        .then(|| view! { <p class="note" data-test="print-read-first">{words.print_read_first()}</p> })
                }}
                <PurposeField chosen=wanted.purpose />
                <PathField id="print-path" value=wanted.path purpose=FilePurpose::NewPaper asking=asking />
                <p class="note">{words.print_leaves()}</p>
                <Problem text=asking.problem hook="print-error" />
                <div class="actions">
                    <button type="submit" class="button primary" data-test="print-go" disabled=asking.busy>
                        {icon(Icon::Print)}
                        <span>{words.print_go()}</span>
                    </button>
                </div>
                <p role="status" data-test="print-done">{move || asking.done.get()}</p>
            </form>
        </Sheet>
    }
}

/// What the paper is for.
#[component]
pub(crate) fn PurposeField(chosen: RwSignal<PrintPurpose>) -> impl IntoView {
    let words = words();
    let options = PrintPurpose::ALL.map(|purpose| (purpose.code().to_owned(), purpose_text(words, purpose).to_owned()));
    let choose = move |code: String| {
        let named = PrintPurpose::ALL.into_iter().find(|purpose| purpose.code() == code);
        chosen.set(named.unwrap_or(chosen.get_untracked()));
    };
    view! {
        <DropDown
            id="print-purpose"
            label=words.print_purpose()
            hint=words.print_purpose_help()
            options=options.to_vec()
            chosen=Signal::derive(move || chosen.get().code().to_owned())
            choose=choose
        />
    }
}

/// One of a few.
#[component]
pub(crate) fn Options<T: Copy + PartialEq + Send + Sync + 'static>(
    legend: &'static str,
    name: &'static str,
    options: Vec<(T, &'static str, &'static str)>,
    chosen: RwSignal<T>,
) -> impl IntoView {
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, code, label)| {
            view! {
                <label class="option" class:chosen=move || chosen.get() == value>
                    <input
                        type="radio"
                        name=name
                        data-test=format!("{name}-{code}")
                        prop:checked=move || chosen.get() == value
                        on:change=move |_| chosen.set(value)
                    />
                    <span class="option-text">{label}</span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset class="question">
            <legend class="label">{legend}</legend>
            <div class="options">{options}</div>
        </fieldset>
    }
}
