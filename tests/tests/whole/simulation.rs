//! Five hundred worlds of devices and a hub, each decided by its seed, and some in which more can happen. `cargo xtask campaign
//! simulation` plays more.

use std::{num::NonZero, thread};

use tests::simulation::{Happens, play};

const SEEDS: u64 = 500;
/// Worlds in which everything can happen take three times as long.
const SEEDS_OF_EVERYTHING: u64 = 40;

fn play_all(seeds: u64, happens: Happens, how: &str) {
    let workers = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || {
                for seed in (worker..seeds).step_by(usize::try_from(workers).unwrap()) {
                    let ended = play(seed, happens);
                    assert!(
                        ended.is_ok(),
                        "seed {seed}: {:#}\nplay it again: cargo xtask campaign simulation --from {seed} --seeds 1{how}",
                        ended.unwrap_err()
                    );
                }
            });
        }
    });
}

#[test]
fn whatever_is_lost_cut_doubled_or_late_every_word_arrives_once_and_nobody_hears_what_is_not_theirs() {
    play_all(SEEDS, Happens::Words, " --words");
}

#[test]
fn nor_does_it_matter_who_dies_when_who_is_shut_out_or_what_is_exchanged() {
    play_all(SEEDS_OF_EVERYTHING, Happens::Everything, "");
}
