//! One direction of a link, without sockets and without a clock: given when a packet is sent, it says what becomes of it.

use std::time::Duration;

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

/// What a link is like, each way alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// Bits a second; `None` is as fast as this machine.
    pub rate_bits: Option<u64>,
    /// How long a packet is under way behind the narrowest place.
    pub delay: Duration,
    /// How many packets of a thousand are lost.
    pub lost_of_1000: u32,
    /// Bytes that wait before the narrowest place, at most; who comes when it is full is dropped.
    pub queue_bytes_max: u64,
}

impl Conditions {
    /// A cable between the two: nothing is late, nothing is lost.
    pub const CLEAR: Self = Self {
        rate_bits: None,
        delay: Duration::ZERO,
        lost_of_1000: 0,
        queue_bytes_max: u64::MAX,
    };

    /// The 2G link that this house measures by: 50 kbit/s, 300 ms and 5 % loss each way, 16 kB before the narrow place.
    pub const TWO_G: Self = Self {
        rate_bits: Some(50_000),
        delay: Duration::from_millis(300),
        lost_of_1000: 50,
        queue_bytes_max: 16_000,
    };
}

/// What becomes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives then. Packets arrive in the order in which they were sent.
    ArrivesAt(Duration),
    /// It took its time on the line, and is lost.
    Lost,
    /// The queue was full.
    Dropped,
}

/// One direction. Times count from a moment that the caller chooses.
#[derive(Debug)]
pub struct Line {
    conditions: Conditions,
    random: StdRng,
    /// Until when the narrowest place is taken.
    busy_until: Duration,
}

impl Line {
    /// A line on which the same packets of the same seed are lost.
    pub fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            conditions,
            random: StdRng::seed_from_u64(seed),
            busy_until: Duration::ZERO,
        }
    }

    /// Sends a packet of so many bytes.
    pub fn send(&mut self, now: Duration, bytes: u64) -> Fate {
        let begins = self.busy_until.max(now);
        if self.bytes_in(begins.saturating_sub(now)) + bytes > self.conditions.queue_bytes_max {
            return Fate::Dropped;
        }
        self.busy_until = begins + self.time_of(bytes);
        // Every packet that takes its time draws, so that which are lost does not hang on which were dropped.
        if self.random.random_range(0..1_000) < self.conditions.lost_of_1000 {
            return Fate::Lost;
        }
        Fate::ArrivesAt(self.busy_until + self.conditions.delay)
    }

    fn time_of(&self, bytes: u64) -> Duration {
        let nanos = |rate: u64| bytes.saturating_mul(8 * 1_000_000_000) / rate.max(1);
        self.conditions
            .rate_bits
            .map_or(Duration::ZERO, |rate| Duration::from_nanos(nanos(rate)))
    }

    fn bytes_in(&self, time: Duration) -> u64 {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.conditions
            .rate_bits
            .map_or(0, |rate| nanos.saturating_mul(rate / 8) / 1_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Conditions = Conditions {
        lost_of_1000: 0,
        ..Conditions::TWO_G
    };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_packet_takes_its_bits_and_the_way() {
        let mut line = Line::new(SLOW, 1);
        // 625 bytes are 5,000 bits: a tenth of a second.
        assert_eq!(line.send(ms(1_000), 625), Fate::ArrivesAt(ms(1_400)));
        assert_eq!(line.send(ms(1_000), 625), Fate::ArrivesAt(ms(1_500)));
        assert_eq!(line.send(ms(1_150), 1_250), Fate::ArrivesAt(ms(1_700)));
        assert_eq!(line.send(ms(9_000), 625), Fate::ArrivesAt(ms(9_400)), "a line rests");
    }

    #[test]
    fn a_full_queue_drops_what_comes_and_takes_it_again_when_there_is_room() {
        let mut line = Line::new(SLOW, 1);
        let fates: Vec<Fate> = (0..15).map(|_| line.send(ms(0), 1_250)).collect();
        let taken = fates.iter().filter(|fate| **fate != Fate::Dropped).count();
        assert_eq!(taken, 12, "sixteen kilobytes are twelve of these: {fates:?}");
        assert_eq!(fates[12..], [Fate::Dropped; 3]);
        // A packet's time later there is room for one.
        assert_eq!(line.send(ms(200), 1_250), Fate::ArrivesAt(ms(12 * 200 + 200 + 300)));
        assert_eq!(line.send(ms(200), 1_250), Fate::Dropped);
    }

    #[test]
    fn the_same_seed_loses_the_same_packets_and_about_as_many_as_it_says() {
        let lost = |seed| -> Vec<bool> {
            let mut line = Line::new(Conditions::TWO_G, seed);
            let sent = (0..10_000_u64).map(|n| line.send(ms(n * 1_000), 100));
            sent.map(|fate| fate == Fate::Lost).collect()
        };
        let first = lost(7);
        assert_eq!(first, lost(7));
        assert_ne!(first, lost(8));
        let count = first.iter().filter(|lost| **lost).count();
        assert!((400..600).contains(&count), "{count} of 10,000");
    }

    #[test]
    fn a_lost_packet_has_taken_its_time_on_the_line() {
        let all_lost = Conditions {
            lost_of_1000: 1_000,
            ..SLOW
        };
        let mut line = Line::new(all_lost, 1);
        let fates: Vec<Fate> = (0..13).map(|_| line.send(ms(0), 1_250)).collect();
        assert_eq!(fates[..12], [Fate::Lost; 12]);
        assert_eq!(fates[12], Fate::Dropped);
    }

    #[test]
    fn a_clear_line_is_a_cable() {
        let mut line = Line::new(Conditions::CLEAR, 1);
        for _ in 0..1_000 {
            assert_eq!(line.send(ms(5), 60_000), Fate::ArrivesAt(ms(5)));
        }
    }
}
