//! The fonts that papers are set in, as the package carries them: the files that the crate `paper` names.

use std::path::Path;

use anyhow::{Result, ensure};

/// Where Debian's `fonts-noto-core` puts its fonts.
const FOLDER: &str = "/usr/share/fonts/truetype/noto";

/// The scripts with their files, as `paper` reads it.
const LIST: &str = include_str!("../../crates/paper/fonts.txt");

/// The licence that the fonts are given under, which goes where they go.
const LICENCE: &str = "/usr/share/doc/fonts-noto-core/copyright";

/// What the bundler is told besides its own file: which files go where among the resources.
pub(crate) fn as_resources() -> Result<String> {
    let mut resources = serde_json::Map::new();
    for file in files() {
        let from = Path::new(FOLDER).join(&file);
        ensure!(from.is_file(), "{file} is not there: apt-get install fonts-noto-core");
        resources.insert(from.to_string_lossy().into_owned(), format!("fonts/{file}").into());
    }
    resources.insert(LICENCE.to_owned(), "fonts/copyright".into());
    Ok(serde_json::json!({ "bundle": { "resources": resources } }).to_string())
}

fn files() -> Vec<String> {
    let names = LIST.lines().filter(|line| !line.starts_with('#'));
    let stems = names.filter_map(|line| line.split('\t').nth(1));
    stems
        .flat_map(|stem| ["Regular", "Bold"].map(|weight| format!("{stem}-{weight}.ttf")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_has_two_weights() {
        let files = files();
        assert_eq!(files.len(), 26);
        assert!(files.contains(&"NotoSansTamil-Bold.ttf".to_owned()));
    }
}
