//! Expressions: what they mean, what is refused, and that our evaluator agrees with the library's interpreter.

mod agree;
mod meaning;
mod refused;
