//! Parcels: bytes that may be larger than a frame, compressed as a whole and sent in numbered parts.

use std::io::Read;
use std::sync::LazyLock;

use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CParameter, DParameter, FrameFormat};

use crate::limits::PART_BYTES_MAX;

const RAW: u8 = 0;
const ZSTD: u8 = 1;
/// With the first dictionary. The next dictionary has the next number, and this one stays.
const DICTIONARY_1: u8 = 2;

/// The first dictionary: 64 kB, trained on invented cases alone, since a dictionary tells of what it was trained on.
pub static DICTIONARY_1_BYTES: &[u8] = include_bytes!("../dictionaries/1.zstd-dictionary");

/// As good as it gets: what travels is small, and a kilobyte costs a sixth of a second on a slow link.
const DICTIONARY_LEVEL: i32 = 19;

static PACKING: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1_BYTES, DICTIONARY_LEVEL));
static UNPACKING: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1_BYTES));
/// Devices are cheap and links are slow: level 9 costs a millisecond on a change and saves about a tenth over 3.
const ZSTD_LEVEL: i32 = 9;
/// Below this zstd's own head eats the gain.
const COMPRESS_BYTES_MIN: usize = 48;

/// Why parts do not make a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParcelError {
    /// A part that is not the next one, or of another parcel.
    #[error("a part of a parcel is out of order")]
    OutOfOrder,
    /// More bytes than the limit, packed or unpacked.
    #[error("a parcel is too large")]
    TooLarge,
    /// The bytes are not packed as this version packs.
    #[error("a parcel cannot be unpacked")]
    Malformed,
}

/// Packs bytes for a device or a hub of version 1: compressed where that helps.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= COMPRESS_BYTES_MIN
        && let Ok(small) = zstd::bulk::compress(bytes, ZSTD_LEVEL)
        && small.len() < bytes.len()
    {
        return [&[ZSTD], small.as_slice()].concat();
    }
    [&[RAW], bytes].concat()
}

/// Packs bytes for a device or a hub of version 2: with the dictionary where that helps.
pub fn pack_small(bytes: &[u8]) -> Vec<u8> {
    match with_dictionary(bytes) {
        Ok(small) if small.len() < bytes.len() => [&[DICTIONARY_1], small.as_slice()].concat(),
        _ => [&[RAW], bytes].concat(),
    }
}

/// A zstd frame without what its place says already: magic, dictionary, checksum.
fn with_dictionary(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::with_prepared_dictionary(&PACKING)?;
    compressor.set_parameter(CParameter::Format(FrameFormat::Magicless))?;
    compressor.set_parameter(CParameter::DictIdFlag(false))?;
    compressor.compress(bytes)
}

/// Packs as a peer of this version reads it.
pub fn pack_for(version: u16, bytes: &[u8]) -> Vec<u8> {
    if version >= 2 { pack_small(bytes) } else { pack(bytes) }
}

/// Unpacks what [`pack`] or [`pack_small`] made, refusing to make more than `bytes_max`.
pub fn unpack(packed: &[u8], bytes_max: usize) -> Result<Vec<u8>, ParcelError> {
    let (packing, data) = packed.split_first().ok_or(ParcelError::Malformed)?;
    match *packing {
        RAW if data.len() > bytes_max => Err(ParcelError::TooLarge),
        RAW => Ok(data.to_vec()),
        ZSTD => read(zstd::stream::read::Decoder::with_buffer(data), bytes_max),
        DICTIONARY_1 => {
            let decoder =
                zstd::stream::read::Decoder::with_prepared_dictionary(data, &UNPACKING).and_then(|mut decoder| {
                    decoder.set_parameter(DParameter::Format(FrameFormat::Magicless))?;
                    Ok(decoder)
                });
            read(decoder, bytes_max)
        }
        _ => Err(ParcelError::Malformed),
    }
}

/// Streams, so that memory grows with what really comes out and not with what a frame's head claims.
fn read<R: std::io::BufRead>(
    decoder: std::io::Result<zstd::stream::read::Decoder<'_, R>>,
    bytes_max: usize,
) -> Result<Vec<u8>, ParcelError> {
    /// A window of at most 32 MiB: what any sender of ours needs for the largest snapshot.
    const WINDOW_LOG_MAX: u32 = 25;
    let mut decoder = decoder.map_err(|_| ParcelError::Malformed)?;
    decoder
        .window_log_max(WINDOW_LOG_MAX)
        .map_err(|_| ParcelError::Malformed)?;
    let mut bytes = Vec::new();
    decoder
        .take(bytes_max as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| ParcelError::Malformed)?;
    if bytes.len() > bytes_max {
        return Err(ParcelError::TooLarge);
    }
    Ok(bytes)
}

