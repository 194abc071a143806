//! The harness of the whole-system tests: the parts that surround a device, real ones wherever there is one.
//!
//! A hub is the real `sync-server` process, a tablet is the real `device` crate, a window is the real app under
//! WebDriver. What has no original here is small and stands in for somebody else's machine: the portal that receives,
//! the network that breaks. Nothing here waits by sleeping; everything waits for something to become true, and gives
//! up at a deadline with words that say what it waited for.

pub mod admin;
pub mod author;
pub mod bench;
pub mod canary;
#[path = "../../sync-server/tests/support/cluster.rs"]
#[allow(clippy::unwrap_used, reason = "a test whose database does not start fails")]
pub mod cluster;
pub mod crash;
pub mod demo;
pub mod dictionary;
pub mod gallery;
pub mod ground;
pub mod hub;
pub mod journey;
pub mod link;
pub mod network;
pub mod places;
pub mod portal;
pub mod preload;
pub mod qr;
pub mod scene;
pub mod screens;
pub mod session;
pub mod simulation;
pub mod story;
pub mod tablet;
pub mod window;
