//! The institutions: the list, and beside it (on a wide window) or instead of it (on a narrow one) the one that is open.

mod house;
mod list;

use casework::{InstitutionId, RowId, Subject};
use ipc::InstitutionCard;
use leptos::prelude::*;

use super::{filed::FiledPage, form::FormPage};
use crate::{
    components::Empty,
    route::Route,
    state::{app, words},
    words::Words,
};

#[derive(Clone, PartialEq, Eq)]
enum Detail {
    None,
    House(InstitutionId),
    Form(Subject, String),
    Filed(Subject, RowId),
}

impl Detail {
    fn of(route: &Route) -> Self {
        match route {
            Route::Institution(institution) => Self::House(*institution),
            Route::Form(subject, form, _) => Self::Form(*subject, form.clone()),
            Route::Filed(subject, row) => Self::Filed(*subject, *row),
            _ => Self::None,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::None => "none",
            // The style sheet lays it out like a case.
            Self::House(_) => "case",
            Self::Form(..) | Self::Filed(..) => "form",
        }
    }
}

/// The page.
#[component]
pub(crate) fn InstitutionsPage() -> impl IntoView {
    let app = app();
    let detail = Memo::new(move |_| app.route.with(Detail::of));
    view! {
        <div class="panes" data-detail=move || detail.with(Detail::code)>
            <list::ListPane />
            <div class="detail-pane">
                {move || match detail.get() {
                    Detail::None => {
                        view! { <Empty title=words().house_choose() help=words().house_choose_help() /> }.into_any()
                    }
                    Detail::House(institution) => view! { <house::HousePage institution=institution /> }.into_any(),
                    Detail::Form(subject, form) => view! { <FormPage subject=subject form=form /> }.into_any(),
                    Detail::Filed(subject, row) => view! { <FiledPage subject=subject row=row /> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// What it is called; somebody may have emptied its name.
fn name(words: Words, card: &InstitutionCard) -> String {
    if card.name.is_empty() {
        words.house_no_name().to_owned()
    } else {
        card.name.clone()
    }
}

/// How many children are there and for how many it is registered, as far as it is known.
fn children(words: Words, card: &InstitutionCard) -> Option<String> {
    Some(match (card.present, card.capacity) {
        (Some(present), Some(capacity)) => words.house_children_of(present, capacity),
        (Some(present), None) => words.house_children(u64::from(present)),
        (None, Some(capacity)) => words.house_capacity(capacity),
        (None, None) => return None,
    })
}
