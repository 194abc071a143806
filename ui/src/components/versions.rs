//! How far something has come, and what somebody wrote.

use ipc::{Delivery, VersionView};
use leptos::prelude::*;

use super::{Icon, icon};
use crate::{state::words, time, value};

/// One word for a state, for the style sheet and the tests.
pub(crate) const fn state_of(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::OnTablet => "on_tablet",
        Delivery::OnServer => "on_server",
        Delivery::Accepted { .. } => "accepted",
        Delivery::Rejected { .. } => "rejected",
        Delivery::Refused { .. } => "refused",
    }
}

/// How far a change has come, with a sign and in words.
#[component]
pub(crate) fn DeliveryMark(
    /// How far.
    delivery: Delivery,
) -> impl IntoView {
    let sign = match &delivery {
        Delivery::OnTablet => Icon::Waiting,
        Delivery::OnServer => Icon::Tick,
        Delivery::Accepted { .. } => Icon::Done,
        Delivery::Rejected { .. } => Icon::Warning,
        Delivery::Refused { .. } => Icon::Refused,
    };
    view! {
        <span class="delivery" data-state=state_of(&delivery)>
            {icon(sign)}
            <span>{words().delivery(&delivery)}</span>
        </span>
    }
}

/// What somebody wrote, who and when.
#[component]
pub(crate) fn VersionText(
    /// The version.
    version: VersionView,
    /// The value in words, where the caller knows better than the version itself.
    #[prop(optional)]
    said: Option<String>,
) -> impl IntoView {
    let words = words();
    let text = said.unwrap_or_else(|| value::say(words, version.value.as_ref(), &version.words));
    let empty = version.value.is_none();
    let role = version.role.as_ref().map(|role| words.label(role));
    let action = words.action(&version.action);
    let device = (!version.device.is_empty()).then(|| words.history_device(&version.device));
    let received = version
        .received_at_ms
        .map(|at| words.history_received(time::date_time(words, at)));
    view! {
        {(!text.is_empty()).then(|| view! { <p class="version-value" class:muted=empty>{text}</p> })}
        <p class="version-by">
            <strong>{version.by.clone()}</strong>
            {role.map(|role| format!(", {role}"))}
            <br />
            {time::date_time(words, version.at_ms)}
            " · "
            {action}
            {device.map(|device| view! { <br /> {device} })}
            {received.map(|received| view! { <br /> {received} })}
        </p>
        <DeliveryMark delivery=version.delivery />
    }
}
