//! WebM as the recorders of web views write it: elements with an id, a length and a body, the sound in blocks of clusters
//! (RFC 9559, RFC 8794).
//!
//! The reader goes through the elements once and never beyond the file. Of segments, clusters and groups of blocks it
//! looks at what is inside, whether or not their length was known when they were begun; all else but the track it steps
//! over.

use protocol::media::recording::{HEAD_MAGIC, head_skip};

use super::{Packets, keep};
use crate::media::FileError;

const EBML: u32 = 0x1A45_DFA3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const CODEC: u32 = 0x86;
const CODEC_PRIVATE: u32 = 0x63A2;
const CLUSTER: u32 = 0x1F43_B675;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const SIMPLE_BLOCK: u32 = 0xA3;

/// Several frames in one block: recorders do not write them so.
const LACED: u8 = 0x06;

/// The packets of the one track, which must be Opus.
pub(super) fn packets(file: &[u8]) -> Result<Packets, FileError> {
    let (head, mut rest) = Element::read(file).ok_or(FileError::Damaged)?;
    let of_web = head
        .children()
        .any(|(id, body)| id == DOC_TYPE && body.trim_ascii_end() == b"webm");
    if head.id != EBML || !of_web {
        return Err(FileError::Damaged);
    }
    let (mut track, mut sound) = (None, Vec::new());
    while let Some((element, behind)) = Element::read(rest) {
        rest = behind;
        match element.id {
            SEGMENT | CLUSTER | BLOCK_GROUP => rest = element.from_body,
            // A film, or two voices in two tracks: which of them is meant nobody can know.
            TRACKS if track.is_some() => return Err(FileError::Damaged),
            TRACKS => track = Some(Track::read(&element)?),
            // What a recorder promised and did not write, because it was stopped.
            BLOCK | SIMPLE_BLOCK if element.is_cut => break,
            BLOCK | SIMPLE_BLOCK => {
                let track = track.as_ref().ok_or(FileError::Damaged)?;
                keep(&mut sound, block(element.body, track.number)?.to_vec())?;
            }
            _ => {}
        }
    }
    let track = track.ok_or(FileError::Damaged)?;
    Ok(Packets {
        head: track.head,
        sound,
    })
}

struct Track {
    number: u64,
    head: Vec<u8>,
}

impl Track {
    fn read(tracks: &Element<'_>) -> Result<Self, FileError> {
        let mut entries = tracks.children().filter(|(id, _)| *id == TRACK);
        let (Some((_, entry)), None) = (entries.next(), entries.next()) else {
            return Err(FileError::Damaged);
        };
        let find = |wanted: u32| Children(entry).find(|(id, _)| *id == wanted).map(|(_, body)| body);
        let head = find(CODEC_PRIVATE).filter(|head| head.starts_with(HEAD_MAGIC) && head_skip(head).is_some());
        let number = find(TRACK_NUMBER).filter(|number| number.len() <= 8);
        match (find(CODEC), head, number) {
            (Some(b"A_OPUS"), Some(head), Some(number)) => Ok(Self {
                number: number.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)),
                head: head.to_vec(),
            }),
            _ => Err(FileError::Damaged),
        }
    }
}

/// What is inside a block behind its track, its time and its flags.
fn block(body: &[u8], track: u64) -> Result<&[u8], FileError> {
    let (number, rest) = length(body).ok_or(FileError::Damaged)?;
    match rest {
        [_, _, flags, frame @ ..] if flags & LACED == 0 && number == Some(track) => Ok(frame),
        _ => Err(FileError::Damaged),
    }
}

struct Element<'b> {
    id: u32,
    body: &'b [u8],
    /// The body and all that follows it.
    from_body: &'b [u8],
    /// Whether the file ends before the body does.
    is_cut: bool,
}

impl<'b> Element<'b> {
    /// The first element, and what follows it.
    fn read(bytes: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let id_bytes = bytes.first()?.leading_zeros() as usize + 1;
        if id_bytes > 4 {
            return None;
        }
        let (id, rest) = bytes.split_at_checked(id_bytes)?;
        let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let (length, from_body) = length(rest)?;
        let promised = length.map_or(from_body.len(), |length| usize::try_from(length).unwrap_or(usize::MAX));
        let (body, behind) = from_body.split_at(promised.min(from_body.len()));
        let element = Self {
            id,
            body,
            from_body,
            is_cut: promised > from_body.len(),
        };
        Some((element, behind))
    }

    fn children(&self) -> Children<'b> {
        Children(self.body)
    }
}

struct Children<'b>(&'b [u8]);

impl<'b> Iterator for Children<'b> {
    type Item = (u32, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (element, behind) = Element::read(self.0)?;
        self.0 = behind;
        Some((element.id, element.body))
    }
}

