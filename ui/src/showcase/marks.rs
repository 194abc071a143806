//! What is pressed, and what says how something stands.

use casework::{
    Checked, Labels,
    clock::{Duty, Length, Running},
};
use ipc::{Delivery, VersionView};
use leptos::prelude::*;

use super::{HOUR_MS, NOW_MS, in_words};
use crate::components::{ClockChip, DeliveryMark, Icon, TabLink, TabRow, VersionText, icon};

const LONG: (&str, &str) = (
    "A label that somebody made much longer than anybody thought when the button was drawn",
    "ऐसा नाम जो बटन बनाते समय किसी ने सोचा उससे कहीं ज़्यादा लंबा लिख दिया गया",
);

/// Buttons, chips and tabs.
#[component]
pub(super) fn Buttons() -> impl IntoView {
    let save = in_words("Save", "सहेजें");
    let tab = |id: &str, label, count| TabLink {
        id: id.to_owned(),
        label,
        href: "#".to_owned(),
        count: Signal::stored(count),
        hidden: Signal::stored(false),
    };
    let tabs = vec![
        tab("tab-one", in_words("Overview", "एक नज़र में"), 0),
        tab("tab-two", in_words("Two versions", "दो संस्करण"), 2),
        tab("tab-three", in_words("Photos and papers", "फ़ोटो और कागज़"), 0),
    ];
    view! {
        <div class="actions">
            <button type="button" class="button primary">{icon(Icon::Tick)} <span>{save}</span></button>
            <button type="button" class="button">{save}</button>
            <button type="button" class="button quiet">{save}</button>
            <button type="button" class="button danger">{in_words("Take away", "हटाएँ")}</button>
            <button type="button" class="button small">{save}</button>
            <button type="button" class="button" disabled=true>{save}</button>
            <button type="button" class="button quiet square" aria-label=in_words("Close", "बंद करें")>{icon(Icon::Close)}</button>
            <button type="button" class="link">{in_words("A link", "एक कड़ी")}</button>
        </div>
        <button type="button" class="button wide">{in_words(LONG.0, LONG.1)}</button>
        <div class="actions" role="group" aria-label=in_words("Filters", "छँटाई")>
            <button type="button" class="chip" aria-pressed="true">{in_words("All", "सभी")}</button>
            <button type="button" class="chip" aria-pressed="false">{in_words("Overdue", "समय बीता")}</button>
        </div>
        <div class="showcase-wide">
            <TabRow tabs=tabs chosen=Signal::stored("tab-two".to_owned()) label=in_words("Parts", "भाग") />
            <div role="tabpanel" id="tab-panel" aria-labelledby="tab-two"></div>
        </div>
    }
}

/// Tags, avatars and small marks.
#[component]
pub(super) fn Marks() -> impl IntoView {
    view! {
        <div class="actions">
            <span class="tag">{in_words("In an institution", "संस्था में")}</span>
            <span class="tag danger">{in_words("Emergency", "आपातकाल")}</span>
            <span class="tag warn">{in_words("Two versions", "दो संस्करण")}</span>
            <span class="tag good">{in_words("Done", "पूरा")}</span>
        </div>
        <div class="actions">
            <span class="avatar">"PH"</span>
            <span class="avatar" data-urgency="emergency">"मु"</span>
            <span class="mark" data-kind="waiting">{icon(Icon::Waiting)} "3"</span>
            <span class="mark" data-kind="clashes">{icon(Icon::Versions)} "1"</span>
            <span class="mark" data-kind="refused">{icon(Icon::Refused)} "2"</span>
        </div>
        <ul class="showcase-signs showcase-wide">
            {Icon::ALL.iter().map(|sign| view! { <li>{icon(*sign)} <span>{format!("{sign:?}")}</span></li> }).collect_view()}
        </ul>
    }
}

/// A clock of 24 hours that began so many hours ago, and was stopped so many hours ago.
fn clock(began_h: i64, stopped_h: Option<i64>) -> Running {
    let started_at_ms = NOW_MS - began_h * HOUR_MS;
    let words = |en, hi| Labels::from_pairs([("en", en), ("hi", hi)]);
    Running {
        id: "production-cwc".to_owned(),
        instance: String::new(),
        label: words("Bring the child before the Committee", "बच्चे को समिति के सामने लाएँ"),
        who: Labels::default(),
        section: Labels::default(),
        source: "JJ Act s.31".to_owned(),
        checked: Checked::A,
        duty: Duty::Mandatory,
        length: Some(Length::Hours(24)),
        started_at_ms,
        due_at_ms: Some(started_at_ms + 24 * HOUR_MS),
        stopped_at_ms: stopped_h.map(|hours| NOW_MS - hours * HOUR_MS),
        extended_to: None,
        extensions: Vec::new(),
        applies: true,
        because: Labels::default(),
        assumes: Vec::new(),
        then: Labels::default(),
    }
}

/// A clock in each standing.
#[component]
pub(super) fn Clocks() -> impl IntoView {
    let clocks = [
        clock(4, None),
        clock(22, None),
        clock(30, None),
        clock(30, Some(20)),
        clock(40, Some(2)),
    ];
    let chip = |clock| view! { <p><ClockChip clock=clock now_ms=Signal::stored(NOW_MS) /></p> };
    clocks.map(chip).into_iter().collect_view()
}

/// How far something has come, and who wrote what.
#[component]
pub(super) fn Receipts() -> impl IntoView {
    let accepted = Delivery::Accepted {
        reference: "VP-2026-0417".to_owned(),
        at_ms: NOW_MS - HOUR_MS,
    };
    let rejected = Delivery::Rejected {
        reason: in_words("no ground is given", "कोई आधार नहीं दिया गया").to_owned(),
        at_ms: NOW_MS - HOUR_MS,
    };
    let refused = Delivery::Refused {
        code: "not_permitted".to_owned(),
    };
    let version = |value: &str, delivery| VersionView {
        value: Some(value.into()),
        words: Vec::new(),
        by: "Rekha Murmu".to_owned(),
        role: Some(Labels::from_pairs([
            ("en", "Protection officer"),
            ("hi", "संरक्षण अधिकारी"),
        ])),
        at_ms: NOW_MS - 2 * HOUR_MS,
        device: String::new(),
        received_at_ms: None,
        action: "form 17".to_owned(),
        delivery,
    };
    let versions = [
        version("Phulmani Hansda", accepted.clone()),
        version(
            "फूलमनी हांसदा, जिसे घर में फूलो कहते हैं और जो अपना पूरा नाम नहीं बताती",
            Delivery::OnTablet,
        ),
    ];
    let marks = [Delivery::OnTablet, Delivery::OnServer, accepted, rejected, refused];
    view! {
        <ul class="stack">{marks.map(|delivery| view! { <li><DeliveryMark delivery=delivery /></li> }).into_iter().collect_view()}</ul>
        <div class="versions showcase-wide">
            {versions.map(|version| view! { <div class="version"><VersionText version=version /></div> }).into_iter().collect_view()}
        </div>
    }
}
