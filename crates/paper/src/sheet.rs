//! What stands on a paper.

use serde::Serialize;

/// The same words in each language of the sheet, in the order of [`Sheet::languages`].
pub type Words = Vec<String>;

/// A form, ready to be set.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Sheet {
    /// BCP 47 codes, one or two; two stand side by side.
    pub languages: Vec<String>,
    /// The form's number with the word for it, e.g. `Form 17`.
    pub form: Words,
    /// What the form is called.
    pub title: Words,
    /// Where it stands in the law.
    pub source: String,
    /// Lines under the title, such as the number of the case.
    pub head: Vec<Line>,
    /// What kind of copy this is, over the title: `Redacted copy`.
    pub mark: Option<Words>,
    /// Across each page; `Draft` until the form is filed.
    pub watermark: Option<Words>,
    /// Its sections.
    pub sections: Vec<Section>,
    /// Where it is signed.
    pub signatures: Vec<SignaturePlace>,
    /// At the foot of each page.
    pub footer: Footer,
    /// When it was printed, which is the date of the document.
    #[serde(skip)]
    pub printed: Moment,
    /// Files of pictures, JPEG or PNG, that items name by their place here.
    #[serde(skip)]
    pub pictures: Vec<Vec<u8>>,
}

/// A moment of the calendar, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
    /// The hour.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
}

/// What stands at the foot of each page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Footer {
    /// Who printed it, when, and which copy it is.
    pub words: Words,
    /// The words round the page's number: before it, between it and the number of pages, and after.
    pub page: [Words; 3],
}

/// A label and what stands beside it.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The label.
    pub label: Words,
    /// The text.
    pub text: String,
}

/// A section of the form.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Its heading.
    pub title: Words,
    /// What it asks.
    pub items: Vec<SheetItem>,
}

/// A place on the form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum SheetItem {
    /// A question with its answer.
    Line(Item),
    /// A table.
    Grid(Grid),
}

/// A question with its answer.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// Its number in the law; empty where it has none.
    pub number: String,
    /// What is asked.
    pub label: Words,
    /// What was answered.
    pub answer: Answer,
}

/// What was answered.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Answer {
    /// Nothing: a line to write on.
    Blank,
    /// What somebody wrote, in whatever language and script.
    Text {
        /// The text.
        text: String,
        /// Whether it is long enough to have the whole width.
        long: bool,
    },
    /// Words of the app.
    Words {
        /// The words.
        words: Words,
    },
    /// Boxes, some of them ticked.
    Choices {
        /// The boxes.
        choices: Vec<Choice>,
    },
    /// Words that say why nothing stands here.
    Note {
        /// The words.
        words: Words,
    },
}

/// A box to tick.
#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    /// What it says.
    pub label: Words,
    /// Whether it is ticked.
    pub chosen: bool,
}

/// A table with its rows.
#[derive(Debug, Clone, Serialize)]
pub struct Grid {
    /// The number in the law; empty where it has none.
    pub number: String,
    /// What it is called.
    pub label: Words,
    /// The headings of its columns.
    pub columns: Vec<Words>,
    /// Its rows, each with a cell for each column.
    pub rows: Vec<Vec<Answer>>,
    /// Words in the place of the rows: that there are none, or who may read them.
    pub note: Option<Words>,
    /// Pictures that belong to it.
    pub pictures: Vec<Picture>,
}

/// A picture on a form.
#[derive(Debug, Clone, Serialize)]
pub struct Picture {
    /// Which of [`Sheet::pictures`].
    pub index: usize,
    /// What it is, for whoever cannot see it.
    pub alt: String,
    /// What stands under it.
    pub caption: String,
}

/// A place for a signature.
#[derive(Debug, Clone, Serialize)]
pub struct SignaturePlace {
    /// Whose it is.
    pub label: Words,
    /// Who signed and when; empty where nobody has.
    pub lines: Vec<Words>,
    /// The signature, where it was drawn on the glass.
    pub picture: Option<Picture>,
}