/// A number whose first bits say how many bytes it has, and what follows it; all ones: not known.
fn length(bytes: &[u8]) -> Option<(Option<u64>, &[u8])> {
    let count = bytes.first()?.leading_zeros() as usize + 1;
    if count > 8 {
        return None;
    }
    let (digits, rest) = bytes.split_at_checked(count)?;
    let mask = (1_u64 << (7 * count)) - 1;
    let number = digits.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)) & mask;
    Some(((number != mask).then_some(number), rest))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HEAD, sound};
    use super::super::{FileError, recording};

    fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap() | 0x1000_0000;
        [id, &length.to_be_bytes(), body].concat()
    }

    fn track(codec: &[u8], head: &[u8]) -> Vec<u8> {
        let fields = [
            element(&[0xD7], &[1]),
            element(&[0x53, 0x6E], b"Asha's telephone"),
            element(&[0x86], codec),
            element(&[0x63, 0xA2], head),
        ];
        element(&[0xAE], &fields.concat())
    }

    fn block(number: u8, flags: u8, frame: &[u8]) -> Vec<u8> {
        element(&[0xA3], &[&[0x80 | number, 0, 0, flags], frame].concat())
    }

    /// As a recorder writes it while it records: neither the segment nor its clusters know how long they will be.
    fn file(tracks: &[u8], blocks: &[Vec<u8>]) -> Vec<u8> {
        const UNKNOWN: [u8; 8] = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        let mut file = element(&[0x1A, 0x45, 0xDF, 0xA3], &element(&[0x42, 0x82], b"webm"));
        file.extend([&[0x18, 0x53, 0x80, 0x67], UNKNOWN.as_slice()].concat());
        file.extend(element(
            &[0x15, 0x49, 0xA9, 0x66],
            &element(&[0x4D, 0x80], b"Recorder of Asha"),
        ));
        file.extend(element(&[0x16, 0x54, 0xAE, 0x6B], tracks));
        for (n, block) in blocks.iter().enumerate() {
            if n % 20 == 0 {
                file.extend([&[0x1F, 0x43, 0xB6, 0x75], UNKNOWN.as_slice()].concat());
                file.extend(element(&[0xE7], &[0]));
            }
            file.extend(block);
        }
        file
    }

    fn blocks() -> Vec<Vec<u8>> {
        (0..100).map(|n| block(1, 0x80, &sound(n))).collect()
    }

    #[test]
    fn what_a_web_view_records_becomes_the_kept_file_without_its_names() {
        let made = recording(&file(&track(b"A_OPUS", HEAD), &blocks())).unwrap();
        assert_eq!(made.ms, 2_000 - 0x138 / 48 - 1);
        let text = String::from_utf8_lossy(&made.ogg).into_owned();
        assert!(!text.contains("Asha"));
        // A group of blocks says the same.
        let grouped: Vec<Vec<u8>> = (0..100)
            .map(|n| {
                element(
                    &[0xA0],
                    &element(&[0xA1], &[&[0x81, 0, 0, 0], sound(n).as_slice()].concat()),
                )
            })
            .collect();
        assert_eq!(recording(&file(&track(b"A_OPUS", HEAD), &grouped)).unwrap(), made);
    }

    #[test]
    fn films_other_sounds_and_damage_are_refused_and_what_breaks_off_ends_there() {
        let sounds = blocks();
        let opus = track(b"A_OPUS", HEAD);
        let two = [opus.clone(), track(b"V_VP9", b"")].concat();
        let lengths = vec![[0xA3, 0x08, 0xFF, 0xFF, 0xFF, 0xFF].to_vec()];
        for (file, why) in [
            (file(&track(b"V_VP9", HEAD), &sounds), FileError::Damaged),
            (file(&two, &sounds), FileError::Damaged),
            (file(&track(b"A_OPUS", b"no head"), &sounds), FileError::Damaged),
            (file(&opus, &[block(2, 0, &sound(1))]), FileError::Damaged),
            (file(&opus, &[block(1, 0x02, &sound(1))]), FileError::Damaged),
            (file(&opus, &[block(1, 0, b"\x7B\0")]), FileError::Damaged),
            (file(&opus, &[]), FileError::Empty),
            (file(&opus, &lengths), FileError::Empty),
            (
                element(&[0x1A, 0x45, 0xDF, 0xA3], &element(&[0x42, 0x82], b"other")),
                FileError::Damaged,
            ),
            (b"\x1A\x45\xDF\xA3".to_vec(), FileError::Damaged),
        ] {
            assert_eq!(recording(&file).unwrap_err(), why);
        }
        let whole = file(&opus, &sounds);
        let made = recording(&whole[..whole.len() - 700]).unwrap();
        assert!((1_700..1_990).contains(&made.ms), "{}", made.ms);
    }
}
