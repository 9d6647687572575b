//! Just enough HTTP/1.1 to drive and question a server: `head` reads a response head (used by the load engine, which keeps
//! its own sockets), `plain` is a blocking keep-alive client for the slow questions, `address` splits a URL.
//! No TLS, no redirects, no cookies: loopback only.

mod address;
mod head;
mod plain;

pub(crate) use address::{Address, encode};
pub(crate) use head::{Body, Head, parse_head};
pub(crate) use plain::Plain;
