#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/device/tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(
    // A panic within automerge is caught and answered by `casefile`; only one that comes out of the decoder is a finding,
    // and that ends the process whatever this says.
    init: std::panic::set_hook(Box::new(|_| {})),
    |data: &[u8]| {
        targets::change(data);
    }
);
