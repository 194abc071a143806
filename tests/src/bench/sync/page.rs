//! The section of the page.

use super::{
    CASES, EDITS,
    documents::CHANGES,
    figures::{At, Cell, Costs, Cuts, Figures, Frames, Small, Windows},
};

const NONE: &str = "–";

/// The section, out of whatever was measured.
pub(super) fn section(figures: &Figures) -> String {
    let mut parts = vec![format!(
        "## Sync\n\nWritten by `cargo xtask bench sync`; do not edit. {}.\n\n\
         Everybody has the same documents: {CASES} invented cases of {CHANGES} changes, one automerge document each{}; PouchDB has \
         them as JSON, Anki {CASES} notes of about 200 characters. *2G* is an emulated link between two network namespaces of one \
         machine: 50 kbit/s, 300 ms and 5 % loss each way, a queue of 16 kB, other packets lost in each sample; the kernel's own \
         TCP on both sides. Bytes are those of all IP packets that were sent, both ways, lost ones and TCP's own included, from the \
         start of a client's process to its end; *closed* goes on until the connection is over. Times are a client's own, from its \
         first packet until it knows that it is in step, in a fresh process each time; what it takes to start and to load is left \
         out. Ours has told of its unlocking before it is measured, as an app that is open has, and makes a new connection; what it \
         is with that told on the way stands beside it. Memory is `VmRSS` of the server's process and of those it started.",
        when(figures),
        mean_saved(figures),
    )];
    for (title, of, target, more) in [
        (
            format!("In step, {CASES} cases: anything new? (2G)"),
            (|costs: &Costs| costs.in_step.clone()) as fn(&Costs) -> Option<Cell>,
            (850, Some(1_350)),
            just_unlocked(figures),
        ),
        (
            format!("{EDITS} one-field edits pushed (2G)"),
            |costs: &Costs| costs.push.clone(),
            (3_000, Some(1_700)),
            Vec::new(),
        ),
        (
            format!("A new device, {CASES} cases (clear link)"),
            |costs: &Costs| costs.new_device.clone(),
            (3_900_000, None),
            Vec::new(),
        ),
    ] {
        parts.push(table(&title, figures, of, target, &more));
    }
    parts.push(new_device(figures));
    parts.push(rest(figures));
    parts.push(String::new());
    parts.join("\n\n")
}

/// Ours where its access log has something to say.
fn just_unlocked(figures: &Figures) -> Vec<(&'static str, Cell)> {
    let ours = [
        ("ours, just unlocked", &figures.ours),
        ("ours with TLS 1.3, just unlocked", &figures.ours_tls),
    ];
    ours.into_iter()
        .filter_map(|(name, part)| Some((name, part.as_ref()?.measured.unlocked.clone()?)))
        .collect()
}

/// When each part was measured.
fn when(figures: &Figures) -> String {
    let mut told = Vec::new();
    told.extend(figures.ours.as_ref().map(|part| stamp("ours", part)));
    told.extend(figures.ours_tls.as_ref().map(|part| stamp("ours with TLS", part)));
    told.extend(figures.ours_whole.as_ref().map(|part| stamp("the whole device", part)));
    told.extend(figures.frames.as_ref().map(|part| stamp("frames", part)));
    told.extend(figures.cuts.as_ref().map(|part| stamp("cuts", part)));
    told.extend(figures.anki.as_ref().map(|part| stamp("Anki", part)));
    told.extend(figures.pouchdb.as_ref().map(|part| stamp("PouchDB", part)));
    told.extend(
        figures
            .automerge
            .as_ref()
            .map(|part| stamp("automerge-repo, 60 s", part)),
    );
    told.extend(
        figures
            .automerge_default
            .as_ref()
            .map(|part| stamp("automerge-repo", part)),
    );
    format!("Measured on: {}", told.join("; "))
}

fn stamp<T>(name: &str, part: &At<T>) -> String {
    let build = if part.release { "" } else { " (debug build)" };
    format!("{name} {}{build}", part.when)
}

fn mean_saved(figures: &Figures) -> String {
    let ours = figures.ours.as_ref().and_then(|ours| ours.measured.saved_bytes);
    ours.map_or_else(String::new, |bytes| {
        format!(" of {bytes} bytes as automerge saves it, mean")
    })
}

