//! Reports over conversations that were counted: what they say, and what they must not hold.
#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, params};

use super::*;
use crate::access::testing;
use crate::journal::testing::empty;
use crate::metrics::figures::LostSummary;

const DAY_US: i64 = 86_400_000_000;
/// Monday, 6 January 2025, midnight in Moscow.
const MONDAY_US: i64 = 1_736_110_800_000_000;
