use minicbor::{Decode, Encode};

use crate::limits::{
    DETAIL_FACT_BYTES_MAX, DETAIL_FACTS_BYTES_MAX, DETAIL_FACTS_MAX, DETAIL_PEOPLE_MAX, NAME_BYTES_MAX,
};

/// The answer to one record that a device asked for in `Open` by its id, see [`crate::index`]. To a device of version 2 that
/// asked, behind everything else and before the end of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Detail {
    /// The record that was asked for.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub record: [u8; 16],
    /// What came of it: one of [`Detail::TOLD`], [`Detail::PEOPLE`], [`Detail::NOT_THERE`], [`Detail::NOT_PERMITTED`].
    #[n(1)]
    pub outcome: u8,
    /// The name of the district that has the record. Absent where nothing is told.
    #[n(2)]
    pub district: Option<String>,
    /// Whom to ask there, at most [`DETAIL_PEOPLE_MAX`].
    #[n(3)]
    pub people: Vec<Person>,
    /// What the record says, at most [`DETAIL_FACTS_MAX`].
    #[n(4)]
    pub facts: Vec<Told>,
}

/// Somebody who may answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Person {
    /// Name.
    #[n(0)]
    pub name: String,
    /// The code of the role.
    #[n(1)]
    pub role: String,
}

/// A fact of a record.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Told {
    /// Its id.
    #[n(0)]
    pub fact: String,
    /// Its value as JSON.
    #[n(1)]
    pub value: String,
}

impl Detail {
    /// The facts are told, as far as the user's role reads them.
    pub const TOLD: u8 = 1;
    /// A case of another district: nobody there is told what it says; who may be asked is.
    pub const PEOPLE: u8 = 2;
    /// There is none, or it is open no longer, or nobody proposed it to this user.
    pub const NOT_THERE: u8 = 3;
    /// The user's role reads no such records.
    pub const NOT_PERMITTED: u8 = 4;

    /// Whether there is no more of anything than may be.
    pub fn is_within_limits(&self) -> bool {
        let mut people = self.people.iter();
        let bytes = self.facts.iter().map(|told| told.fact.len() + told.value.len());
        self.people.len() <= DETAIL_PEOPLE_MAX
            && self.facts.len() <= DETAIL_FACTS_MAX
            && people.all(|one| one.name.len() <= NAME_BYTES_MAX)
            && bytes.clone().all(|bytes| bytes <= DETAIL_FACT_BYTES_MAX)
            && bytes.sum::<usize>() <= DETAIL_FACTS_BYTES_MAX
    }
}
