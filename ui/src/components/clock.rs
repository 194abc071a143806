//! A time of the law in one line: how it stands, by a sign, by colour and in words.

use casework::clock::{Running, Standing};
use leptos::prelude::*;

use super::{Icon, icon};
use crate::{reader::words, time};

/// The sign of a standing, so that it is not told by colour alone.
pub(crate) const fn standing_icon(standing: Standing) -> Icon {
    match standing {
        Standing::Overdue | Standing::MetLate => Icon::Warning,
        Standing::DueSoon | Standing::Running | Standing::Extended | Standing::NotApplicable => Icon::Clock,
        Standing::Met => Icon::Done,
    }
}

/// The name of a standing for the style sheet and the tests.
pub(crate) const fn standing_code(standing: Standing) -> &'static str {
    match standing {
        Standing::Running => "running",
        Standing::DueSoon => "due_soon",
        Standing::Overdue => "overdue",
        Standing::Met => "met",
        Standing::MetLate => "met_late",
        Standing::Extended => "extended",
        Standing::NotApplicable => "not_applicable",
    }
}

/// What is left of a clock, or by how much it was missed.
#[component]
pub(crate) fn ClockChip(
    /// The clock.
    clock: Running,
    /// What time it is, in milliseconds since 1970.
    #[prop(into)]
    now_ms: Signal<i64>,
) -> impl IntoView {
    let clock = StoredValue::new(clock);
    let standing = Memo::new(move |_| {
        let now_ms = now_ms.get();
        clock.with_value(|clock| clock.standing(now_ms))
    });
    view! {
        <span class="clock" data-standing=move || standing_code(standing.get())>
            {move || icon(standing_icon(standing.get()))}
            <span>{move || clock.with_value(|clock| time::clock(words(), clock, standing.get(), now_ms.get()))}</span>
        </span>
    }
}
