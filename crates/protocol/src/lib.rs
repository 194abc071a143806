//! What a device and the hub say to each other: messages, limits, versions.
//!
//! This crate knows bytes. It must never know what a case is, what an automerge document is, where a byte comes from
//! or where it goes: no socket, file, clock, database or CRDT is reachable from here. A stranger should be able to
//! write the other side from this page and the files in `golden/`.
//!
//! # The exchange
//!
//! There are two calls, both `POST` over HTTP.
//!
//! * `/v1/enrol` ([`enrol`]): a device that holds a one-time code becomes an *author*: one user on one device, named
//!   by 16 random bytes the device made, with an Ed25519 key the device made. Body and answer are one CBOR map each,
//!   at most [`ENROL_BYTES_MAX`](limits::ENROL_BYTES_MAX) bytes.
//! * `/v1/sync` ([`message`]): everything else that is text. Body and answer are sequences of frames, both
//!   `application/vnd.vatsalya.sync`. The hub commits each upload as its last frame arrives, even if the request then
//!   dies; the device keeps each upload until it has read a verdict on it. The answer begins when the body has ended.
//!
//! # Frames
//!
//! ```text
//! kind u8 | flags u8 | length u24 little endian | payload, `length` bytes | crc32 u32 little endian
//! ```
//!
//! The checksum (CRC-32/ISO-HDLC, as in zip) covers everything from `kind` to the last byte of the payload. It finds
//! accidents; the signatures find intent. `flags` is zero, or in version 2 upwards one for the last frame of a body; anything else is refused. A whole frame has
//! at most [`FRAME_BYTES_MAX`](limits::FRAME_BYTES_MAX) bytes, so that a cut of a 2G link costs under 4 kB. A frame
//! that breaks any of this ends the reading: nothing after it can be trusted to begin where it seems to.
//! [`FrameDecoder`] takes bytes as they come and holds at most one frame; [`FrameReader`] reads a blocking stream.
//!
//! The payload is a CBOR map with small integers as keys (RFC 8949). A reader ignores keys it does not know; a writer
//! never gives a key a second meaning. Kinds 1 to 63 go up, 64 to 127 come down ([`message::up`], [`message::down`]).
//! An unknown kind is an error, since a device that skipped it would store a mark behind something it never read: the
//! hub sends only what the version in `Open` knows. A kind that was added to version 1 later
//! ([`Received`](message::down::Received), 75) goes only to a device whose `Open` names it among what it `reads`; version 2
//! has it.
//!
//! # Versions
//!
//! A hub answers in the version of the `Open`. It says the newest it `speaks` when a device enrols and, to a device of
//! version 1, in every `Close`; a device that has not heard it speaks version 1. A hub that does not speak a version
//! refuses the request with `unsupported_version`, and the device asks again in version 1. What version 2 adds saves
//! bytes and says nothing new:
//!
//! | in place of | version 2 has |
//! |---|---|
//! | `End`, unless it says something | the flag of the last frame |
//! | `Upload` of a change that leaves room in a frame | [`Batch`](message::up::Batch), 7: several in one signed frame |
//! | `Access` | [`Rows`](message::up::Rows), 8: rows in short, whose hashes are computed |
//! | `Welcome`, where the cursor is of the log as it stands | nothing |
//! | `Verdict` on what is in the log | [`Verdicts`](message::down::Verdicts), 76: runs |
//! | `Change` that leaves room in a frame | [`Changes`](message::down::Changes), 77: those of one document together |
//! | `Close` | [`Done`](message::down::Done), 78: only what the device has not heard |
//! | zstd | zstd with the dictionary, packing 2 |
//!
//! # Parcels
//!
//! A change or a snapshot may be larger than a frame. It is *packed*: one byte, 0 for raw or 1 for zstd, then the data,
//! whichever is smaller. Version 2 has 2 for 1: a zstd frame without magic and dictionary id
//! (`ZSTD_f_zstd1_magicless`), made with the dictionary in `dictionaries/1.zstd-dictionary` (64 kB, zstd's own format,
//! trained on invented cases alone). A next dictionary will have the next number and a next version; every reader keeps
//! all that were. The packed bytes are cut into parts of at most [`PART_BYTES_MAX`](limits::PART_BYTES_MAX),
//! numbered `part` of `parts` from zero, sent one behind the other with nothing in between. The receiver gives up at a
//! part out of order, at more than the limit of packed bytes, and at more than the limit of unpacked bytes
//! ([`parcel`]). A grant may carry a parcel of zero unpacked bytes: nothing has been written in that document yet.
//!
//! # Short forms
//!
//! `Batch` and `Changes` carry changes in a *short form*: an automerge change chunk without what both sides know. Several
//! stand one behind the other, each behind its length as LEB128, packed together.
//!
//! ```text
//! 0 | the whole chunk
//! 1 | dependencies | sequence | first operation | time | message | other actors | columns | checksum
//! ```
//!
//! Numbers are LEB128 as in the chunk. `dependencies` is their count, then for each a byte and what belongs to it: 0, the
//! change of this document that came in short right before it in this body or answer; 1, the document's genesis; 2 and the
//! first six bytes of a hash, which only goes up; 3 and a whole hash. `time` is signed seconds since the time in `Open`
//! (up) or since the hub received the first change of the message (down), both rounded down to seconds. `message` (behind
//! its length), `other actors` and `columns` stand as in the chunk; magic, type, length and the first actor, who is the
//! author, are left out. `checksum` is the chunk's own, four bytes: the chunk that is put together again has that hash or
//! was not understood. A hub that does not know a change by the beginning of its hash says `send_whole` for this one and
//! the rest of its group, and the device sends these once more in form 0. Whatever else is said of a document in between
//! (an `Upload`, a `Change`, a `Grant`, a `Revoke`) ends its run: the next short form does not refer to the one before.
//!
//! # Going up
//!
//! `Open`, then `Upload` parts in the order of the device's outbox, then `Confirm` for each revoked document the device
//! has destroyed, then `Again` for each whose copy here is damaged (at most [`AGAIN_MAX`](limits::AGAIN_MAX); the hub
//! grants it once more, before the entries of the log, where the user may read it now), then `End`. **Every frame is signed**: the last 64 bytes of its payload are an Ed25519 signature over
//!
//! ```text
//! "vatsalya-sync-v1" | sha256(the whole frame before, or 32 zero bytes before Open) | this frame up to its signature
//! ```
//!
//! where "this frame" begins at its kind and its length already counts the signature ([`signing`]). The chain is the
//! evidence of who sent what, in which order; at the first frame that does not fit, the hub stops reading. Changes are
//! compressed before they are signed. The changes of a long outbox go up in portions, each a request of its own: they grow
//! while they arrive and shrink when the link is cut.
//!
//! `Open` carries the device's clock and 16 random bytes. The hub refuses an opening that is more than
//! [`CLOCK_SKEW_MS_MAX`](limits::CLOCK_SKEW_MS_MAX) from its own time (`clock_wrong`, with its time, so that the device
//! can tell the officer and sign with a corrected clock) and one whose random bytes it has seen (`replay`).
//!
//! # Coming down
//!
//! `Welcome`, a `Verdict` for each upload, then entries of the district's log: `Change`, `Grant`, `Revoke`, `Author`,
//! `Receipt`, with a `Mark` after at most [`MARK_EVERY_BYTES`](limits::MARK_EVERY_BYTES) of them, at last `Close`. The
//! device applies the entries before a mark and stores the mark's cursor in one transaction; what it held in memory of
//! entries after the last mark it forgets when the link is cut. A mark never stands between two parts of a `Change` or a `Grant`. Where the hub refuses the whole request the answer is one
//! `Reject` frame and an HTTP status that says the same coarsely.
//!
//! What was refused lies at the hub for a person to look at. Where that person lets it in, the change stands in the log under
//! a number of its own and comes down to its author, too, as a `Change`: so the device learns that it is there. Where they
//! refuse it for good, an entry says so, [`Judged`](message::down::Judged) (84), to a device whose `Open` says that it reads
//! what is `judged`; the same bytes are answered with `refused_for_good` from then on.
//!
//! A [`Cursor`] is opaque to the device: it stores what the last `Mark` or `Close` gave and sends it back. The empty
//! cursor asks for everything. Cursors never expire. `Close` says with `more` that the hub stopped before its end.
//!
//! `Done` of version 2 leaves out a cursor and a number of the access log that are those in `Open`, and packs and terms
//! where the `state` that the device says is what the hub would say. The device keeps that mark once it has followed all
//! of it: a pack that it could not fetch must be named again. `Changes` may stand in another order than the log, those of
//! one document together; they never pass over a grant or a revocation of their document, and a mark stands behind all of
//! them.
//!
//! The hub does not send an author its own changes back; the number of each comes in its verdict, and with it
//! (`received_ms`, since this key was added) when the hub received it by its own clock, which a `Change` says of what others
//! wrote. For a duplicate that is the time of the first coming. A hub may leave the key out. Everything may come twice, and
//! the second time must change nothing.
//!
//! A `Grant` folds many changes into one parcel. Behind its last part follow `Received` messages, for a device that reads
//! them: when the hub received the changes of each author in it, in the order of the author's own numbers, as the first time
//! and then the steps from one to the next. They say nothing new about the document, only since when the hub has had it.
//!
//! ## Large documents, and a first sync
//!
//! To a device whose `Open` says that it reads `pieces`, a grant whose parcel has more than one part comes as
//! [`Piece`](message::down::Piece) messages (83), each of which the device keeps with the mark behind it, so that a cut costs
//! one piece, however large the document; small documents of a first reading share parcels where it reads `shares`. Asked with a cursor from between two pieces, the hub goes on with the next, unless
//! the document has grown: then it begins it anew.
//!
//! From the empty cursor such a device is told things in another order than the log's: at first the documents of a few
//! emergencies, then [`Cards`](message::down::Cards) messages (82), which say what the list shows of every other case,
//! then the documents of the cases by urgency and by the clock that is due next. The cursors in between say how far down this order the
//! device is; the order is made once and kept at the hub, so that nothing is told twice or left out, whatever becomes urgent
//! meanwhile.
//!
//! # Words about state
//!
//! A verdict `Accepted{number}` or `Duplicate{number}` is the only ground on which a device may say *on the server*. A
//! `Receipt` whose `upto` is at least that number, and whose state is accepted, is the only ground on which it may say
//! *accepted by the portal*.
//!
//! # What was refused
//!
//! A refused change is kept on both sides. Its officer may ask the district for access, or hand what was written over to it.
//! See [`appeal`].
//!
//! # Media
//!
//! Pictures do not travel in frames. The end of an answer carries a bearer token that lives for minutes; with it
//! `/v1/media/{sha256}/{size}` follows tus 1.0, so that any of its clients can bring bytes; `GET` gives them. The bytes must hash to their name. See [`media`].
//!
//! # Waiting
//!
//! What cannot wait for the next sync is a referral that the user is asked to take up. A device that has nothing to say may ask
//! `GET /v1/wait?cursor=…` with the token from the end of an answer as its bearer token and its cursor in URL-safe base64 without padding. The hub answers 200
//! with an empty body as soon as there is a referral that a device with that cursor has not heard of, and 204 when its patience ends, within a minute; a hub
//! that does not know this answers 404. The sync that follows tells of it before anything else: `Grant` messages of its documents, as for `Again`, and a `Mark`
//! with the cursor that the device had. They come once more where the log has them.
//!
//! # The access log
//!
//! What was opened, revealed, looked for and refused on a device goes to the hub, too, in a chain of hashes of its own:
//! `Close` says how far the hub has it, `Access` messages carry what is behind. See [`access_log`].
//!
//! # The index of missing children
//!
//! A device that asks for it in `Open` is kept up with what its state's open reports of missing and sighted children say, in
//! [`Index`](message::down::Index) messages (79). See [`index`].
//!
//! # Packs
//!
//! The law and the forms change without a new app: `Close` names the packs in force, each a signed file that a device
//! fetches with the same token. See [`pack`].
//!
//! # Holding, losing and leaving
//!
//! The hub signs on what terms an author holds a district's work: until when without the hub, and to whose key the
//! device seals its own. See [`terms`]; for opening a vault whose passphrase is lost, see [`recovery`]; for an author
//! who is shut out, [`dismissal`].

