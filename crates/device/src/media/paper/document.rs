//! The objects of a paper, those in packed streams too, and its pages.
//!
//! Objects are found by going through the whole file, not by its table, so that none hides from the table. Of two of one
//! number the later one holds, as in a paper that was added to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use protocol::media::pdf::is_active;

use super::object::{Dict, Reader, Value, is_white, whole};
use crate::media::FileError;

/// Most values of a whole paper; a scan of a hundred pages has some thousands.
const VALUES_MAX: usize = 200_000;
/// Most objects.
const OBJECTS_MAX: usize = 20_000;
/// Most bytes that all packed objects may unpack to.
const PACKED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How deep the tree of pages may be.
const TREE_DEPTH_MAX: usize = 16;

/// A paper, read.
pub(super) struct Document<'b> {
    file: &'b [u8],
    objects: BTreeMap<u32, Object>,
    catalog: Option<u32>,
    values_left: usize,
    packed_left: usize,
}

pub(super) struct Object {
    value: Value,
    stream: Option<Range<usize>>,
}

/// A page, with what it has from the branches of the tree above it.
#[derive(Clone)]
pub(super) struct Page<'d> {
    pub(super) dict: &'d Dict,
    pub(super) resources: Option<&'d Value>,
    pub(super) paper: Option<&'d Value>,
    pub(super) turn: Option<&'d Value>,
}

impl<'b> Document<'b> {
    pub(super) fn read(file: &'b [u8]) -> Result<Self, FileError> {
        let mut document = Self {
            file,
            objects: BTreeMap::new(),
            catalog: None,
            values_left: VALUES_MAX,
            packed_left: PACKED_BYTES_MAX,
        };
        let mut at = 0;
        while let Some(found) = find(&file[at..], b"obj") {
            let begin = at + found;
            at = begin + 3;
            if let Some(number) = number_before(&file[..begin]) {
                at = document.object(number, at)?;
            }
        }
        Ok(document)
    }

    /// Reads the object whose value begins at a place; says where it ends. What is in its stream is gone through, too:
    /// a table may point there.
    fn object(&mut self, number: u32, at: usize) -> Result<usize, FileError> {
        let mut reader = Reader::new(self.file, at, self.values_left);
        let value = reader.value();
        self.values_left = reader.left;
        if self.values_left == 0 {
            return Err(FileError::TooMuch);
        }
        // Not a value: text that looks like an object, or damage. What cannot be read is not shown either.
        let Some(value) = value else { return Ok(at) };
        reader.skip();
        let end = reader.at;
        let stream = value.as_dict().and_then(|dict| self.stream(dict, end));
        if let (Some(dict), Some(range)) = (value.as_dict(), &stream)
            && dict.get(b"Type".as_slice()).and_then(Value::as_name) == Some(b"ObjStm")
        {
            let dict = dict.clone();
            let range = range.clone();
            self.packed(&dict, range)?;
        }
        self.keep(number, value, stream)?;
        Ok(end)
    }

    /// Where the bytes of a stream lie that begins at a place.
    fn stream(&self, dict: &Dict, at: usize) -> Option<Range<usize>> {
        let rest = self.file.get(at..)?.strip_prefix(b"stream")?;
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        let rest = rest.strip_prefix(b"\n")?;
        let begin = self.file.len() - rest.len();
        let ends_there = |length: &u32| {
            let length = usize::try_from(*length).ok()?;
            let behind = rest.get(length..)?.trim_ascii_start();
            behind.starts_with(b"endstream").then_some(length)
        };
        let told = dict.get(b"Length".as_slice()).and_then(Value::as_count);
        // The length may be an object of its own that comes later; the end is written, too.
        let length = told
            .as_ref()
            .and_then(ends_there)
            .or_else(|| find(rest, b"endstream"))?;
        Some(begin..begin + length)
    }

    /// Reads the objects of a packed stream.
    fn packed(&mut self, dict: &Dict, range: Range<usize>) -> Result<(), FileError> {
        let count = |name: &[u8]| {
            dict.get(name)
                .and_then(Value::as_count)
                .and_then(|n| usize::try_from(n).ok())
        };
        let (first, objects) = (count(b"First"), count(b"N"));
        let (Some(first), Some(objects)) = (first, objects) else {
            return Err(FileError::Damaged);
        };
        let bytes = unpacked(dict, &self.file[range], self.packed_left)?;
        self.packed_left -= bytes.len();
        let mut heads = Reader::new(&bytes, 0, self.values_left);
        for _ in 0..objects {
            let number = heads.value().as_ref().and_then(Value::as_count);
            let offset = heads.value().as_ref().and_then(Value::as_count);
            let (Some(number), Some(offset)) = (number, offset.and_then(|at| usize::try_from(at).ok())) else {
                return Err(FileError::Damaged);
            };
            let mut reader = Reader::new(&bytes, first.saturating_add(offset), heads.left);
            let value = reader.value().ok_or(FileError::Damaged)?;
            heads.left = reader.left;
            self.keep(number, value, None)?;
        }
        self.values_left = heads.left;
        Ok(())
    }

    /// Keeps an object, if the paper does nothing by it.
    fn keep(&mut self, number: u32, value: Value, stream: Option<Range<usize>>) -> Result<(), FileError> {
        look(&value)?;
        let kind = value.as_dict().and_then(|dict| dict.get(b"Type".as_slice()));
        if kind.and_then(Value::as_name) == Some(b"Catalog") {
            self.catalog = Some(number);
        }
        if self.objects.len() == OBJECTS_MAX {
            return Err(FileError::TooMuch);
        }
        self.objects.insert(number, Object { value, stream });
        Ok(())
    }

