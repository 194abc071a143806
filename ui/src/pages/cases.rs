//! The cases: the list, and beside it (on a wide window) or instead of it (on a narrow one) the case that is open.

mod list;
pub(crate) mod new_case;
pub(crate) mod row;
mod rows;

use leptos::prelude::*;

use super::{case::CasePage, filed::FiledPage, form::FormPage};
use crate::{
    components::Empty,
    route::Route,
    state::{app, words},
};

#[derive(Clone, PartialEq, Eq)]
enum Detail {
    None,
    Case(casework::CaseId),
    Form(casework::Subject, String),
    Filed(casework::Subject, casework::RowId),
}

impl Detail {
    fn of(route: &Route) -> Self {
        match route {
            Route::Case(case, _) => Self::Case(*case),
            Route::Form(subject, form, _) => Self::Form(*subject, form.clone()),
            Route::Filed(subject, row) => Self::Filed(*subject, *row),
            _ => Self::None,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Case(_) => "case",
            Self::Form(..) | Self::Filed(..) => "form",
        }
    }
}

/// The page.
#[component]
pub(crate) fn CasesPage() -> impl IntoView {
    let app = app();
    let detail = Memo::new(move |_| app.route.with(Detail::of));
    view! {
        <div class="panes" data-detail=move || detail.with(Detail::code)>
            <list::ListPane />
            <div class="detail-pane">
                {move || match detail.get() {
                    Detail::None => {
                        view! { <Empty title=words().list_choose() help=words().list_choose_help() /> }.into_any()
                    }
                    Detail::Case(case) => view! { <CasePage case=case /> }.into_any(),
                    Detail::Form(subject, form) => view! { <FormPage subject=subject form=form /> }.into_any(),
                    Detail::Filed(subject, row) => view! { <FiledPage subject=subject row=row /> }.into_any(),
                }}
            </div>
        </div>
    }
}
