//! What the rules say of whole cases: tables of cases as data, one file for each rule, read against the shipped pack.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adoption;
mod age;
mod custody;
mod fixture;
mod growth;
mod links;
mod names;
mod plan;
mod readings;
mod stage;
mod tasks;
