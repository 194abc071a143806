//! Decoders of the device that no call reaches with plain bytes, for the tests that give them bytes of any origin.

/// The inside of a backup, as it stands behind its passphrase. Returns how many records were read.
pub fn backup(bytes: &[u8]) -> usize {
    crate::backup::records_of(bytes)
}

/// A page of a damaged vault, in the clear, and a log of such pages. Returns how many rows and pages were found.
pub fn page(bytes: &[u8]) -> usize {
    crate::store::salvage::parts_of(bytes)
}