    /// The value itself, where it is a reference.
    pub(super) fn of<'d>(&'d self, value: &'d Value) -> Option<&'d Value> {
        match value {
            // An object that is a reference again is nothing that anybody writes.
            Value::Other(number) => self.objects.get(number).map(|object| &object.value),
            value => Some(value),
        }
    }

    pub(super) fn get<'d>(&'d self, dict: &'d Dict, name: &[u8]) -> Option<&'d Value> {
        self.of(dict.get(name)?)
    }

    /// A stream that is referred to: its dictionary and its bytes as they stand in the file.
    pub(super) fn stream_of(&self, value: &Value) -> Option<(&Dict, &'b [u8])> {
        let Value::Other(number) = value else { return None };
        let object = self.objects.get(number)?;
        Some((object.value.as_dict()?, self.file.get(object.stream.clone()?)?))
    }

    /// The pages in their order.
    pub(super) fn pages(&self) -> Result<Vec<Page<'_>>, FileError> {
        let catalog = self.catalog.and_then(|number| self.objects.get(&number));
        let root = catalog.and_then(|catalog| catalog.value.as_dict()?.get(b"Pages".as_slice()));
        let mut walk = Walk {
            document: self,
            seen: BTreeSet::new(),
            pages: Vec::new(),
        };
        walk.branch(root.ok_or(FileError::Damaged)?, None, 0)?;
        if walk.pages.is_empty() {
            return Err(FileError::Damaged);
        }
        Ok(walk.pages)
    }
}

struct Walk<'d, 'b> {
    document: &'d Document<'b>,
    seen: BTreeSet<u32>,
    pages: Vec<Page<'d>>,
}

impl<'d> Walk<'d, '_> {
    fn branch(&mut self, node: &'d Value, above: Option<&Page<'d>>, depth: usize) -> Result<(), FileError> {
        let Value::Other(number) = node else {
            return Err(FileError::Damaged);
        };
        // A tree that grows into itself has no end.
        if depth > TREE_DEPTH_MAX || !self.seen.insert(*number) {
            return Err(FileError::Damaged);
        }
        let dict = self
            .document
            .of(node)
            .and_then(Value::as_dict)
            .ok_or(FileError::Damaged)?;
        let inherited = |name: &[u8], above: Option<&'d Value>| dict.get(name).or(above);
        let page = Page {
            dict,
            resources: inherited(b"Resources", above.and_then(|page| page.resources)),
            paper: inherited(b"MediaBox", above.and_then(|page| page.paper)),
            turn: inherited(b"Rotate", above.and_then(|page| page.turn)),
        };
        match self.document.get(dict, b"Kids") {
            Some(Value::List(kids)) => kids.iter().try_for_each(|kid| self.branch(kid, Some(&page), depth + 1)),
            Some(_) => Err(FileError::Damaged),
            None if self.pages.len() >= ipc::PAPER_PAGES_MAX as usize => Err(FileError::TooMuch),
            None => {
                self.pages.push(page);
                Ok(())
            }
        }
    }
}

/// Refuses what makes a paper do more than be read.
fn look(value: &Value) -> Result<(), FileError> {
    let name = |name: &[u8]| match name {
        b"Encrypt" => Err(FileError::Encrypted),
        b"JS" => Err(FileError::Active),
        name if is_active(name) => Err(FileError::Active),
        _ => Ok(()),
    };
    match value {
        Value::Name(of) => name(of),
        Value::List(values) => values.iter().try_for_each(look),
        Value::Dict(dict) => dict
            .iter()
            .try_for_each(|(key, value)| name(key).and_then(|()| look(value))),
        _ => Ok(()),
    }
}

/// The bytes of a stream: as they are, or unpacked in the one way that is known here, within a limit.
pub(super) fn unpacked(dict: &Dict, bytes: &[u8], bytes_max: usize) -> Result<Vec<u8>, FileError> {
    let filter = match dict.get(b"Filter".as_slice()) {
        Some(Value::List(filters)) if filters.len() == 1 => filters.first(),
        filter => filter,
    };
    let bytes = match filter.map(Value::as_name) {
        None if bytes.len() <= bytes_max => bytes.to_vec(),
        None => return Err(FileError::TooMuch),
        Some(Some(b"FlateDecode" | b"Fl")) => {
            decompress_to_vec_zlib_with_limit(bytes, bytes_max).map_err(|error| match error.status {
                miniz_oxide::inflate::TINFLStatus::HasMoreOutput => FileError::TooMuch,
                _ => FileError::Damaged,
            })?
        }
        Some(_) => return Err(FileError::Damaged),
    };
    Ok(bytes)
}

/// The number of an object, which stands before its generation and the word `obj`.
fn number_before(bytes: &[u8]) -> Option<u32> {
    let (rest, _) = digits_before(bytes)?;
    let (_, number) = digits_before(rest)?;
    Some(number)
}

fn digits_before(bytes: &[u8]) -> Option<(&[u8], u32)> {
    let white = bytes.iter().rev().take_while(|byte| is_white(**byte)).count();
    let bytes = &bytes[..bytes.len() - white];
    let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, digits) = bytes.split_at(bytes.len() - digits.min(10));
    Some((rest, whole(digits)?))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    // The first byte is looked for by itself, which is quick.
    let (first, others) = wanted.split_first()?;
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|byte| byte == first)?;
        if bytes[at + 1..].starts_with(others) {
            return Some(at);
        }
        from = at + 1;
    }
}
