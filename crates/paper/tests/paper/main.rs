//! What a paper is: read again by other programs than the one that wrote it.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod bounds;
mod inert;
mod letters;
mod pages;
mod sheets;
mod standards;
mod tools;
