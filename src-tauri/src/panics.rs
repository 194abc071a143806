//! What the app says when it trips over itself.

use std::panic;

/// Replaces the default message of a panic, which prints the values that caused it, with the place alone: the values
/// may be a child's.
pub(crate) fn keep_words_out_of_the_log() {
    panic::set_hook(Box::new(|trip| {
        let place = trip
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        eprintln!("vatsalya-field: a fault at {place}; what was saved is safe");
    }));
}