/// Everybody's names, in the order of the tables.
fn everybody(figures: &Figures) -> [(&'static str, Option<&Costs>); 6] {
    [
        ("**ours**", figures.ours.as_ref().map(|part| &part.measured)),
        (
            "ours with TLS 1.3",
            figures.ours_tls.as_ref().map(|part| &part.measured),
        ),
        ("Anki", figures.anki.as_ref().map(|part| &part.measured)),
        (
            "PouchDB ↔ express-pouchdb",
            figures.pouchdb.as_ref().map(|part| &part.measured),
        ),
        (
            "automerge-repo, keep-alive of 60 s",
            figures.automerge.as_ref().map(|part| &part.measured),
        ),
        (
            "automerge-repo as it comes",
            figures.automerge_default.as_ref().map(|part| &part.measured),
        ),
    ]
}

fn table(
    title: &str,
    figures: &Figures,
    of: fn(&Costs) -> Option<Cell>,
    (bytes_at_most, ms_at_most): (u64, Option<u64>),
    more: &[(&str, Cell)],
) -> String {
    let ours = figures.ours.as_ref().and_then(|part| of(&part.measured));
    let base = ours.as_ref().and_then(|cell| Some((cell.bytes(50)?, cell.ms(50)?)));
    let time = ms_at_most.map_or_else(|| NONE.into(), |ms| format!("≤ {}", seconds(ms)));
    let mut rows = vec![format!("| target | ≤ {bytes_at_most} | | | {time} | | | |")];
    for (name, costs) in everybody(figures) {
        let Some(cell) = costs.and_then(of) else { continue };
        rows.push(format!("| {name} | {} |", row(&cell, base)));
    }
    rows.extend(
        more.iter()
            .map(|(name, cell)| format!("| {name} | {} |", row(cell, base))),
    );
    let met = ours.as_ref().and_then(|cell| Some((cell.bytes(50)?, cell.ms(50)?)));
    let verdict = met.map_or_else(String::new, |(bytes, ms)| {
        let time = ms_at_most.is_none_or(|at_most| ms <= at_most);
        let word = |met: bool| if met { "met" } else { "missed" };
        let of_time = if ms_at_most.is_some() {
            format!(", time {}", word(time))
        } else {
            String::new()
        };
        format!(
            "\n\nThe target by our medians without TLS: bytes {}{of_time}.",
            word(bytes <= bytes_at_most)
        )
    });
    format!(
        "### {title}\n\n| | bytes, median | p95 | closed, median | time, median | p95 | samples | bytes × ours, time × ours |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n{}{verdict}",
        rows.join("\n")
    )
}

fn row(cell: &Cell, base: Option<(u64, u64)>) -> String {
    let number = |bytes: Option<u64>| bytes.map_or_else(|| NONE.into(), |bytes| bytes.to_string());
    let time = |ms: Option<u64>| ms.map_or_else(|| NONE.into(), seconds);
    let ratio = match (base, cell.bytes(50), cell.ms(50)) {
        (Some((bytes, ms)), Some(its_bytes), Some(its_ms)) => {
            format!("{} × {}", times(its_bytes, bytes), times(its_ms, ms))
        }
        _ => NONE.into(),
    };
    let samples = match cell.given_up {
        None => cell.samples.len().to_string(),
        Some((count, after)) => format!("{}, {count} given up after {after} s", cell.samples.len()),
    };
    format!(
        "{} | {} | {} | {} | {} | {samples} | {ratio}",
        number(cell.bytes(50)),
        number(cell.bytes(95)),
        number(cell.closed_bytes(50)),
        time(cell.ms(50)),
        time(cell.ms(95)),
    )
}

fn new_device(figures: &Figures) -> String {
    let mut said = vec![format!("### A new device on the 2G link, {CASES} cases")];
    if let Some(whole) = &figures.ours_whole
        && let (Some(bytes), Some(ms)) = (whole.measured.bytes(50), whole.measured.ms(50))
    {
        said.push(format!(
            "All of it: {bytes} bytes in {} ({} sample, without TLS, the enrolment in the bytes and not in the time).",
            seconds(ms),
            whole.measured.samples.len()
        ));
    }
    let windows = [("without TLS", &figures.ours), ("with TLS", &figures.ours_tls)];
    let rows: Vec<String> = windows
        .into_iter()
        .filter_map(|(name, part)| Some(window_row(name, part.as_ref()?.measured.windows.as_ref()?)))
        .collect();
    if !rows.is_empty() {
        said.push(format!(
            "What its list shows when a window of 30 s closes, counted from the first packet of its enrolment (target: all {CASES} within \
             the window):\n\n| | cases in the list, median | least | windows in which all were there | time until then, median | samples |\n\
             |---|--:|--:|--:|--:|--:|\n{}",
            rows.join("\n")
        ));
    }
    said.join("\n\n")
}

fn window_row(name: &str, windows: &Windows) -> String {
    format!(
        "| {name} | {} | {} | {} | {} | {} |",
        percentile(&windows.listed, 50).unwrap_or_default(),
        windows.listed.iter().min().copied().unwrap_or_default(),
        windows.all_ms.len(),
        percentile(&windows.all_ms, 50).map_or_else(|| NONE.into(), seconds),
        windows.listed.len()
    )
}

fn rest(figures: &Figures) -> String {
    let mut said = Vec::new();
    if let Some(cuts) = &figures.cuts {
        said.push(cuts_told(&cuts.measured));
    }
    if let Some(frames) = &figures.frames {
        said.push(frames_told(&frames.measured));
    }
    said.push(memory(figures));
    said.join("\n\n")
}

fn cuts_told(cuts: &Cuts) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a share of a few gigabytes")]
    let kept = 100.0 * cuts.needed as f64 / cuts.delivered.max(1) as f64;
    format!(
        "### Cut at a random byte\n\n{} first syncs on a fast link, cut {} times: {} times within the first 144 kB of an answer, which is what \
         a window of 30 s carries, {} times within a request. Before each piece an officer writes a note.\n\n\
         | | target | |\n|---|--:|--:|\n| delivered bytes kept | ≥ 97 % | {kept:.2} % |\n| notes lost | 0 | {} of {} |\n\
         | notes doubled | 0 | {} of {} |\n\nKept is what as many first syncs take that nobody cuts ({} bytes), out of all bytes of answers that \
         were delivered ({} bytes): heads and verdicts of the requests in between count as not kept.",
        cuts.first_syncs,
        cuts.answers + cuts.requests,
        cuts.answers,
        cuts.requests,
        cuts.lost,
        cuts.edits,
        cuts.doubled,
        cuts.edits,
        cuts.needed,
        cuts.delivered,
    )
}

