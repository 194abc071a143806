//! Recordings as they are kept: Opus in Ogg, one stream, nothing said of it but how it sounds (RFC 7845, RFC 6716).
//!
//! A device makes this file anew from the packets of whatever a recorder gave, and a hub takes nothing else, so no
//! name, place or device of a recorder's tags gets into a case.

use super::kind::NotMedia;

/// Opus counts in steps of a 48,000th of a second.
pub const STEPS_PER_MS: u64 = 48;

/// The first packet begins so.
pub const HEAD_MAGIC: &[u8; 8] = b"OpusHead";

/// The second packet begins so.
pub const TAGS_MAGIC: &[u8; 8] = b"OpusTags";

/// The name of the maker that stands in the second packet, the same in every recording.
pub const MAKER: &[u8] = b"Vatsalya Field";

/// Bytes of a page before its table of lengths.
const PAGE_HEAD_BYTES: usize = 27;
/// A page that begins with the rest of a packet.
const CONTINUED: u8 = 1;
/// The first page of a stream.
const FIRST: u8 = 2;
/// Longest packet: what a recorder writes has a few hundred bytes.
const PACKET_BYTES_MAX: usize = 16 * 1024;
/// Longest name of a maker: a newer app may call itself otherwise.
const MAKER_BYTES_MAX: usize = 32;

/// What a recording is found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// Steps of sound, see [`STEPS_PER_MS`].
    pub steps: u64,
}

impl Recording {
    /// How long it is.
    pub const fn ms(self) -> u64 {
        self.steps / STEPS_PER_MS
    }

    /// Reads a kept recording from its first page to its last byte.
    pub fn read(bytes: &[u8]) -> Result<Self, NotMedia> {
        let mut pages = bytes;
        let (mut serial, mut packets, mut skip, mut steps) = (None, 0_usize, 0, 0_u64);
        let mut packet = Vec::new();
        while !pages.is_empty() {
            let page = Page::read(pages).ok_or(NotMedia::Damaged)?;
            let goes_on = page.flags & CONTINUED != 0;
            if *serial.get_or_insert(page.serial) != page.serial
                || (page.flags & FIRST != 0) != (packets == 0)
                || goes_on == packet.is_empty()
            {
                return Err(NotMedia::Damaged);
            }
            let mut body = page.body;
            for &length in page.table {
                let (part, rest) = body.split_at(usize::from(length));
                body = rest;
                packet.extend_from_slice(part);
                if packet.len() > PACKET_BYTES_MAX {
                    return Err(NotMedia::Damaged);
                }
                if length < u8::MAX {
                    match packets {
                        0 => skip = u64::from(head_skip(&packet).ok_or(NotMedia::Damaged)?),
                        1 if are_bare(&packet) => {}
                        1 => return Err(NotMedia::Damaged),
                        _ => steps += u64::from(packet_steps(&packet).ok_or(NotMedia::Damaged)?),
                    }
                    packets += 1;
                    packet.clear();
                }
            }
            pages = page.behind;
        }
        let steps = steps.saturating_sub(skip);
        if steps == 0 || !packet.is_empty() {
            return Err(NotMedia::Damaged);
        }
        Ok(Self { steps })
    }
}

struct Page<'b> {
    flags: u8,
    serial: [u8; 4],
    table: &'b [u8],
    body: &'b [u8],
    behind: &'b [u8],
}

impl<'b> Page<'b> {
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let head = bytes.first_chunk::<PAGE_HEAD_BYTES>()?;
        if !head.starts_with(b"OggS\0") {
            return None;
        }
        let table = bytes.get(PAGE_HEAD_BYTES..PAGE_HEAD_BYTES + usize::from(head[26]))?;
        let length: usize = table.iter().map(|part| usize::from(*part)).sum();
        let (body, behind) = bytes[PAGE_HEAD_BYTES + table.len()..].split_at_checked(length)?;
        Some(Self {
            flags: head[5],
            serial: *head[14..].first_chunk()?,
            table,
            body,
            behind,
        })
    }
}

/// Steps that a player leaves out at the beginning, out of the first packet; `None` where it is none, or has more
/// channels than two.
pub fn head_skip(packet: &[u8]) -> Option<u16> {
    match packet {
        // Version 0.x, one or two channels, in the order that goes without saying.
        [
            b'O',
            b'p',
            b'u',
            b's',
            b'H',
            b'e',
            b'a',
            b'd',
            0..=15,
            1 | 2,
            low,
            high,
            _,
            _,
            _,
            _,
            _,
            _,
            0,
        ] => Some(u16::from_le_bytes([*low, *high])),
        _ => None,
    }
}

/// Whether the second packet names its maker and says nothing else.
fn are_bare(packet: &[u8]) -> bool {
    let Some((length, rest)) = packet.strip_prefix(TAGS_MAGIC).and_then(<[u8]>::split_first_chunk) else {
        return false;
    };
    let length = u32::from_le_bytes(*length) as usize;
    length <= MAKER_BYTES_MAX && rest.get(length..) == Some(&[0; 4])
}

