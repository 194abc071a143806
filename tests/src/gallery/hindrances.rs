//! What hinders somebody on a screen: what `axe-core` finds, what is wider than the window, what moves unasked.

use super::{
    look::Size,
    walk::{Seat, Seen},
};
use crate::window::Window;

/// Everything that hinders somebody on the screen that is shown, each with where it is.
///
/// A screen of the officer's is also looked at with letters of twice the size, once for each screen; afterwards the window has
/// another size.
pub fn hindrances(window: &Window, seen: &Seen) -> anyhow::Result<Vec<String>> {
    let at = format!("{} at {}", seen.screen.name, seen.look);
    let mut found: Vec<String> = window.hindrances()?.iter().map(|one| format!("{at}: {one}")).collect();
    found.extend(too_wide(window)?.map(|parts| format!("{at}: wider than the window: {parts}")));
    // Whoever wants nothing to move sees nothing move.
    let moving = window.evaluate("return document.getAnimations().length")?;
    if moving != 0 {
        found.push(format!("{at}: {moving} parts move"));
    }
    if seen.screen.seat == Seat::Officer && seen.look.size == Size::Laptop {
        found.extend(with_large_letters(window, seen)?);
    }
    Ok(found)
}

/// The parts of the page that can be pushed sideways and should not.
fn too_wide(window: &Window) -> anyhow::Result<Option<String>> {
    const WIDE: &str = "const parts = [...document.querySelectorAll('main, .page, .detail-pane, .gate, .sheet-body, dialog[open]')]; \
        const wide = parts.filter(part => part.clientWidth && part.scrollWidth > part.clientWidth + 1); \
        const named = wide.map(part => part.className || part.tagName); \
        if (document.documentElement.scrollWidth > innerWidth) named.push('the page'); \
        return named.join(', ')";
    let parts = window.evaluate(WIDE)?;
    Ok(parts.as_str().filter(|parts| !parts.is_empty()).map(str::to_owned))
}

fn with_large_letters(window: &Window, seen: &Seen) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    window.evaluate("document.documentElement.dataset.text = '200'")?;
    for size in [Size::Tablet, Size::Phone] {
        window.page_of(size.pixels(), 1)?;
        window.settle()?;
        let what = format!("{} on a {} at 200 %", seen.screen.name, size.code());
        found.extend(too_wide(window)?.map(|parts| format!("{what}: wider than the window: {parts}")));
    }
    window.evaluate("document.documentElement.dataset.text = '100'")?;
    Ok(found)
}
