//! A scripted hour on a tablet, and every way in which the tablet can be cut off in the middle of it.
//!
//! The hour ([`hour`]) is run by a process of its own with a library before it ([`calls`]) that counts each call by which
//! the process changes its folder. So a campaign can kill it at the k-th call, let the k-th call fail, or take the record
//! of all calls and make from it what a disk may hold after the power went ([`disk`]). What is left is then looked at
//! with the same eyes every time ([`verify`]).

pub mod calls;
pub mod campaign;
pub mod disk;
pub mod hour;
pub mod hub;
pub mod record;
pub mod verify;
