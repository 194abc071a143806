//! What a paper is: read again by other programs than the one that wrote it.

mod bounds;
mod inert;
mod letters;
mod pages;
mod sheets;
mod standards;
mod tools;
