//! Missing and found: who may be the same child, beside it (on a wide window) or instead of it (on a narrow one) the two sides
//! that somebody decides about, or the report that is open.

mod asked;
mod compare;
mod elsewhere;
mod find;
mod list;
mod new_report;
mod of_record;
mod photos;
mod reasons;

use casework::{RowId, Subject};
use ipc::{Comparison, Glimpse};
use leptos::prelude::*;

pub(crate) use of_record::OfRecord;

use super::{filed::FiledPage, form::FormPage};
use crate::{
    components::Empty,
    route::Route,
    state::{app, words},
    time,
    words::Words,
};

/// The form of a report.
const FORM: &str = "missing";

#[derive(Clone, PartialEq, Eq)]
enum Detail {
    None,
    Compare(Subject),
    Form(Subject, String),
    Filed(Subject, RowId),
}

impl Detail {
    fn of(route: &Route) -> Self {
        match route {
            Route::Compare(own) => Self::Compare(*own),
            Route::Form(subject, form, _) => Self::Form(*subject, form.clone()),
            Route::Filed(subject, row) => Self::Filed(*subject, *row),
            _ => Self::None,
        }
    }

    const fn code(&self, found: bool) -> &'static str {
        match self {
            Self::None if !found => "none",
            // The style sheet lays it out like a case.
            Self::None | Self::Compare(_) => "case",
            Self::Form(..) | Self::Filed(..) => "form",
        }
    }
}

/// The page.
#[component]
pub(crate) fn MatchesPage() -> impl IntoView {
    let app = app();
    let words = words();
    let detail = Memo::new(move |_| app.route.with(Detail::of));
    // What somebody looked for is forgotten with the page.
    let found = RwSignal::new(None::<Comparison>);
    let has_found = Memo::new(move |_| found.with(Option::is_some));
    view! {
        <div class="panes" data-detail=move || detail.with(|detail| detail.code(has_found.get()))>
            <list::ListPane found=found />
            <div class="detail-pane">
                {move || match detail.get() {
                    Detail::None if has_found.get() => view! { <find::Found found=found /> }.into_any(),
                    Detail::None => {
                        view! { <Empty title=words.match_choose() help=words.match_choose_help() /> }.into_any()
                    }
                    Detail::Compare(own) => view! { <compare::ComparePage own=own /> }.into_any(),
                    Detail::Form(subject, form) => view! { <FormPage subject=subject form=form /> }.into_any(),
                    Detail::Filed(subject, row) => view! { <FiledPage subject=subject row=row /> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// What a kind of report is called; a case has none.
fn kind(words: Words, code: &str) -> &'static str {
    match code {
        "missing" => words.match_kind_missing(),
        "sighted" => words.match_kind_sighted(),
        "found" => words.match_kind_found(),
        "" => words.match_kind_case(),
        _ => words.match_kind_other(),
    }
}

/// What is said of somebody without a name, in one line.
fn glimpsed(words: Words, about: &Glimpse) -> String {
    let mut told = vec![called(words, &about.initials)];
    told.extend(traits(words, about));
    told.extend((!about.number.is_empty()).then(|| about.number.clone()));
    told.join(" · ")
}

/// Sex, age, and when the child was met or missed.
fn traits(words: Words, about: &Glimpse) -> Vec<String> {
    let age = about.age.parse().ok().map(|age| words.list_age(age));
    let sex = about.sex.as_ref().map(|sex| words.label(sex));
    let day = (!about.event_date.is_empty()).then(|| {
        let day = time::iso_date(words, &about.event_date);
        match about.kind.as_str() {
            "" => words.match_taken_in_on(&day),
            "missing" => words.match_last_seen_on(&day),
            "found" => words.match_found_on(&day),
            _ => words.match_seen_on(&day),
        }
    });
    [sex, age, day].into_iter().flatten().collect()
}

/// First letters, or that nobody knows the name.
fn called(words: Words, initials: &str) -> String {
    if initials.is_empty() {
        words.list_no_initials().to_owned()
    } else {
        initials.to_owned()
    }
}
