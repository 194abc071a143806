//! The corpus that the repository holds, made by what makes such bytes in earnest. Run with `FUZZ_SEEDS=1` to write seeds
//! that are not there; those that are stay as they are.

use std::{fmt::Write as _, fs, io::Cursor};

use casefile::{Action, Document, Edit};
use casework::{AuthorId, Compartment, DocumentKind, EntryId, PackBundle, RowId, Value, shipped_files};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use protocol::{
    EnrolCode,
    pack::{PackKey, SignedPack},
    recovery::{KeyBytes, SealedKey},
};

use super::folder;

pub(crate) fn write_if_asked() {
    if std::env::var_os("FUZZ_SEEDS").is_none() {
        return;
    }
    for (target, seeds) in [
        ("frame", frames()),
        ("change", changes()),
        ("pack", packs()),
        ("picture", pictures()),
        ("recording", recordings()),
        ("paper", papers()),
        ("signature", signatures()),
        ("carried", carried()),
        ("call", calls()),
        ("backup", backups()),
        ("page", pages()),
    ] {
        fs::create_dir_all(folder(target)).unwrap();
        for (name, bytes) in seeds {
            let path = folder(target).join(name);
            if !path.exists() {
                fs::write(path, bytes).unwrap();
            }
        }
    }
}

/// The golden messages of the protocol.
fn frames() -> Vec<(String, Vec<u8>)> {
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/golden");
    let files = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path());
    let hex = files.filter(|path| path.extension().is_some_and(|extension| extension == "hex"));
    hex.map(|path| {
        let digits: Vec<u8> = fs::read(&path)
            .unwrap()
            .into_iter()
            .filter(u8::is_ascii_hexdigit)
            .collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, digits.chunks_exact(2).map(byte).collect())
    })
    .collect()
}

fn changes() -> Vec<(String, Vec<u8>)> {
    let author = AuthorId::from_bytes([3; 16]);
    let mut document = Document::new(DocumentKind::Case(Compartment::Core));
    let edits = [
        Edit::SetFact {
            fact: "case.number".parse().unwrap(),
            value: Value::from("DCPU/12"),
        },
        Edit::AddEntry {
            entry: EntryId::from_bytes([4; 16]),
            kind: "note".into(),
            text: "नमस्ते".into(),
        },
        Edit::AddRow {
            row: RowId::from_bytes([5; 16]),
            table: "tasks".into(),
            cells: [("title".to_owned(), Value::from("Visit"))].into(),
        },
    ];
    let whole = document
        .edit(author, 5_000, &Action::EDIT, &edits)
        .unwrap()
        .unwrap()
        .bytes;
    let mut small = Document::new(DocumentKind::Case(Compartment::Core));
    let small = small
        .edit(author, 6_000, &Action::EDIT, &edits[..1])
        .unwrap()
        .unwrap()
        .bytes;
    vec![
        ("change".into(), whole),
        ("small".into(), small),
        ("document".into(), document.save()),
    ]
}

fn packs() -> Vec<(String, Vec<u8>)> {
    let bundle = PackBundle {
        id: "states/br".into(),
        version: "9".into(),
        files: shipped_files("states/br"),
    };
    let bundle = bundle.encode().unwrap();
    let signed = SignedPack::sign(&PackKey::from_seed(&[0x42; 32]), "br", 7, &bundle).unwrap();
    vec![("bundle".into(), bundle), ("signed".into(), signed.to_cbor())]
}

fn pictures() -> Vec<(String, Vec<u8>)> {
    let picture = RgbaImage::from_fn(24, 17, |x, y| {
        let value = |by: u32| u8::try_from((x * by + y * 7) % 256).unwrap();
        Rgba([value(3), value(11), value(29), 255 - value(1)])
    });
    let file = |format: ImageFormat| {
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::from(picture.clone());
        let opaque = DynamicImage::from(picture.to_rgb8());
        let picture = if format == ImageFormat::Jpeg { opaque } else { picture };
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 60);
    encoder.set_progressive(true);
    let pixels = DynamicImage::from(picture.clone()).to_rgb8();
    encoder
        .encode(pixels.as_raw(), 24, 17, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    vec![
        ("png".into(), file(ImageFormat::Png)),
        ("jpeg".into(), file(ImageFormat::Jpeg)),
        ("webp".into(), file(ImageFormat::WebP)),
        ("progressive".into(), progressive),
    ]
}

/// Beside `chromium`, which a web view recorded of a device that plays tones, the file that is made of it.
fn recordings() -> Vec<(String, Vec<u8>)> {
    let recorded = fs::read(folder("recording").join("chromium")).unwrap();
    vec![("kept".into(), device::media::recording(&recorded).unwrap().ogg)]
}

/// Beside `drawn`, which a browser printed, a paper as scanners write it: a page that is one picture.
fn papers() -> Vec<(String, Vec<u8>)> {
    let picture = DynamicImage::from(RgbaImage::from_fn(40, 56, |x, y| {
        let ink = (x / 3 * 5 + y / 4 * 7) % 4 == 0 && x > 4 && y > 6;
        Rgba(if ink { [30, 30, 60, 255] } else { [250, 249, 245, 255] })
    }));
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::from(picture.to_rgb8())
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    let jpeg = jpeg.into_inner();
    let content = "q 595 0 0 842 0 0 cm /Im1 Do Q";
    let stream = |dict: &str, bytes: &[u8]| {
        let head = format!("<< {dict} /Length {} >>\nstream\n", bytes.len());
        [head.as_bytes(), bytes, b"\nendstream"].concat()
    };
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /Im1 5 0 R >> >> /Contents 4 0 R >>".to_vec(),
        stream("", content.as_bytes()),
        stream(
            "/Type /XObject /Subtype /Image /Width 40 /Height 56 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
            &jpeg,
        ),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend(format!("{} 0 obj\n", index + 1).bytes().chain(object.iter().copied()));
        file.extend(b"\nendobj\n");
    }
    let end = format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", file.len());
    file.extend(table.bytes().chain(end.bytes()));
    vec![("scan".into(), file)]
}

