//! Districts and their institutions.

use super::Result;

/// A district: the unit that has a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// Its code, e.g. `KA-BLR`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The number of the last entry of its log.
    pub last_number: u64,
    /// Up to which number the changes of its log may lie in an archive: whoever reads from before it begins anew.
    pub archived_upto: u64,
    /// For how many days a vault opens without the hub.
    pub lease_days: u32,
    /// The age recipient that devices seal their keys to.
    pub recovery: Option<String>,
}

/// A child care institution of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Its id.
    pub id: [u8; 16],
    /// Its district's code.
    pub district: String,
    /// Its name.
    pub name: String,
    /// What kind of place it is, a code of the pack's `place_kind`.
    pub kind: String,
    /// How many children it is registered for.
    pub capacity: u32,
}

/// What is known of districts.
pub trait Districts {
    /// Adds a district.
    fn add_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()>;

    /// The district of that code.
    fn district(&self, code: &str) -> Result<Option<District>>;

    /// All districts, by code.
    fn districts(&self) -> Result<Vec<District>>;

    /// Calls a district by another name.
    fn rename_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()>;

    /// Sets for how many days a vault of the district opens without the hub.
    fn set_lease_days(&self, code: &str, days: u32, now_ms: i64) -> Result<()>;

    /// Sets the age recipient that the district's devices seal their keys to; `None`: they seal to nobody new.
    fn set_recovery(&self, code: &str, recipient: Option<&str>, now_ms: i64) -> Result<()>;

    /// Adds an institution.
    fn add_institution(&self, institution: &Institution, now_ms: i64) -> Result<()>;

    /// The institutions of a district, by name.
    fn institutions(&self, district: &str) -> Result<Vec<Institution>>;
}
