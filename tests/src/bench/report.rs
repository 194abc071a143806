//! The page of figures.

use std::time::Duration;

use super::{
    Clocks, LongCase, Samples,
    parts::{FirstSync, Opened},
    pictures::SideBySide,
    window::InTheWindow,
};
use crate::network::Traffic;

/// An exchange: how long, and what passed in the middle one.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) samples: Samples,
    pub(super) traffic: Traffic,
}

/// A tablet with every case of a district.
#[derive(Debug)]
pub(super) struct Full {
    pub(super) first: FirstSync,
    pub(super) traffic: Traffic,
    pub(super) hub_kb: Option<u64>,
    pub(super) opened: Opened,
    pub(super) in_the_window: InTheWindow,
}

/// Everything that was measured.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) machine: String,
    pub(super) at: jiff::Timestamp,
    pub(super) durable: Samples,
    pub(super) first: Vec<(FirstSync, Traffic)>,
    /// Tablets of growing size.
    pub(super) full: Vec<Full>,
    pub(super) long: LongCase,
    pub(super) clocks: Clocks,
    pub(super) nothing: Wire,
    pub(super) one_edit: Wire,
    pub(super) hub_first_kb: Option<u64>,
    pub(super) pictures: Vec<SideBySide>,
    pub(super) bundle: u64,
    pub(super) release: bool,
}

