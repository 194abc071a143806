//! The programs that read papers: poppler's and qpdf, which `cargo xtask setup` installs.

use std::{path::PathBuf, process::Command, sync::LazyLock};

use paper::{Fonts, Paper, PrintError, Sheet};

/// Debian's fonts, which tests and what ships have alike.
pub(crate) static FONTS: LazyLock<Fonts> =
    LazyLock::new(|| Fonts::in_folder("/usr/share/fonts/truetype/noto".as_ref()));

/// A paper in a file that goes away.
pub(crate) struct File {
    pub(crate) paper: Paper,
    folder: tempfile::TempDir,
}

pub(crate) fn try_print(sheet: Sheet) -> Result<Paper, PrintError> {
    paper::print(&FONTS, sheet)
}

pub(crate) fn print(sheet: Sheet) -> File {
    let paper = try_print(sheet).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("paper.pdf"), &paper.pdf).unwrap();
    File { paper, folder }
}

impl File {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("paper.pdf")
    }

    /// What a program says of the paper; it must not complain.
    pub(crate) fn told(&self, program: &str, options: &[&str], more: &[&str]) -> String {
        let output = Command::new(program)
            .args(options)
            .arg(self.path())
            .args(more)
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}; cargo xtask setup installs it"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{program}: {said} {wrong}");
        said
    }

    /// The letters on the paper in their order, as a search finds them ([`plain`]).
    pub(crate) fn words(&self) -> String {
        plain(&self.told("pdftotext", &["-enc", "UTF-8"], &["-"]))
    }
}

/// A text without spaces, and without the marks that break lines and join letters. Poppler tells words apart by the gaps
/// between letters, and takes the place of a vowel sign under a letter of Devanagari, Bengali or Oriya for one.
pub(crate) fn plain(text: &str) -> String {
    let is_seen = |letter: &char| !letter.is_whitespace() && !matches!(letter, '\u{200b}' | '\u{200c}' | '\u{200d}');
    text.chars().filter(is_seen).collect()
}