/// One part of a packed parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Which part, from zero.
    pub part: u32,
    /// How many there are.
    pub parts: u32,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Cuts packed bytes into the parts to send, in order. There is always at least one.
pub fn parts(packed: &[u8]) -> impl Iterator<Item = Part<'_>> {
    parts_within(packed, PART_BYTES_MAX)
}

/// The same, with parts of at most so many bytes.
pub fn parts_within(packed: &[u8], bytes_max: usize) -> impl Iterator<Item = Part<'_>> {
    let count = packed.len().div_ceil(bytes_max).max(1);
    let parts = u32::try_from(count).expect("a parcel within the limits has few parts");
    (0..parts).map(move |part| {
        let start = part as usize * bytes_max;
        let end = packed.len().min(start + bytes_max);
        Part {
            part,
            parts,
            bytes: &packed[start..end],
        }
    })
}

/// Puts the parts of one parcel after another together. `Key` tells one parcel from the next.
#[derive(Debug)]
pub struct Collector<Key> {
    bytes_max: usize,
    open: Option<(Key, u32, u32)>,
    packed: Vec<u8>,
}

impl<Key: PartialEq> Collector<Key> {
    /// A collector of parcels that unpack to at most `bytes_max`.
    pub const fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            open: None,
            packed: Vec::new(),
        }
    }

    /// Takes the next part. With the last one comes the unpacked parcel. After an error the parcel is forgotten, and
    /// the next may begin.
    pub fn add(&mut self, key: Key, part: Part<'_>) -> Result<Option<Vec<u8>>, ParcelError> {
        let expected = match self.open.take() {
            Some((open, next, parts)) => open == key && part.part == next && part.parts == parts,
            None => part.part == 0 && part.parts > 0,
        };
        if !expected {
            self.packed = Vec::new();
            return Err(ParcelError::OutOfOrder);
        }
        // Packed bytes are never more than the raw ones and the packing byte.
        if part.bytes.len() > PART_BYTES_MAX || self.packed.len() + part.bytes.len() > self.bytes_max + 1 {
            self.packed = Vec::new();
            return Err(ParcelError::TooLarge);
        }
        self.packed.extend_from_slice(part.bytes);
        if part.part + 1 < part.parts {
            self.open = Some((key, part.part + 1, part.parts));
            return Ok(None);
        }
        unpack(&std::mem::take(&mut self.packed), self.bytes_max).map(Some)
    }

    /// Whether a parcel has begun and not ended.
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_packs_and_unpacks_to_nothing() {
        assert_eq!(unpack(&pack(b""), 0), Ok(Vec::new()));
        assert_eq!(unpack(&pack_small(b""), 0), Ok(Vec::new()));
        assert_eq!(unpack(b"", 10), Err(ParcelError::Malformed));
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        for version in [1, 2] {
            let bomb = pack_for(version, &vec![0; 4 * 1024 * 1024]);
            assert!(bomb.len() < 2000);
            assert_eq!(unpack(&bomb, 1024), Err(ParcelError::TooLarge));
        }
    }

    #[test]
    fn parts_out_of_order_are_refused_and_the_next_parcel_may_begin() {
        let packed: Vec<u8> = std::iter::once(RAW)
            .chain((0..9000u32).map(|n| (n * 7919 % 251) as u8))
            .collect();
        let cut: Vec<_> = parts(&packed).collect();
        assert_eq!(cut.len(), 3);
        let mut collector = Collector::new(10_000);
        assert_eq!(collector.add(1, cut[0]), Ok(None));
        assert_eq!(collector.add(1, cut[2]), Err(ParcelError::OutOfOrder));
        assert_eq!(collector.add(1, cut[1]), Err(ParcelError::OutOfOrder));
        assert_eq!(collector.add(2, cut[0]), Ok(None));
        assert_eq!(collector.add(2, cut[1]), Ok(None));
        assert_eq!(collector.add(2, cut[2]), Ok(Some(packed[1..].to_vec())));
    }

    #[test]
    fn a_parcel_stops_growing_at_its_limit() {
        let mut collector = Collector::new(PART_BYTES_MAX);
        let part = |part| Part {
            part,
            parts: u32::MAX,
            bytes: &[0; PART_BYTES_MAX],
        };
        assert_eq!(collector.add((), part(0)), Ok(None));
        assert_eq!(collector.add((), part(1)), Err(ParcelError::TooLarge));
    }
}
