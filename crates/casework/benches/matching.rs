//! The index of a state on a tablet: reads `FOUND.csv` as reports that came over the wire and asks them for each row of
//! `MISSING.csv`, one at a time on one core. `cargo xtask bench matching` makes the lists.
//!
//! `cargo bench -p casework --bench matching -- FOUND.csv MISSING.csv`

use std::time::{Duration, Instant};

use casework::Pack;
use casework::matching::{Asking, Entry, EntryKind, Gathering, Relation, Report};

/// Reports of the index, and questions put to it.
const REPORTS: usize = 50_000;
const QUESTIONS: usize = 500;

fn main() {
    let files: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let [found, missing] = files.as_slice() else {
        println!("matching: needs two lists, see `cargo xtask bench matching`");
        return;
    };
    let knowledge = Pack::national()
        .matching()
        .expect("the national pack knows of matching");
    let mut gathering = Gathering::new(knowledge).expect("its rates can be reckoned with");
    let (mut bytes, mut longest, mut count) = (0, 0, 0);
    for report in reports(found, REPORTS) {
        let wire = Entry {
            district: "BR-GAY".into(),
            id: [7; 16],
            kind: EntryKind::Found,
            report,
            look: None,
        }
        .to_bytes();
        bytes += wire.len();
        longest = longest.max(wire.len());
        count += 1;
        gathering.store(&Entry::from_bytes(&wire).expect("what was written can be read").report);
    }
    let began = Instant::now();
    let mut catalogue = gathering.finish(Relation::MissingAndFound);
    let laid = began.elapsed();
    let mut asking = Asking::default();
    let mut times: Vec<Duration> = reports(missing, QUESTIONS)
        .map(|report| {
            let began = Instant::now();
            let best = catalogue.ask(&report, 10, &mut asking);
            for proposal in &best {
                catalogue.explain_report(&report, proposal.number, &mut asking);
            }
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    let of = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or_default()
            .as_secs_f64()
            * 1000.0
    };
    println!(
        "{count} reports | {} | {longest} | {:.0} ms | {:.1} ms | {:.1} ms | {:.1} ms | {} MB",
        bytes / count.max(1),
        laid.as_secs_f64() * 1000.0,
        of(50),
        of(95),
        times.last().copied().unwrap_or_default().as_secs_f64() * 1000.0,
        peak_kb() / 1024,
    );
}

fn reports(path: &str, limit: usize) -> impl Iterator<Item = Report> {
    let mut reader = csv::Reader::from_path(path).expect("a list");
    let header = reader.headers().expect("its header").clone();
    reader.into_records().take(limit).map(move |row| {
        let row = row.expect("a row");
        let mut report = Report::default();
        for (column, cell) in header.iter().zip(&row) {
            if let Some(fact) = report.fact_mut(column) {
                cell.clone_into(fact);
            }
        }
        report
    })
}

/// The most memory this process ever had.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
