//! What a file is, by its own bytes. Its name, and what its sender says of it, count for nothing.

use ipc::OtherKind;

/// A kind of file that can be told by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Jpeg,
    Png,
    WebP,
    /// Known, and not read here as a picture.
    Other(OtherKind),
}

impl FileKind {
    /// `None`: it begins like nothing that is known.
    pub(crate) fn of(file: &[u8]) -> Option<Self> {
        Some(match file {
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Self::Png,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::WebP,
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Self::Other(of_brands(file, brand)),
            [b'G', b'I', b'F', b'8', ..] => Self::Other(OtherKind::Gif),
            [b'B', b'M', ..] if file.len() > 26 => Self::Other(OtherKind::Bmp),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Self::Other(OtherKind::Tiff),
            [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => Self::Other(OtherKind::JpegXl),
            [b'%', b'P', b'D', b'F', b'-', ..] => Self::Other(OtherKind::Pdf),
            [0x1A, 0x45, 0xDF, 0xA3, ..] | [b'O', b'g', b'g', b'S', ..] => Self::Other(OtherKind::Recording),
            _ if looks_like_svg(file) => Self::Other(OtherKind::Svg),
            _ => return None,
        })
    }
}

/// Files of the ISO family say in their first box by which names they go: the main one, then all compatible ones.
fn of_brands(file: &[u8], brand: &[u8]) -> OtherKind {
    let length = file
        .first_chunk()
        .map_or(0, |length| u32::from_be_bytes(*length) as usize)
        .clamp(16, 256)
        .min(file.len());
    let main = brand.first_chunk::<4>();
    // The minor version stands between the main brand and the others.
    let others = file.get(16..length).unwrap_or_default().chunks_exact(4);
    let mut brands = main.into_iter().map(|brand| brand.as_slice()).chain(others);
    brands
        .find_map(|brand| match brand {
            b"avif" | b"avis" => Some(OtherKind::Avif),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => Some(OtherKind::Heic),
            _ => None,
        })
        .unwrap_or(OtherKind::Recording)
}

/// How far into a text the first element is looked for: behind a declaration and a comment.
const SVG_LOOK_BYTES: usize = 1024;

fn looks_like_svg(file: &[u8]) -> bool {
    let head = &file[..file.len().min(SVG_LOOK_BYTES)];
    let text = head.trim_ascii_start();
    text.starts_with(b"<") && text.windows(4).any(|window| window.eq_ignore_ascii_case(b"<svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_content() {
        use OtherKind::{Avif, Bmp, Gif, Heic, JpegXl, Pdf, Recording, Svg, Tiff};
        let box_of = |brands: &[&[u8; 4]]| {
            let length = u32::try_from(12 + 4 * brands.len()).unwrap().to_be_bytes();
            let (main, others) = brands.split_first().unwrap();
            let others: Vec<u8> = others.iter().flat_map(|brand| brand.iter().copied()).collect();
            [&length, b"ftyp".as_slice(), main.as_slice(), &[0; 4], &others].concat()
        };
        let bitmap = [b"BM".as_slice(), &[0; 40]].concat();
        let cases: [(&[u8], Option<FileKind>); 16] = [
            (b"\xFF\xD8\xFF\xE0", Some(FileKind::Jpeg)),
            (b"\x89PNG\r\n\x1A\n", Some(FileKind::Png)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(FileKind::WebP)),
            (&box_of(&[b"heic", b"mif1"]), Some(FileKind::Other(Heic))),
            // What a telephone writes that puts the family's name first.
            (&box_of(&[b"miaf", b"avif", b"mif1"]), Some(FileKind::Other(Avif))),
            (&box_of(&[b"isom", b"mp42"]), Some(FileKind::Other(Recording))),
            (b"GIF89a", Some(FileKind::Other(Gif))),
            (&bitmap, Some(FileKind::Other(Bmp))),
            (b"II*\0", Some(FileKind::Other(Tiff))),
            (b"\xFF\x0A\0", Some(FileKind::Other(JpegXl))),
            (b"%PDF-1.7", Some(FileKind::Other(Pdf))),
            (b"OggS", Some(FileKind::Other(Recording))),
            (b"<?xml version='1.0'?><SVG/>", Some(FileKind::Other(Svg))),
            (b"<html>", None),
            (b"MZ\x90\0", None),
            (b"", None),
        ];
        for (file, kind) in cases {
            assert_eq!(FileKind::of(file), kind, "{file:?}");
        }
        assert_eq!(FileKind::of(b"\xFF\xFF\xFF\xFFftyp"), Some(FileKind::Other(Recording)));
    }
}
