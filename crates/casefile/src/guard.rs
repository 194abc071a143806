//! Automerge trusts its input and panics on some; nothing it does with bytes from outside may take the process down.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`; a panic becomes `None`. What `work` touched must be thrown away then, so it works on copies.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
