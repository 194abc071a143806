//! The decoders, each as a function of bytes. What comes back tells outcomes apart, roughly, so that an input that led
//! somewhere new is worth changing further.

use std::hash::{DefaultHasher, Hash, Hasher};

use casefile::{ChangeHead, Document};
use casework::{Compartment, DocumentKind, Pack, PackBundle};
use protocol::{
    DownMessage, EnrolCode, EnrolLink, Frame, FrameDecoder, HubUrl, UpMessage,
    enrol::{EnrolReply, EnrolRequest},
    media::kind::MediaKind,
    pack::{PackKey, SignedPack},
    parcel::unpack,
    recovery::{RecoveryAnswer, RecoveryRequest, SealedKey},
};
use sha2::{Digest, Sha256};

/// A decoder.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&[u8]) -> u64,
    /// Makes sums fit again.
    pub(crate) mend: fn(&mut [u8]),
    /// Inputs of an ordinary test: fewer where one takes long.
    pub(crate) rounds: usize,
}

pub(crate) const TARGETS: [Target; 11] = [
    Target {
        name: "frame",
        run: frame,
        mend: nothing,
        rounds: 300,
    },
    Target {
        name: "change",
        run: change,
        mend: mend_chunk,
        rounds: 300,
    },
    Target {
        name: "pack",
        run: pack,
        mend: nothing,
        rounds: 40,
    },
    Target {
        name: "picture",
        run: picture,
        mend: mend_png,
        rounds: 200,
    },
    Target {
        name: "recording",
        run: recording,
        mend: mend_ogg,
        rounds: 300,
    },
    Target {
        name: "paper",
        run: paper,
        mend: mend_start,
        rounds: 300,
    },
    Target {
        name: "signature",
        run: signature,
        mend: nothing,
        rounds: 200,
    },
    Target {
        name: "carried",
        run: carried,
        mend: nothing,
        rounds: 300,
    },
    Target {
        name: "call",
        run: call,
        mend: nothing,
        rounds: 300,
    },
    Target {
        name: "backup",
        run: backup,
        mend: nothing,
        rounds: 200,
    },
    Target {
        name: "page",
        run: page,
        mend: nothing,
        rounds: 300,
    },
];

fn nothing(_: &mut [u8]) {}

fn outcome(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// An error by its name, without the numbers in it.
fn told<T, E: std::fmt::Debug>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{error:?}")
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .take(60)
            .collect(),
    }
}

/// What the hub answers, and what a link or a code says.
pub(crate) fn frame(data: &[u8]) -> u64 {
    let mut kinds = Vec::new();
    let mut decoder = FrameDecoder::new();
    let mut input = data;
    let ended = loop {
        match decoder.feed(&mut input) {
            Ok(Some(frame)) => {
                kinds.push((
                    frame.kind(),
                    told(DownMessage::from_frame(&frame)),
                    told(UpMessage::unverified(&frame)),
                ));
            }
            Ok(None) => break told(decoder.finish()),
            Err(error) => break told(Err::<(), _>(error)),
        }
    };
    // The same bytes as the payload of a sound frame: past the sum, which guards against accidents only.
    if let [kind, payload @ ..] = data
        && let Ok(frame) = Frame::new(*kind, payload)
    {
        kinds.push((
            *kind,
            told(DownMessage::from_frame(&frame)),
            told(UpMessage::unverified(&frame)),
        ));
    }
    let enrol = (told(EnrolRequest::from_cbor(data)), told(EnrolReply::from_cbor(data)));
    let link = std::str::from_utf8(data).map_or_else(|_| String::new(), |text| told(text.parse::<EnrolLink>()));
    outcome((kinds, ended, enrol, link, told(unpack(data, 64 * 1024))))
}

/// A change of somebody else, on its way into a document; and a document as it is kept.
pub(crate) fn change(data: &[u8]) -> u64 {
    let kind = DocumentKind::Case(Compartment::Core);
    let head = ChangeHead::parse(data);
    let mut document = Document::new(kind);
    let applied = document.apply(&[data], Pack::national());
    if applied.is_ok() {
        drop((
            document.facts(),
            document.rows(),
            document.timeline(),
            document.clashes(),
            document.save(),
        ));
    }
    let loaded = Document::load(kind, data);
    if let Ok(loaded) = &loaded {
        drop((
            loaded.facts(),
            loaded.rows(),
            loaded.timeline(),
            loaded.clashes(),
            loaded.last_written_ms(),
        ));
    }
    outcome((told(head), told(applied), told(loaded)))
}

/// A published pack: signed, as a bundle, and as the text of one file of a state.
pub(crate) fn pack(data: &[u8]) -> u64 {
    let signed = SignedPack::from_cbor(data);
    if let Ok(signed) = &signed {
        let _ = signed.open(PackKey::from_seed(&[0x42; 32]).public());
    }
    let bundle = PackBundle::decode(data);
    let in_force = bundle
        .as_ref()
        .ok()
        .map(|bundle| told(Pack::in_force("br", None, Some(bundle))));
    outcome((told(signed), told(bundle), in_force))
}

