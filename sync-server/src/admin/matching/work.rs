//! Work in chunks on every core, its results in their order.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result};

/// Records of a chunk.
const CHUNK: usize = 256;
/// Chunks that may wait for one before them, for each core: what bounds memory.
const WAITING: usize = 8;

/// Does `each` for the numbers below `count` on every core and hands the results to `take` in the order of the numbers. Each
/// thread has a state of its own, made by `state`.
pub(super) fn on_every_core<S, T: Send>(
    count: usize,
    said: &mut dyn Write,
    state: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, usize) -> T + Sync,
    mut take: impl FnMut(usize, T) -> Result<()>,
) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = AtomicUsize::new(0);
    let chunks = count.div_ceil(CHUNK);
    thread::scope(|scope| {
        let mut lanes = Vec::new();
        // Chunk n is the business of lane n modulo cores, so that results come in order without being sorted.
        for core in 0..cores {
            let (send, receive) = mpsc::sync_channel(WAITING);
            lanes.push(receive);
            let (state, each, next) = (&state, &each, &next);
            scope.spawn(move || {
                let mut state = state();
                for chunk in (core..chunks).step_by(cores) {
                    let numbers = chunk * CHUNK..((chunk + 1) * CHUNK).min(count);
                    let results: Vec<T> = numbers.map(|number| each(&mut state, number)).collect();
                    next.fetch_add(1, Ordering::Relaxed);
                    if send.send(results).is_err() {
                        return;
                    }
                }
            });
        }
        let mut told = 0;
        for chunk in 0..chunks {
            let results = lanes[chunk % cores]
                .recv()
                .context("a thread ended before its work was done")?;
            for (at, result) in results.into_iter().enumerate() {
                take(chunk * CHUNK + at, result)?;
            }
            let percent = (chunk + 1) * 100 / chunks;
            if percent >= told + 5 {
                told = percent;
                writeln!(said, "{percent} %")?;
            }
        }
        Ok(())
    })
}
