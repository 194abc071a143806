//! Giving a report out: as what, for whom, what for, and where the file goes.

use casework::reports::Reach;
use ipc::{FilePurpose, PrintPurpose, ReportAsk, ReportFormat, ReportOrder};
use leptos::{ev, prelude::*};

use crate::{
    backend, browser,
    components::{Asking, Icon, Problem, Sheet, icon},
    pages::{
        path::PathField,
        print::{Languages, Options, PurposeField},
    },
    settings::Settings,
    state::{app, words},
    time,
};

/// The button, and the sheet that it opens.
#[component]
pub(crate) fn GiveButton(ask: Memo<ReportAsk>) -> impl IntoView {
    let words = words();
    let is_open = RwSignal::new(false);
    let close = Callback::new(move |()| is_open.set(false));
    view! {
        <button type="button" class="button" data-test="report-give" on:click=move |_| is_open.set(true)>
            {icon(Icon::Print)}
            <span>{words.report_give()}</span>
        </button>
        {move || is_open.get().then(|| view! { <GiveSheet ask=ask.get_untracked() close=close /> })}
    }
}

const fn file_of(format: ReportFormat) -> FilePurpose {
    match format {
        ReportFormat::Pdf => FilePurpose::NewPaper,
        ReportFormat::Xlsx => FilePurpose::NewWorkbook,
        ReportFormat::Csv => FilePurpose::NewCsv,
    }
}

#[component]
fn GiveSheet(ask: ReportAsk, close: Callback<()>) -> impl IntoView {
    let words = words();
    let format = RwSignal::new(ReportFormat::Pdf);
    let reach = RwSignal::new(Reach::District);
    let languages = RwSignal::new(Languages::Both);
    let purpose = RwSignal::new(PrintPurpose::OfficeFile);
    let path = RwSignal::new(String::new());
    let asking = Asking::new();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        browser::leave_field();
        let own = app().settings.with_untracked(|settings: &Settings| settings.lang);
        let order = ReportOrder {
            ask: ReportAsk {
                reach: reach.get_untracked(),
                ..ask
            },
            format: format.get_untracked(),
            languages: languages.get_untracked().codes(own),
            purpose: purpose.get_untracked(),
            path: path.get_untracked(),
        };
        asking.run(
            || backend::give_out(order),
            move |given| {
                let size = time::bytes(words, given.bytes);
                asking.done.set(Some(words.report_given(given.copy, size)));
                // The next file is another.
                path.set(String::new());
            },
        );
    };
    view! {
        <Sheet title=words.report_give_title() test="report-sheet" on_close=close>
            <form class="stack" on:submit=submit>
                <Options
                    legend=words.report_format()
                    name="report-format"
                    options=vec![
                        (ReportFormat::Pdf, "pdf", words.report_pdf()),
                        (ReportFormat::Xlsx, "xlsx", words.report_xlsx()),
                        (ReportFormat::Csv, "csv", words.report_csv()),
                    ]
                    chosen=format
                />
                {(!ask.kind.names_cases())
                    .then(|| {
                        view! {
                            <Options
                                legend=words.report_reach()
                                name="report-reach"
                                options=vec![
                                    (Reach::District, "district", words.report_stays()),
                                    (Reach::Outside, "outside", words.report_leaves_district()),
                                ]
                                chosen=reach
                            />
                        }
                    })}
                <Options
                    legend=words.print_languages()
                    name="report-languages"
                    options=vec![
                        (Languages::Both, "both", words.print_both()),
                        (Languages::English, "en", words.print_english()),
                        (Languages::Hindi, "hi", words.print_hindi()),
                    ]
                    chosen=languages
                />
                <PurposeField chosen=purpose />
                {move || {
                    view! { <PathField id="report-path" value=path purpose=file_of(format.get()) asking=asking /> }
                }}
                <p class="note">{words.report_leaves()}</p>
                <Problem text=asking.problem hook="report-error" />
                <div class="actions">
                    <button type="submit" class="button primary" data-test="report-go" disabled=asking.busy>
                        {icon(Icon::Print)}
                        <span>{words.report_go()}</span>
                    </button>
                </div>
                <p role="status" data-test="report-done">{move || asking.done.get()}</p>
            </form>
        </Sheet>
    }
}
