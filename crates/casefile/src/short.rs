//! The short form of a change: what travels of it between two sides that know who writes, since when, and on what.
//!
//! A plain change chunk says much that the other side knows already: its own length, its author, the changes it stands
//! on. The short form leaves that out and keeps four bytes of the chunk's hash, so that what is put together again is the
//! chunk that was taken apart or nothing.
//!
//! ```text
//! 0 | the whole chunk
//! 1 | dependencies | sequence | first operation | time | message | other actors | columns | checksum
//! ```
//!
//! Numbers are LEB128, as in the chunk; `time` is signed seconds since the *base* that both sides name. Each dependency is
//! one byte and what belongs to it: 0, the change before this one in the same run; 1, the genesis of the document; 2 and
//! the first six bytes of a hash; 3 and a whole hash. Message, actors and columns stand as they do in the chunk; the
//! author, who comes first among a chunk's actors, is left out, and so are magic, type and length. The checksum is the
//! chunk's own.

use casework::{AuthorId, DocumentKind};

use crate::{
    ChangeError, ChangeHash, ChangeHead,
    bomb::{Bytes, MAGIC, PLAIN_CHANGE},
    genesis,
};

const WHOLE: u8 = 0;
const SHORT: u8 = 1;

const BEFORE: u8 = 0;
const GENESIS: u8 = 1;
const BEGINNING: u8 = 2;
const HASH: u8 = 3;

/// The beginning of a hash that names a change within its document.
pub const HASH_BEGINNING_BYTES: usize = 6;
/// The beginning of a hash, as one side names a change that the other has.
pub type HashBeginning = [u8; HASH_BEGINNING_BYTES];

const CHECKSUM_BYTES: usize = 4;
const AUTHOR_BYTES: u64 = 16;
/// Most changes that one stands on: everybody who ever wrote in a case, at once.
const DEPENDENCIES_MAX: u64 = 1_024;

/// How a sender names a change that its reader has, and that did not come right before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By the beginning of its hash: the reader can look it up.
    Beginning,
    /// By its whole hash: the reader need know nothing.
    Whole,
}

/// Why a short form gives no change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShortError {
    /// It stands on a change that is not known here by the beginning of its hash, or more than one begins so. The whole
    /// chunk may still be good.
    #[error("a change that this one stands on is not known here")]
    Unknown,
    /// It is none.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

/// The changes of one document, one behind the other, on their way to or from another side.
#[derive(Debug, Clone)]
pub struct Run {
    base_s: i64,
    genesis: Option<ChangeHash>,
    before: Option<ChangeHash>,
}

impl Run {
    /// A run that begins. `base_ms` is a time both sides know; `kind` is what the document is, where both sides know
    /// that it is.
    pub fn new(base_ms: i64, kind: Option<DocumentKind>) -> Self {
        let genesis = kind.and_then(|kind| genesis::document(kind).get_heads().first().map(|hash| hash.0));
        Self {
            base_s: base_ms.div_euclid(1_000),
            genesis,
            before: None,
        }
    }

    /// Times are counted from here on.
    pub fn count_from(&mut self, base_ms: i64) {
        self.base_s = base_ms.div_euclid(1_000);
    }

    /// The next change in short, or whole where it cannot be shortened.
    pub fn shorten(&mut self, author: AuthorId, change: &[u8], naming: Naming) -> Result<Vec<u8>, ChangeError> {
        let head = ChangeHead::parse(change)?;
        let short = self.short(author, change, naming);
        self.before = Some(head.hash);
        Ok(short.unwrap_or_else(|| [&[WHOLE], change].concat()))
    }

    /// The next change as the whole chunk, for a reader that does not know what the short form leaves out.
    pub fn whole(&mut self, change: &[u8]) -> Result<Vec<u8>, ChangeError> {
        self.before = Some(ChangeHead::parse(change)?.hash);
        Ok([&[WHOLE], change].concat())
    }

