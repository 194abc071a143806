//! The letters that papers are set in: font files of a folder, read when a paper needs them and kept from then on.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use typst::{
    foundations::Bytes,
    text::{Font, FontInfo},
};

use crate::letters;

/// Largest file that is taken for a font, in bytes. The largest of ours has 600 kB.
const FONT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The scripts that papers are set in, each with its file.
const LIST: &str = include_str!("../fonts.txt");

/// The scripts that are always at hand: names, numbers and signs of the law are written in them.
const ALWAYS: [&str; 2] = ["Latin", "Devanagari"];

/// Why a paper cannot be set in these fonts.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// A file of the folder is missing or cannot be read.
    #[error("the font for {script} cannot be read")]
    File {
        /// Its script, by its name in Unicode.
        script: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A file of the folder is no font.
    #[error("the file for {script} is no font")]
    NotAFont {
        /// Its script, by its name in Unicode.
        script: &'static str,
    },
    /// A text has a letter that no font here can draw.
    #[error("no font has every letter of {script}")]
    NoLetter {
        /// The letter's script, by its name in Unicode; `Common` for signs and pictures that no script owns.
        script: &'static str,
    },
}

/// A script, and where its letters are.
struct Face {
    script: &'static str,
    file: &'static str,
    loaded: OnceLock<[Font; 2]>,
}

/// The fonts of a folder. Cheap to make; files are read when a paper needs their script.
pub struct Fonts {
    folder: PathBuf,
    faces: Vec<Face>,
}

impl Fonts {
    /// The fonts in `folder`, none of which is read yet.
    pub fn in_folder(folder: &Path) -> Self {
        let faces = LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let mut parts = line.split('\t');
            Some(Face {
                script: parts.next()?,
                file: parts.next()?,
                loaded: OnceLock::new(),
            })
        });
        Self {
            folder: folder.to_owned(),
            faces: faces.collect(),
        }
    }

    /// The fonts that these texts need, in the order in which they are asked for a letter.
    pub(crate) fn for_texts<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Result<Chosen, FontError> {
        let drawn = texts.flat_map(str::chars).filter(|letter| letters::is_drawn(*letter));
        let drawn: BTreeSet<char> = drawn.collect();
        let scripts: BTreeSet<&str> = drawn.iter().map(|letter| letters::script_of(*letter)).collect();
        let mut chosen = Chosen::default();
        for face in &self.faces {
            if scripts.contains(face.script) || ALWAYS.contains(&face.script) {
                let [regular, bold] = self.load(face)?;
                chosen.families.push(regular.info().family.clone());
                chosen.fonts.extend([regular.clone(), bold.clone()]);
            }
        }
        // Both weights of a family have the same letters, but that is the files' to show.
        let missing = drawn.into_iter().find(|letter| !chosen.draws(*letter));
        match missing {
            Some(letter) => Err(FontError::NoLetter {
                script: letters::script_of(letter),
            }),
            None => Ok(chosen),
        }
    }

    fn load<'f>(&self, face: &'f Face) -> Result<&'f [Font; 2], FontError> {
        if let Some(loaded) = face.loaded.get() {
            return Ok(loaded);
        }
        let fonts = [self.read(face, "Regular")?, self.read(face, "Bold")?];
        Ok(face.loaded.get_or_init(|| fonts))
    }

    fn read(&self, face: &Face, weight: &str) -> Result<Font, FontError> {
        let script = face.script;
        let unread = |source| FontError::File { script, source };
        let path = self.folder.join(format!("{}-{weight}.ttf", face.file));
        if path.metadata().map_err(unread)?.len() > FONT_BYTES_MAX {
            return Err(FontError::NotAFont { script });
        }
        let bytes = Bytes::new(std::fs::read(&path).map_err(unread)?);
        Font::new(bytes, 0).ok_or(FontError::NotAFont { script })
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let loaded = self.faces.iter().filter(|face| face.loaded.get().is_some()).count();
        f.debug_struct("Fonts").field("loaded", &loaded).finish_non_exhaustive()
    }
}

/// The fonts of one paper.
#[derive(Default)]
pub(crate) struct Chosen {
    pub(crate) families: Vec<String>,
    pub(crate) fonts: Vec<Font>,
}

impl Chosen {
    fn draws(&self, letter: char) -> bool {
        let has = |info: &FontInfo| info.coverage.contains(u32::from(letter));
        self.fonts
            .chunks(2)
            .any(|face| face.iter().all(|font| has(font.info())))
    }
}
