//! What the layout can see while a paper is set: itself, the sheet, its pictures, the fonts. Nothing else is there.

use std::sync::LazyLock;

use typst::{
    Library, LibraryExt as _, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use crate::fonts::Chosen;

/// The layout of every form.
const LAYOUT: &str = include_str!("../layout.typ");

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static SOURCE: LazyLock<Source> = LazyLock::new(|| Source::new(file("layout.typ"), LAYOUT.to_owned()));
static SHEET: LazyLock<FileId> = LazyLock::new(|| file("sheet.json"));

/// Where pictures lie for the layout.
const PICTURES: &str = "/pictures/";

fn file(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the names of our own files are paths");
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}

/// One paper on the desk.
pub(crate) struct Desk {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sheet: Bytes,
    pictures: Vec<Bytes>,
}

impl Desk {
    pub(crate) fn new(chosen: Chosen, sheet: Vec<u8>, pictures: Vec<Vec<u8>>) -> Self {
        Self {
            book: LazyHash::new(FontBook::from_fonts(&chosen.fonts)),
            fonts: chosen.fonts,
            sheet: Bytes::new(sheet),
            pictures: pictures.into_iter().map(Bytes::new).collect(),
        }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        SOURCE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == SOURCE.id() {
            Ok(SOURCE.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == *SHEET {
            return Ok(self.sheet.clone());
        }
        let path = id.get();
        if *path.root() != VirtualRoot::Project {
            return Err(FileError::AccessDenied);
        }
        let index = path.vpath().get_with_slash().strip_prefix(PICTURES);
        let picture = index
            .and_then(|index| index.parse::<usize>().ok())
            .and_then(|index| self.pictures.get(index));
        picture.cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    /// The paper's time is on the sheet.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
