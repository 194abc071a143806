//! Whether a PDF is one that is only read: a head, a table of its parts that lies where it is said to lie, an end; no
//! script, no program to start, no file inside, no password.
//!
//! Nothing is decompressed here, so what hides in a compressed stream is not seen: a device looks there, too, before it
//! keeps a paper or shows one. No part of a paper is ever run.

use super::kind::NotMedia;

/// How far from the end its mark may lie: some scanners write a line behind it.
const TAIL_BYTES: usize = 2048;
/// Longest name that matters here.
const NAME_BYTES_MAX: usize = 16;

/// Names by which a paper does something when it is opened or touched, or holds something else than pages.
const ACTIVE: [&[u8]; 11] = [
    b"JavaScript",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"XFA",
    b"SubmitForm",
    b"ImportData",
    b"GoToR",
    b"GoToE",
    b"Rendition",
];

/// Whether a name, without its stroke, makes a paper do more than be read.
pub fn is_active(name: &[u8]) -> bool {
    ACTIVE.contains(&name)
}

pub(super) fn check(bytes: &[u8]) -> Result<(), NotMedia> {
    let version = bytes.get(5..8).ok_or(NotMedia::Damaged)?;
    if !matches!(version, [b'1' | b'2', b'.', b'0'..=b'9']) {
        return Err(NotMedia::Damaged);
    }
    let tail = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
    let end = last(tail, b"%%EOF").ok_or(NotMedia::Damaged)?;
    let table = last(&tail[..end], b"startxref").ok_or(NotMedia::Damaged)?;
    let at = number(&tail[table + b"startxref".len()..end]).ok_or(NotMedia::Damaged)?;
    let at = usize::try_from(at).map_err(|_| NotMedia::Damaged)?;
    if !is_table(bytes.get(at..).ok_or(NotMedia::Damaged)?) {
        return Err(NotMedia::Damaged);
    }
    names(bytes)
}

/// A table of parts, `xref` and its first lines, or the object that holds one: `12 0 obj`.
fn is_table(bytes: &[u8]) -> bool {
    if let Some(rest) = bytes.strip_prefix(b"xref") {
        let mut words = rest[..rest.len().min(64)]
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        let (first, count) = (words.next().and_then(number), words.next().and_then(number));
        // Each line of the table has twenty bytes, and they are all there.
        return first.is_some() && count.is_some_and(|count| count.saturating_mul(20) <= rest.len() as u64);
    }
    let mut words = bytes[..bytes.len().min(40)]
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let numbers = (words.next().and_then(number), words.next().and_then(number));
    matches!(numbers, (Some(_), Some(_))) && words.next().is_some_and(|word| word.starts_with(b"obj"))
}

/// Goes through all names in plain sight.
fn names(bytes: &[u8]) -> Result<(), NotMedia> {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'/') {
        rest = &rest[at + 1..];
        let (name, length) = name(rest);
        let name = &name[..length];
        if name == b"Encrypt" {
            return Err(NotMedia::Encrypted);
        }
        if is_active(name) {
            return Err(NotMedia::Active);
        }
    }
    Ok(())
}

/// A name as a reader sees it, `#4A` being `J`; cut off where it is longer than any that matters.
fn name(bytes: &[u8]) -> ([u8; NAME_BYTES_MAX], usize) {
    let (mut name, mut length, mut at) = ([0; NAME_BYTES_MAX], 0, 0);
    while length < NAME_BYTES_MAX {
        let Some(&byte) = bytes.get(at) else { break };
        if byte.is_ascii_whitespace() || byte == 0 || b"()<>[]{}/%".contains(&byte) {
            break;
        }
        let escaped = (byte == b'#')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        name[length] = escaped.unwrap_or(byte);
        at += if escaped.is_some() { 3 } else { 1 };
        length += 1;
    }
    (name, length)
}

fn last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

fn number(bytes: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(inside: &str) -> Vec<u8> {
        let body = format!("%PDF-1.4\n1 0 obj\n<< /Type /Catalog {inside} >>\nendobj\n");
        let at = body.len();
        format!("{body}xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n")
            .into_bytes()
    }

    #[test]
    fn a_paper_that_is_only_read_is_taken_and_one_that_acts_is_not() {
        assert_eq!(check(&paper("/OpenAction [3 0 R /Fit]")), Ok(()));
        for active in [
            "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
            "/S /Java#53cript",
            "/S/Launch/F(x)",
            "/Names << /EmbeddedFiles 4 0 R >>",
            "/XFA 3 0 R",
        ] {
            assert_eq!(check(&paper(active)), Err(NotMedia::Active), "{active}");
        }
        assert_eq!(check(&paper("/Encrypt 5 0 R")), Err(NotMedia::Encrypted));
        assert_eq!(check(&paper("/JavaScriptless true /XFAX 1")), Ok(()));
    }

    #[test]
    fn a_paper_whose_table_is_not_where_it_says_is_refused() {
        let whole = paper("");
        for cut in [0, 7, 20, whole.len() / 2, whole.len() - 8] {
            assert_eq!(check(&whole[..cut]), Err(NotMedia::Damaged), "{cut}");
        }
        let text = String::from_utf8(whole).unwrap();
        for wrong in [
            text.replace("startxref\n", "startxref\n9"),
            text.replace("0 2\n", "0 99999\n"),
            text.replace("%PDF-1.4", "%PDF-x.4"),
            text.replace("xref\n0", "xxef\n0"),
        ] {
            assert_eq!(check(wrong.as_bytes()), Err(NotMedia::Damaged));
        }
    }
}
