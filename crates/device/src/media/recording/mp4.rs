//! Fragmented MP4 as the recorder of WebKit writes it: boxes with a length and a name, the sound in a box of bytes behind the
//! box that says how long each packet is (ISO/IEC 14496-12; *Encapsulation of Opus in ISO Base Media File Format*).
//!
//! A file that was not recorded piece by piece, with one table of all packets at its end, is refused: voice recorders write
//! those with other sound than Opus.

use protocol::media::recording::{HEAD_MAGIC, head_skip};

use super::{Packets, keep};
use crate::media::FileError;

/// A box begins with its length and its name.
const BOX_HEAD_BYTES: usize = 8;
/// What stands in the entry of a sound before the boxes inside it.
const SOUND_ENTRY_BYTES: usize = 28;
/// The fastest that anybody records, in a second. A rate above it was written the wrong way round.
const RATE_MAX: u32 = 192_000;

/// What a fragment, or a run of packets in it, says of itself: flags of `tfhd` and `trun`.
mod says {
    pub(super) const BASE: u32 = 0x01;
    pub(super) const ENTRY: u32 = 0x02;
    pub(super) const DEFAULT_DURATION: u32 = 0x08;
    pub(super) const DEFAULT_SIZE: u32 = 0x10;

    pub(super) const OFFSET: u32 = 0x01;
    pub(super) const FIRST_FLAGS: u32 = 0x04;
    /// A number of four bytes for each packet, in this order.
    pub(super) const EACH: [u32; 4] = [0x100, SIZE, 0x400, 0x800];
    pub(super) const SIZE: u32 = 0x200;
}

/// Whether a file begins as any MP4 does.
pub(super) fn begins(file: &[u8]) -> bool {
    file.get(4..BOX_HEAD_BYTES) == Some(b"ftyp")
}

/// The packets of the one track, which must be Opus.
pub(super) fn packets(file: &[u8]) -> Result<Packets, FileError> {
    let (mut head, mut sound, mut sizes) = (None, Vec::new(), Vec::new());
    for part in Boxes(file) {
        match &part.name {
            // A film, or two voices in two tracks: which of them is meant nobody can know.
            b"moov" if head.is_some() => return Err(FileError::Damaged),
            b"moov" => head = Some(track(part.body)?),
            // One that has no bytes behind it was written anew when the recorder was stopped.
            b"moof" => sizes = fragment(part.body)?,
            b"mdat" => {
                let mut bytes = part.body;
                for size in sizes.drain(..) {
                    let Some((packet, rest)) = bytes.split_at_checked(size) else {
                        // What a recorder promised and did not write, because it was stopped.
                        break;
                    };
                    keep(&mut sound, packet.to_vec())?;
                    bytes = rest;
                }
            }
            _ => {}
        }
    }
    Ok(Packets {
        head: head.ok_or(FileError::Damaged)?,
        sound,
    })
}

/// How the sound begins, as the first packet of an Ogg file would say it.
fn track(movie: &[u8]) -> Result<Vec<u8>, FileError> {
    let mut tracks = Boxes(movie).filter(|part| part.name == *b"trak");
    let (Some(track), None) = (tracks.next(), tracks.next()) else {
        return Err(FileError::Damaged);
    };
    let table = [b"mdia", b"minf", b"stbl", b"stsd"]
        .into_iter()
        .try_fold(track.body, |body, name| inside(body, *name));
    // Version and flags, the number of entries, and one of them.
    let entry = match table {
        Some([_, _, _, _, 0, 0, 0, 1, entries @ ..]) => Boxes(entries).find(|entry| entry.name == *b"Opus"),
        _ => None,
    };
    let says = entry
        .and_then(|entry| entry.body.get(SOUND_ENTRY_BYTES..))
        .and_then(|boxes| inside(boxes, *b"dOps"));
    let Some(&[0, channels, s0, s1, r0, r1, r2, r3, g0, g1, 0]) = says else {
        return Err(FileError::Damaged);
    };
    // The format has the largest byte first. GStreamer before 1.24 wrote the smallest first, as Ogg has it.
    let (skip, gain) = if u32::from_be_bytes([r0, r1, r2, r3]) <= RATE_MAX {
        ([s1, s0], [g1, g0])
    } else {
        ([s0, s1], [g0, g1])
    };
    let mut head = HEAD_MAGIC.to_vec();
    head.extend([1, channels, skip[0], skip[1], 0, 0, 0, 0, gain[0], gain[1], 0]);
    head_skip(&head).ok_or(FileError::Damaged)?;
    Ok(head)
}

