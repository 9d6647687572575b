//! The simulator against the checklist of its purpose, point by point; against the vendor's specifications; over sockets; and its speed.
#![allow(clippy::unwrap_used, clippy::panic)]
mod batches;
mod cards;
mod chores;
mod desk;
mod duplicates;
mod events;
mod faults;
mod forms;
mod install;
mod limited;
mod sockets;
mod specification;
mod speed;
mod transport;
