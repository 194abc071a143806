//! A form as it is shown, made into a sheet.

use casework::{Asked, Form, Labels, Pack, Value, attachment, paper::CHILD_NAMES};
use ipc::{Amended, Amendment, FieldView, FilingKind, FilingView, FormItem, FormView, SectionView, TableView};
use paper::{Answer, Footer, Grid, Item, Line, Moment, Picture, Section, Sheet, SheetItem, SignaturePlace, Words};

use super::{
    Redaction, Say,
    say::{Of, indian, written},
};

/// How the form stands that is printed.
pub(crate) enum Stands {
    /// Not filed, or changed since: it is a draft.
    Draft,
    /// As it was filed.
    Filed(Box<FilingView>),
}

/// What a paper is made from.
pub(crate) struct Printing<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) say: Say<'a>,
    /// The form as the pack has it.
    pub(crate) form: &'a Form,
    /// The form as it is shown.
    pub(crate) view: &'a FormView,
    pub(crate) stands: Stands,
    /// What was changed since it was filed.
    pub(crate) amendments: &'a [Amendment],
    /// Signatures given on the glass for this form.
    pub(crate) signed: Vec<Signed>,
    /// Where a copy is redacted.
    pub(crate) redaction: Option<Redaction>,
    pub(crate) district: &'a str,
    /// Who prints, in which role, on which device, when, and which copy.
    pub(crate) printed: Printed<'a>,
}

/// Who prints.
pub(crate) struct Printed<'a> {
    pub(crate) by: &'a str,
    pub(crate) role: Labels,
    pub(crate) device: &'a str,
    pub(crate) at_ms: i64,
    pub(crate) copy: u32,
}

/// A signature given on the glass.
pub(crate) struct Signed {
    pub(crate) by: String,
    pub(crate) label: Labels,
    pub(crate) at_ms: Option<i64>,
    pub(crate) picture: Option<Vec<u8>>,
}

/// The sheet of a form. `picture` gives the bytes of a picture by the hash that a row names; `None` where they are not here.
pub(crate) fn sheet_of<E>(
    printing: &Printing<'_>,
    picture: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
) -> Result<Sheet, E> {
    let mut maker = Maker {
        printing,
        pictures: Vec::new(),
        picture,
    };
    let mut sections = Vec::new();
    for view in &printing.view.sections {
        let section = maker.section(view)?;
        sections.extend((!section.items.is_empty()).then_some(section));
    }
    sections.extend(maker.amendments());
    let signatures = maker.signatures();
    let pictures = maker.pictures;
    let say = &printing.say;
    let number = say.labels(&say.words.form);
    let has_number = printing.form.id.starts_with(|first: char| first.is_ascii_digit());
    Ok(Sheet {
        languages: say.languages.to_vec(),
        // Forms of the app's own have names, which say nothing beside the title.
        form: number
            .into_iter()
            .map(|word| {
                if has_number {
                    format!("{word} {}", printing.form.id)
                } else {
                    String::new()
                }
            })
            .collect(),
        title: say.labels(&printing.form.title),
        source: printing.form.source.clone(),
        head: head(printing),
        mark: printing.redaction.is_some().then(|| say.labels(&say.words.redacted)),
        watermark: matches!(printing.stands, Stands::Draft).then(|| say.labels(&say.words.draft)),
        sections,
        signatures,
        footer: footer(printing.say, &printing.printed),
        printed: moment(printing.printed.at_ms),
        pictures,
    })
}

fn head(printing: &Printing<'_>) -> Vec<Line> {
    let say = &printing.say;
    let district = Line {
        label: say.labels(&say.words.district),
        text: printing.district.to_owned(),
    };
    let instalment = match &printing.stands {
        Stands::Filed(filing) => filing.instalment,
        Stands::Draft => None,
    };
    let filing = instalment.map(|n| Line {
        label: say.filled(&say.words.filing, &[("n", say.same(&n.to_string()))]),
        text: String::new(),
    });
    std::iter::once(district).chain(filing).collect()
}

