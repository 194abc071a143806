//! The pictures in the repository, and the page that shows them.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use super::{
    hindrances::hindrances,
    look::Look,
    patches::{kept, shrunk},
    walk::{SCREENS, Screen, Seen, Walk},
};

/// The page, beside the folder of pictures.
pub const NAME: &str = "gallery.md";

const HEAD: &str = "# The screens\n\n\
Every screen in four sizes: a telephone, an 8-inch tablet upright and on its side, a laptop. Colours (light, dark, sun) and \
languages go round, so that each screen is seen in all colours and in both languages. The children, the people and the places \
are invented; it is always Monday, 23 November 2026, half past ten.\n\n\
`cargo xtask gallery` takes them anew. The tests compare every screen with its picture here, patch by patch \
([0056](decisions/0056-pictures-of-every-screen.md)), and look at each with `axe-core`.\n";

/// Takes every picture anew: the bytes of those that are not seen to differ stay as they are. `folder` is that of the
/// pictures, in the folder of the page.
pub fn write(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let browser = tempfile::tempdir()?;
    let mut names = BTreeSet::new();
    Walk::open(browser.path())?.everywhere(|window, seen| {
        let path = folder.join(seen.picture());
        names.insert(seen.picture());
        if !fs::read(&path).is_ok_and(|bytes| is_same(&seen, &bytes)) {
            fs::write(path, kept(&shrunk(&seen.sight, seen.look.size))?)?;
        }
        // Whoever takes pictures wants to know at once what the tests will say of them.
        for hindrance in hindrances(window, &seen)? {
            eprintln!("{hindrance}");
        }
        Ok(())
    })?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| names.contains(name)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(fs::write(folder.with_file_name(NAME), page()?)?)
}

fn is_same(seen: &Seen, bytes: &[u8]) -> bool {
    super::differences(&seen.sight, bytes, seen.look.size).is_ok_and(|found| found.slightly == 0)
}

/// The page, in Markdown.
fn page() -> anyhow::Result<String> {
    let mut page = HEAD.to_owned();
    for (number, screen) in SCREENS.iter().enumerate() {
        write!(page, "\n## {}\n\n", screen.title)?;
        for look in Look::at(number) {
            writeln!(page, "{}", picture(screen, look))?;
        }
    }
    Ok(page)
}

fn picture(screen: &Screen, look: Look) -> String {
    let lang = if look.lang == "hi" { "Hindi" } else { "English" };
    let said = format!("{}: {}, {}, {lang}", screen.title, look.size.code(), look.theme);
    format!("![{said}](gallery/{}-{look}.jpg)", screen.name)
}
