//! How pages look: drawn small and in grey by poppler, and compared with the pictures that were looked at.
//!
//! `SAVE_PAGES=1` renews the pictures; whoever does so looks at them.

use std::{fs, path::Path};

use crate::{
    sheets::{sheet, sheet_with},
    tools::{File, print},
};

/// How far a pixel may be from the one that was looked at: a version of poppler draws edges a little otherwise.
const NEAR: u8 = 48;

/// How many pixels in a thousand may be farther.
const FAR_PER_MILLE_MAX: usize = 2;

struct Grey {
    size: (u32, u32),
    pixels: Vec<u8>,
}

fn read(file: &[u8]) -> Grey {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    // Some versions of poppler write grey as three times the same.
    let samples = frame.color_type.samples();
    Grey {
        size: (frame.width, frame.height),
        pixels: pixels[..frame.buffer_size()].iter().copied().step_by(samples).collect(),
    }
}

fn drawn(file: &File) -> Vec<u8> {
    let to = file.path().with_extension("");
    let to_text = to.to_str().unwrap();
    file.told("pdftoppm", &["-png", "-gray", "-r", "50", "-singlefile"], &[to_text]);
    fs::read(to.with_extension("png")).unwrap()
}

fn looks_as_it_did(name: &str, file: &File) {
    let drawn = drawn(file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/paper/pages/{name}.png"));
    if std::env::var_os("SAVE_PAGES").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let (then, now) = (read(&fs::read(path).unwrap()), read(&drawn));
    assert_eq!(then.size, now.size, "{name}");
    let pairs = then.pixels.iter().zip(&now.pixels);
    let far = pairs.filter(|(then, now)| then.abs_diff(**now) > NEAR).count();
    assert!(
        far * 1000 <= now.pixels.len() * FAR_PER_MILLE_MAX,
        "{name}: {far} pixels differ"
    );
}

#[test]
fn a_draft_in_two_languages_looks_as_it_did() {
    looks_as_it_did("draft", &print(sheet()));
}

#[test]
fn a_redacted_copy_in_one_language_looks_as_it_did() {
    let mut sheet = sheet_with("It was said that […] stood there.");
    sheet.mark = Some(vec!["Redacted copy".into()]);
    looks_as_it_did("redacted", &print(sheet));
}
