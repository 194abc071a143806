//! Five hundred worlds of devices and a hub, each decided by its seed, and some in which more can happen. `cargo xtask campaign
//! simulation` plays more.

use tests::simulation::{Happens, play_many};

const SEEDS: u64 = 500;
/// Worlds in which everything can happen take three times as long.
const SEEDS_OF_EVERYTHING: u64 = 40;

fn all_go_well(seeds: u64, happens: Happens) {
    let played = play_many(0..seeds, happens, |_| ()).unwrap();
    assert!(played.wrong.is_empty(), "{}", played.wrong.join("\n"));
    assert_eq!(played.worlds, seeds);
}

#[test]
fn whatever_is_lost_cut_doubled_or_late_every_word_arrives_once_and_nobody_hears_what_is_not_theirs() {
    all_go_well(SEEDS, Happens::Words);
}

#[test]
fn nor_does_it_matter_who_dies_when_who_is_shut_out_or_what_is_exchanged() {
    all_go_well(SEEDS_OF_EVERYTHING, Happens::Everything);
}
