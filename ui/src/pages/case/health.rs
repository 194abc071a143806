//! Health: growth, disability, treatment; and how far the child is on the way to adoption.

use leptos::prelude::*;

use super::{CaseTable, MaskedNote, adoption::Adoption, disability::Disability, growth::Growth};

/// The tab.
#[component]
pub(crate) fn Health() -> impl IntoView {
    view! {
        <MaskedNote />
        <Growth />
        <Disability />
        <CaseTable name="disabilities" />
        <CaseTable name="health_reviews" />
        <CaseTable name="medicines" />
        <CaseTable name="immunisations" />
        <CaseTable name="counselling" />
        <Adoption />
    }
}
