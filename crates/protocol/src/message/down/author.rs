use minicbor::{Decode, Encode};

use crate::ids::{AuthorId, UserId};

/// Somebody who writes in this district, so that a device can say who wrote what. May come again when a name changes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Author {
    /// The author: the user on one device.
    #[n(0)]
    pub author: AuthorId,
    /// The user.
    #[n(1)]
    pub user: UserId,
    /// The user's name.
    #[n(2)]
    pub name: String,
    /// The code of the user's role.
    #[n(3)]
    pub role: String,
    /// The name of the device.
    #[n(4)]
    pub device: String,
}
