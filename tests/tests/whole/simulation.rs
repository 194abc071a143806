//! Five hundred worlds of devices and a hub, each decided by its seed. `cargo xtask campaign simulation` plays more.

use std::{num::NonZero, thread};

use tests::simulation::play;

const SEEDS: u64 = 500;

#[test]
fn whatever_is_lost_cut_doubled_or_late_every_word_arrives_once_and_nobody_hears_what_is_not_theirs() {
    let workers = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    thread::scope(|scope| {
        for worker in 0..workers {
            scope.spawn(move || {
                for seed in (worker..SEEDS).step_by(usize::try_from(workers).unwrap()) {
                    let ended = play(seed);
                    assert!(
                        ended.is_ok(),
                        "seed {seed}: {:#}\nplay it again: cargo xtask campaign simulation --from {seed} --seeds 1",
                        ended.unwrap_err()
                    );
                }
            });
        }
    });
}