/// What stands at the foot of each page of a paper.
pub(crate) fn footer(say: Say<'_>, printed: &Printed<'_>) -> Footer {
    let words = say.filled(
        &say.words.printed,
        &[
            ("by", say.same(printed.by)),
            ("role", say.labels(&printed.role)),
            ("device", say.same(printed.device)),
            ("at", say.moment(printed.at_ms)),
            ("copy", say.same(&printed.copy.to_string())),
        ],
    );
    let mut page = [Words::new(), Words::new(), Words::new()];
    for language in say.languages {
        let sentence = say.words.page.get(language);
        let (before, rest) = sentence.split_once("{page}").unwrap_or((sentence, ""));
        let (between, after) = rest.split_once("{pages}").unwrap_or((rest, ""));
        for (words, said) in page.iter_mut().zip([before, between, after]) {
            words.push(said.to_owned());
        }
    }
    Footer { words, page }
}

/// A moment as a document has it.
pub(crate) fn moment(at_ms: i64) -> Moment {
    // The offset is taken off again: the document's time is UTC.
    let utc = indian(at_ms - 19_800_000);
    utc.map_or_else(Moment::default, |at| Moment {
        year: at.year().into(),
        month: at.month().unsigned_abs(),
        day: at.day().unsigned_abs(),
        hour: at.hour().unsigned_abs(),
        minute: at.minute().unsigned_abs(),
    })
}

struct Maker<'a, P> {
    printing: &'a Printing<'a>,
    pictures: Vec<Vec<u8>>,
    picture: P,
}

impl<'a, E, P: FnMut(&str) -> Result<Option<Vec<u8>>, E>> Maker<'a, P> {
    /// The section with what is asked. A number of the law of which nothing is asked stays, so that none seems to be missing.
    fn section(&mut self, view: &SectionView) -> Result<Section, E> {
        let say = self.printing.say;
        let mut items = Vec::new();
        let numbered: Vec<(&str, &FormItem)> = view.items.iter().map(|item| (self.number(view, item), item)).collect();
        for group in numbered.chunk_by(|(one, _), (next, _)| one == next && !one.is_empty()) {
            let number = group[0].0;
            let before = items.len();
            for (_, item) in group.iter().filter(|(_, item)| is_shown(item)) {
                let number = if items.len() == before { number } else { "" };
                items.push(self.item(number, item)?);
            }
            if items.len() == before && !number.is_empty() {
                items.push(SheetItem::Line(Item {
                    number: number.to_owned(),
                    label: say.labels(label_of(group[0].1)),
                    answer: note(say.labels(&say.words.not_asked)),
                }));
            }
        }
        Ok(Section {
            title: say.labels(&view.title),
            items,
        })
    }