/// How long each packet of a fragment is. They follow each other in the bytes behind it.
fn fragment(body: &[u8]) -> Result<Vec<usize>, FileError> {
    let mut tracks = Boxes(body).filter(|part| part.name == *b"traf");
    let (Some(track), None) = (tracks.next(), tracks.next()) else {
        return Err(FileError::Damaged);
    };
    let (mut all, mut sizes) = (None, Vec::new());
    for part in Boxes(track.body) {
        match &part.name {
            b"tfhd" => all = default_size(part.body),
            b"trun" => run(part.body, all, &mut sizes).ok_or(FileError::Damaged)?,
            _ => {}
        }
    }
    Ok(sizes)
}

/// How long the packets of a fragment are, where they are all as long.
fn default_size(mut head: &[u8]) -> Option<u32> {
    let flags = number(&mut head)?;
    // The track.
    number(&mut head)?;
    for (flag, numbers) in [(says::BASE, 2), (says::ENTRY, 1), (says::DEFAULT_DURATION, 1)] {
        for _ in 0..if flags & flag == 0 { 0 } else { numbers } {
            number(&mut head)?;
        }
    }
    (flags & says::DEFAULT_SIZE != 0).then(|| number(&mut head))?
}

/// Adds the lengths of a run of packets. `None` where it says more packets than it has room for.
fn run(mut body: &[u8], all: Option<u32>, sizes: &mut Vec<usize>) -> Option<()> {
    let flags = number(&mut body)?;
    let count = number(&mut body)?;
    for flag in [says::OFFSET, says::FIRST_FLAGS] {
        if flags & flag != 0 {
            number(&mut body)?;
        }
    }
    // Without a number of its own for each packet, a run of them could be longer than any file.
    if flags & says::EACH.into_iter().fold(0, |all, each| all | each) == 0 {
        return None;
    }
    for _ in 0..count {
        let mut size = all;
        for each in says::EACH {
            if flags & each != 0 {
                let said = number(&mut body)?;
                size = if each == says::SIZE { Some(said) } else { size };
            }
        }
        sizes.push(usize::try_from(size?).ok()?);
    }
    Some(())
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_be_bytes(*first))
}

/// What is inside the first box of that name.
fn inside(boxes: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    Boxes(boxes).find(|part| part.name == name).map(|part| part.body)
}

struct Part<'b> {
    name: [u8; 4],
    body: &'b [u8],
}

/// The boxes that follow each other, the last as far as it goes.
struct Boxes<'b>(&'b [u8]);

impl<'b> Iterator for Boxes<'b> {
    type Item = Part<'b>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.0;
        let length = usize::try_from(number(&mut rest)?).ok()?;
        let (name, body) = rest.split_first_chunk()?;
        let length = match length {
            // To the end of the file.
            0 => body.len(),
            // A length of eight bytes: more than any recording has.
            length => length.checked_sub(BOX_HEAD_BYTES)?.min(body.len()),
        };
        let (body, behind) = body.split_at(length);
        self.0 = behind;
        Some(Part { name: *name, body })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sound;
    use super::super::{FileError, recording};

    /// Recorded by WebKitGTK 2.50 with GStreamer 1.22: a tone.
    const OF_WEBKIT: &[u8] = include_bytes!("../../../../../fuzz/corpus/recording/webkit");

