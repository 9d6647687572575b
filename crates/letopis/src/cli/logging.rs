//! Logs on the error stream: JSON, one event a line, for machines that collect them; in words where a person looks on.
//!
//! `LETOPIS_LOG` is `error`, `warn`, `info` or `debug`. What is logged holds no personal data and no secret, at any level: that is the
//! duty of whoever logs.

use std::io::{IsTerminal, stderr};

use anyhow::Context;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;

/// Logs from now on, at `level` unless the environment says another.
pub(super) fn start(level: LevelFilter) -> anyhow::Result<()> {
    let level = match std::env::var("LETOPIS_LOG") {
        Ok(named) => named.parse().ok().with_context(|| format!("LETOPIS_LOG={named:?}: use error, warn, info or debug"))?,
        Err(_) => level,
    };
    let logs = fmt().with_max_level(level).with_writer(stderr).with_target(false);
    let started = if stderr().is_terminal() { logs.compact().try_init() } else { logs.json().flatten_event(true).try_init() };
    started.map_err(|e| anyhow::anyhow!("logs: {e}"))
}
