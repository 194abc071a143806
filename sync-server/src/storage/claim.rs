//! Holds on work: several hubs work at one database, and each piece of work is done by one of them.
//!
//! A hold has a time. A hub that dies leaves its holds behind; when their time is up others take them. Whether the time
//! was up is asked again where the work is kept, so that of two who worked at the same piece one has an effect.

/// One worker among all hubs at a database, new with each start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerId(pub [u8; 16]);

impl WorkerId {
    /// A new one.
    pub fn random() -> Self {
        Self(*uuid::Uuid::new_v4().as_bytes())
    }
}

/// A hold to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Who takes it.
    pub worker: WorkerId,
    /// When: holds that ended before are free, and what is put off until later is not due.
    pub now_ms: i64,
    /// Until when it is held.
    pub until_ms: i64,
}
