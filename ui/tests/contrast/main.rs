//! Whatever the style sheets write, draw or frame is seen on whatever they lay under it, in every theme.
//!
//! The pairs are read out of the rules, so that no list of them can go stale: a rule that names both an ink and a ground is a
//! pair; an ink without a ground may stand on any ground that is open, and every line, icon and bar is seen on all of those.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod colour;
mod paint;
mod sheet;

use std::{collections::BTreeSet, fs, path::Path};

use colour::{THEMES, Theme, contrast};
use paint::{Ground, Paint, world};

/// What `tokens.css` promises of text; WCAG 2.2 AA asks for 4.5.
const TEXT_AT_LEAST: f64 = 7.0;
/// What WCAG 2.2 (1.4.11) asks of icons, of the edges of what is pressed, and of the mark of the focus.
const SIGNS_AT_LEAST: f64 = 3.0;

/// The rules of every sheet but that of the tokens.
fn paints() -> Vec<Paint> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let mut paints = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_some_and(|extension| extension == "css") && name != "tokens.css" {
            let rules = sheet::rules(&fs::read_to_string(&path).unwrap());
            paints.extend(rules.iter().map(|rule| Paint::of(&name, rule)));
        }
    }
    assert!(paints.len() > 300, "the sheets were read");
    paints
}

/// Inks of rules that lay no ground of their own: they stand on whatever is there.
fn free_inks(paints: &[Paint]) -> BTreeSet<&str> {
    let free = |paint: &&Paint| paint.ground == Ground::None;
    paints
        .iter()
        .filter(free)
        .filter_map(|paint| paint.ink.as_deref())
        .collect()
}

/// Grounds on which anything may stand: no ink is named with them, or one that stands elsewhere, too.
fn open_grounds<'a>(paints: &'a [Paint], inks: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let open = |paint: &'a Paint| {
        let ground = paint.ground.token()?;
        let is_sign = inks.contains(ground) || ground.starts_with("--line") || ground.ends_with("-line");
        let is_open = paint.ink.as_deref().is_none_or(|ink| inks.contains(ink));
        (is_open && !is_sign).then_some(ground)
    };
    paints.iter().filter_map(open).collect()
}

/// Says what is too faint.
fn assert_seen(theme: &Theme, sign: &str, ground: &str, at_least: f64, wherefore: &str) {
    let Some((seen, under)) = theme.colour(sign).zip(theme.colour(ground)) else {
        return;
    };
    let found = contrast(seen, under);
    assert!(
        found >= at_least,
        "{}: {sign} on {ground} has {found:.2} : 1 and needs {at_least} : 1 ({wherefore})",
        theme.name
    );
}

#[test]
fn text_is_read_on_whatever_it_stands_on() {
    let paints = paints();
    let inks = free_inks(&paints);
    let grounds = open_grounds(&paints, &inks);
    assert!(inks.len() > 5 && grounds.len() > 5, "{inks:?} on {grounds:?}");
    for theme in THEMES.iter().map(Theme::read) {
        for paint in paints.iter().filter(|paint| paint.is_of(theme.name)) {
            if let (Some(ink), Some(ground)) = (&paint.ink, paint.ground.token()) {
                assert_seen(&theme, ink, ground, TEXT_AT_LEAST, &paint.place);
            }
        }
        for ink in &inks {
            for ground in grounds.iter().filter(|ground| world(ground) == world(ink)) {
                assert_seen(&theme, ink, ground, TEXT_AT_LEAST, "text that may stand on it");
            }
        }
    }
}

#[test]
fn icons_and_edges_are_seen_on_whatever_they_stand_on() {
    let paints = paints();
    let inks = free_inks(&paints);
    let grounds = open_grounds(&paints, &inks);
    for theme in THEMES.iter().map(Theme::read) {
        for paint in paints.iter().filter(|paint| paint.is_of(theme.name)) {
            for sign in paint.signs(&inks) {
                for ground in grounds.iter().filter(|ground| world(ground) == world(sign)) {
                    assert_seen(&theme, sign, ground, SIGNS_AT_LEAST, &paint.place);
                }
            }
        }
    }
}

/// A bar that says how much lies in a track, which is a rule of its own around it.
#[test]
fn a_bar_is_told_from_the_track_it_lies_in() {
    let paints = paints();
    let inks = free_inks(&paints);
    let mut pairs = 0;
    for theme in THEMES.iter().map(Theme::read) {
        for track in paints.iter().filter(|paint| paint.is_of(theme.name)) {
            let Some(under) = track.ground.token() else { continue };
            let later = |other: &&Paint| other.selector == track.selector && other.theme.is_some();
            if track.theme.is_none() && paints.iter().filter(later).any(|other| other.is_of(theme.name)) {
                // The theme lays another ground there.
                continue;
            }
            for bar in paints.iter().filter(|paint| paint.lies_in(track)) {
                if let Some(sign) = bar.bar(&inks) {
                    pairs += 1;
                    assert_seen(&theme, sign, under, SIGNS_AT_LEAST, &bar.place);
                }
            }
        }
    }
    assert!(pairs > 0, "there are bars in tracks");
}

/// Two colours, one of which is always seen: the ring and its edge.
#[test]
fn the_focus_is_seen_on_every_ground() {
    let paints = paints();
    for theme in THEMES.iter().map(Theme::read) {
        let ring = ["--focus", "--focus-edge"].map(|token| theme.colour(token).unwrap());
        for paint in &paints {
            let Some(ground) = paint.ground.token().and_then(|token| theme.colour(token)) else {
                continue;
            };
            let best = ring
                .map(|colour| contrast(colour, ground))
                .into_iter()
                .fold(0.0, f64::max);
            assert!(
                best >= SIGNS_AT_LEAST,
                "{}: the focus on {}: {best:.2}",
                theme.name,
                paint.place
            );
        }
    }
}

/// `--line` parts what lies side by side and says nothing; what is pressed or typed into has an edge that is seen.
#[test]
fn what_is_pressed_has_an_edge_that_is_seen() {
    let faint = paints()
        .into_iter()
        .filter(|paint| paint.is_pressed && paint.edges.iter().any(|edge| edge == "--line") && !paint.is_row)
        .map(|paint| paint.place);
    assert_eq!(faint.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn no_sheet_but_that_of_the_tokens_names_a_colour() {
    let named: Vec<_> = paints().into_iter().flat_map(|paint| paint.named).collect();
    assert_eq!(named, Vec::<String>::new());
}

/// A tablet that is set to dark and a reader who chose it see the same.
#[test]
fn dark_is_the_same_by_choice_and_as_the_tablet_is_set() {
    let [chosen, set] = ["html[data-theme=\"dark\"]", "html[data-theme=\"system\"]"].map(colour::tokens_of);
    assert!(!chosen.is_empty());
    assert_eq!(chosen, set);
}