    /// The number of the law, empty where there is none.
    fn number(&self, section: &SectionView, item: &FormItem) -> &'a str {
        let asked = match item {
            FormItem::Field(field) => Asked::Fact(field.fact.clone()),
            FormItem::Table(table) => Asked::Table(table.table.clone()),
        };
        let printing = self.printing;
        let known = printing.form.sections.iter().find(|known| known.id == section.id);
        let field = known.and_then(|known| known.fields.iter().find(|field| field.asks == asked));
        field.and_then(|field| field.item.as_deref()).unwrap_or_default()
    }

    fn item(&mut self, number: &str, item: &FormItem) -> Result<SheetItem, E> {
        Ok(match item {
            FormItem::Field(field) => SheetItem::Line(Item {
                number: number.to_owned(),
                label: self.printing.say.labels(&field.label),
                answer: self.field(field),
            }),
            FormItem::Table(table) => SheetItem::Grid(self.table(number, table)?),
        })
    }

    fn field(&self, field: &FieldView) -> Answer {
        let say = self.printing.say;
        if !field.readable {
            return note(say.labels(&say.words.not_readable));
        }
        let known = self.printing.pack.fact(&field.fact);
        if self.printing.redaction.is_some() && known.is_none_or(casework::Fact::is_withheld) {
            let is_name = CHILD_NAMES.contains(&field.fact.as_str());
            return note(say.labels(if is_name {
                &say.words.the_child
            } else {
                &say.words.withheld
            }));
        }
        let of = Of {
            kind: field.kind,
            terms: &field.terms,
            unit: field.unit.as_deref(),
        };
        self.scrubbed(say.answer(of, field.value.as_ref()))
    }

    /// The answer without the words that identify, where the copy is redacted.
    fn scrubbed(&self, answer: Answer) -> Answer {
        match (&self.printing.redaction, answer) {
            (Some(redaction), Answer::Text { text, long }) => Answer::Text {
                text: redaction.scrub(&text),
                long,
            },
            (_, answer) => answer,
        }
    }

    fn table(&mut self, number: &str, table: &TableView) -> Result<Grid, E> {
        let say = self.printing.say;
        let mut grid = Grid {
            number: number.to_owned(),
            label: say.labels(&table.label),
            columns: Vec::new(),
            rows: Vec::new(),
            note: None,
            pictures: Vec::new(),
        };
        let known = self.printing.pack.table(&table.table);
        if !table.readable {
            grid.note = Some(say.labels(&say.words.not_readable));
        } else if self.printing.redaction.is_some() && known.is_none_or(casework::Table::is_withheld) {
            let n = table.rows.len().to_string();
            grid.note = Some(say.filled(&say.words.rows_withheld, &[("n", say.same(&n))]));
        } else if attachment::is_table(&table.table) {
            self.attached(table, &mut grid)?;
        } else {
            self.rows(table, &mut grid, |_| true);
        }
        if grid.note.is_none() && grid.rows.is_empty() && grid.pictures.is_empty() {
            grid.note = Some(say.labels(&say.words.no_rows));
        }
        Ok(grid)
    }

    /// The rows, in the columns that `of` says.
    fn rows(&self, table: &TableView, grid: &mut Grid, of: impl Fn(&str) -> bool) {
        let say = self.printing.say;
        let known = self.printing.pack.table(&table.table);
        let shown: Vec<usize> = (0..table.columns.len())
            .filter(|at| of(&table.columns[*at].column))
            .collect();
        grid.columns = shown.iter().map(|at| say.labels(&table.columns[*at].label)).collect();
        for row in &table.rows {
            let cells = shown.iter().map(|at| {
                let column = &table.columns[*at];
                let kept = known.and_then(|known| known.column(&column.column));
                if self.printing.redaction.is_some() && kept.is_none_or(casework::Column::is_withheld) {
                    return note(say.labels(&say.words.withheld));
                }
                let of = Of {
                    kind: column.kind,
                    terms: &column.terms,
                    unit: column.unit.as_deref(),
                };
                let value = row.cells.get(*at).and_then(|cell| cell.value.as_ref());
                self.scrubbed(say.cell(of, value))
            });
            grid.rows.push(cells.collect());
        }
    }

    /// Photos as pictures, and the other attachments by what is written under them. Signatures stand where it is signed.
    fn attached(&mut self, table: &TableView, grid: &mut Grid) -> Result<(), E> {
        let say = self.printing.say;
        let mut others = table.clone();
        others.rows.clear();
        for row in &table.rows {
            let text = |column: &str| {
                let at = table.columns.iter().position(|known| known.column == column)?;
                row.cells.get(at)?.value.as_ref()?.as_text()
            };
            match text("kind") {
                Some("photo") => {
                    let caption = text("caption").unwrap_or_default().to_owned();
                    let found = text("sha_field").map(&mut self.picture).transpose()?.flatten();
                    match found {
                        Some(bytes) => {
                            let alt = format!("{} {caption}", say.labels(&say.words.picture).join(" / "));
                            grid.pictures.push(self.keep(bytes, alt, caption));
                        }
                        None => grid.note = Some(say.labels(&say.words.picture_elsewhere)),
                    }
                }
                Some("signature") => {}
                _ => others.rows.push(row.clone()),
            }
        }
        if !others.rows.is_empty() {
            self.rows(&others, grid, |column| {
                ["caption", "added_at", "pages"].contains(&column)
            });
        }
        Ok(())
    }

    fn keep(&mut self, bytes: Vec<u8>, alt: String, caption: String) -> Picture {
        self.pictures.push(bytes);
        Picture {
            index: self.pictures.len() - 1,
            alt,
            caption,
        }
    }

    /// Where it is signed: by hand, on the glass, and what the app knows of it.
    fn signatures(&mut self) -> Vec<SignaturePlace> {
        let printing = self.printing;
        let say = printing.say;
        let words = say.words;
        let told = |filing: &FilingView, sentence: &Labels| {
            let places = [("by", say.same(&filing.by)), ("at", say.moment(filing.at_ms))];
            say.filled(sentence, &places)
        };
        let mut filled = vec![say.labels(&words.signer)];
        let mut approved = vec![say.labels(&words.signer)];
        if let Stands::Filed(filing) = &printing.stands {
            let of_it = |other: &&FilingView| other.instalment == filing.instalment;
            for one in printing.view.filings.iter().filter(of_it) {
                match one.how {
                    Some(FilingKind::Signed) => filled.push(told(one, &words.signed)),
                    Some(FilingKind::Sent) => filled.push(told(one, &words.sent)),
                    Some(FilingKind::Approved) => approved.push(told(one, &words.approved)),
                    None => {}
                }
            }
        }
        let place = |label: &Labels, lines| SignaturePlace {
            label: say.labels(label),
            lines,
            picture: None,
        };
        let mut places = vec![place(&words.signature, filled)];
        if !printing.form.approved_by.is_empty() {
            places.push(place(&words.approval, approved));
        }
        // A hand tells who somebody is.
        if printing.redaction.is_none() {
            for signed in &printing.signed {
                let mut signature = place(&signed.label, vec![say.same(&signed.by)]);
                signature.lines.extend(signed.at_ms.map(|ms| say.moment(ms)));
                let alt = || format!("{}: {}", say.labels(&words.signature).join(" / "), signed.by);
                signature.picture = signed
                    .picture
                    .clone()
                    .map(|bytes| self.keep(bytes, alt(), String::new()));
                places.push(signature);
            }
        }
        places
    }

    /// What was changed since the form was filed, beside it.
    fn amendments(&self) -> Option<Section> {
        let printing = self.printing;
        let say = printing.say;
        let words = say.words;
        if printing.amendments.is_empty() {
            return None;
        }
        let row = |amendment: &Amendment| {
            let is_gone = printing.redaction.is_some() && is_withheld(printing.pack, &amendment.what);
            let side = |value: Option<&Value>, said: &[Labels]| {
                if is_gone {
                    note(say.labels(&words.withheld))
                } else {
                    self.scrubbed(self.amended(value, said))
                }
            };
            let (then, now) = match &amendment.what {
                Amended::RowAdded { .. } => (Answer::Blank, note(say.labels(&words.row_added))),
                Amended::RowRemoved { .. } => (note(say.labels(&words.row_removed)), Answer::Blank),
                Amended::Register { .. } => (
                    side(amendment.then.as_ref(), &amendment.then_words),
                    side(amendment.now.as_ref(), &amendment.now_words),
                ),
            };
            let by = say.moment(amendment.at_ms).into_iter();
            let words_of = |words| Answer::Words { words };
            vec![
                words_of(say.labels(&amendment.label)),
                then,
                now,
                amendment
                    .reason
                    .as_deref()
                    .map_or(Answer::Blank, |reason| self.scrubbed(written(reason))),
                words_of(by.map(|at| format!("{}, {at}", amendment.by)).collect()),
            ]
        };
        Some(Section {
            title: say.labels(&words.amendments),
            items: vec![SheetItem::Grid(Grid {
                number: String::new(),
                label: say.labels(&printing.form.title),
                columns: words
                    .amendment_columns
                    .iter()
                    .map(|column| say.labels(column))
                    .collect(),
                rows: printing.amendments.iter().map(row).collect(),
                note: None,
                pictures: Vec::new(),
            })],
        })
    }

    fn amended(&self, value: Option<&Value>, said: &[Labels]) -> Answer {
        let say = self.printing.say;
        if !said.is_empty() {
            let each = say.languages.iter();
            let words = each.map(|lang| said.iter().map(|label| label.get(lang)).collect::<Vec<_>>().join(", "));
            return Answer::Words { words: words.collect() };
        }
        let of = Of {
            kind: casework::FactType::Unknown,
            terms: &[],
            unit: None,
        };
        say.cell(of, value)
    }
}

/// Whether a redacted copy is without what an amendment changed.
fn is_withheld(pack: &Pack, what: &Amended) -> bool {
    let table_is = |table: &str| pack.table(table).is_none_or(casework::Table::is_withheld);
    match what {
        Amended::Register { register } => match register {
            ipc::RegisterRef::Fact { fact } => pack.fact(fact).is_none_or(casework::Fact::is_withheld),
            ipc::RegisterRef::Cell { table, column, .. } => {
                let column = pack.table(table).and_then(|table| table.column(column));
                table_is(table) || column.is_none_or(casework::Column::is_withheld)
            }
        },
        Amended::RowAdded { table, .. } | Amended::RowRemoved { table, .. } => table_is(table),
    }
}

fn is_shown(item: &FormItem) -> bool {
    match item {
        FormItem::Field(field) => field.shown,
        FormItem::Table(table) => table.shown,
    }
}

fn label_of(item: &FormItem) -> &Labels {
    match item {
        FormItem::Field(field) => &field.label,
        FormItem::Table(table) => &table.label,
    }
}

fn note(words: Words) -> Answer {
    Answer::Note { words }
}
