//! Reasons in words: for each fact that was compared and each way in which it may agree, a sentence.

use casework::matching::{Field, How, Level, Reason};
use leptos::prelude::*;

use crate::{state::words, words::Words};

/// Below this weight a reason says nothing either way.
const SAYS_MIN: f32 = 0.05;
/// The weight that fills the bar, in bits.
const FULL: f32 = 12.0;

/// The reasons, those that speak for it first and the weightiest first of either, each with what it weighs.
pub(super) fn list(reasons: &[Reason], is_twice: bool) -> impl IntoView + use<> {
    let words = words();
    let mut said: Vec<&Reason> = reasons
        .iter()
        .filter(|reason| reason.weight.abs() >= SAYS_MIN)
        .collect();
    // First what speaks for it, then what speaks against it.
    said.sort_by_key(|reason| reason.weight < 0.0);
    let items: Vec<_> = said.into_iter().map(|reason| item(words, reason, is_twice)).collect();
    view! { <ul class="reasons" data-test="reasons">{items}</ul> }
}

/// How the facts agreed where nothing else is known of the other side.
pub(super) fn agreed(agreed: &[(Field, Level)], is_twice: bool) -> impl IntoView + use<> {
    let words = words();
    let items: Vec<_> = agreed
        .iter()
        .map(|(field, level)| view! { <li>{sentence(words, *field, *level, is_twice)}</li> })
        .collect();
    view! { <ul class="reasons" data-test="agreed">{items}</ul> }
}

fn item(words: Words, reason: &Reason, is_twice: bool) -> impl IntoView + use<> {
    let speaks_for = reason.weight > 0.0;
    let side = if speaks_for {
        words.match_for()
    } else {
        words.match_against()
    };
    let wide = format!("{:.0}%", (reason.weight.abs() / FULL * 100.0).min(100.0));
    view! {
        <li class="reason" class:against=!speaks_for data-test="reason">
            <span class="reason-said">{say(words, reason, is_twice)}</span>
            <span class="reason-bar" aria-hidden="true"><span style:inline-size=wide></span></span>
            <span class="muted reason-side">{side}</span>
        </li>
    }
}

/// The sentence.
fn say(words: Words, reason: &Reason, is_twice: bool) -> String {
    let said = sentence(words, reason.field, reason.level, is_twice);
    let said = match (&reason.words, reason.field) {
        (Some((one, other)), Field::Given | Field::Family | Field::Father | Field::Mother) => {
            format!("{said}: {one} / {other}")
        }
        _ => said.to_owned(),
    };
    let how = match reason.how {
        How::Plain => return said,
        How::Joined => words.match_how_joined(),
        How::Reordered => words.match_how_reordered(),
        How::Alias => words.match_how_alias(),
        How::Crossed => words.match_how_crossed(),
    };
    format!("{said} ({how})")
}

