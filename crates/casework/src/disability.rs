//! What is known of a child's disability: the kinds, how far it is certified, and how the child makes itself understood.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Record, clock::indian_date};

/// A benchmark disability begins here (RPwD Act 2016 s.2(r)).
pub const BENCHMARK_PERCENT: i64 = 40;

/// A disability of a child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disability {
    /// Code of its kind, of the schedule of the RPwD Act 2016.
    pub kind: String,
    /// Its degree in percent.
    pub percent: Option<i64>,
    /// Number of the certificate.
    pub certificate: Option<String>,
}

/// Whether the child has a benchmark disability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Benchmark {
    /// Certified at 40 % or more.
    Yes,
    /// Certified below 40 %.
    No,
    /// Written at 40 % or more, without a certificate.
    NotCertified,
    /// Certified once, but the certificate has run out.
    CertificateExpired,
    /// No degree is known.
    NotKnown,
}

/// What is known of a child's disability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The disabilities, gravest first.
    pub disabilities: Vec<Disability>,
    /// The degree in all: as the certificate gives it, else that of the gravest (degrees are not added up).
    pub percent: Option<i64>,
    /// Whether it is a benchmark disability.
    pub benchmark: Benchmark,
    /// Whether a number of the national disability identity is known. The number itself identifies the child.
    pub has_udid: bool,
    /// Codes of how the child communicates.
    pub communication: Vec<String>,
    /// Codes of what the child needs help with by day.
    pub daily_needs: Vec<String>,
    /// Codes of who must help so that the child is understood.
    pub helpers: Vec<String>,
    /// Somebody must be near at night.
    pub night_watch: bool,
}

/// What is known at `now_ms`; `None` where nothing at all was written.
pub fn summary(record: &Record, now_ms: i64) -> Option<Summary> {
    let today = indian_date(now_ms);
    let filled = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut certified = None;
    let mut expired = None;
    let mut disabilities: Vec<Disability> = Vec::new();
    for row in record.rows_of("disabilities") {
        let percent = row.integer("percent").filter(|percent| (0..=100).contains(percent));
        let certificate = filled(row.text("certificate"));
        let until: Option<Date> = row.text("until").and_then(|day| day.parse().ok());
        let has_run_out = until.zip(today).is_some_and(|(until, today)| until < today);
        if certificate.is_some() {
            let best = if has_run_out { &mut expired } else { &mut certified };
            *best = percent.max(*best);
        }
        disabilities.push(Disability {
            kind: row.text("kind").unwrap_or_default().to_owned(),
            percent,
            certificate,
        });
    }
    disabilities.sort_by(|a, b| b.percent.cmp(&a.percent).then_with(|| a.kind.cmp(&b.kind)));
    let total = record.integer("disability.percent");
    let gravest = disabilities.iter().filter_map(|disability| disability.percent).max();
    match record.text("disability.certificate") {
        Some("held") => certified = total.max(certified),
        Some("expired") => expired = total.max(expired),
        _ => {}
    }
    let percent = total.or(gravest);
    let codes = |fact: &str| {
        record
            .codes(fact)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let summary = Summary {
        benchmark: benchmark(certified, expired, percent),
        percent,
        disabilities,
        has_udid: filled(record.text("disability.udid")).is_some(),
        communication: codes("disability.communication"),
        daily_needs: codes("disability.daily_needs"),
        helpers: codes("disability.helpers"),
        night_watch: record.flag("disability.night_watch").unwrap_or(false),
    };
    let is_blank = summary.disabilities.is_empty()
        && summary.percent.is_none()
        && !summary.has_udid
        && summary.communication.is_empty()
        && summary.daily_needs.is_empty();
    (!is_blank).then_some(summary)
}

fn benchmark(certified: Option<i64>, expired: Option<i64>, percent: Option<i64>) -> Benchmark {
    let reaches = |percent: Option<i64>| percent.is_some_and(|percent| percent >= BENCHMARK_PERCENT);
    match (certified, expired, percent) {
        _ if reaches(certified) => Benchmark::Yes,
        _ if reaches(expired) => Benchmark::CertificateExpired,
        _ if reaches(percent) => Benchmark::NotCertified,
        (Some(_), _, _) => Benchmark::No,
        _ => Benchmark::NotKnown,
    }
}
