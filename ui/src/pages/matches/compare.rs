//! A case, or a report, beside who its child may be: both sides, the reasons, and what somebody decides.

use casework::{
    Subject, Term,
    matching::{Report, decisions::Decision},
};
use ipc::{Comparison, Decided, PossibleMatch};
use leptos::{prelude::*, task::spawn_local};

use super::{
    FORM,
    asked::AskDistrict,
    elsewhere::{ElsewhereCard, theirs},
    kind,
    photos::{Photos, ReportPhotos, shelf},
    reasons,
};
use crate::{
    backend, browser,
    components::{Asking, Empty, Icon, Loading, Problem, failure_text, icon},
    route::{FormPlace, Route, Tab},
    state::{app, words},
    time,
    words::Words,
};

/// How much of a report's id people say to one another.
const ID_SAID: usize = 8;

/// Where a decision about two records is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deciding {
    own: Subject,
    other: Subject,
}

impl Deciding {
    /// About a case it is written in the case, whichever side somebody looks from.
    fn of(read: &Comparison, own: Subject, other: Subject) -> Option<Self> {
        match (own, other) {
            (Subject::Missing(_), Subject::Case(_)) => read.decides_cases.then_some(Self { own: other, other: own }),
            _ => read.decides.then_some(Self { own, other }),
        }
    }
}

/// Whether both are of one sort, so that one of them may be there twice.
fn is_twice(own: Subject, own_kind: &str, other: &PossibleMatch) -> bool {
    match (own, other.other) {
        (Subject::Case(_), Subject::Case(_)) => true,
        (Subject::Missing(_), Subject::Missing(_)) => (own_kind == "missing") == (other.kind == "missing"),
        _ => false,
    }
}

/// The page.
#[component]
pub(super) fn ComparePage(own: Subject) -> impl IntoView {
    let app = app();
    let words = words();
    let view = RwSignal::new(None::<Comparison>);
    let problem = RwSignal::new(None::<String>);
    let changes = app.changes_of(own);
    Effect::new(move |_| {
        changes.get();
        app.matches_changed.track();
        spawn_local(async move {
            match backend::compare(own).await {
                Ok(read) => {
                    problem.try_set(None);
                    view.try_set(Some(read));
                }
                Err(failure) => drop(problem.try_set(Some(failure_text(&failure)))),
            }
        });
    });
    let back = move |_| browser::go(&Route::Matches);
    let body = move || {
        let Some(read) = view.get() else {
            return problem
                .with(Option::is_none)
                .then(|| view! { <Loading text=words.match_reading() /> })
                .into_any();
        };
        let mut likely = Vec::new();
        let mut others = Vec::new();
        for other in read.rows.clone() {
            let to = if other.is_likely || !other.decided.is_empty() {
                &mut likely
            } else {
                &mut others
            };
            let photos = Photos::of(own, &read.pictures, other.other, &other.pictures);
            let ours_called = match own {
                Subject::Case(_) => words.match_this_case(),
                _ => words.match_this_report(),
            };
            to.push(view! {
                <Side
                    ours=read.ours.clone()
                    ours_called=ours_called
                    languages=read.languages.clone()
                    is_twice=is_twice(own, &read.kind, &other)
                    decides=Deciding::of(&read, own, other.other)
                    other=other
                    photos=photos
                />
            });
        }
        let none = (likely.is_empty() && others.is_empty())
            .then(|| view! { <Empty title=words.match_compare_none() help=words.match_choose_help() /> });
        let less = (!others.is_empty()).then(|| view! { <h3>{words.match_less_likely()}</h3> {others} });
        let elsewhere: Vec<_> = read
            .elsewhere
            .iter()
            .map(|row| {
                // Of a case of another district a report says nothing.
                let is_said = !matches!((own, row.other), (Subject::Missing(_), Subject::Case(_)));
                let decides = Deciding::of(&read, own, row.other).filter(|_| is_said);
                view! { <ElsewhereCard row=row.clone() decides=decides /> }
            })
            .collect();
        let has_elsewhere = !elsewhere.is_empty();
        let of_report = match own {
            Subject::Missing(report) => Some(view! {
                <ReportPhotos report=report photos=read.pictures.clone() adds=read.decides />
            }),
            _ => None,
        };
        view! {
            <p class="muted">{words.match_compare_logged()} " " {words.match_open(u64::from(read.open))}</p>
            {of_report}
            {none.filter(|_| !has_elsewhere)}
            {likely}
            {elsewhere}
            {less}
        }
        .into_any()
    };
    view! {
        <article class="case stack" data-test="compare" data-own=own.to_string()>
            <button type="button" class="button quiet only-narrow" data-test="compare-back" on:click=back>
                {icon(Icon::Back)}
                <span>{words.match_title()}</span>
            </button>
            <header class="house-head">
                <h2>{words.match_compare_title()}</h2>
                {open_own(words, own)}
            </header>
            <Problem text=problem />
            {body}
        </article>
    }
}

