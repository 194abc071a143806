//! Media in a bucket of an S3-compatible store, which all hubs at one database share.
//!
//! An object cannot be added to, so each piece is an object of its own, named by where it begins and what is in it. Two hubs
//! that are brought the same piece write the same object; whatever else they are brought, the hash of the whole decides.

use std::io;
use std::time::Duration;

use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use protocol::ids::Sha256;
use sha2::Digest;
use tokio::runtime::Handle;

use super::place::{self, Place};
use crate::config::BucketConfig;
use crate::identity::SEALED_MORE_BYTES;

/// Digits of an offset in a name, so that names sort as offsets do.
const OFFSET_DIGITS: usize = 12;

/// The bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    store: AmazonS3,
}

/// A piece that has arrived, and how many bytes of the object it is.
struct Piece {
    at: Path,
    offset: u64,
    bytes: u64,
}

/// By how much a piece is longer in the bucket: whose key it is sealed with stands before it.
const MORE_BYTES: u64 = (super::store::OWNER_BYTES + SEALED_MORE_BYTES) as u64;

impl Bucket {
    pub(super) fn new(config: &BucketConfig) -> io::Result<Self> {
        let patience = Duration::from_millis(config.patience_ms);
        let client = ClientOptions::new()
            .with_allow_http(
                config
                    .endpoint
                    .as_ref()
                    .is_some_and(|url| url.as_str().starts_with("http://")),
            )
            .with_timeout(patience)
            .with_connect_timeout(patience);
        let retry = RetryConfig {
            max_retries: 2,
            retry_timeout: patience,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.bucket)
            .with_region(&config.region)
            .with_access_key_id(&config.access_key_id)
            .with_secret_access_key(config.secret_access_key.expose())
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint.as_str());
        }
        let store = builder.build().map_err(io_error)?;
        Ok(Self { store })
    }

    /// The pieces from the beginning without a gap. Of several that begin at one place, the longest.
    fn pieces(&self, sha256: Sha256) -> io::Result<Vec<Piece>> {
        let mut all: Vec<Piece> = self.all_pieces(&part(sha256))?;
        all.sort_by_key(|piece| (piece.offset, std::cmp::Reverse(piece.bytes)));
        let mut next = 0;
        all.retain(|piece| {
            let follows = piece.offset == next;
            if follows {
                next += piece.bytes;
            }
            follows
        });
        Ok(all)
    }

    fn all_pieces(&self, folder: &Path) -> io::Result<Vec<Piece>> {
        let listed = wait(self.store.list(Some(folder)).try_collect::<Vec<_>>())?;
        let piece = |found: object_store::ObjectMeta| {
            let name = found.location.filename()?;
            let offset = name.get(..OFFSET_DIGITS)?.parse().ok()?;
            Some(Piece {
                offset,
                bytes: found.size.checked_sub(MORE_BYTES)?,
                at: found.location,
            })
        };
        Ok(listed.into_iter().filter_map(piece).collect())
    }

    fn get_range(&self, at: &Path, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        let until = from.saturating_add(bytes_max as u64);
        let bytes = wait(self.store.get_range(at, from..until))?;
        Ok(bytes.to_vec())
    }

    fn delete(&self, at: &Path) -> io::Result<()> {
        match wait(self.store.delete(at)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn get(&self, at: &Path) -> io::Result<Vec<u8>> {
        let bytes = wait(async { self.store.get(at).await?.bytes().await })?;
        Ok(bytes.to_vec())
    }
}

impl Place for Bucket {
    fn arrived(&self, sha256: Sha256) -> io::Result<u64> {
        let pieces = self.pieces(sha256)?;
        Ok(pieces.last().map_or(0, |last| last.offset + last.bytes))
    }

    fn add(&self, sha256: Sha256, offset: u64, _bytes: u64, sealed: &[u8]) -> io::Result<bool> {
        if self.arrived(sha256)? != offset {
            return Ok(false);
        }
        let hash = Sha256(sha2::Sha256::digest(sealed).into());
        let at = part(sha256).join(format!("{offset:0OFFSET_DIGITS$}-{hash}"));
        wait(self.store.put(&at, sealed.to_vec().into()))?;
        Ok(true)
    }

    fn part(&self, sha256: Sha256) -> io::Result<Vec<place::Piece>> {
        let read = |piece: Piece| {
            Ok(place::Piece {
                offset: piece.offset,
                sealed: self.get(&piece.at)?,
            })
        };
        self.pieces(sha256)?.into_iter().map(read).collect()
    }

    fn make_whole(&self, sha256: Sha256, sealed: Vec<u8>) -> io::Result<()> {
        wait(self.store.put(&whole(sha256), sealed.into()))?;
        self.discard(sha256)
    }

    fn discard(&self, sha256: Sha256) -> io::Result<()> {
        // Older hubs kept parts in plain; whoever sends one begins anew.
        for folder in [part(sha256), Path::from_iter(["part", &sha256.to_string()])] {
            let listed = wait(self.store.list(Some(&folder)).try_collect::<Vec<_>>())?;
            for piece in listed {
                wait(self.store.delete(&piece.location))?;
            }
        }
        Ok(())
    }

    fn read(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        self.get_range(&whole(sha256), from, bytes_max)
    }

    fn read_plain(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        self.get_range(&plain(sha256), from, bytes_max)
    }

    fn remove_plain(&self, sha256: Sha256) -> io::Result<()> {
        self.delete(&plain(sha256))
    }

    fn remove(&self, sha256: Sha256) -> io::Result<()> {
        self.discard(sha256)?;
        self.delete(&whole(sha256))?;
        self.remove_plain(sha256)
    }
}

/// Calls come from threads that may block, beside the runtime that serves sockets.
fn wait<T>(done: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
    Handle::current().block_on(done).map_err(io_error)
}

fn whole(sha256: Sha256) -> Path {
    let name = sha256.to_string();
    Path::from_iter(["sealed", &name[..2], &name])
}

/// Where older hubs kept an object, in plain.
fn plain(sha256: Sha256) -> Path {
    let name = sha256.to_string();
    Path::from_iter(["media", &name[..2], &name])
}

fn part(sha256: Sha256) -> Path {
    Path::from_iter(["sealing", &sha256.to_string()])
}

/// The store's words name objects by their hashes and no more.
fn io_error(error: object_store::Error) -> io::Error {
    match error {
        object_store::Error::NotFound { .. } => io::Error::new(io::ErrorKind::NotFound, error),
        error => io::Error::other(error),
    }
}
