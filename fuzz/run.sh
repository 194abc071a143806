#!/bin/sh
# Gives decoders to libFuzzer with the compiler that the repository asks for: `fuzz/run.sh 120 frame page`, or every
# target where none is named. What `cargo fuzz` adds is the address sanitizer, which needs a nightly compiler.
set -eu
cd "$(dirname "$0")"
seconds=${1:-60}
[ $# -gt 0 ] && shift
host=$(rustc -vV | sed -n 's/^host: //p')
# The flags of `cargo fuzz`, without the sanitizer.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions"
export RUSTFLAGS CARGO_INCREMENTAL=0 CARGO_PROFILE_RELEASE_DEBUG=0
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-../target/fuzz}"
cargo build --release --target "$host" --bins
[ $# -gt 0 ] || set -- $(cd fuzz_targets && ls | sed 's/\.rs$//')
for target in "$@"; do
    # What it learns is kept out of the repository; what a decoder does not survive lies there, too.
    mkdir -p "$CARGO_TARGET_DIR/learnt/$target"
    "$CARGO_TARGET_DIR/$host/release/$target" "$CARGO_TARGET_DIR/learnt/$target" "corpus/$target" \
        -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -artifact_prefix="$CARGO_TARGET_DIR/learnt/$target-"
done
