//! No word is lost to a crash, a power cut or a bad disk, wherever in the scripted hour it comes. Here a seeded sample
//! of calls; `cargo xtask campaign kill`, `power` and `disk` try every one.

use tests::crash::{
    campaign::{Recorded, Tally, Which},
    hour::Script,
};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

fn well(tally: &Tally) {
    assert!(tally.looked_at > 0);
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
}

#[test]
fn whatever_call_is_the_last_every_acknowledged_word_is_there_and_nothing_is_there_by_half() {
    let recorded = Recorded::make(Script::Hour, 2).unwrap();
    assert!(recorded.calls() > 300, "{} calls are an hour", recorded.calls());
    let sample = |count, seed| Which::Sample { count, seed };
    well(&recorded.kill(sample(2, 41)).unwrap());
    well(&recorded.cut(sample(4, 42), 1).unwrap());
    well(&recorded.full(sample(3, 46)).unwrap());
    for (seed, errno, lasting) in [(43, ENOSPC, true), (44, EIO, false), (45, EROFS, true)] {
        well(&recorded.fail(sample(2, seed), errno, lasting).unwrap());
    }
}

/// A page on which opening writes, and one that the doctor finds.
#[test]
fn a_damaged_file_is_mended_wherever_that_is_cut_off() {
    for (page, seed) in [(7, 51), (37, 52)] {
        let recorded = Recorded::make(Script::Mending { page }, 2).unwrap();
        let sample = |count, seed| Which::Sample { count, seed };
        well(&recorded.kill(sample(2, seed)).unwrap());
        well(&recorded.cut(sample(3, seed), 1).unwrap());
        well(&recorded.fail(sample(2, seed), ENOSPC, true).unwrap());
    }
}