fn frames_told(frames: &Frames) -> String {
    let row = |name: &str, small: &Small, target: u64| {
        format!(
            "| {name} | {} | {} | {} | ≤ {target} | **{}** | {} |",
            small.raw, small.dictionary, small.short, small.in_a_frame, small.one_more
        )
    };
    format!(
        "### One change on the wire\n\nMedian bytes of {} cases. *In a frame* is what a frame is longer by for the change, the name of its \
         document included; *one more* by the next change of the same document.\n\n| | as automerge has it | zstd with the dictionary alone | \
         short form, packed | target | in a frame | one more |\n|---|--:|--:|--:|--:|--:|--:|\n{}\n{}",
        frames.cases,
        row("one field", &frames.edit, 60),
        row("one note", &frames.note, 145),
    )
}

fn memory(figures: &Figures) -> String {
    let mb = |kb: u64| format!("{} MB", kb.div_ceil(1024));
    let mut rows = Vec::new();
    for (name, costs) in everybody(figures) {
        let Some(memory) = costs.and_then(|costs| costs.memory) else {
            continue;
        };
        let filled = memory.filled_kb.map_or_else(|| NONE.into(), mb);
        rows.push(format!("| {name} | {} | {filled} |", mb(memory.in_step_kb)));
    }
    format!(
        "### Memory of the server, {CASES} cases\n\nTarget: ours at most 40 MB with everybody in step.\n\n\
         | | started again, one client in step | after it took everything in |\n|---|--:|--:|\n{}",
        rows.join("\n")
    )
}

impl Cell {
    fn bytes(&self, percent: usize) -> Option<u64> {
        percentile(
            &self.samples.iter().map(|sample| sample.bytes).collect::<Vec<_>>(),
            percent,
        )
    }

    fn closed_bytes(&self, percent: usize) -> Option<u64> {
        percentile(
            &self
                .samples
                .iter()
                .map(|sample| sample.closed_bytes)
                .collect::<Vec<_>>(),
            percent,
        )
    }

    fn ms(&self, percent: usize) -> Option<u64> {
        percentile(
            &self.samples.iter().map(|sample| sample.ms).collect::<Vec<_>>(),
            percent,
        )
    }
}

/// The one that so many of a hundred are at most as large as.
fn percentile(values: &[u64], percent: usize) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied()
}

fn seconds(ms: u64) -> String {
    format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10)
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of few digits")]
fn times(its: u64, ours: u64) -> String {
    format!("{:.1}", its as f64 / ours.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::sync::figures::Sample;

    fn costs(bytes: &[u64]) -> Costs {
        let samples = bytes.iter().map(|bytes| Sample {
            bytes: *bytes,
            closed_bytes: bytes + 156,
            ms: bytes * 2,
        });
        Costs {
            in_step: Some(Cell {
                samples: samples.collect(),
                given_up: None,
            }),
            ..Costs::default()
        }
    }

    #[test]
    fn a_table_shows_everybody_who_was_measured_and_says_whether_the_target_is_met() {
        let mut figures = Figures {
            ours: Some(At::now(costs(&[700, 800, 760])).unwrap()),
            anki: Some(At::now(costs(&[1_520])).unwrap()),
            ..Figures::default()
        };
        let page = section(&figures);
        assert!(
            page.contains("| **ours** | 760 | 800 | 916 | 1.52 s | 1.60 s | 3 | 1.0 × 1.0 |"),
            "{page}"
        );
        assert!(
            page.contains("| Anki | 1520 |") && page.contains("| 2.0 × 2.0 |"),
            "{page}"
        );
        assert!(page.contains("bytes met, time missed"), "{page}");
        assert!(
            !page.contains("PouchDB ↔"),
            "who was not measured is in no table: {page}"
        );
        figures.ours = Some(At::now(costs(&[900])).unwrap());
        assert!(section(&figures).contains("bytes missed"));
    }
}
