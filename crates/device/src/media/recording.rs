//! Recordings: whatever a recorder gives, Opus in WebM, MP4 or Ogg, becomes one kind of file made anew of its packets.
//!
//! Only sound is carried over: tags, chapters, the recorder's and the author's names and whatever else a container holds
//! stay behind. Nothing is decoded, so nothing gets worse, and no decoder is given a stranger's bytes.

mod mp4;
mod webm;

use std::io::Cursor;

use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};
use protocol::media::{
    kind::{MediaKind, RECORDING_BYTES_MAX},
    recording::{STEPS_PER_MS, bare_tags, head_skip, packet_steps},
};

use super::FileError;

/// A recording as it is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Recording {
    /// How long it is.
    pub ms: u64,
    /// Opus in Ogg.
    pub ogg: Vec<u8>,
}

/// Opus packets as a container held them.
pub(super) struct Packets {
    /// What the first packet of a stream says: channels, what to leave out, how loud.
    head: Vec<u8>,
    sound: Vec<Vec<u8>>,
}

const MS_MAX: u64 = ipc::RECORDING_MINUTES_MAX as u64 * 60_000;
/// Most packets: of 2.5 ms each, the shortest there are, as many as fill the time. Those of recorders have 20 ms.
const PACKETS_MAX: usize = 15 * 60 * 400;
/// The stream's number; there is one stream.
const SERIAL: u32 = 1;
/// Players begin to play after a page; a second of sound is what the format advises.
const PAGE_STEPS: u64 = 48_000;

/// Makes the kept file. One that breaks off is kept as far as it goes.
pub fn recording(file: &[u8]) -> Result<Recording, FileError> {
    if file.len() > RECORDING_BYTES_MAX {
        return Err(FileError::TooLarge);
    }
    // A reader that panics on a file has said that it is no recording.
    let read = std::panic::catch_unwind(|| match file {
        [b'O', b'g', b'g', b'S', ..] => from_ogg(file),
        [0x1A, 0x45, 0xDF, 0xA3, ..] => webm::packets(file),
        [] => Err(FileError::Empty),
        _ if mp4::begins(file) => mp4::packets(file),
        _ => Err(FileError::Damaged),
    });
    let packets = read.unwrap_or(Err(FileError::Damaged))?;
    let recording = write(&packets)?;
    match MediaKind::check(&recording.ogg) {
        Ok(MediaKind::Recording) => Ok(recording),
        Ok(_) => Err(FileError::Damaged),
        Err(why) => Err(why.into()),
    }
}

/// Packets of the first stream, which must be Opus.
fn from_ogg(file: &[u8]) -> Result<Packets, FileError> {
    let mut reader = PacketReader::new(Cursor::new(file));
    let head = reader.read_packet().map_err(|_| FileError::Damaged)?;
    let head = head.ok_or(FileError::Empty)?;
    let (serial, head) = (head.stream_serial(), head.data);
    head_skip(&head).ok_or(FileError::Damaged)?;
    let tags = reader.read_packet().map_err(|_| FileError::Damaged)?;
    if !tags.is_some_and(|tags| tags.data.starts_with(b"OpusTags")) {
        return Err(FileError::Damaged);
    }
    let mut sound = Vec::new();
    // What breaks off in the middle ends here.
    while let Ok(Some(packet)) = reader.read_packet() {
        if packet.stream_serial() != serial {
            return Err(FileError::Damaged);
        }
        keep(&mut sound, packet.data)?;
    }
    Ok(Packets { head, sound })
}

/// Adds a packet, if it looks like Opus.
fn keep(sound: &mut Vec<Vec<u8>>, packet: Vec<u8>) -> Result<(), FileError> {
    // A packet without bytes is a silence that was not sent.
    if packet.is_empty() {
        return Ok(());
    }
    packet_steps(&packet).ok_or(FileError::Damaged)?;
    if sound.len() == PACKETS_MAX {
        return Err(FileError::TooMuch);
    }
    sound.push(packet);
    Ok(())
}

/// Writes the packets, and nothing else that was in the file.
fn write(packets: &Packets) -> Result<Recording, FileError> {
    let skip = head_skip(&packets.head).ok_or(FileError::Damaged)?;
    let total: u64 = packets.sound.iter().map(|packet| steps(packet)).sum();
    let kept = total.saturating_sub(u64::from(skip));
    let ms = kept / STEPS_PER_MS;
    if ms == 0 {
        return Err(FileError::Empty);
    }
    if ms > MS_MAX {
        return Err(FileError::TooMuch);
    }
    let mut writer = PacketWriter::new(Vec::new());
    let mut put = |packet: Vec<u8>, how, at| {
        writer
            .write_packet(packet, SERIAL, how, at)
            .map_err(|_| FileError::Damaged)
    };
    put(head(&packets.head), PacketWriteEndInfo::EndPage, 0)?;
    put(bare_tags(), PacketWriteEndInfo::EndPage, 0)?;
    let (mut at, mut page) = (0, 0);
    let last = packets.sound.len().saturating_sub(1);
    for (index, packet) in packets.sound.iter().enumerate() {
        at += steps(packet);
        let how = if index == last {
            PacketWriteEndInfo::EndStream
        } else if at - page >= PAGE_STEPS {
            page = at;
            PacketWriteEndInfo::EndPage
        } else {
            PacketWriteEndInfo::NormalPacket
        };
        put(packet.clone(), how, at)?;
    }
    Ok(Recording {
        ms,
        ogg: writer.into_inner(),
    })
}