/// The page.
pub(super) fn page(figures: &Figures) -> String {
    let Figures { first, full, .. } = figures;
    let sync = Samples::from_micros(&first.iter().map(|(sync, _)| sync.sync_us).collect::<Vec<_>>());
    let enrol = Samples::from_micros(&first.iter().map(|(sync, _)| sync.enrol_us).collect::<Vec<_>>());
    let mut rows: Vec<String> = full.iter().flat_map(opening_rows).collect();
    rows.extend(full.last().map(working_rows).into_iter().flatten());
    rows.extend([
        timed("– the disk's own floor: 4 kB made durable", &figures.durable),
        timed("Exchange with nothing to say", &figures.nothing.samples),
        timed("Exchange of one edit", &figures.one_edit.samples),
        timed("Enrol: key, vault, author", &enrol),
    ]);
    rows.extend(
        first
            .first()
            .map(|(one, _)| timed(&format!("First sync, {} cases", one.cases), &sync)),
    );
    rows.extend(full.iter().map(|full| {
        format!(
            "| First sync, {} cases | {} | – | 1 |",
            full.first.cases,
            shown(Duration::from_micros(full.first.sync_us))
        )
    }));
    rows.extend(full.iter().map(|full| {
        timed(
            &format!("Make list, search and clocks anew, {} cases", full.first.cases),
            &Samples::from_micros(&full.opened.rebuild_us),
        )
    }));
    rows.extend(clock_rows(&figures.clocks));
    rows.extend(long_rows(&figures.long));
    let mut wire = vec![
        passed("Nothing to say", figures.nothing.traffic),
        passed("One edit", figures.one_edit.traffic),
    ];
    let synced = first.iter().take(1).map(|(one, traffic)| (one, *traffic));
    let synced = synced.chain(full.iter().map(|full| (&full.first, full.traffic)));
    wire.extend(
        synced.map(|(first, traffic)| passed(&format!("Enrolment and first sync, {} cases", first.cases), traffic)),
    );
    let kb = |kb: Option<u64>| kb.map_or_else(|| "–".into(), |kb| format!("{} MB", kb.div_ceil(1024)));
    let mut sizes = Vec::new();
    let first_one = first.iter().take(1).map(|(one, _)| (one, figures.hub_first_kb));
    for (first, hub_kb) in first_one.chain(full.iter().map(|full| (&full.first, full.hub_kb))) {
        let cases = first.cases;
        sizes.push(format!(
            "| Device, first sync of {cases} cases, peak memory | {} |",
            kb(Some(first.peak_kb))
        ));
        sizes.push(format!("| Hub, {cases} cases, peak memory | {} |", kb(hub_kb)));
    }
    for full in full {
        let cases = full.first.cases;
        sizes.push(format!(
            "| Device, working with {cases} cases, peak memory | {} |",
            kb(Some(full.opened.peak_kb))
        ));
        sizes.push(format!(
            "| Vault with {cases} cases | {} kB |",
            full.first.store_bytes / 1000
        ));
    }
    sizes.push(format!(
        "| Screens, `ui_bg.wasm` | {} kB |",
        figures.bundle.div_ceil(1000)
    ));
    format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench` on {} ({} build); do not edit.\n\nMachine: {}.\n\n\
         The cases are invented by the seed 7, four documents each, without pictures. Devices and hub run on the same \
         machine and talk over loopback, so times leave the network out; bytes are counted by a relay between them, with \
         the heads of HTTP and without TLS and TCP. Unlocking derives the key by Argon2id: over 64 MiB, the least that is \
         taken, where nothing is said; *tuned* and *in the window* by as much work as the app chooses, which is to take an officer's own machine about 650 ms. Memory is the highest the process ever had (`VmHWM`); unlocking alone takes 64 MB of it.\n\n\
         The rows *in the window* are the app itself in a virtual display without a graphics card, opened again and again: \
         from the moment the kernel dates its process until the passphrase can be typed (with what the driver of the test \
         takes to attach itself, and the web view's own processes), and from pressing Unlock until the first row of the \
         list is painted. What the officer takes to type is left out. The other rows are the device without a screen.\n\n\
         ## Time\n\n| what | median | p95 | samples |\n|---|---:|---:|---:|\n{}\n\n\
         ## On the wire\n\n| what | bytes up | bytes down | round trips | connections |\n|---|---:|---:|---:|---:|\n{}\n\n\
         ## Pictures, side by side with libvips\n\n\
         The same file made into 1600, 640 and 192 pixels, each way in processes of its own from start to end: this app's \
         code in one, `vipsthumbnail` (Debian's libvips-tools) in three, the smaller sizes out of the full one both times. \
         A ratio under 1 is for this app. Memory is the peak of the largest process.\n\n\
         | picture | here | libvips | ratio | memory here | memory libvips | full here | full libvips |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n{}\n\n\
         ## Size\n\n| what | |\n|---|---:|\n{}\n",
        figures.at.strftime("%-d %b %Y, %H:%M UTC"),
        if figures.release { "release" } else { "debug" },
        figures.machine,
        rows.join("\n"),
        wire.join("\n"),
        figures.pictures.iter().map(side_by_side).collect::<Vec<_>>().join("\n"),
        sizes.join("\n"),
    )
}

/// What it costs to come to a usable list.
fn opening_rows(full: &Full) -> Vec<String> {
    let (opened, window, cases) = (&full.opened, &full.in_the_window, full.first.cases);
    let to_list = opened.unlock_us.iter().zip(&opened.first_page_us).map(|(a, b)| a + b);
    vec![
        timed(
            &format!("Opening the app to a usable list, {cases} cases, in the window"),
            &window.both,
        ),
        timed("– of it from the process's start to the unlock screen", &window.start),
        timed("– of it from the passphrase to the first row painted", &window.list),
        timed(
            &format!("Unlock to a page of the list, {cases} cases, without the window"),
            &Samples::from_micros(&to_list.collect::<Vec<_>>()),
        ),
        timed(
            "– of it the passphrase and the vault",
            &Samples::from_micros(&opened.unlock_us),
        ),
        timed(
            "– of it the first page of 50",
            &Samples::from_micros(&opened.first_page_us),
        ),
        timed(
            "Unlock, the work for the passphrase tuned to this machine",
            &Samples::from_micros(&opened.tuned_us),
        ),
    ]
}

/// What it costs to work with a full tablet.
fn working_rows(full: &Full) -> Vec<String> {
    let (opened, cases) = (&full.opened, full.first.cases);
    vec![
        timed(
            &format!("A page from the middle of the list, {cases} cases"),
            &Samples::from_micros(&opened.page_us),
        ),
        timed(
            "Find by the beginning of a word, six scripts",
            &Samples::from_micros(&opened.find_us),
        ),
        timed("Open a case, revealed", &Samples::from_micros(&opened.case_us)),
        timed("Open Form 17", &Samples::from_micros(&opened.form_us)),
        timed("Save one field, durable", &Samples::from_micros(&opened.save_us)),
    ]
}

fn clock_rows(clocks: &Clocks) -> Vec<String> {
    let Clocks { cases, texts, .. } = clocks;
    vec![
        timed(
            &format!("Compute the clocks of {cases} cases by {texts} texts, time of one core"),
            &clocks.timings,
        ),
        timed("– with every word of them", &clocks.told),
    ]
}

fn long_rows(long: &LongCase) -> Vec<String> {
    let what = format!("a case of {} changes in two years", long.changes);
    vec![
        timed(
            &format!("Load {what}, {} kB saved", long.bytes.div_ceil(1000)),
            &long.load,
        ),
        timed("– edit one field of it", &long.edit),
        timed("– merge what another wrote apart", &long.merge),
        timed("– project it: facts, rows, clocks", &long.project),
        timed("– list its conflicts", &long.conflicts),
        timed("– the whole as it stood at the middle", &long.then),
        timed("– what was done since the middle", &long.since),
    ]
}

fn timed(what: &str, samples: &Samples) -> String {
    format!(
        "| {what} | {} | {} | {} |",
        shown(samples.median()),
        shown(samples.p95()),
        samples.count()
    )
}

fn side_by_side(SideBySide { name, ours, vips }: &SideBySide) -> String {
    let mb = |kb: u64| format!("{} MB", kb.div_ceil(1024));
    let kb = |bytes: u64| format!("{} kB", bytes.div_ceil(1000));
    let (time, ratio, memory, full) = vips.map_or_else(
        || ["–"; 4].map(String::from).into(),
        |vips| {
            let ratio = ours.time.as_secs_f64() / vips.time.as_secs_f64();
            (
                shown(vips.time),
                format!("{ratio:.2}"),
                mb(vips.peak_kb),
                kb(vips.full_bytes),
            )
        },
    );
    format!(
        "| {name} | {} | {time} | {ratio} | {} | {memory} | {} | {full} |",
        shown(ours.time),
        mb(ours.peak_kb),
        kb(ours.full_bytes)
    )
}

fn passed(what: &str, traffic: Traffic) -> String {
    format!(
        "| {what} | {} | {} | {} | {} |",
        traffic.up, traffic.down, traffic.round_trips, traffic.connections
    )
}

fn shown(time: Duration) -> String {
    match time.as_micros() {
        micros @ 0..1_000 => format!("{micros} µs"),
        micros @ 1_000..100_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        micros @ 100_000..10_000_000 => format!("{} ms", micros / 1_000),
        micros => format!("{} s", micros / 1_000_000),
    }
}
