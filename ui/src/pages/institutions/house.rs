//! An institution: what it is, its time limits, its forms, what was filed, and registers with two versions.

use casework::{InstitutionId, Subject};
use ipc::{Failure, InstitutionView};
use leptos::{prelude::*, task::spawn_local};

use super::{children, name};
use crate::{
    backend, browser,
    components::{DeliveryMark, Icon, Loading, Problem, failure_text, icon},
    pages::{
        case::clocks::ClockList,
        form::{amend::filing_list, links::FormLinks},
        history::PastSheet,
        versions::{Settling, Versions},
    },
    route::Route,
    state::{app, words},
};

/// The page.
#[component]
pub(crate) fn HousePage(institution: InstitutionId) -> impl IntoView {
    let app = app();
    let words = words();
    let subject = Subject::Institution(institution);
    let view = RwSignal::new(None::<InstitutionView>);
    let failure = RwSignal::new(None::<Failure>);
    let past = RwSignal::new(None);
    let asked = RwSignal::new(0_u64);
    let read = Callback::new(move |()| {
        asked.update(|asked| *asked += 1);
        let this = asked.get_untracked();
        spawn_local(async move {
            let answer = backend::institution(institution).await;
            if asked.try_get_untracked() != Some(this) {
                return;
            }
            match answer {
                Ok(read) => {
                    failure.set(None);
                    view.set(Some(read));
                }
                Err(why) => failure.set(Some(why)),
            }
        });
    });
    let changes = app.changes_of(subject);
    Effect::new(move |_| {
        changes.get();
        read.run(());
    });
    let clashes = part(view, |view| view.clashes.clone());
    Settling {
        subject,
        forms: part(view, |view| view.forms.clone()),
        clashes,
        revealed: Memo::new(|_| true),
        reveal: Callback::new(|()| ()),
        past,
        read,
    }
    .provide();
    let is_here = Memo::new(move |_| view.with(Option::is_some));
    let problem = Signal::derive(move || failure.with(|failure| failure.as_ref().map(failure_text)));
    let back = move |_| browser::go(&Route::Institutions);
    view! {
        <article class="case" data-test="house" data-house=institution.to_string()>
            <button type="button" class="button quiet only-narrow" data-test="house-back" on:click=back>
                {icon(Icon::Back)}
                <span>{words.house_title()}</span>
            </button>
            <Problem text=problem />
            {move || {
                if !is_here.get() {
                    return failure
                        .with(Option::is_none)
                        .then(|| view! { <Loading text=words.house_reading_one() /> })
                        .into_any();
                }
                view! {
                    <Head view=view />
                    {move || (!clashes.with(Vec::is_empty)).then(|| view! { <Versions /> })}
                    <section class="stack" data-test="clocks">
                        <h3>{words.case_clocks()}</h3>
                        <ClockList clocks=part(view, |view| view.clocks.clone()) />
                    </section>
                    <section class="stack">
                        <h3>{words.case_forms()}</h3>
                        <FormLinks subject=subject forms=part(view, |view| view.forms.clone()) />
                    </section>
                    <Filings view=view subject=subject />
                }
                    .into_any()
            }}
            <PastSheet subject=subject past=past />
        </article>
    }
}

/// A part of what is shown, which changes only when it does.
fn part<T: PartialEq + Default + Send + Sync + 'static>(
    view: RwSignal<Option<InstitutionView>>,
    part: fn(&InstitutionView) -> T,
) -> Memo<T> {
    Memo::new(move |_| view.with(|view| view.as_ref().map(part).unwrap_or_default()))
}

#[component]
fn Head(view: RwSignal<Option<InstitutionView>>) -> impl IntoView {
    let words = words();
    move || {
        let view = view.get()?;
        let card = view.card;
        let kind = card.kind.as_ref().map(|kind| words.label(kind));
        let line: Vec<String> = kind.into_iter().chain(children(words, &card)).collect();
        let over = card
            .present
            .zip(card.capacity)
            .filter(|(present, capacity)| present > capacity);
        Some(view! {
            <header class="house-head">
                <h2 data-test="house-name">{name(words, &card)}</h2>
                <p class="muted">{line.join(" · ")}</p>
                {over
                    .map(|(present, capacity)| {
                        view! {
                            <p class="tag danger">
                                {icon(Icon::Warning)} <span>{words.house_crowded(u64::from(present - capacity))}</span>
                            </p>
                        }
                    })}
                <DeliveryMark delivery=view.delivery />
            </header>
        })
    }
}

#[component]
fn Filings(view: RwSignal<Option<InstitutionView>>, subject: Subject) -> impl IntoView {
    let words = words();
    let filings = part(view, |view| view.filings.clone());
    move || {
        let filings = filings.get();
        (!filings.is_empty()).then(|| {
            view! {
                <section class="stack" data-test="house-filings">
                    <h3>{words.house_filed()}</h3>
                    {filing_list(subject, filings)}
                </section>
            }
        })
    }
}