/// The second packet of every recording.
pub fn bare_tags() -> Vec<u8> {
    let length = u32::try_from(MAKER.len()).unwrap_or_default().to_le_bytes();
    [TAGS_MAGIC, length.as_slice(), MAKER, &[0; 4]].concat()
}

/// How much sound an Opus packet holds, by its first bytes; `None` where no packet looks so (RFC 6716, section 3).
pub fn packet_steps(packet: &[u8]) -> Option<u32> {
    /// Longest packet: 120 ms.
    const STEPS_MAX: u32 = 5_760;
    let (toc, rest) = packet.split_first()?;
    let frame = match toc >> 3 {
        config @ 0..=11 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        config @ 12..=15 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        // Two frames of one length.
        1 if rest.len().is_multiple_of(2) => 2,
        2 if !rest.is_empty() => 2,
        3 => u32::from(rest.first()? & 63),
        _ => return None,
    };
    let steps = frames * frame;
    (1..=STEPS_MAX).contains(&steps).then_some(steps)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn page(flags: u8, table: &[u8], body: &[u8]) -> Vec<u8> {
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.resize(26, 0);
        page.push(u8::try_from(table.len()).unwrap());
        [page, table.to_vec(), body.to_vec()].concat()
    }

    fn packets(flags: u8, packets: &[&[u8]]) -> Vec<u8> {
        let mut table = Vec::new();
        for packet in packets {
            table.extend(vec![u8::MAX; packet.len() / 255]);
            table.push(u8::try_from(packet.len() % 255).unwrap());
        }
        page(flags, &table, &packets.concat())
    }

    const HEAD: &[u8] = b"OpusHead\x01\x01\x38\x01\x80\xBB\0\0\0\0\0";

    /// A recording of a second: fifty packets of 20 ms.
    pub(in crate::media) fn second() -> Vec<u8> {
        let sound: Vec<u8> = [&[0x78][..], &[7; 40]].concat();
        let sounds = vec![sound.as_slice(); 50];
        [
            packets(FIRST, &[HEAD]),
            packets(0, &[&bare_tags()]),
            packets(4, &sounds),
        ]
        .concat()
    }

    #[test]
    fn a_recording_says_how_long_it_is_and_a_cut_one_is_none() {
        let whole = second();
        // 0x138 steps are left out at the beginning.
        assert_eq!(Recording::read(&whole), Ok(Recording { steps: 48_000 - 0x138 }));
        assert_eq!(Recording::read(&whole).unwrap().ms(), 993);
        for cut in 0..whole.len() {
            assert_eq!(Recording::read(&whole[..cut]), Err(NotMedia::Damaged), "{cut}");
        }
    }

    #[test]
    fn tags_other_streams_and_what_is_no_opus_are_refused() {
        let mut named = bare_tags();
        let at = named.len() - 4;
        named[at] = 1;
        named.extend(b"\x0b\0\0\0ARTIST=Asha");
        let sound = packets(4, &[&[0x78, 1, 2]]);
        let head = packets(FIRST, &[HEAD]);
        let tags = packets(0, &[&bare_tags()]);
        let vorbis = packets(FIRST, &[b"\x01vorbis and what follows"]);
        let mut other = sound.clone();
        other[14] = 9;
        let continued = packets(CONTINUED, &[&[0x78, 1, 2]]);
        let endless = page(0, &[u8::MAX; 255], &vec![0x78; 255 * 255]);
        for wrong in [
            [head.clone(), packets(0, &[&named]), sound.clone()].concat(),
            [vorbis, tags.clone(), sound.clone()].concat(),
            [head.clone(), tags.clone(), other].concat(),
            [head.clone(), tags.clone(), continued].concat(),
            [head.clone(), tags.clone(), endless.clone(), endless].concat(),
            [head.clone(), tags.clone(), packets(4, &[&[0x79, 1, 2, 3, 4, 5]])].concat(),
            [head.clone(), tags.clone(), packets(4, &[&[0x7B, 0]])].concat(),
            [head.clone(), tags.clone()].concat(),
            [head.clone(), head, tags, sound].concat(),
        ] {
            assert_eq!(Recording::read(&wrong), Err(NotMedia::Damaged));
        }
    }

    #[test]
    fn a_packet_says_how_much_sound_is_in_it() {
        for (packet, steps) in [
            (&[0x78][..], Some(960)),
            (&[0x00][..], Some(480)),
            (&[0x18, 1][..], Some(2_880)),
            (&[0x19, 1, 1][..], Some(5_760)),
            (&[0xE0, 1][..], Some(120)),
            (&[0x7B, 6][..], Some(5_760)),
            (&[0x7B, 7][..], None),
            (&[0x7B][..], None),
            (&[0x7A][..], None),
            (&[][..], None),
        ] {
            assert_eq!(packet_steps(packet), steps, "{packet:?}");
        }
    }
}
