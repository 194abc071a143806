//! Ids that are said once: the first time in full, afterwards by their place among those that were said.

use minicbor::data::Type;
use minicbor::decode::{Decode, Decoder};
use minicbor::encode::{Encode, Encoder, Write};

/// An id as one side says it to the other. On the wire a byte string, or the number of one that was said before, from zero,
/// in the same body or the same answer and of the same sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<Id> {
    /// For the first time.
    Anew(Id),
    /// Said before, as the one of this number.
    Before(u32),
}

impl<C, Id: Encode<C>> Encode<C> for Named<Id> {
    fn encode<W: Write>(&self, out: &mut Encoder<W>, context: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Anew(id) => id.encode(out, context),
            Self::Before(number) => out.u32(*number)?.ok(),
        }
    }
}

impl<'b, C, Id: Decode<'b, C>> Decode<'b, C> for Named<Id> {
    fn decode(from: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        if from.datatype()? == Type::Bytes {
            Id::decode(from, context).map(Self::Anew)
        } else {
            from.u32().map(Self::Before)
        }
    }
}

/// The sender's side: what it has said.
#[derive(Debug, Clone)]
pub struct Naming<Id>(Vec<Id>);

impl<Id> Default for Naming<Id> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Id: Copy + PartialEq> Naming<Id> {
    /// How to say this one now.
    pub fn name(&mut self, id: Id) -> Named<Id> {
        // What was said last is what is said next, so the search is from the end.
        if let Some(at) = self.0.iter().rposition(|said| *said == id) {
            return Named::Before(u32::try_from(at).expect("a body within its limits names few"));
        }
        self.0.push(id);
        Named::Anew(id)
    }
}

/// A number that nothing was said under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is meant that was not said before")]
pub struct NamesError;

/// The reader's side: what it has heard.
#[derive(Debug, Clone)]
pub struct Names<Id>(Vec<Id>);

impl<Id> Default for Names<Id> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<Id: Copy> Names<Id> {
    /// Which one is meant.
    pub fn meant(&mut self, named: Named<Id>) -> Result<Id, NamesError> {
        match named {
            Named::Anew(id) => {
                self.0.push(id);
                Ok(id)
            }
            Named::Before(number) => self.0.get(number as usize).copied().ok_or(NamesError),
        }
    }
}

impl<Id: Copy + PartialEq> Names<Id> {
    /// Hears of one in other words, as if it had been said where it was not before.
    pub fn hear(&mut self, id: Id) {
        if !self.0.contains(&id) {
            self.0.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DocumentId;

    #[test]
    fn what_was_said_is_said_by_number_and_heard_as_the_same() {
        let [one, other] = [DocumentId([1; 17]), DocumentId([2; 17])];
        let (mut naming, mut names) = (Naming::default(), Names::default());
        for (id, bytes) in [(one, 18), (other, 18), (one, 1), (other, 1)] {
            let said = minicbor::to_vec(naming.name(id)).unwrap();
            assert_eq!(said.len(), bytes);
            assert_eq!(names.meant(minicbor::decode(&said).unwrap()), Ok(id));
        }
        assert_eq!(names.meant(Named::Before(2)), Err(NamesError));
    }
}