/// What a level of a field means, in a sentence. Of two records of one sort (`is_twice`) the days are compared; of a child that
/// went missing and one that was found, how long it was between the two.
fn sentence(words: Words, field: Field, level: Level, is_twice: bool) -> &'static str {
    match (field, level) {
        (Field::Given, Level::Same) => words.match_given_same(),
        (Field::Given, Level::Close) => words.match_given_close(),
        (Field::Given, Level::Near) => words.match_given_near(),
        (Field::Given, Level::Similar) => words.match_given_similar(),
        (Field::Given, Level::Initial) => words.match_given_initial(),
        (Field::Given, _) => words.match_given_different(),
        (Field::Family, Level::Same) => words.match_family_same(),
        (Field::Family, Level::Close) => words.match_family_close(),
        (Field::Family, Level::Near) => words.match_family_near(),
        (Field::Family, Level::Similar) => words.match_family_similar(),
        (Field::Family, Level::Initial) => words.match_family_initial(),
        (Field::Family, _) => words.match_family_different(),
        (Field::Father, Level::Same) => words.match_father_same(),
        (Field::Father, Level::Close) => words.match_father_close(),
        (Field::Father, Level::Near) => words.match_father_near(),
        (Field::Father, Level::Similar) => words.match_father_similar(),
        (Field::Father, Level::Initial) => words.match_father_initial(),
        (Field::Father, _) => words.match_father_different(),
        (Field::Mother, Level::Same) => words.match_mother_same(),
        (Field::Mother, Level::Close) => words.match_mother_close(),
        (Field::Mother, Level::Near) => words.match_mother_near(),
        (Field::Mother, Level::Similar) => words.match_mother_similar(),
        (Field::Mother, Level::Initial) => words.match_mother_initial(),
        (Field::Mother, _) => words.match_mother_different(),
        (Field::Sex, Level::Same) => words.match_sex_same(),
        (Field::Sex, _) => words.match_sex_different(),
        (Field::Birth, Level::Same) => words.match_birth_same(),
        (Field::Birth, Level::Swapped) => words.match_birth_swapped(),
        (Field::Birth, Level::Close) => words.match_birth_close(),
        (Field::Birth, Level::Near) => words.match_birth_near(),
        (Field::Birth, Level::Similar) => words.match_birth_similar(),
        (Field::Birth, _) => words.match_birth_different(),
        (Field::Age, Level::Same) => words.match_age_same(),
        (Field::Age, Level::Near) => words.match_age_near(),
        (Field::Age, Level::Similar) => words.match_age_similar(),
        (Field::Age, _) => words.match_age_different(),
        (Field::Pin, Level::Same) => words.match_pin_same(),
        (Field::Pin, Level::Close) => words.match_pin_close(),
        (Field::Pin, Level::Near) => words.match_pin_near(),
        (Field::Pin, _) => words.match_pin_different(),
        (Field::District, Level::Same) => words.match_district_same(),
        (Field::District, Level::Close) => words.match_district_close(),
        (Field::District, Level::Near) => words.match_district_near(),
        (Field::District, _) => words.match_district_different(),
        (Field::State, Level::Same) => words.match_state_same(),
        (Field::State, _) => words.match_state_different(),
        (Field::Place, Level::Same) => words.match_place_same(),
        (Field::Place, Level::Close) => words.match_place_close(),
        (Field::Place, Level::Near) => words.match_place_near(),
        (Field::Place, Level::Similar) => words.match_place_similar(),
        (Field::Place, _) => words.match_place_different(),
        (Field::Height, Level::Same) => words.match_height_same(),
        (Field::Height, Level::Near) => words.match_height_near(),
        (Field::Height, Level::Similar) => words.match_height_similar(),
        (Field::Height, _) => words.match_height_different(),
        (Field::Marks, Level::Same) => words.match_marks_same(),
        (Field::Marks, Level::Near) => words.match_marks_near(),
        (Field::Marks, _) => words.match_marks_different(),
        (Field::Clothing, Level::Same) => words.match_clothing_same(),
        (Field::Clothing, Level::Near) => words.match_clothing_near(),
        (Field::Clothing, _) => words.match_clothing_different(),
        (Field::Companions, Level::Same) => words.match_companions_same(),
        (Field::Companions, Level::Near) => words.match_companions_near(),
        (Field::Companions, _) => words.match_companions_different(),
        (Field::Language, Level::Same) => words.match_language_same(),
        (Field::Language, _) => words.match_language_different(),
        (Field::Event, Level::Same) if is_twice => words.match_taken_same(),
        (Field::Event, Level::Close) if is_twice => words.match_taken_close(),
        (Field::Event, Level::Near) if is_twice => words.match_taken_near(),
        (Field::Event, Level::Similar) if is_twice => words.match_taken_similar(),
        (Field::Event, _) if is_twice => words.match_taken_different(),
        (Field::Event, Level::Same) => words.match_event_same(),
        (Field::Event, Level::Close) => words.match_event_close(),
        (Field::Event, Level::Near) => words.match_event_near(),
        (Field::Event, Level::Similar) => words.match_event_similar(),
        (Field::Event, _) => words.match_event_different(),
        (Field::Sibling, _) => words.match_sibling(),
        (Field::Third, _) => words.match_third(),
        (Field::Picture, _) => words.match_picture(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::words::Lang;

    #[test]
    fn every_reason_has_a_sentence_of_its_own_in_every_language() {
        for lang in [Lang::En, Lang::Hi] {
            let mut said = BTreeSet::new();
            for field in Field::COMPARED {
                for level in field.levels() {
                    let sentence = sentence(Words(lang), field, *level, false);
                    assert!(said.insert(sentence), "{field:?} {level:?}: {sentence}");
                }
            }
            for level in Field::Event.levels() {
                assert!(said.insert(sentence(Words(lang), Field::Event, *level, true)));
            }
            for field in [Field::Sibling, Field::Third, Field::Picture] {
                assert!(said.insert(sentence(Words(lang), field, Level::Same, false)));
            }
        }
    }
}