/// The way to the record itself.
fn open_own(words: Words, own: Subject) -> impl IntoView {
    let (route, label) = match own {
        Subject::Case(case) => (Route::Case(case, Tab::Overview), words.match_open_case()),
        other => {
            let route = Route::Form(other, FORM.to_owned(), FormPlace::Sections);
            (route, words.match_open_report())
        }
    };
    view! { <a class="link" href=route.to_string() data-test="compare-own">{label}</a> }
}

/// One who it may be.
#[component]
pub(super) fn Side(
    /// What this side says.
    ours: Report,
    /// What this side is called.
    ours_called: &'static str,
    /// The other.
    other: PossibleMatch,
    /// What the languages are called that either side names.
    languages: Vec<Term>,
    /// Whether both are of one sort.
    #[prop(optional)]
    is_twice: bool,
    /// Photos to look at.
    #[prop(optional)]
    photos: Photos,
    /// Where a decision is written, where this officer may.
    #[prop(optional_no_strip)]
    decides: Option<Deciding>,
) -> impl IntoView {
    let words = words();
    let id = other.other.to_string();
    let place = match other.other {
        Subject::Case(case) => Some((Route::Case(case, Tab::Overview), words.match_open_case())),
        report if other.district.is_empty() => {
            let route = Route::Form(report, FORM.to_owned(), FormPlace::Sections);
            Some((route, words.match_open_report()))
        }
        _ => None,
    };
    let link = place.map(|(route, label)| {
        view! { <a class="link" href=route.to_string() data-test="match-open">{label}</a> }
    });
    let ask = (!other.district.is_empty())
        .then(|| view! { <p class="note" data-test="ask-district">{words.match_ask_district(&other.district, said_id(other.other))}</p> });
    let percent = percent(other.score.probability);
    let rows: Vec<_> = facts(words, &languages, &ours, &other.theirs)
        .into_iter()
        .map(|(label, one, two)| {
            view! {
                <tr>
                    <th scope="row">{label}</th>
                    <td>{one}</td>
                    <td>{two}</td>
                </tr>
            }
        })
        .collect();
    let same_picture = other.same_picture.then(|| {
        view! { <p class="tag warn">{icon(Icon::Photo)} <span>{words.match_same_picture()}</span></p> }
    });
    let has_photos = !photos.is_empty();
    let asks =
        (!other.district.is_empty()).then(|| view! { <AskDistrict other=other.other asked=other.asked.clone() /> });
    let their_word = other
        .district_decided
        .as_ref()
        .map(|decided| view! { <p data-test="theirs">{theirs(words, Some(decided))}</p> });
    let kind_said = kind(words, &other.kind);
    view! {
        <section class="card stack" data-test="possible" data-other=id>
            <header class="house-head">
                <h3>{kind_said} " · " {words.match_percent(percent)}</h3>
                {link}
                {ask}
            </header>
            <div class="scroll-x">
                <table class="sides">
                    <thead>
                        <tr>
                            <th scope="col">{words.match_fact()}</th>
                            <th scope="col">{ours_called}</th>
                            <th scope="col">{kind_said}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {same_picture}
            {has_photos.then(|| view! { <div class="sides-photos" aria-label=words.match_look_photos()>{shelf(photos.ours)} {shelf(photos.theirs)}</div> })}
            <h4>{words.match_why()}</h4>
            {reasons::list(&other.score.reasons, is_twice)}
            {asks}
            {their_word}
            <Decisions decided=other.decided deciding=decides />
        </section>
    }
}

/// As much of an id as people say to one another.
pub(super) fn said_id(subject: Subject) -> String {
    let id = subject.to_string();
    id[id.len().saturating_sub(ID_SAID)..].to_owned()
}

