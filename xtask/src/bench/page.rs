//! The page of figures: one part that the measuring program writes anew, and sections that are measured by themselves.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::paths;

/// How the sections begin that are measured by themselves, in the order in which they stand behind the rest.
const KEPT: [&str; 2] = ["## Sync", "## Matching"];

/// The sections that were measured by themselves, to be put back behind a page that is written anew.
pub(super) struct Kept([String; KEPT.len()]);

impl Kept {
    /// Those that the page has.
    pub(super) fn read() -> Self {
        Self(split(&text()).1)
    }

    /// Puts them behind whatever else the page says now.
    pub(super) fn put_back(self) -> Result<()> {
        let (rest, _) = split(&text());
        write(&rest, &self.0)
    }
}

/// Puts a section in its place, which is told by its first line.
pub(super) fn put(section: &str) -> Result<()> {
    let (rest, mut kept) = split(&text());
    let place = KEPT.iter().position(|heading| begins_with_line(section, heading));
    let place = place.context("a section that the page has no place for")?;
    section.clone_into(&mut kept[place]);
    write(&rest, &kept)
}

/// The page without the sections, and the sections.
fn split(page: &str) -> (String, [String; KEPT.len()]) {
    let (mut rest, mut kept) = (String::new(), [const { String::new() }; KEPT.len()]);
    let mut within = None;
    for line in page.split_inclusive('\n') {
        if line.starts_with("## ") {
            within = KEPT.iter().position(|heading| line.trim_end() == *heading);
        }
        within.map_or(&mut rest, |place| &mut kept[place]).push_str(line);
    }
    (rest, kept)
}

fn begins_with_line(section: &str, heading: &str) -> bool {
    section.lines().next().is_some_and(|line| line.trim_end() == heading)
}

fn joined(rest: &str, kept: &[String]) -> String {
    let parts = std::iter::once(rest).chain(kept.iter().map(String::as_str));
    let parts: Vec<&str> = parts.map(str::trim_end).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n") + "\n"
}

fn write(rest: &str, kept: &[String]) -> Result<()> {
    fs::write(file(), joined(rest, kept)).with_context(|| format!("cannot write {}", file().display()))
}

fn text() -> String {
    fs::read_to_string(file()).unwrap_or_default()
}

fn file() -> PathBuf {
    paths::root().join("docs/benchmarks.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Benchmarks\n\n## Time\n\n| a |\n\n## Matching\n\nm\n\n### One\n\nx\n";

    #[test]
    fn a_page_is_taken_apart_and_put_together_again() {
        let (rest, kept) = split(PAGE);
        assert_eq!(rest, "# Benchmarks\n\n## Time\n\n| a |\n\n");
        assert_eq!(kept, ["", "## Matching\n\nm\n\n### One\n\nx\n"]);
        assert_eq!(joined(&rest, &kept), PAGE);
    }

    #[test]
    fn each_section_has_its_place_wherever_it_stood() {
        let (rest, mut kept) = split(PAGE);
        kept[0] = "## Sync\n\ns\n".into();
        let page = joined(&rest, &kept);
        assert!(page.contains("| a |\n\n## Sync\n\ns\n\n## Matching\n\nm\n"), "{page}");
        let (rest, kept) = split("## Matching\n\nm\n\n## Sync\n\ns\n\n## Size\n\nz\n");
        assert_eq!(rest, "## Size\n\nz\n");
        assert_eq!(kept, ["## Sync\n\ns\n\n", "## Matching\n\nm\n\n"]);
    }
}
