//! A report as a grid of cells, which a workbook and values between commas have alike.
//!
//! No cell is a formula. Spreadsheets read a text as one that begins with `=`, `+`, `-` or `@`, and some that begins with a
//! tab or a line's end before those; such a text gets an apostrophe before it, as those write who export tables, in either file.

use casework::{
    Labels,
    reports::{Cell, Report, ReportWords, Table, Word},
};

/// The longest text of a cell, in characters.
const CELL_CHARS_MAX: usize = 500;
/// With these a cell begins a formula; the last four are what some spreadsheets take for the first four.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Between the words of two languages.
const BETWEEN: &str = " / ";

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GridCell {
    /// A text, inert.
    Text(String),
    /// A number.
    Number(u64),
}

/// Rows of cells; they may be of different lengths.
pub(crate) type Rows = Vec<Vec<GridCell>>;

/// A report as cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    /// What stands above the tables: title, period, place, when it was made, what it was counted from.
    pub(crate) head: Rows,
    /// Each table with its name: a heading, the names of the columns, the rows, the sums.
    pub(crate) tables: Vec<(String, Rows)>,
}

impl Grid {
    /// The cells of a report, in one language or two.
    pub(crate) fn of(report: &Report, words: ReportWords<'_>, languages: &[String]) -> Self {
        let say = Say { words, languages };
        Self {
            head: say.head(report),
            tables: report
                .tables
                .iter()
                .map(|table| (table.id.clone(), say.table(table)))
                .collect(),
        }
    }
}

/// A text as no spreadsheet reads it for anything else.
pub(crate) fn inert(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|sign| {
            if sign.is_whitespace() || sign.is_control() {
                ' '
            } else {
                sign
            }
        })
        .filter(|sign| !matches!(u32::from(*sign), 0x202A..=0x202E | 0x2066..=0x2069 | 0xFEFF | 0xFFFE | 0xFFFF))
        .take(CELL_CHARS_MAX)
        .collect();
    // Signs that are not seen would hide that a formula follows. Within a word they join letters, as Hindi wants them.
    let unseen = |sign: char| sign == ' ' || matches!(u32::from(sign), 0x200B..=0x200F | 0x2060..=0x2064);
    let plain = plain.trim_start_matches(unseen).trim_end();
    if plain.starts_with(FORMULA) {
        format!("'{plain}")
    } else {
        plain.to_owned()
    }
}

fn text(text: &str) -> GridCell {
    GridCell::Text(inert(text))
}

/// The words of a report in the languages of a file.
struct Say<'a> {
    words: ReportWords<'a>,
    languages: &'a [String],
}

impl Say<'_> {
    fn said(&self, labels: &Labels) -> GridCell {
        let mut said: Vec<&str> = self.languages.iter().map(|lang| labels.get(lang)).collect();
        // What reads the same in both languages is said once.
        said.dedup();
        text(&said.join(BETWEEN))
    }

    fn word(&self, word: Word) -> GridCell {
        self.said(&self.words.say(word))
    }

    fn head(&self, report: &Report) -> Rows {
        let mut rows = vec![vec![self.said(&report.title)]];
        if let Some(period) = report.period {
            let days = format!("{} – {}", period.first(), period.last());
            rows.push(vec![self.word(Word::Period), text(&days)]);
        }
        rows.push(vec![self.word(Word::Place), text(&report.place)]);
        let made = casework::clock::indian_day(report.as_of_ms).map(|day| day.to_string());
        rows.push(vec![self.word(Word::AsOf), text(&made.unwrap_or_default())]);
        if !report.source.is_empty() {
            rows.push(vec![self.word(Word::Source), text(&report.source)]);
        }
        rows.extend(report.is_to_be_verified().then(|| vec![self.word(Word::ToVerify)]));
        rows.extend(report.basis.iter().map(|line| vec![self.said(line)]));
        rows
    }

    fn table(&self, table: &Table) -> Rows {
        let mut rows = vec![vec![self.said(&table.title)]];
        if !table.note.is_empty() {
            rows.push(vec![self.said(&table.note)]);
        }
        rows.push(table.columns.iter().map(|column| self.said(&column.label)).collect());
        let cells = |row: &Vec<Cell>| row.iter().map(|cell| self.cell(cell)).collect();
        rows.extend(table.rows.iter().chain(&table.total).map(cells));
        rows
    }

    fn cell(&self, cell: &Cell) -> GridCell {
        match cell {
            Cell::Blank => text(""),
            Cell::Count { count } => match count.told() {
                Some(count) => GridCell::Number(count),
                None => self.word(Word::Hidden),
            },
            Cell::Words { words } => self.said(words),
            Cell::Text { text: written } => text(written),
            Cell::Day { day } => text(&day.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_a_formula() {
        for (written, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'=1"),
            ("\r\n=1", "'=1"),
            ("\u{200b}\u{feff}=1", "'=1"),
            ("\u{202e}=1", "'=1"),
            ("\0=1", "'=1"),
            ("＝1", "'＝1"),
            ("12/2026", "12/2026"),
            ("18+", "18+"),
            ("क्\u{200d}ष", "क्\u{200d}ष"),
            ("a\nb", "a b"),
            ("", ""),
        ] {
            assert_eq!(inert(written), cell, "{written:?}");
        }
        assert_eq!(inert(&"a".repeat(10_000)).len(), CELL_CHARS_MAX);
    }
}
