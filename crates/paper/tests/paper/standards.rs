//! What an archive and a screen reader are promised.

use crate::{
    sheets::sheet,
    tools::{print, try_print},
};

#[test]
fn a_paper_is_built_as_the_standards_want_it() {
    let file = print(sheet());
    let checked = file.told("qpdf", &["--check"], &[]);
    assert!(checked.contains("No syntax or stream encoding errors"), "{checked}");
    let about = file.told("pdfinfo", &[], &[]);
    for said in [
        "Tagged:          yes",
        "Encrypted:       no",
        "JavaScript:      no",
        "Page size:       595.276 x 841.89",
    ] {
        assert!(about.contains(said), "{said} in {about}");
    }
    assert!(about.contains("Report at production before the Committee"), "{about}");
    let metadata = file.told("pdfinfo", &["-meta"], &[]);
    for said in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "2026-11-23T06:00:00+00:00",
    ] {
        assert!(metadata.contains(said), "{said} in {metadata}");
    }
}

#[test]
fn a_reader_hears_headings_tables_pictures_and_languages() {
    let structure = print(sheet()).told("pdfinfo", &["-struct-text"], &[]);
    for said in ["H1", "H2", "Table", "TH", "Figure", "Name of the child"] {
        assert!(structure.contains(said), "{said} in {structure}");
    }
}

#[test]
fn the_same_sheet_makes_the_same_file_and_every_font_is_in_it() {
    let (one, other) = (try_print(sheet()).unwrap(), try_print(sheet()).unwrap());
    assert_eq!(one.pdf, other.pdf);
    let fonts = print(sheet()).told("pdffonts", &[], &[]);
    let each: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(each.len() >= 2, "{fonts}");
    for font in each {
        // Embedded, a subset, and with a way back to the letters.
        assert!(font.contains("yes yes yes"), "{font}");
    }
}
