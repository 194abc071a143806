//! What other systems posted is sealed with the key of the record that begins with it, or would.

use super::Sealing;
use crate::identity::Sealed;
use crate::storage::{Inbounds, Post, Posted, RefusedPost, Result, StorageError, UnbegunPost};

impl Sealing {
    fn opened_post(&self, mut refused: RefusedPost) -> Result<RefusedPost> {
        refused.body = self.open(Sealed::Post, refused.id, &refused.id, refused.body)?;
        Ok(refused)
    }
}

/// What a kept post belongs to; its hash beside it belongs to the record alone.
fn body_of(subject: [u8; 16]) -> Vec<u8> {
    [subject.as_slice(), b"body"].concat()
}

impl Inbounds for Sealing {
    fn post(&self, post: &Post) -> Result<Posted> {
        // The same bytes are sealed alike, so that they can be compared without being kept.
        let content = self.key(post.subject)?.seal(Sealed::Post, &post.subject, &post.content);
        let body = self
            .key(post.subject)?
            .seal(Sealed::Post, &body_of(post.subject), &post.body);
        self.inner.post(&Post {
            content,
            body,
            ..post.clone()
        })
    }

    fn unbegun_posts(&self, limit: u32) -> Result<Vec<UnbegunPost>> {
        let open = |post: UnbegunPost| {
            let sealed = post.body.clone();
            let opened = sealed.map(|body| self.open(Sealed::Post, post.subject, &body_of(post.subject), body));
            let body = match opened.transpose() {
                // One whose key is gone, as in a copy from before its record was destroyed, holds up no other.
                Err(StorageError::Destroyed | StorageError::Damaged) => None,
                opened => opened?,
            };
            Ok(UnbegunPost { body, ..post })
        };
        self.inner.unbegun_posts(limit)?.into_iter().map(open).collect()
    }

    fn forget_begun_posts(&self) -> Result<u64> {
        self.inner.forget_begun_posts()
    }

    fn put_post_aside(&self, subject: [u8; 16], reason: &str, now_ms: i64) -> Result<bool> {
        self.inner.put_post_aside(subject, reason, now_ms)
    }

    fn refuse_post(&self, refused: &RefusedPost) -> Result<()> {
        let body = self.key(refused.id)?.seal(Sealed::Post, &refused.id, &refused.body);
        self.inner.refuse_post(&RefusedPost {
            body,
            ..refused.clone()
        })
    }

    fn refused_posts(&self, limit: u32) -> Result<Vec<RefusedPost>> {
        let open = |refused| self.opened_post(refused);
        self.inner.refused_posts(limit)?.into_iter().map(open).collect()
    }

    fn refused_post(&self, id: [u8; 16]) -> Result<Option<RefusedPost>> {
        self.inner
            .refused_post(id)?
            .map(|refused| self.opened_post(refused))
            .transpose()
    }

    fn count_refused_posts(&self, channel: &str) -> Result<u64> {
        self.inner.count_refused_posts(channel)
    }

    fn forget_refused_post(&self, id: [u8; 16], decided_ms: Option<i64>) -> Result<bool> {
        self.inner.forget_refused_post(id, decided_ms)
    }
}