    fn short(&self, author: AuthorId, change: &[u8], naming: Naming) -> Option<Vec<u8>> {
        let mut all = Bytes(change);
        all.take(4).ok()?;
        let checksum = all.take(4).ok()?;
        all.take(1).ok()?;
        all.unsigned().ok()?;
        let mut short = vec![SHORT];
        let dependencies = all.unsigned().ok()?;
        put_unsigned(&mut short, dependencies);
        for _ in 0..dependencies {
            let hash: &ChangeHash = all.take(32).ok()?.try_into().ok()?;
            if self.before.as_ref() == Some(hash) {
                short.push(BEFORE);
            } else if self.genesis.as_ref() == Some(hash) {
                short.push(GENESIS);
            } else if naming == Naming::Beginning {
                short.push(BEGINNING);
                short.extend_from_slice(&hash[..HASH_BEGINNING_BYTES]);
            } else {
                short.push(HASH);
                short.extend_from_slice(hash);
            }
        }
        let actor = all.unsigned().ok()?;
        if all.take(actor).ok()? != author.to_bytes() {
            return None;
        }
        put_unsigned(&mut short, all.unsigned().ok()?);
        put_unsigned(&mut short, all.unsigned().ok()?);
        put_signed(&mut short, all.signed().ok()?.checked_sub(self.base_s)?);
        short.extend_from_slice(all.0);
        short.extend_from_slice(checksum);
        // A chunk that was not written as we would write it again travels whole.
        let again = self.long(author, &short[1..], &mut |_| None);
        (naming == Naming::Beginning || again.as_deref() == Ok(change)).then_some(short)
    }

    /// The chunk that was shortened, and its head. `known` gives the whole hash of the one change of the document that
    /// begins so.
    pub fn lengthen(
        &mut self,
        author: AuthorId,
        short: &[u8],
        mut known: impl FnMut(&HashBeginning) -> Option<ChangeHash>,
    ) -> Result<(Vec<u8>, ChangeHead), ShortError> {
        let (form, rest) = short.split_first().ok_or(ChangeError::Malformed)?;
        let looked_up = std::cell::Cell::new(false);
        let chunk = match *form {
            WHOLE => rest.to_vec(),
            SHORT => self.long(author, rest, &mut |beginning| {
                looked_up.set(true);
                known(beginning)
            })?,
            _ => return Err(ChangeError::Malformed.into()),
        };
        let head = ChangeHead::parse(&chunk).map_err(|error| match error {
            // The checksum does not fit: another change begins like the one that was meant.
            ChangeError::Malformed if looked_up.get() => ShortError::Unknown,
            error => error.into(),
        })?;
        self.before = Some(head.hash);
        Ok((chunk, head))
    }

    fn long(
        &self,
        author: AuthorId,
        short: &[u8],
        known: &mut dyn FnMut(&HashBeginning) -> Option<ChangeHash>,
    ) -> Result<Vec<u8>, ShortError> {
        let mut all = Bytes(short);
        let dependencies = all.unsigned()?;
        if dependencies > DEPENDENCIES_MAX {
            return Err(ChangeError::Malformed.into());
        }
        let mut body = Vec::with_capacity(short.len() + 64);
        put_unsigned(&mut body, dependencies);
        for _ in 0..dependencies {
            let hash = match all.take(1)? {
                [BEFORE] => self.before.ok_or(ShortError::Unknown)?,
                [GENESIS] => self.genesis.ok_or(ShortError::Unknown)?,
                [BEGINNING] => {
                    let beginning = all.take(HASH_BEGINNING_BYTES as u64)?;
                    let beginning = beginning.try_into().map_err(|_| ChangeError::Malformed)?;
                    known(beginning).ok_or(ShortError::Unknown)?
                }
                [HASH] => all.take(32)?.try_into().map_err(|_| ChangeError::Malformed)?,
                _ => return Err(ChangeError::Malformed.into()),
            };
            body.extend_from_slice(&hash);
        }
        put_unsigned(&mut body, AUTHOR_BYTES);
        body.extend_from_slice(&author.to_bytes());
        put_unsigned(&mut body, all.unsigned()?);
        put_unsigned(&mut body, all.unsigned()?);
        let time_s = all.signed()?.checked_add(self.base_s);
        put_signed(&mut body, time_s.ok_or(ChangeError::Malformed)?);
        let (rest, checksum) = all
            .0
            .split_last_chunk::<CHECKSUM_BYTES>()
            .ok_or(ChangeError::Malformed)?;
        body.extend_from_slice(rest);
        let mut chunk = [MAGIC.as_slice(), checksum, &[PLAIN_CHANGE]].concat();
        put_unsigned(&mut chunk, body.len() as u64);
        chunk.extend_from_slice(&body);
        Ok(chunk)
    }
}