impl Sheet {
    /// Every text on the sheet.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let head = self
            .head
            .iter()
            .flat_map(|line| words(&line.label).chain([line.text.as_str()]));
        let marks = [&self.mark, &self.watermark].into_iter().flatten().flat_map(words);
        let footer = words(&self.footer.words).chain(self.footer.page.iter().flat_map(words));
        let sections = self
            .sections
            .iter()
            .flat_map(|section| words(&section.title).chain(section.items.iter().flat_map(SheetItem::texts)));
        let signatures = self.signatures.iter().flat_map(SignaturePlace::texts);
        words(&self.form)
            .chain(words(&self.title))
            .chain([self.source.as_str()])
            .chain(head)
            .chain(marks)
            .chain(footer)
            .chain(sections)
            .chain(signatures)
    }

    /// Every text on the sheet, to be written over.
    pub(crate) fn texts_mut(&mut self, mut each: impl FnMut(&mut String)) {
        let each: &mut dyn FnMut(&mut String) = &mut each;
        for words in [&mut self.form, &mut self.title, &mut self.footer.words] {
            over(words, each);
        }
        for words in self
            .footer
            .page
            .iter_mut()
            .chain(&mut self.mark)
            .chain(&mut self.watermark)
        {
            over(words, each);
        }
        each(&mut self.source);
        for line in &mut self.head {
            over(&mut line.label, each);
            each(&mut line.text);
        }
        for section in &mut self.sections {
            over(&mut section.title, each);
            section.items.iter_mut().for_each(|item| item.texts_mut(each));
        }
        for place in &mut self.signatures {
            over(&mut place.label, each);
            place.lines.iter_mut().for_each(|line| over(line, each));
            place.picture.iter_mut().for_each(|picture| picture.texts_mut(each));
        }
    }
}

fn over(words: &mut Words, each: &mut dyn FnMut(&mut String)) {
    words.iter_mut().for_each(each);
}

fn words(words: &Words) -> impl Iterator<Item = &str> {
    words.iter().map(String::as_str)
}

impl SheetItem {
    fn texts(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Line(item) => {
                let own = words(&item.label).chain([item.number.as_str()]);
                Box::new(own.chain(item.answer.texts()))
            }
            Self::Grid(grid) => {
                let own = words(&grid.label).chain([grid.number.as_str()]);
                let columns = grid.columns.iter().flat_map(words);
                let cells = grid.rows.iter().flatten().flat_map(Answer::texts);
                let notes = grid.note.iter().flat_map(words);
                let pictures = grid.pictures.iter().flat_map(Picture::texts);
                Box::new(own.chain(columns).chain(cells).chain(notes).chain(pictures))
            }
        }
    }

    fn texts_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Line(item) => {
                item.label.iter_mut().for_each(&mut *each);
                each(&mut item.number);
                item.answer.texts_mut(each);
            }
            Self::Grid(grid) => {
                grid.label.iter_mut().for_each(&mut *each);
                each(&mut grid.number);
                grid.columns.iter_mut().flatten().for_each(&mut *each);
                grid.rows.iter_mut().flatten().for_each(|cell| cell.texts_mut(each));
                grid.note.iter_mut().flatten().for_each(&mut *each);
                grid.pictures.iter_mut().for_each(|picture| picture.texts_mut(each));
            }
        }
    }
}

impl Answer {
    fn texts(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Blank => Box::new(std::iter::empty()),
            Self::Text { text, .. } => Box::new(std::iter::once(text.as_str())),
            Self::Words { words: said } | Self::Note { words: said } => Box::new(words(said)),
            Self::Choices { choices } => Box::new(choices.iter().flat_map(|choice| words(&choice.label))),
        }
    }

    fn texts_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Blank => {}
            Self::Text { text, .. } => each(text),
            Self::Words { words } | Self::Note { words } => words.iter_mut().for_each(each),
            Self::Choices { choices } => choices.iter_mut().flat_map(|choice| &mut choice.label).for_each(each),
        }
    }
}

impl Picture {
    fn texts(&self) -> impl Iterator<Item = &str> {
        [self.alt.as_str(), self.caption.as_str()].into_iter()
    }

    fn texts_mut(&mut self, each: &mut dyn FnMut(&mut String)) {
        each(&mut self.alt);
        each(&mut self.caption);
    }
}

impl SignaturePlace {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let pictures = self.picture.iter().flat_map(Picture::texts);
        words(&self.label)
            .chain(self.lines.iter().flat_map(words))
            .chain(pictures)
    }
}