fn signatures() -> Vec<(String, Vec<u8>)> {
    let wave: Vec<[u32; 3]> = (0..60).map(|n| [100 + n * 9, 200 + n * 37 % 90, n * 16]).collect();
    let strokes = serde_json::to_vec(&[wave, vec![[900, 120, 1_400], [940, 260, 1_500]]]).unwrap();
    vec![("name".into(), strokes)]
}

/// What is read aloud, scanned and sent by hand.
fn carried() -> Vec<(String, Vec<u8>)> {
    let sealed = SealedKey {
        author: protocol::AuthorId([1; 16]),
        user: protocol::UserId([2; 16]),
        name: "Asha Toppo".into(),
        keys: vec![KeyBytes(vec![7; 32])],
    };
    [
        ("code", EnrolCode::from_random(4242).to_string().into_bytes()),
        ("hub", b"https://hub.example:8443/district".to_vec()),
        (
            "link",
            b"vatsalya:enrol?hub=https%3A%2F%2Fhub.example&code=ABCD-EFGH-JKMN".to_vec(),
        ),
        ("sealed", sealed.to_cbor()),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into()
}

fn calls() -> Vec<(String, Vec<u8>)> {
    let case = casework::CaseId::from_bytes([3; 16]);
    let requests = [
        ("start", ipc::Request::Start),
        ("case", ipc::Request::Case { case, reveal: true }),
        (
            "edit",
            ipc::Request::Edit {
                subject: case.into(),
                edits: vec![ipc::FieldEdit::AddNote {
                    compartment: Compartment::Core,
                    text: "नमस्ते".into(),
                }],
                form: Some("form-1".into()),
                reason: None,
            },
        ),
    ];
    requests
        .map(|(name, request)| (name.to_owned(), serde_json::to_vec(&request).unwrap()))
        .into()
}

/// A head, a note that was begun, and the end.
fn backups() -> Vec<(String, Vec<u8>)> {
    let mut bytes = b"vatsalya-backup\n\x01\0\0\0".to_vec();
    // {0: author, 1: user, 2: made, 3: version, 4: changes, 5: pictures}
    let mut head = vec![0xA6, 0x00, 0x50];
    head.extend([2; 16]);
    head.extend([0x01, 0x50]);
    head.extend([1; 16]);
    head.extend([0x02, 0x05, 0x03, 0x61, b'1', 0x04, 0x00, 0x05, 0x00]);
    for (kind, body) in [(1, head), (5, b"{}".to_vec()), (255, Vec::new())] {
        bytes.push(kind);
        bytes.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
        bytes.extend(body);
    }
    vec![("small".into(), bytes)]
}

/// A leaf of a table with one row of two columns, and an inner page of an index.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut leaf = vec![0; 4016];
    let row = [7, 9, 3, 0x17, 0x12, b'w', b'o', b'r', b'd', 1, 2, 3];
    let at = leaf.len() - row.len();
    leaf[..8].copy_from_slice(&[13, 0, 0, 0, 1, 0, 0, 0]);
    leaf[8..10].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
    leaf[at..].copy_from_slice(&row);
    let mut inner = leaf.clone();
    let row = [0, 0, 0, 9, 4, 2, 0x13, b'a', b'b', b'c'];
    let at = inner.len() - row.len();
    inner[..12].copy_from_slice(&[2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 8]);
    inner[12..14].copy_from_slice(&u16::try_from(at).unwrap().to_be_bytes());
    inner[at..].copy_from_slice(&row);
    vec![("leaf".into(), leaf), ("inner".into(), inner)]
}