/// What was decided, and what this officer decides.
#[component]
pub(super) fn Decisions(
    /// By everybody who did.
    decided: Vec<Decided>,
    /// Where it is written, where this officer may.
    deciding: Option<Deciding>,
) -> impl IntoView {
    let app = app();
    let words = words();
    let asking = Asking::new();
    let said: Vec<_> = decided
        .iter()
        .map(|decided| {
            let by = if decided.by.is_empty() { "–" } else { &decided.by };
            let said = match decided.decision {
                Decision::Same => words.match_decided_same(by),
                Decision::NotSame => words.match_decided_not_same(by),
                Decision::Unsure | Decision::Unknown(_) => words.match_decided_unsure(by),
            };
            let when = decided.at_ms.map(|at_ms| time::date(words, at_ms)).unwrap_or_default();
            view! { <p data-test="decided">{icon(Icon::Done)} " " {said} " · " {when}</p> }
        })
        .collect();
    let has_decided = !said.is_empty();
    let settled: Vec<Decision> = decided.iter().map(|decided| decided.decision.clone()).collect();
    let decide = move |decision: Option<Decision>| {
        let Some(Deciding { own, other }) = deciding else {
            return;
        };
        asking.run(
            move || backend::decide_match(own, other, decision),
            move |_| app.announce(words.app_saved()),
        );
    };
    let button = move |decision: Decision, label: &'static str, test: &'static str| {
        let stands = settled.iter().all(|settled| *settled == decision) && !settled.is_empty();
        let chosen = decision.clone();
        view! {
            <button
                type="button"
                class="button"
                aria-pressed=if stands { "true" } else { "false" }
                data-test=test
                disabled=asking.busy
                on:click=move |_| decide(Some(chosen.clone()))
            >
                {label}
            </button>
        }
    };
    let buttons = deciding.map(|_| {
        view! {
            <h4>{words.match_decide()}</h4>
            <div class="actions">
                {button.clone()(Decision::Same, words.match_same(), "decide-same")}
                {button.clone()(Decision::NotSame, words.match_not_same(), "decide-not-same")}
                {button(Decision::Unsure, words.match_unsure(), "decide-unsure")}
                {has_decided
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button quiet"
                                data-test="decide-undo"
                                disabled=asking.busy
                                on:click=move |_| decide(None)
                            >
                                {words.match_undo()}
                            </button>
                        }
                    })}
            </div>
        }
    });
    view! {
        {said}
        {buttons}
        <Problem text=asking.problem />
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability is between 0 and 1"
)]
fn percent(probability: f32) -> u8 {
    // What is not certain is never called so.
    ((probability * 100.0) as u8).min(99)
}

/// The facts that either side says, as they were written; codes as they are called.
fn facts(words: Words, languages: &[Term], ours: &Report, theirs: &Report) -> Vec<(&'static str, String, String)> {
    let day = |text: &str| time::iso_date(words, text);
    let sex = |code: &str| match code {
        "female" => words.new_girl().to_owned(),
        "male" => words.new_boy().to_owned(),
        "transgender" => words.new_transgender().to_owned(),
        other => other.to_owned(),
    };
    let called = |text: &str| {
        let name = |code: &str| {
            languages
                .iter()
                .find(|term| term.code == code)
                .map(|term| words.label(&term.label))
        };
        let spoken = text.split_whitespace().map(|code| name(code).ok_or(code));
        match spoken.collect::<Result<Vec<_>, _>>() {
            Ok(names) => names.join(", "),
            // What no code says somebody wrote.
            Err(_) => text.to_owned(),
        }
    };
    let all = [
        (words.match_f_name(), ours.name.clone(), theirs.name.clone()),
        (words.match_f_alias(), ours.alias.clone(), theirs.alias.clone()),
        (
            words.match_f_father(),
            ours.father_name.clone(),
            theirs.father_name.clone(),
        ),
        (
            words.match_f_mother(),
            ours.mother_name.clone(),
            theirs.mother_name.clone(),
        ),
        (words.match_f_sex(), sex(&ours.sex), sex(&theirs.sex)),
        (words.match_f_age(), ours.age.clone(), theirs.age.clone()),
        (
            words.match_f_birth(),
            day(&ours.date_of_birth),
            day(&theirs.date_of_birth),
        ),
        (words.match_f_event(), day(&ours.event_date), day(&theirs.event_date)),
        (words.match_f_place(), ours.place.clone(), theirs.place.clone()),
        (words.match_f_district(), ours.district.clone(), theirs.district.clone()),
        (words.match_f_state(), ours.state.clone(), theirs.state.clone()),
        (words.match_f_pin(), ours.pin.clone(), theirs.pin.clone()),
        (words.match_f_height(), ours.height_cm.clone(), theirs.height_cm.clone()),
        (words.match_f_marks(), ours.marks.clone(), theirs.marks.clone()),
        (words.match_f_clothing(), ours.clothing.clone(), theirs.clothing.clone()),
        (
            words.match_f_companions(),
            ours.companions.clone(),
            theirs.companions.clone(),
        ),
        (
            words.match_f_language(),
            called(&ours.language),
            called(&theirs.language),
        ),
    ];
    let said = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    all.into_iter()
        .filter(|(_, one, two)| !one.is_empty() || !two.is_empty())
        .map(|(label, one, two)| (label, said(one), said(two)))
        .collect()
}
