//! What a hub counts, for Prometheus to fetch. Labels are names of routes, codes and statuses: nobody's id, name or district is
//! ever one.

use std::fmt;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::health::Health;

/// Bounds of how long requests take, in seconds. On 2G a sync is minutes long.
const SECONDS: [f64; 9] = [0.005, 0.025, 0.1, 0.5, 2.0, 10.0, 30.0, 120.0, 600.0];

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    /// The route as the router has it, never the address that was asked.
    route: String,
    method: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Routed {
    route: String,
}

/// What became of an upload, as a word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    outcome: String,
}

/// What is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Ended, Counter>,
    seconds: Family<Routed, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    uploads: Family<Became, Counter>,
    duty_words: Family<Became, Counter>,
    waiting: Gauge,
    referrals: Gauge,
    referrals_at_their_end: Gauge,
    database: Gauge,
    disk_free_bytes: Gauge,
    unfolded: Gauge,
    unfolded_since_ms: Gauge,
    deliveries: Gauge,
    certificate_left_ms: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("vatsalya_hub");
        let (requests, uploads, duty_words) = (Family::default(), Family::default(), Family::default());
        let seconds = Family::new_with_constructor(histogram as fn() -> Histogram);
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register_with_unit(
            "request_duration",
            "How long requests took until their answer began",
            Unit::Seconds,
            seconds.clone(),
        );
        registry.register(
            "uploads",
            "Changes that devices sent, by what became of them",
            uploads.clone(),
        );
        registry.register(
            "duty_words",
            "Text messages to officers on duty, by what became of them",
            duty_words.clone(),
        );
        let mut gauge = |name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        Self {
            in_flight: gauge("requests_in_flight", "Requests that are worked at"),
            database: gauge("database_up", "1 where the database answers"),
            disk_free_bytes: gauge("disk_free_bytes", "Room left where the data folder is"),
            unfolded: gauge("unfolded", "Records that changed and are not folded into the tables"),
            unfolded_since_ms: gauge("unfolded_since_milliseconds", "How long the first of them has waited"),
            deliveries: gauge("deliveries_waiting", "Messages that wait for channels"),
            waiting: gauge("devices_waiting", "Devices that wait to hear of a referral at once"),
            referrals: gauge("referrals_waiting", "Referrals that nobody has taken up"),
            referrals_at_their_end: gauge(
                "referrals_at_their_end",
                "Those of them for which nobody is left to be asked",
            ),
            certificate_left_ms: gauge(
                "certificate_left_milliseconds",
                "How long the hub's certificate is good",
            ),
            requests,
            seconds,
            uploads,
            duty_words,
            registry,
        }
    }
}

impl Metrics {
    /// A request is worked at until what this gives is dropped.
    pub fn in_flight(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// A device waits to hear of a referral until what this gives is dropped.
    pub fn waiting(&self) -> InFlight {
        self.waiting.inc();
        InFlight(self.waiting.clone())
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, method: &str, status: u16, seconds: f64) {
        let route = route.to_owned();
        self.seconds
            .get_or_create(&Routed { route: route.clone() })
            .observe(seconds);
        let ended = Ended {
            route,
            method: method.to_owned(),
            status,
        };
        self.requests.get_or_create(&ended).inc();
    }

    /// A change came, and this became of it.
    pub fn upload(&self, outcome: &str) {
        let outcome = outcome.to_owned();
        self.uploads.get_or_create(&Became { outcome }).inc();
    }

    /// A text message to an officer was passed on, or could not be.
    pub fn duty_word(&self, passed_on: bool) {
        let outcome = if passed_on { "passed_on" } else { "failed" }.to_owned();
        self.duty_words.get_or_create(&Became { outcome }).inc();
    }

    /// All of it, with how the hub is now, in the text that Prometheus reads.
    pub fn text(&self, health: &Health) -> Result<String, fmt::Error> {
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.database.set(health.database.into());
        self.disk_free_bytes.set(health.disk_free_bytes.map_or(-1, whole));
        self.unfolded.set(whole(health.unfolded));
        self.unfolded_since_ms.set(health.unfolded_since_ms.unwrap_or(0));
        self.deliveries.set(whole(health.deliveries));
        self.referrals.set(whole(health.referrals));
        self.referrals_at_their_end.set(whole(health.referrals_at_their_end));
        self.certificate_left_ms.set(health.certificate_left_ms.unwrap_or(0));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Metrics(…)")
    }
}

/// A request that is worked at, or waits.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