/// Adds one of several to bytes, behind its length, so that [`next_of_many`] finds it again.
pub fn add_to_many(many: &mut Vec<u8>, one: &[u8]) {
    put_unsigned(many, one.len() as u64);
    many.extend_from_slice(one);
}

/// Takes the first of several off; `None` where none is left.
pub fn next_of_many<'b>(many: &mut &'b [u8]) -> Result<Option<&'b [u8]>, ChangeError> {
    if many.is_empty() {
        return Ok(None);
    }
    let mut all = Bytes(many);
    let length = all.unsigned()?;
    let one = all.take(length)?;
    *many = all.0;
    Ok(Some(one))
}

/// LEB128, unsigned.
fn put_unsigned(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

/// LEB128, signed.
fn put_signed(bytes: &mut Vec<u8>, mut number: i64) {
    loop {
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        let sign = low & 0x40 != 0;
        if (number == 0 && !sign) || (number == -1 && sign) {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Document, Edit};
    use casework::{Compartment, Pack, Value};
    use proptest::prelude::*;

    const KIND: DocumentKind = DocumentKind::Case(Compartment::Identity);
    const BASE_MS: i64 = 1_795_000_000_000;

    fn author(byte: u8) -> AuthorId {
        AuthorId::from_bytes([byte; 16])
    }

    fn write(document: &mut Document, byte: u8, at_ms: i64, text: &str) -> Vec<u8> {
        let edit = Edit::SetFact {
            fact: "child.name".parse().unwrap(),
            value: Value::from(text),
        };
        let made = document.edit(author(byte), at_ms, &Action::EDIT, &[edit]);
        made.unwrap().unwrap().bytes
    }

    /// Three changes of one hand, the third over what another hand wrote.
    fn changes() -> [(u8, Vec<u8>); 4] {
        let mut document = Document::new(KIND);
        let first = write(&mut document, 1, BASE_MS, "मीना");
        let second = write(&mut document, 1, BASE_MS + 61_000, "मीना राव");
        let mut other = Document::new(KIND);
        other.apply(&[&first, &second], Pack::national()).unwrap();
        let third = write(&mut other, 2, BASE_MS - 3_600_000, "Meena Rao");
        document.apply(&[&third], Pack::national()).unwrap();
        let fourth = write(&mut document, 1, BASE_MS + 90_000, "Meena");
        [(1, first), (1, second), (2, third), (1, fourth)]
    }

    #[test]
    fn a_run_comes_back_as_it_was_and_is_shorter() {
        for naming in [Naming::Whole, Naming::Beginning] {
            let (mut up, mut down) = (Run::new(BASE_MS, Some(KIND)), Run::new(BASE_MS, Some(KIND)));
            let mut came: Vec<ChangeHash> = Vec::new();
            for (byte, change) in changes() {
                let short = up.shorten(author(byte), &change, naming).unwrap();
                assert!(short.len() + 20 < change.len(), "{} of {}", short.len(), change.len());
                let known = |beginning: &HashBeginning| came.iter().find(|hash| hash.starts_with(beginning)).copied();
                let (long, head) = down.lengthen(author(byte), &short, known).unwrap();
                assert_eq!(long, change);
                came.push(head.hash);
                assert_eq!(head.author, author(byte));
            }
        }
    }

    #[test]
    fn what_came_before_may_be_looked_up_by_its_beginning() {
        let [_, (_, second), (_, third), _] = changes();
        let hash = ChangeHead::parse(&second).unwrap().hash;
        let run = || Run::new(BASE_MS, Some(KIND));
        let short = run().shorten(author(2), &third, Naming::Beginning).unwrap();
        let looked_up = run().lengthen(author(2), &short, |beginning| {
            hash.starts_with(beginning).then_some(hash)
        });
        assert_eq!(looked_up.unwrap().0, third);
        assert_eq!(
            run().lengthen(author(2), &short, |_| None).unwrap_err(),
            ShortError::Unknown
        );
        // Another change that begins alike.
        let mut alike = hash;
        alike[31] ^= 1;
        assert_eq!(
            run().lengthen(author(2), &short, |_| Some(alike)).unwrap_err(),
            ShortError::Unknown
        );
        let whole = run().shorten(author(2), &third, Naming::Whole).unwrap();
        assert_eq!(run().lengthen(author(2), &whole, |_| None).unwrap().0, third);
    }

    #[test]
    fn somebody_elses_change_travels_whole_and_is_seen_to_be_so() {
        let [_, _, (_, third), _] = changes();
        let mut run = Run::new(BASE_MS, Some(KIND));
        let short = run.shorten(author(9), &third, Naming::Whole).unwrap();
        assert_eq!(short[1..], third);
        let (_, head) = Run::new(BASE_MS, Some(KIND))
            .lengthen(author(9), &short, |_| None)
            .unwrap();
        assert_eq!(head.author, author(2));
    }

    #[test]
    fn several_are_taken_off_one_by_one() {
        let mut many = Vec::new();
        add_to_many(&mut many, b"");
        add_to_many(&mut many, &[7; 300]);
        let mut rest = many.as_slice();
        assert_eq!(next_of_many(&mut rest), Ok(Some(b"".as_slice())));
        assert_eq!(next_of_many(&mut rest), Ok(Some([7; 300].as_slice())));
        assert_eq!(next_of_many(&mut rest), Ok(None));
        let mut cut = &many[..20];
        assert_eq!(next_of_many(&mut cut), Ok(Some(b"".as_slice())));
        assert!(next_of_many(&mut cut).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut run = Run::new(BASE_MS, Some(KIND));
            let _ = run.lengthen(author(1), &bytes, |_| Some([5; 32]));
            let mut many = bytes.as_slice();
            while let Ok(Some(_)) = next_of_many(&mut many) {}
        }

        #[test]
        fn a_damaged_one_is_refused_or_the_same(at in 0_usize..200, to in any::<u8>()) {
            let [(byte, first), ..] = changes();
            let mut short = Run::new(BASE_MS, Some(KIND)).shorten(author(byte), &first, Naming::Whole).unwrap();
            let length = short.len();
            short[at % length] = to;
            if let Ok((long, _)) = Run::new(BASE_MS, Some(KIND)).lengthen(author(byte), &short, |_| None) {
                prop_assert_eq!(long, first);
            }
        }

        #[test]
        fn every_number_is_read_as_it_was_written(unsigned in any::<u64>(), signed in any::<i64>()) {
            let mut bytes = Vec::new();
            put_unsigned(&mut bytes, unsigned);
            put_signed(&mut bytes, signed);
            let mut read = Bytes(&bytes);
            prop_assert_eq!(read.unsigned(), Ok(unsigned));
            prop_assert_eq!(read.signed(), Ok(signed));
        }
    }
}