    fn part(name: &[u8], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes(), name, body].concat()
    }

    /// The largest byte first, as the format has it.
    const OPUS: &[u8] = b"\0\x01\x01\x38\0\0\xBB\x80\0\0\0";

    fn movie(codec: &[u8], says: &[u8]) -> Vec<u8> {
        let entry = part(codec, &[&[0; 28][..], &part(b"dOps", says)].concat());
        let mut body = part(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], entry.as_slice()].concat());
        for name in [b"stbl", b"minf", b"mdia", b"trak"] {
            body = part(name, &body);
        }
        let names = part(b"udta", b"Recorder of Asha");
        part(b"moov", &[names, body].concat())
    }

    fn fragment(fields: &[u8], bytes: &[u8]) -> Vec<u8> {
        let run = part(b"trun", fields);
        let head = part(b"tfhd", &[0, 0, 0, 0, 0, 0, 0, 1]);
        let described = part(b"moof", &part(b"traf", &[head, run].concat()));
        [described, part(b"mdat", bytes)].concat()
    }

    /// A fragment with the length and the duration of each packet.
    fn sounds(of: std::ops::Range<u8>) -> Vec<u8> {
        let packets: Vec<Vec<u8>> = of.map(sound).collect();
        let mut fields = vec![0, 0, 3, 1];
        fields.extend(u32::try_from(packets.len()).unwrap().to_be_bytes());
        fields.extend([0; 4]);
        for packet in &packets {
            fields.extend(960_u32.to_be_bytes());
            fields.extend(u32::try_from(packet.len()).unwrap().to_be_bytes());
        }
        fragment(&fields, &packets.concat())
    }

    fn file(movie: &[u8], fragments: &[Vec<u8>]) -> Vec<u8> {
        [part(b"ftyp", b"mp42"), movie.to_vec(), fragments.concat()].concat()
    }

    #[test]
    fn what_webkit_records_becomes_the_kept_file() {
        let made = recording(OF_WEBKIT).unwrap();
        // 220 packets of 20 ms; the description of the last fragment stands there twice.
        assert_eq!(made.ms, 4_400 - 312 / 48 - 1);
        assert_eq!(recording(&made.ogg).unwrap(), made);
    }

    #[test]
    fn the_sound_is_taken_whichever_way_its_head_was_written_and_no_name_comes_along() {
        let made = recording(&file(&movie(b"Opus", OPUS), &[sounds(0..50), sounds(50..100)])).unwrap();
        assert_eq!(made.ms, 2_000 - 0x138 / 48 - 1);
        assert!(!String::from_utf8_lossy(&made.ogg).contains("Asha"));
        let turned = movie(b"Opus", b"\0\x01\x38\x01\x80\xBB\0\0\0\0\0");
        assert_eq!(
            recording(&file(&turned, &[sounds(0..50), sounds(50..100)])).unwrap(),
            made
        );
    }

    #[test]
    fn films_other_sounds_and_damage_are_refused_and_what_breaks_off_ends_there() {
        let good = movie(b"Opus", OPUS);
        let more_than_there_is = fragment(&[0, 0, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF], b"");
        let without_end = fragment(&[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], b"");
        let no_sound = fragment(&[0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 2], b"\x7B\0");
        for (file, why) in [
            (file(&movie(b"mp4a", OPUS), &[sounds(0..50)]), FileError::Damaged),
            (file(&movie(b"Opus", b"\0\x09"), &[sounds(0..50)]), FileError::Damaged),
            (
                file(&movie(b"Opus", b"\0\x06\x01\x38\0\0\xBB\x80\0\0\0"), &[]),
                FileError::Damaged,
            ),
            (
                file(&[good.clone(), good.clone()].concat(), &[sounds(0..50)]),
                FileError::Damaged,
            ),
            (file(b"", &[sounds(0..50)]), FileError::Damaged),
            (file(&good, &[]), FileError::Empty),
            (file(&good, &[more_than_there_is]), FileError::Damaged),
            (file(&good, &[without_end]), FileError::Damaged),
            (file(&good, &[no_sound]), FileError::Damaged),
        ] {
            assert_eq!(recording(&file).unwrap_err(), why);
        }
        let whole = file(&good, &[sounds(0..50), sounds(50..100)]);
        let made = recording(&whole[..whole.len() - 700]).unwrap();
        assert!((1_700..1_990).contains(&made.ms), "{}", made.ms);
    }
}
