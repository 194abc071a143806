//! Bytes that are no workbook, or one that means harm.

use std::io::{Cursor, Write};

use casework::Pack;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use xlsform::{WorkbookError, import, workbook_limits as limits};

use crate::support::{accepting, survey};

fn error(bytes: &[u8]) -> WorkbookError {
    import(bytes, &accepting(&[]), Pack::national()).unwrap_err()
}

fn too_much(what: &'static str, max: u64) -> WorkbookError {
    WorkbookError::TooMuch { what, max }
}

#[test]
fn a_bomb_is_stopped_while_it_unpacks() {
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default();
    bomb.start_file("xl/workbook.xml", packed).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..40 {
        bomb.write_all(&zeros).unwrap();
    }
    let bytes = bomb.finish().unwrap().into_inner();
    assert!(bytes.len() < 100_000);
    assert_eq!(error(&bytes), too_much("bytes unpacked", limits::UNPACKED_BYTES_MAX));
}

#[test]
fn a_cell_at_the_far_corner_costs_nothing_and_is_refused() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("survey").unwrap();
    sheet.write_string(1_048_575, 16_383, "far").unwrap();
    assert_eq!(
        error(&book.save_to_buffer().unwrap()),
        too_much("rows", limits::ROWS_MAX.into())
    );
}

#[test]
fn a_workbook_without_a_survey_and_a_file_that_is_none_are_told_apart() {
    let mut book = Workbook::new();
    book.add_worksheet();
    assert_eq!(error(&book.save_to_buffer().unwrap()), WorkbookError::NoSheet("survey"));
    assert_eq!(error(b"type,name,label"), WorkbookError::NotAWorkbook);
    assert_eq!(
        error(&vec![0; limits::FILE_BYTES_MAX + 1]),
        too_much("bytes", limits::FILE_BYTES_MAX as u64)
    );
}

#[test]
fn words_that_look_like_toml_stay_words() {
    let label = "Name\" }\n[[fact]]\nid = \"child.name\"";
    let bytes = survey(&[&["text", "t", label, label]]);
    let files = crate::support::imported(&bytes, &[]).files.unwrap();
    let dictionary: toml::Table = files["dictionary/br_gay_visit.toml"].parse().unwrap();
    let facts = dictionary["fact"].as_array().unwrap();
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0]["label"]["en"].as_str(), Some(label));
}

/// The parts of a workbook, to be damaged one by one.
fn parts() -> Vec<(String, Vec<u8>)> {
    let bytes = survey(&[&["text", "t", "T", "ट"]]);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut entry = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            std::io::copy(&mut entry, &mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(import(&bytes, &accepting(&[]), Pack::national()).is_err());
    }

    #[test]
    fn no_damage_inside_a_workbook_makes_the_reader_panic(
        part in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 0..12), cut in 0_usize..40
    ) {
        let mut parts = parts();
        let chosen = part.index(parts.len());
        let content = &mut parts[chosen].1;
        let begin = at.index(content.len());
        let end = (begin + cut).min(content.len());
        content.splice(begin..end, with);
        let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, content) in &parts {
            packed.start_file(name.as_str(), stored).unwrap();
            packed.write_all(content).unwrap();
        }
        let _ = import(&packed.finish().unwrap().into_inner(), &accepting(&[]), Pack::national());
    }
}
