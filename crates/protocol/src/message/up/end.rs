use minicbor::{Decode, Encode};

/// The device has said everything. A body without it was cut; what came before is kept all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct End {
    /// The author is shut out, and after the hub's answer its keys and files are destroyed on this device.
    #[n(0)]
    pub destroys: Option<bool>,
}
