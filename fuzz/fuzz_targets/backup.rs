#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/device/tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::backup(data);
});
