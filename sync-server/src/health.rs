//! How a hub is, in numbers that name nobody: for whoever runs it, and for what watches it.

use serde::Serialize;

use crate::channel::vatsalya;
use crate::hub::Hub;
use crate::storage::StorageError;

/// Below this room on the disk of the data folder somebody is to look, in bytes.
const DISK_FREE_MIN: u64 = 1_000_000_000;
/// So long before the certificate ends somebody is to renew it.
const CERTIFICATE_LEFT_MIN_MS: i64 = 21 * 86_400_000;
/// So long a change may wait to be folded into the tables.
const FOLDING_BEHIND_MAX_MS: i64 = 10 * 60_000;
/// Subjects that wait are counted so far.
const UNFOLDED_COUNTED_MAX: u32 = 10_000;

/// How a hub is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether the database answers. Where it does not, nothing that stands in it is known.
    pub database: bool,
    /// Room left where the data folder is, in bytes; `None` where the system does not say.
    pub disk_free_bytes: Option<u64>,
    /// Cases and reports that have changed and are not folded into the tables yet, 10,000 at most.
    pub unfolded: u64,
    /// For how long the first of them has waited, in milliseconds.
    pub unfolded_since_ms: Option<i64>,
    /// Messages that wait for channels.
    pub deliveries: u64,
    /// Referrals that nobody has taken up.
    pub referrals: u64,
    /// Those of them for which nobody is left to be asked, or nobody was found.
    pub referrals_at_their_end: u64,
    /// How long the hub's certificate is good, in milliseconds; `None` where the hub does not speak TLS itself.
    pub certificate_left_ms: Option<i64>,
}

impl Health {
    /// Looks now.
    pub fn of(hub: &Hub) -> Self {
        let now_ms = hub.clock.now_ms();
        let mut health = Self {
            database: false,
            disk_free_bytes: fs4::available_space(&hub.config.data_dir).ok(),
            unfolded: 0,
            unfolded_since_ms: None,
            deliveries: 0,
            referrals: 0,
            referrals_at_their_end: 0,
            certificate_left_ms: None,
        };
        if let Some(tls) = &hub.config.tls {
            health.certificate_left_ms = tls.ends_ms().ok().map(|ends_ms| ends_ms - now_ms);
        }
        health.database = health.ask(hub, now_ms).is_ok();
        health
    }

    fn ask(&mut self, hub: &Hub, now_ms: i64) -> Result<(), StorageError> {
        let storage = &*hub.storage;
        storage.districts()?;
        self.deliveries = storage.waiting_deliveries(vatsalya::CODE)?;
        let unanswered = storage.unanswered()?;
        self.referrals = unanswered.all;
        self.referrals_at_their_end = unanswered.at_their_end;
        let unfolded = storage.unfolded(UNFOLDED_COUNTED_MAX)?;
        self.unfolded = unfolded.len() as u64;
        if let Some(first) = unfolded.first()
            && let Some(district) = storage.subject_district(first.subject)?
        {
            let received_ms = storage.received_ms(&district, first.number)?;
            self.unfolded_since_ms = received_ms.map(|received_ms| now_ms - received_ms);
        }
        Ok(())
    }

    /// What somebody is to look at, and what to do about it.
    pub fn troubles(&self) -> Vec<&'static str> {
        let mut troubles = Vec::new();
        if !self.database {
            troubles.push(
                "the database does not answer: devices keep what they have and come again; look at its server or disk",
            );
        }
        if self.disk_free_bytes.is_some_and(|free| free < DISK_FREE_MIN) {
            troubles
                .push("less than 1 GB is left where the data folder is: make room, or what devices send is not taken");
        }
        if self
            .unfolded_since_ms
            .is_some_and(|behind| behind > FOLDING_BEHIND_MAX_MS)
        {
            troubles.push("changes wait to be folded into the tables for more than ten minutes: is `serve` running?");
        }
        if self.referrals_at_their_end > 0 {
            troubles.push(
                "a child was referred and nobody has taken it up, nor is anybody left to be asked: `admin roster waiting` and \
                 `admin inbound unbegun` say which; call somebody",
            );
        }
        if self
            .certificate_left_ms
            .is_some_and(|left| left < CERTIFICATE_LEFT_MIN_MS)
        {
            troubles.push(
                "the certificate ends within three weeks: move it away and `admin make-certificate` again, which keeps the key",
            );
        }
        troubles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_somebody_is_said_and_what_does_not_is_not() {
        let well = Health {
            database: true,
            disk_free_bytes: Some(DISK_FREE_MIN),
            unfolded: 3,
            unfolded_since_ms: Some(FOLDING_BEHIND_MAX_MS),
            deliveries: 9,
            referrals: 2,
            referrals_at_their_end: 0,
            certificate_left_ms: Some(CERTIFICATE_LEFT_MIN_MS),
        };
        assert_eq!(well.troubles(), [] as [&str; 0]);
        let ill = Health {
            database: false,
            disk_free_bytes: Some(DISK_FREE_MIN - 1),
            unfolded_since_ms: Some(FOLDING_BEHIND_MAX_MS + 1),
            certificate_left_ms: Some(-1),
            referrals_at_their_end: 1,
            ..well
        };
        assert_eq!(ill.troubles().len(), 5);
    }
}
