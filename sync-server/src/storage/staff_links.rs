//! By whom a provider of sign-in elsewhere knows the staff, and the sign-ins that came from there.

use super::{Result, SignedIn, StaffId, StaffMember};

/// By whom a provider knows somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The provider.
    pub issuer: String,
    /// The claim by which it names them.
    pub claim: String,
    /// What the claim says of them.
    pub value: String,
}

/// By which ways somebody is let in who is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetIn {
    /// By the provider, or with a passphrase and a code.
    Either,
    /// By the provider alone.
    Elsewhere,
}

/// How a session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// With a passphrase and a code.
    Passphrase,
    /// With what a provider said.
    Elsewhere,
}

/// Somebody who came back from a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Return<'a> {
    /// By whom it says to know them.
    pub link: &'a Link,
    /// The hash of the sign-in that they began here.
    pub flow: [u8; 32],
    /// The hash of the session to be.
    pub session: [u8; 32],
}

/// What is known of sign-in elsewhere.
pub trait StaffLinks {
    /// Links somebody, in the place of an earlier link. Where they are signed in by another link, or by a way that is not theirs
    /// any more, they are so no longer.
    fn link_staff(&self, id: StaffId, link: &Link, ways: LetIn, now_ms: i64) -> Result<()>;

    /// Takes the link of somebody away, and ends the sessions that began by it; a passphrase lets them in again.
    fn unlink_staff(&self, id: StaffId, now_ms: i64) -> Result<()>;

    /// Everybody who is linked.
    fn staff_links(&self) -> Result<Vec<(StaffId, Link, LetIn)>>;

    /// Begins a session of whoever is linked so, unless the same sign-in has come to its end before; `None` where nobody is, or
    /// they are shut out. Sessions and sign-ins from before `forget_before_ms` go.
    fn return_staff(
        &self,
        back: &Return<'_>,
        now_ms: i64,
        forget_before_ms: i64,
    ) -> Result<Option<(StaffMember, SignedIn)>>;

    /// Writes in the audit that a provider let somebody in whom nobody has linked.
    fn note_unlinked(&self, issuer: &str, now_ms: i64) -> Result<()>;
}

impl Way {
    /// As it is kept.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Passphrase => 0,
            Self::Elsewhere => 1,
        }
    }

    pub(super) const fn of_code(code: i64) -> Self {
        if code == 0 { Self::Passphrase } else { Self::Elsewhere }
    }
}
