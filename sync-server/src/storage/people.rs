//! Users, their devices, and the codes by which devices become authors.

use protocol::ids::Sha256;
use protocol::{AuthorId, PublicKey, Refusal, UserId};

use super::Result;
use super::grants::Readable;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their district's code.
    pub district: String,
    /// Their name.
    pub name: String,
    /// Their role's code.
    pub role: String,
}

/// A user on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The author's id.
    pub id: AuthorId,
    /// The user.
    pub user: User,
    /// The key the author's requests are signed with.
    pub public_key: PublicKey,
    /// What the device is called.
    pub device: String,
    /// When the author was shut out.
    pub revoked_ms: Option<i64>,
    /// Whether what a shut-out author still hands in is judged like anybody's.
    pub hand_in: bool,
    /// When the shut-out author's device said that it destroys keys and files.
    pub destroyed_ms: Option<i64>,
}

impl Author {
    /// Whether nothing of this author's is let in any more.
    pub const fn is_shut_out(&self) -> bool {
        self.revoked_ms.is_some() && !self.hand_in
    }
}

/// A device as an administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its author.
    pub author: Author,
    /// When it was enrolled.
    pub enrolled_ms: i64,
    /// When it last opened a request; `None` where it never has.
    pub seen_ms: Option<i64>,
    /// The app it had then. The device says so; nobody has checked it.
    pub app_version: Option<String>,
    /// How many changes others have written since in what its user may read.
    pub behind: u64,
}

/// A device that wants to become an author.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// The new author.
    pub author: AuthorId,
    /// Its key, already proven.
    pub public_key: PublicKey,
    /// What the device is called.
    pub device: String,
    /// The persons who have a vault on the device already.
    pub persons: Vec<Sha256>,
}

/// What is known of people.
pub trait People {
    /// Adds a user with what they may read from the beginning.
    fn add_user(&self, user: &User, readable: &[Readable], now_ms: i64) -> Result<()>;

    /// The user of that id.
    fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The users of a district, by name.
    fn users(&self, district: &str) -> Result<Vec<User>>;

    /// Keeps an enrolment code's hash.
    fn add_enrol_code(&self, user: UserId, code_hash: [u8; 32], expires_ms: i64, now_ms: i64) -> Result<()>;

    /// Makes a device an author if the code allows it. The same device with the same code again is answered alike.
    fn enrol(&self, enrolment: &Enrolment, now_ms: i64) -> Result<Result<User, Refusal>>;

    /// The author of that id, shut out or not.
    fn author(&self, id: AuthorId) -> Result<Option<Author>>;

    /// The authors of a user.
    fn authors(&self, user: UserId) -> Result<Vec<Author>>;

    /// The devices of a district, or of all, by when they were last heard: who was not heard for the longest time comes first.
    fn devices(&self, district: Option<&str>) -> Result<Vec<Device>>;

    /// Gives a user another role, with all they may read from now on. Others are told; what the user's own devices show is
    /// what they were enrolled with.
    fn set_role(&self, user: UserId, role: &str, readable: &[Readable], now_ms: i64) -> Result<()>;

    /// Calls a user by another name. Others are told; what the user's own devices show is what they were enrolled with.
    fn rename_user(&self, user: UserId, name: &str, now_ms: i64) -> Result<()>;

    /// Enrolment codes of a user that no device has used are good no more; says how many those were.
    fn drop_enrol_codes(&self, user: UserId, now_ms: i64) -> Result<u64>;

    /// Shuts an author out, and its tokens with it. What they still bring is kept in quarantine, or, where they may hand
    /// in, judged like anybody's. Once shut out, only the latter changes.
    fn dismiss_author(&self, id: AuthorId, hand_in: bool, now_ms: i64) -> Result<()>;

    /// Shuts an author out; what they still bring is kept in quarantine.
    fn revoke_author(&self, id: AuthorId, now_ms: i64) -> Result<()> {
        self.dismiss_author(id, false, now_ms)
    }

    /// The shut-out author's device says that it destroys keys and files.
    fn confirm_device_destroyed(&self, id: AuthorId, now_ms: i64) -> Result<()>;
}
