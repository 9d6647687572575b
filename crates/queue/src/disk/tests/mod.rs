//! The disk queue's stories: the contract on real files, what is on the disk and what is gone from it, crashes, failing calls, damage.
#![allow(clippy::unwrap_used, clippy::panic)]

mod contract;
mod crash;
mod damage;
mod faults;
mod rig;
mod secrecy;
mod sim;
