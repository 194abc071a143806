use std::fmt::Write as _;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};
use miniz_oxide::deflate::compress_to_vec_zlib;

use super::*;
use crate::testing::peak_bytes;

/// A paper of these objects, numbered from one; the first is the catalogue.
fn paper_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.5\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let at = file.len();
    file.extend(table.into_bytes());
    file.extend(
        format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n",
            objects.len() + 1
        )
        .into_bytes(),
    );
    file
}

fn stream(dict: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<< {dict} /Length {} >>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

fn words(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn jpeg(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// Black above, white below, so that it is seen how it was turned.
fn sheet() -> GrayImage {
    GrayImage::from_fn(60, 80, |_, y| Luma([if y < 20 { 0 } else { 255 }]))
}

/// What a scanner writes: a page that is one picture, painted as told.
fn scan(picture: &[u8], content: &str, page: &str) -> Vec<u8> {
    paper_of(&[
        words("<< /Type /Catalog /Pages 2 0 R >>"),
        words("<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] >>"),
        words(&format!(
            "<< /Type /Page /Parent 2 0 R /Resources << /XObject << /Im1 5 0 R >> >> /Contents 4 0 R {page} >>"
        )),
        stream("", content.as_bytes()),
        picture.to_vec(),
    ])
}

fn photographed() -> Vec<u8> {
    let dict = "/Type /XObject /Subtype /Image /Width 60 /Height 80 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode";
    stream(dict, &jpeg(sheet()))
}

const COVER: &str = "q 600 0 0 800 0 0 cm /Im1 Do Q";

/// In which quarter the black edge lies: above, right, below, left.
fn black_edge(jpeg: &[u8]) -> &'static str {
    let picture = crate::media::jpeg::decode(jpeg).unwrap().into_luma8();
    let (width, height) = picture.dimensions();
    let edges = [
        ("above", width / 2, 5),
        ("right", width - 5, height / 2),
        ("below", width / 2, height - 5),
        ("left", 5, height / 2),
    ];
    let dark: Vec<&str> = edges
        .into_iter()
        .filter(|(_, x, y)| picture.get_pixel(*x, *y).0[0] < 128)
        .map(|(edge, ..)| edge)
        .collect();
    match dark.as_slice() {
        [edge] => edge,
        other => panic!("{other:?} of {width} by {height} are black"),
    }
}

#[test]
fn a_scan_is_counted_and_its_page_is_shown_as_it_lies() {
    let file = scan(&photographed(), COVER, "");
    let looked = paper(&file).unwrap();
    assert_eq!(looked.pages, 1);
    let first = looked.first.unwrap();
    assert!(first.thumb.len() <= 8_000 && first.field.len() <= 130_000);
    assert_eq!(black_edge(&page(&file, 0).unwrap()), "above");
    assert_eq!(page(&file, 1).unwrap_err(), FileError::NotShown);
    for (content, of_page, edge) in [
        (COVER, "/Rotate 90", "right"),
        (COVER, "/Rotate -90", "left"),
        (COVER, "/Rotate 180", "below"),
        ("q -600 0 0 -800 600 800 cm /Im1 Do Q", "", "below"),
        ("0 800 -600 0 600 0 cm /Im1 Do", "", "left"),
        ("0 -800 600 0 0 800 cm /Im1 Do", "", "right"),
        // Smaller than the sheet, and alone on it.
        ("q 1 0 0 1 50 50 cm 300 0 0 400 0 0 cm /Im1 Do Q", "", "above"),
        // What software read out of it, unseen; and a white ground before it.
        (
            "1 1 1 rg 0 0 600 800 re f q 600 0 0 800 0 0 cm /Im1 Do Q BT 3 Tr (Ram\\)) Tj ET",
            "",
            "above",
        ),
    ] {
        let file = scan(&photographed(), content, of_page);
        assert_eq!(black_edge(&page(&file, 0).unwrap()), edge, "{content} {of_page}");
    }
}

#[test]
fn pixels_that_are_packed_are_shown_too() {
    let sheet = sheet();
    let bits: Vec<u8> = sheet
        .rows()
        .flat_map(|row| {
            let row: Vec<bool> = row.map(|pixel| pixel.0[0] > 128).collect();
            row.chunks(8)
                .map(|eight| {
                    eight
                        .iter()
                        .enumerate()
                        .fold(0, |byte, (n, bit)| byte | u8::from(*bit) << (7 - n))
                })
                .collect::<Vec<u8>>()
        })
        .collect();
    let colours: RgbImage = DynamicImage::from(sheet.clone()).into_rgb8();
    // Every row filtered as the difference to the one above.
    let mut filtered = Vec::new();
    let rows: Vec<&[u8]> = colours.as_raw().chunks(180).collect();
    for (y, row) in rows.iter().enumerate() {
        filtered.push(2);
        filtered.extend(
            row.iter()
                .enumerate()
                .map(|(x, byte)| byte.wrapping_sub(if y == 0 { 0 } else { rows[y - 1][x] })),
        );
    }
    let of = |space: &str, bits: u8, more: &str, bytes: &[u8]| {
        let dict = format!(
            "/Subtype /Image /Width 60 /Height 80 /ColorSpace {space} /BitsPerComponent {bits} /Filter [/FlateDecode] {more}"
        );
        stream(&dict, &compress_to_vec_zlib(bytes, 6))
    };
    for picture in [
        of("/DeviceGray", 8, "", sheet.as_raw()),
        of("/DeviceGray", 1, "", &bits),
        of(
            "/DeviceRGB",
            8,
            "/DecodeParms << /Predictor 15 /Colors 3 /Columns 60 >>",
            &filtered,
        ),
    ] {
        assert_eq!(black_edge(&page(&scan(&picture, COVER, ""), 0).unwrap()), "above");
    }
    for wrong in [
        of("/DeviceGray", 8, "", &sheet.as_raw()[1..]),
        of("/DeviceGray", 8, "/Decode [1 0]", sheet.as_raw()),
        of("[/Indexed /DeviceRGB 1 <000000ffffff>]", 8, "", sheet.as_raw()),
        of("/DeviceGray", 8, "/SMask 9 0 R", sheet.as_raw()),
        stream(
            "/Subtype /Image /Width 60 /Height 80 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode",
            b"x",
        ),
        stream("/Subtype /Form", b"0 0 9 9 re f"),
    ] {
        let file = scan(&wrong, COVER, "");
        assert_eq!(paper(&file).unwrap().first.map(|first| first.thumb.len()), None);
        assert_eq!(page(&file, 0).unwrap_err(), FileError::NotShown);
    }
}

#[test]
fn a_page_that_is_more_than_its_picture_is_not_shown_in_part() {
    for content in [
        "q 600 0 0 800 0 0 cm /Im1 Do Q BT (signed by hand) Tj ET",
        "q 600 0 0 800 0 0 cm /Im1 Do Q 0 0 50 50 re f",
        "BT (a letter) Tj ET q 60 0 0 80 0 0 cm /Im1 Do Q",
        "q 300 0 0 800 0 0 cm /Im1 Do Q q 300 0 0 800 300 0 cm /Im1 Do Q",
        "q 600 10 0 800 0 0 cm /Im1 Do Q",
        "q -600 0 0 800 600 0 cm /Im1 Do Q",
        "BI /W 1 /H 1 ID x EI q 600 0 0 800 0 0 cm /Im1 Do Q",
        "Q q 600 0 0 800 0 0 cm /Im1 Do Q",
        "/Im2 Do",
        "BT (a letter) Tj ET",
        "",
        "<< /A",
    ] {
        let file = scan(&photographed(), content, "");
        let looked = paper(&file).unwrap();
        assert!(looked.first.is_none(), "{content}");
        assert_eq!(page(&file, 0).unwrap_err(), FileError::NotShown, "{content}");
    }
}

/// Objects packed in a stream, as newer writers put them there.
fn packed(inside: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 9 9] >>".to_owned(),
        format!("<< /Type /Page {inside} >>"),
    ];
    let (mut heads, mut bodies) = (String::new(), String::new());
    for (index, object) in objects.iter().enumerate() {
        write!(heads, "{} {} ", index + 1, bodies.len()).unwrap();
        bodies.push_str(object);
        bodies.push(' ');
    }
    let body = compress_to_vec_zlib(format!("{heads}{bodies}").as_bytes(), 6);
    let stream = stream(
        &format!("/Type /ObjStm /N 3 /First {} /Filter /FlateDecode", heads.len()),
        &body,
    );
    // The paper's own objects come first and are empty.
    paper_of(&[words("null"), words("null"), words("null"), stream])
}

