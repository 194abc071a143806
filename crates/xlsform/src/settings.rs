//! The sheet `settings`: the form's name, title, version and usual language.

use casework::Labels;

use crate::columns::{Table, complete, same};
use crate::finding::{Finding, What};
use crate::workbook::Workbook;
use crate::{languages, names};

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) id: String,
    pub(crate) title: Labels,
    pub(crate) version: Option<String>,
    /// The language of words whose heading names none.
    pub(crate) language: String,
}

const READ: [&str; 5] = ["form_id", "title", "version", "default_language", TITLE_HINDI];

/// The convention has one title for all languages; this heading, which other readers pass over, has it in Hindi.
const TITLE_HINDI: &str = "vatsalya::title_hi";

pub(crate) fn read(workbook: &Workbook, found: &mut Vec<Finding>) -> Settings {
    let mut settings = Settings {
        id: "form".to_owned(),
        title: same("form"),
        version: None,
        language: "en".to_owned(),
    };
    let Some(sheet) = workbook.sheet("settings") else {
        return settings;
    };
    let table = Table::new(sheet);
    // What else a server of forms is told (where to send, how to encrypt) has no meaning here.
    table.look_over(&READ, |name| Some(What::LookOnly(name.to_owned())), found);
    for line in table.lines().skip(1) {
        found.push(line.finding(0, What::NotKept("settings".to_owned())));
    }
    let Some(line) = table.lines().next() else {
        return settings;
    };
    if let Some((column, name)) = line.cell("default_language") {
        match languages::code_of(name) {
            Some(code) => settings.language = code,
            None => found.push(line.finding(column, What::UnknownLanguage(name.to_owned()))),
        }
    }
    settings.version = line.text("version").map(str::to_owned);
    if let Some((column, id)) = line.cell("form_id") {
        match names::word(id) {
            Some(word) => settings.id = word,
            None => found.push(line.finding(column, What::BadName(id.to_owned()))),
        }
    }
    let mut title = line.words("title", &settings.language);
    if let Some(hindi) = line.text(TITLE_HINDI) {
        title.insert("hi".to_owned(), hindi.to_owned());
    }
    settings.title = match title {
        words if words.is_empty() => same(&settings.id),
        words => complete(&line, "title", words, found),
    };
    settings
}