/// A picture, and the code in one.
pub(crate) fn picture(data: &[u8]) -> u64 {
    outcome(match device::media::sizes(data) {
        Ok(made) => format!("ok {}", made.thumb.len() / 64),
        Err(error) => format!("{error:?}"),
    })
}

/// A recording on its way in; and as a hub, or another tablet, looks at one that is kept.
pub(crate) fn recording(data: &[u8]) -> u64 {
    let made = device::media::recording(data).map(|made| {
        assert!(MediaKind::check(&made.ogg).is_ok(), "what is made is what is kept");
    });
    outcome((told(made), told(MediaKind::check(data))))
}

/// A paper on its way in, and its first page.
pub(crate) fn paper(data: &[u8]) -> u64 {
    let looked = device::media::paper(data).map(|looked| looked.first.is_some());
    outcome((
        format!("{looked:?}"),
        told(device::media::page(data, 0)),
        told(MediaKind::check(data)),
    ))
}

/// Strokes as the screen sends them.
pub(crate) fn signature(data: &[u8]) -> u64 {
    let strokes = serde_json::from_slice::<Vec<ipc::Stroke>>(data);
    let made = strokes.map(|strokes| told(device::media::signature(&strokes)));
    outcome((made.unwrap_or_default(), told(MediaKind::check(data))))
}

/// What people carry from one device to another, and what stands round an answer: links, codes, addresses, requests and
/// answers of a recovery.
pub(crate) fn carried(data: &[u8]) -> u64 {
    let bytes = (
        told(SealedKey::from_cbor(data)),
        told(RecoveryRequest::from_cbor(data).map(|request| request.check_code())),
        told(RecoveryAnswer::from_cbor(data)),
    );
    let text = std::str::from_utf8(data).map(|text| {
        (
            told(text.parse::<EnrolLink>()),
            told(text.parse::<EnrolCode>()),
            told(text.parse::<HubUrl>()),
            told(RecoveryRequest::from_text(text)),
            told(RecoveryAnswer::from_text(text)),
        )
    });
    let text = text.ok();
    outcome((bytes, text))
}

/// A call of the web view.
pub(crate) fn call(data: &[u8]) -> u64 {
    outcome(told(serde_json::from_slice::<ipc::Request>(data)))
}

/// The inside of a backup.
pub(crate) fn backup(data: &[u8]) -> u64 {
    outcome(device::decoders::backup(data))
}

/// A page of a damaged vault, in the clear; and a log.
pub(crate) fn page(data: &[u8]) -> u64 {
    outcome(device::decoders::page(data))
}

/// Every page of an Ogg file has a sum over itself.
fn mend_ogg(bytes: &mut [u8]) {
    let mut at = 0;
    while bytes.get(at..at + 27).is_some_and(|head| head.starts_with(b"OggS")) {
        let table = usize::from(bytes[at + 26]);
        let Some(lengths) = bytes.get(at + 27..at + 27 + table) else {
            return;
        };
        let end = at + 27 + table + lengths.iter().map(|length| usize::from(*length)).sum::<usize>();
        let Some(page) = bytes.get_mut(at..end) else { return };
        page[22..26].fill(0);
        let sum = page.iter().fold(0u32, |mut sum, byte| {
            sum ^= u32::from(*byte) << 24;
            for _ in 0..8 {
                sum = if sum >> 31 == 1 {
                    (sum << 1) ^ 0x04C1_1DB7
                } else {
                    sum << 1
                };
            }
            sum
        });
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        at = end;
    }
}

/// A paper says at its end where its table begins.
fn mend_start(bytes: &mut [u8]) {
    let find = |wanted: &[u8]| bytes.windows(wanted.len()).rposition(|window| window == wanted);
    let (Some(table), Some(start)) = (find(b"\nxref"), find(b"startxref\n")) else {
        return;
    };
    let digits = bytes.get(start + 10..).unwrap_or_default();
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let told = format!("{:0length$}", table + 1);
    if told.len() == length {
        bytes[start + 10..start + 10 + length].copy_from_slice(told.as_bytes());
    }
}

/// A chunk of automerge has four bytes of the hash of all that follows them.
fn mend_chunk(bytes: &mut [u8]) {
    if let Some(body) = bytes.get(8..) {
        let hash = Sha256::digest(body);
        bytes[4..8].copy_from_slice(&hash[..4]);
    }
}

/// Every chunk of a PNG has a sum behind it.
fn mend_png(bytes: &mut [u8]) {
    if !bytes.starts_with(b"\x89PNG") {
        return;
    }
    let mut at = 8;
    while let Some(length) = bytes.get(at..at + 4).and_then(|length| length.first_chunk()) {
        let end = (at + 8).saturating_add(u32::from_be_bytes(*length) as usize);
        let Some(body) = bytes.get(at + 4..end) else { return };
        let sum = crc(body).to_be_bytes();
        let Some(place) = bytes.get_mut(end..end + 4) else {
            return;
        };
        place.copy_from_slice(&sum);
        at = end + 4;
    }
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
        crc
    })
}