pub mod access_log;
pub mod appeal;
pub mod cursor;
pub mod dismissal;
pub mod enrol;
pub mod enrol_link;
pub mod frame;
pub mod hub_url;
pub mod ids;
pub mod index;
pub mod limits;
pub mod media;
pub mod message;
pub mod pack;
pub mod parcel;
pub mod recovery;
pub mod refusal;
pub mod signing;
pub mod terms;

pub use appeal::{Appeal, Plea};
pub use cursor::Cursor;
pub use enrol_link::{EnrolCode, EnrolLink};
pub use frame::{Frame, FrameDecoder, FrameError, FrameReader, ReadError};
pub use hub_url::{HubUrl, Pin};
pub use ids::{AuthorId, DocumentId, Epoch, Nonce, UserId};
pub use index::IndexCursor;
pub use message::{DecodeError, DownMessage, EncodeError, UpMessage};
pub use refusal::Refusal;
pub use signing::{AuthorKey, PublicKey, SigningChain, VerifyingChain};

/// The version of everything on this page. A hub answers a version it does not speak with `unsupported_version`.
pub const PROTOCOL_VERSION: u16 = 2;

/// The oldest version that a hub still answers and a device still speaks to a hub that knows no newer.
pub const PROTOCOL_VERSION_MIN: u16 = 1;

/// The media type of both bodies of `/v1/sync`.
pub const SYNC_CONTENT_TYPE: &str = "application/vnd.vatsalya.sync";

/// The media type of both bodies of `/v1/enrol`.
pub const ENROL_CONTENT_TYPE: &str = "application/cbor";