#[test]
fn what_a_paper_does_is_found_where_it_hides() {
    assert_eq!(paper(&packed("")).unwrap().pages, 1);
    for active in [
        "/AA << /O << /S /JavaScript /JS (app.alert) >> >>",
        "/AA << /O << /S /Java#53cript >> >>",
        "/A << /JS 9 0 R >>",
        "/A << /S /Launch /F (x) >>",
        "/Names [ << /EmbeddedFiles 9 0 R >> ]",
    ] {
        assert_eq!(paper(&packed(active)).unwrap_err(), FileError::Active, "{active}");
    }
    assert_eq!(paper(&packed("/Encrypt 1 0 R")).unwrap_err(), FileError::Encrypted);
    // In an object that lies within the bytes of a picture, where only a table would point.
    let hidden = compress_to_vec_zlib(b"9 0 << /S /JavaScript >>", 6);
    let inner = stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &hidden);
    let inner = [b"8 0 obj\n".as_slice(), &inner, b"\nendobj"].concat();
    let file = scan(&stream("/Subtype /Image", &inner), "", "");
    assert_eq!(paper(&file).unwrap_err(), FileError::Active);
}

#[test]
fn what_is_no_paper_is_refused() {
    let whole = scan(&photographed(), COVER, "");
    let without = |from: &str, to: &str| {
        let at = whole
            .windows(from.len())
            .position(|window| window == from.as_bytes())
            .unwrap();
        [&whole[..at], to.as_bytes(), &whole[at + from.len()..]].concat()
    };
    let pages = |count: u32| {
        let kids: Vec<String> = (0..count).map(|n| format!("{} 0 R", n + 3)).collect();
        let kids = kids.join(" ");
        let mut objects = vec![
            words("<< /Type /Catalog /Pages 2 0 R >>"),
            words(&format!("<< /Kids [{kids}] >>")),
        ];
        objects.extend((0..count).map(|_| words("<< /Type /Page >>")));
        paper_of(&objects)
    };
    assert_eq!(paper(&pages(ipc::PAPER_PAGES_MAX)).unwrap().pages, ipc::PAPER_PAGES_MAX);
    for (file, why) in [
        (b"".to_vec(), FileError::Empty),
        (b"MZ a program".to_vec(), FileError::Damaged),
        (jpeg(sheet()), FileError::Damaged),
        (whole[..whole.len() / 2].to_vec(), FileError::Damaged),
        (without("/Catalog", "/Cataloh"), FileError::Damaged),
        (without("/Kids [3 0 R]", "/Kids [2 0 R]"), FileError::Damaged),
        (without("/Kids [3 0 R]", "/Kids [9 0 R]"), FileError::Damaged),
        (without("/Kids [3 0 R]", "/Kids []     "), FileError::Damaged),
        (pages(ipc::PAPER_PAGES_MAX + 1), FileError::TooMuch),
        (pages(0), FileError::Damaged),
    ] {
        assert_eq!(paper(&file).unwrap_err(), why);
    }
}

#[test]
fn a_paper_that_would_fill_the_memory_or_the_stack_is_refused_before_it_does() {
    let zeros = compress_to_vec_zlib(&vec![b' '; 64 << 20], 9);
    let bomb = stream("/Type /ObjStm /N 9 /First 20 /Filter /FlateDecode", &zeros);
    let lists = stream("", &[b"9 0 obj ".as_slice(), &vec![b'['; 4 << 20]].concat());
    let many = "[0]".repeat(1 << 20);
    let huge = stream(
        "/Subtype /Image /Width 40000 /Height 40000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode",
        &zeros,
    );
    for (name, file, megabytes) in [
        ("a bomb", scan(&bomb, COVER, ""), 16),
        ("lists in lists", scan(&lists, COVER, ""), 12),
        ("many values", scan(&words(&format!("[{many}]")), COVER, ""), 40),
        ("a huge picture", scan(&huge, COVER, ""), 12),
        ("what is painted", scan(&photographed(), &"q ".repeat(1 << 20), ""), 12),
    ] {
        let (_, bytes) = peak_bytes(|| paper(&file).map(|looked| assert!(looked.first.is_none(), "{name}")));
        assert!(bytes < megabytes << 20, "{name}: {bytes} bytes");
    }
}
