use minicbor::{Decode, Encode};

/// The device has said everything. A body without it was cut; what came before is kept all the same.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct End {}
