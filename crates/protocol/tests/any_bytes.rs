//! Whatever arrives: no panic, no more memory than a frame, and what is whole is read the same however it was cut.

use proptest::collection::vec;
use proptest::prelude::*;
use protocol::enrol::{EnrolReply, EnrolRequest};
use protocol::limits::{CHANGE_BYTES_MAX, PAYLOAD_BYTES_MAX};
use protocol::message::up::Upload;
use protocol::parcel::{Collector, unpack};
use protocol::{
    AuthorKey, DocumentId, DownMessage, EnrolCode, EnrolLink, Frame, FrameDecoder, HubUrl, UpMessage, VerifyingChain,
};

/// Everything a stream gives, fed in pieces of the given sizes, and whether it ended well.
fn read(mut bytes: &[u8], pieces: &[usize]) -> (Vec<Frame>, bool) {
    let mut decoder = FrameDecoder::new();
    let mut frames = Vec::new();
    let mut sizes = pieces.iter().copied().cycle();
    while !bytes.is_empty() {
        let size = sizes.next().unwrap_or(1).clamp(1, bytes.len());
        let (mut piece, rest) = bytes.split_at(size);
        bytes = rest;
        loop {
            match decoder.feed(&mut piece) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return (frames, false),
            }
        }
    }
    (frames, decoder.finish().is_ok())
}

fn frame_kinds() -> impl Strategy<Value = u8> {
    prop_oneof![1..=8u8, 64..=83u8, any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..10_000), pieces in vec(1..5000usize, 1..8)) {
        let (frames, _) = read(&bytes, &pieces);
        let read_bytes: usize = frames.iter().map(|frame| frame.as_bytes().len()).sum();
        prop_assert!(read_bytes <= bytes.len());
    }

    #[test]
    fn any_payload_in_a_good_frame_is_survived(kind in frame_kinds(), payload in vec(any::<u8>(), 0..PAYLOAD_BYTES_MAX)) {
        let frame = Frame::new(kind, &payload).unwrap();
        let _ = DownMessage::from_frame(&frame);
        let _ = UpMessage::unverified(&frame);
        let key = AuthorKey::from_seed(&[1; 32]).public();
        prop_assert!(VerifyingChain::new(key).verify(&frame).is_err());
        let _ = EnrolRequest::from_cbor(&payload);
        let _ = EnrolReply::from_cbor(&payload);
        if let Ok(unpacked) = unpack(&payload, 5000) {
            prop_assert!(unpacked.len() <= 5000);
        }
    }

    #[test]
    fn frames_are_the_same_however_they_are_cut(
        payloads in vec((any::<u8>(), vec(any::<u8>(), 0..600)), 0..12),
        pieces in vec(1..700usize, 1..8),
    ) {
        let frames: Vec<_> = payloads.iter().map(|(kind, payload)| Frame::new(*kind, payload).unwrap()).collect();
        let stream: Vec<u8> = frames.iter().flat_map(|frame| frame.as_bytes().to_vec()).collect();
        prop_assert_eq!(read(&stream, &pieces), (frames, true));
    }

    #[test]
    fn a_change_survives_its_parts(change in vec(any::<u8>(), 0..20_000)) {
        let mut collector = Collector::new(CHANGE_BYTES_MAX);
        let uploads = Upload::of_change(1 + u16::from(change.len() % 2 == 0), 1, DocumentId([1; 17]), &change);
        let (last, before) = uploads.split_last().unwrap();
        for upload in before {
            prop_assert_eq!(collector.add(upload.n, upload.part()), Ok(None));
        }
        prop_assert_eq!(collector.add(last.n, last.part()), Ok(Some(change)));
    }

    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        let _ = text.parse::<EnrolLink>();
        let _ = text.parse::<EnrolCode>();
        let _ = text.parse::<HubUrl>();
        let _ = format!("vatsalya:enrol?{text}").parse::<EnrolLink>();
        let _ = format!("vatsalya:enrol?hub={text}&code={text}").parse::<EnrolLink>();
    }
}
