//! Every limit of the protocol, by name. Both sides enforce them on what they receive.

/// A whole frame, from its kind to its checksum, in either direction.
pub const FRAME_BYTES_MAX: usize = 4096;

/// The bytes of a frame before its payload.
pub const FRAME_HEAD_BYTES: usize = 5;

/// The checksum behind the payload.
pub const FRAME_TAIL_BYTES: usize = 4;

/// The payload of a frame, with its signature where it has one.
pub const PAYLOAD_BYTES_MAX: usize = FRAME_BYTES_MAX - FRAME_HEAD_BYTES - FRAME_TAIL_BYTES;

/// An Ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

/// The bytes of one part of a parcel: what a frame holds beside ids, numbers and signature.
pub const PART_BYTES_MAX: usize = 3840;

/// A change, unpacked. A narrative that somebody pasted fits; a picture does not belong in a change.
pub const CHANGE_BYTES_MAX: usize = 96 * 1024;

/// A snapshot of a document, unpacked.
pub const SNAPSHOT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The pieces of one document: more than its largest snapshot has.
pub const PIECES_MAX: u32 = 2_200;

/// Documents that share a parcel.
pub const SHARES_MAX: usize = 16;

/// What documents that share a parcel have together as automerge saves them; one that has more goes alone.
pub const SHARED_BYTES_MAX: usize = 64 * 1024;

/// A part of a parcel that documents share: what they are goes into the frame of the last, too.
pub const SHARED_PART_BYTES_MAX: usize = 3_400;

/// The cards of one `Cards`.
pub const CARDS_MAX: usize = 64;

/// One of them, without the case's id: JSON, bytes of UTF-8.
pub const CARD_BYTES_MAX: usize = 1_200;

/// The cards of one `Cards`, unpacked.
pub const CARDS_UNPACKED_BYTES_MAX: usize = 64 * 1024;

/// All frames of one request's body. A device with more to say makes a second request.
pub const UP_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The uploads of one request. A device with more to say makes a second request.
pub const UPLOADS_MAX: usize = 2000;

/// The runs of one `Verdicts`: the widest have 40 bytes each.
pub const TAKEN_MAX: usize = 100;

/// The damaged documents that one request asks for again. A device with more to ask makes a second request.
pub const AGAIN_MAX: usize = 64;

/// What was done, in a row of the access log, bytes of UTF-8.
pub const ACCESS_ACTION_BYTES_MAX: usize = 32;

/// The detail of a row of the access log, bytes of UTF-8.
pub const ACCESS_DETAIL_BYTES_MAX: usize = 120;

/// The rows of the access log of one request. A device with more makes a second request.
pub const ACCESS_ROWS_MAX: usize = 4000;

/// A mark follows after at most this many bytes of entries, a single larger entry apart.
pub const MARK_EVERY_BYTES: usize = 4096;

/// What a device's cursor may have.
pub const CURSOR_BYTES_MAX: usize = 128;

/// Body and answer of an enrolment.
pub const ENROL_BYTES_MAX: usize = 4096;

/// How far a device's clock may be from the hub's for an opening to be taken.
pub const CLOCK_SKEW_MS_MAX: i64 = 10 * 60 * 1000;

/// The kinds of frame that an opening names as read beyond the first version 1.
pub const READS_MAX: usize = 16;

/// The times of one `Received`: the widest have nine bytes each.
pub const RECEIVED_TIMES_MAX: usize = 400;

/// The name of a device, of a user, of a district: bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 200;

/// The version of the app, bytes of UTF-8.
pub const APP_VERSION_BYTES_MAX: usize = 40;

/// The whole bytes of one media object.
pub const MEDIA_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// One piece of a media upload. Small pieces cost little when a link is cut.
pub const MEDIA_PIECE_BYTES_MAX: usize = 64 * 1024;

/// A signed pack as it travels. The national pack, compressed, has about a tenth of this.
pub const PACK_BYTES_MAX: usize = 1024 * 1024;

/// A pack, unpacked.
pub const PACK_UNPACKED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The scope of a pack, bytes of UTF-8.
pub const PACK_SCOPE_BYTES_MAX: usize = 32;

/// An age recipient, bytes of UTF-8. An X25519 recipient has 62.
pub const RECIPIENT_BYTES_MAX: usize = 128;

/// A recovery's request or answer.
pub const RECOVERY_BYTES_MAX: usize = 4096;

/// The persons that an enrolment names as being on the device already.
pub const PERSONS_MAX: usize = 16;

/// The packs that one `Close` names.
pub const PACKS_MAX: usize = 4;

/// What a device's cursor of the index may have.
pub const INDEX_CURSOR_BYTES_MAX: usize = 32;

/// One report of the index.
pub const INDEX_ENTRY_BYTES_MAX: usize = 300;

/// The reports of one `Index`.
pub const INDEX_ENTRIES_MAX: usize = 256;

/// The reports of one `Index`, unpacked.
pub const INDEX_UNPACKED_BYTES_MAX: usize = 32 * 1024;

/// The reports that one `Index` says are closed.
pub const INDEX_GONE_MAX: usize = 200;

/// How the facts of a proposal agreed, in codes, bytes.
pub const PROPOSAL_AGREED_BYTES_MAX: usize = 160;

/// The proposals of one `Proposals`: the widest have about 230 bytes, and all of them fit a frame.
pub const PROPOSALS_MAX: usize = 16;

/// The frames of the index in one answer. A device that is told of more syncs again.
pub const INDEX_ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The records that one opening asks for by their ids.
pub const ASKS_MAX: usize = 8;

/// What one opening asks about refused words. A device that has more to ask says the rest when some of it is decided.
pub const APPEALS_MAX: usize = 16;

/// What a district says to an appeal, bytes of UTF-8.
pub const APPEAL_WORDS_BYTES_MAX: usize = 400;

/// The people whom one `Detail` names.
pub const DETAIL_PEOPLE_MAX: usize = 4;

/// The facts that one `Detail` tells.
pub const DETAIL_FACTS_MAX: usize = 48;

/// One of them: its id and its value, bytes of UTF-8.
pub const DETAIL_FACT_BYTES_MAX: usize = 800;

/// All of them together: with the people they fit a frame.
pub const DETAIL_FACTS_BYTES_MAX: usize = 2400;
