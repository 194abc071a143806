//! A chart of bars. The table beneath it says the same, so it is no second time read out.

use leptos::prelude::*;

use crate::{
    console::figures::{BAR_UNITS, BARS_MAX, Bar, lengths},
    reader::words,
};

/// The bars in their order, as far as a chart has room.
#[component]
pub(super) fn Bars(bars: Vec<Bar>) -> impl IntoView {
    let left_out = bars.len().saturating_sub(BARS_MAX);
    let lengths = lengths(&bars);
    let drawn = bars.into_iter().zip(lengths).take(BARS_MAX);
    let items = drawn.map(|(bar, length)| {
        let whole = length
            .of
            .map(|of| view! { <rect class="bar-whole" width=of.to_string() height="10" /> });
        let part = match length.value {
            Some(value) => view! { <rect class="bar-part" width=value.to_string() height="10" /> }.into_any(),
            None => view! { <rect class="bar-hidden" width="120" height="10" /> }.into_any(),
        };
        view! {
            <li class="bar" data-tone=bar.tone.code()>
                <span class="bar-label">{bar.label}</span>
                <svg
                    class="bar-track"
                    viewBox=format!("0 0 {BAR_UNITS} 10")
                    preserveAspectRatio="none"
                    focusable="false"
                >
                    {whole}
                    {part}
                </svg>
                <span class="bar-said">{bar.said}</span>
            </li>
        }
    });
    view! {
        <div class="chart" aria-hidden="true" data-test="bars">
            <ul class="bars">{items.collect_view()}</ul>
            {(left_out > 0).then(|| view! { <p class="hint">{words().console_more_bars(left_out as u64)}</p> })}
        </div>
    }
}
