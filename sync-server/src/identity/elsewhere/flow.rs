//! A sign-in that a browser has begun: a ticket, sealed so that only a hub with these record keys can make or read it, and
//! what grows out of it. Nothing of it is kept here; what came to its end is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::super::certificate::hex;
use super::super::record_key::Sealed;
use super::super::{random, sha256};
use crate::hub::Hub;
use crate::storage::StorageError;

/// How long somebody may take at the provider.
pub const FLOW_MS: i64 = 10 * 60_000;

/// What the key of tickets grows at, among those of records: an id that no record has.
const TICKETS: [u8; 16] = *b"vatsalya-sign-in";
const TIME_BYTES: usize = 8;
const TICKET_BYTES: usize = TIME_BYTES + 32;

/// A sign-in that was begun: when, and a number that nobody guesses.
pub(super) struct Flow(Zeroizing<[u8; TICKET_BYTES]>);

impl Flow {
    pub(super) fn begun(now_ms: i64) -> Self {
        let mut ticket = Zeroizing::new([0; TICKET_BYTES]);
        let (time, rest) = ticket.split_at_mut(TIME_BYTES);
        time.copy_from_slice(&now_ms.to_be_bytes());
        rest.copy_from_slice(Zeroizing::new(random::<32>()).as_slice());
        Self(ticket)
    }

    /// As the browser keeps it.
    pub(super) fn sealed(&self, hub: &Hub) -> Result<Zeroizing<String>, StorageError> {
        let key = hub.keys.of(TICKETS).ok_or(StorageError::Destroyed)?;
        let sealed = key.seal(Sealed::Departure, &[], self.0.as_slice());
        Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// One that a browser shows, while it holds.
    pub(super) fn opened(hub: &Hub, shown: &str, now_ms: i64) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(shown).ok()?;
        let key = hub.keys.of(TICKETS)?;
        let ticket = Zeroizing::new(key.open(Sealed::Departure, &[], &sealed).ok()?);
        let flow = Self(Zeroizing::new(ticket.as_slice().try_into().ok()?));
        let age_ms = now_ms - i64::from_be_bytes(*flow.0.first_chunk()?);
        (0..FLOW_MS).contains(&age_ms).then_some(flow)
    }

    /// What goes to the provider and comes back through the browser.
    pub(super) fn state(&self) -> String {
        self.grown(b"vatsalya-sign-in-state-v1")
    }

    pub(super) fn has_state(&self, shown: &str) -> bool {
        // Compared by their hashes: how long that takes says nothing of the state.
        Sha256::digest(self.state()) == Sha256::digest(shown)
    }

    /// What the provider writes into the token.
    pub(super) fn nonce(&self) -> String {
        self.grown(b"vatsalya-sign-in-nonce-v1")
    }

    /// What shows the provider that whoever brings the code has begun the sign-in.
    pub(super) fn verifier(&self) -> String {
        self.grown(b"vatsalya-sign-in-verifier-v1")
    }

    /// What is kept of it when it has come to its end.
    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(b"vatsalya-sign-in-return-v1", self.0.as_slice())
    }

    fn grown(&self, label: &[u8]) -> String {
        hex(&sha256(label, self.0.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    #[test]
    fn a_ticket_holds_ten_minutes_at_this_hub_and_what_grows_out_of_it_says_nothing_of_the_rest() {
        let dir = tempfile::tempdir().unwrap();
        let hub = |name: &str| {
            let text = format!("data_dir = '{}'", dir.path().join(name).display());
            Hub::open(toml::from_str::<Config>(&text).unwrap()).unwrap()
        };
        let (here, other) = (hub("here"), hub("other"));
        let flow = Flow::begun(1_000);
        let shown = flow.sealed(&here).unwrap();
        let opened = |hub: &Hub, shown: &str, at_ms| Flow::opened(hub, shown, at_ms).map(|flow| flow.hash());
        assert_eq!(opened(&here, &shown, 1_000), Some(flow.hash()));
        assert_eq!(opened(&here, &shown, 1_000 + FLOW_MS - 1), Some(flow.hash()));
        for (hub, shown, at_ms) in [
            (&here, shown.as_str(), 1_000 + FLOW_MS),
            (&here, &shown, 999),
            (&other, &shown, 1_000),
            (&here, &shown[1..], 1_000),
            (&here, &shown[..shown.len() - 1], 1_000),
            (&here, "", 1_000),
        ] {
            assert_eq!(opened(hub, shown, at_ms), None);
        }
        assert!(flow.has_state(&flow.state()) && !flow.has_state(&flow.nonce()) && !flow.has_state(""));
        let grown = [flow.state(), flow.nonce(), flow.verifier(), hex(&flow.hash())];
        assert_eq!(grown.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
        assert_ne!(Flow::begun(1_000).state(), flow.state());
    }
}
