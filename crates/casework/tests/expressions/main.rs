//! Expressions: what they mean, what is refused, and that our evaluator agrees with the library's interpreter.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod agree;
mod meaning;
mod refused;