fn steps(packet: &[u8]) -> u64 {
    packet_steps(packet).map_or(0, u64::from)
}

/// The first packet, made anew of what playing needs: channels, what to leave out at the beginning, how loud.
fn head(of: &[u8]) -> Vec<u8> {
    const RATE: [u8; 4] = 48_000_u32.to_le_bytes();
    let mut head = b"OpusHead\x01".to_vec();
    // `head_skip` has found them there.
    head.extend(of.get(9..12).unwrap_or_default());
    head.extend(RATE);
    head.extend(of.get(16..18).unwrap_or_default());
    head.push(0);
    head
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(super) const HEAD: &[u8] = b"OpusHead\x01\x01\x38\x01\x80\xBB\0\0\0\0\0";

    /// Twenty milliseconds, told apart by a number.
    pub(super) fn sound(n: u8) -> Vec<u8> {
        [&[0x78][..], &[n; 60]].concat()
    }

    /// What a voice recorder of a telephone writes, with tags that say who, where and with what.
    fn telephone(seconds: usize) -> Vec<u8> {
        let mut writer = PacketWriter::new(Vec::new());
        let mut tags = b"OpusTags\x07\0\0\0Phone 9\x02\0\0\0".to_vec();
        for tag in [&b"ARTIST=Asha Devi"[..], b"LOCATION=12.97N 77.59E"] {
            tags.extend(u32::try_from(tag.len()).unwrap().to_le_bytes());
            tags.extend(tag);
        }
        let put = |writer: &mut PacketWriter<'_, Vec<u8>>, packet: Vec<u8>, how, at| {
            writer.write_packet(packet, 77, how, at).unwrap();
        };
        put(&mut writer, HEAD.to_vec(), PacketWriteEndInfo::EndPage, 0);
        put(&mut writer, tags, PacketWriteEndInfo::EndPage, 0);
        for n in 0..seconds * 50 {
            let how = if n % 50 == 49 {
                PacketWriteEndInfo::EndPage
            } else {
                PacketWriteEndInfo::NormalPacket
            };
            put(
                &mut writer,
                sound(u8::try_from(n % 251).unwrap()),
                how,
                (n as u64 + 1) * 960,
            );
        }
        writer.into_inner()
    }

    fn has(bytes: &[u8], words: &[u8]) -> bool {
        bytes.windows(words.len()).any(|window| window == words)
    }

    #[test]
    fn a_recording_is_made_anew_of_its_sound_and_loses_what_is_said_about_it() {
        let file = telephone(3);
        assert!(has(&file, b"Asha"));
        let made = recording(&file).unwrap();
        assert_eq!(made.ms, 3_000 - 0x138 / 48 - 1);
        for words in [&b"Asha"[..], b"LOCATION", b"Phone 9"] {
            assert!(!has(&made.ogg, words));
        }
        for n in 0..150_u8 {
            assert!(has(&made.ogg, &sound(n)), "packet {n}");
        }
        // Made anew of itself it is the same file: nothing gets worse by being kept twice.
        assert_eq!(recording(&made.ogg).unwrap(), made);
    }

    #[test]
    fn a_recording_that_breaks_off_is_kept_as_far_as_it_goes() {
        let file = telephone(3);
        let made = recording(&file[..file.len() - 2_000]).unwrap();
        assert!((1_900..3_000).contains(&made.ms), "{}", made.ms);
        assert_eq!(recording(&file[..200]).unwrap_err(), FileError::Empty);
    }

    #[test]
    fn what_is_no_recording_or_too_much_of_one_is_refused() {
        let vorbis = {
            let mut writer = PacketWriter::new(Vec::new());
            let how = PacketWriteEndInfo::EndStream;
            writer.write_packet(b"\x01vorbis and more".to_vec(), 1, how, 0).unwrap();
            writer.into_inner()
        };
        for (file, why) in [
            (b"".to_vec(), FileError::Empty),
            (b"MZ, a program".to_vec(), FileError::Damaged),
            (b"ID3\x03 an mp3".to_vec(), FileError::Damaged),
            (b"OggS".to_vec(), FileError::Damaged),
            (vorbis, FileError::Damaged),
            (vec![b'O'; RECORDING_BYTES_MAX + 1], FileError::TooLarge),
            // Sixteen minutes.
            (telephone(16 * 60), FileError::TooMuch),
        ] {
            assert_eq!(recording(&file).unwrap_err(), why, "{:?}", &file[..file.len().min(12)]);
        }
    }
}
