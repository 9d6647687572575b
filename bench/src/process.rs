//! What a process has used, read from `/proc`: CPU time and resident memory. Used to show that the generator takes
//! clearly less CPU than the server it drives, and for the memory figures. Linux only; elsewhere the figures are absent.

use std::fs;

/// Linux counts CPU time of `/proc/PID/stat` in USER_HZ, which is 100 on every architecture we run on.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) cpu_s: f64,
    pub(crate) rss_kib: u64,
}

impl Usage {
    pub(crate) fn of_self() -> Option<Self> {
        Self::read("self")
    }

    pub(crate) fn of(pid: u32) -> Option<Self> {
        Self::read(&pid.to_string())
    }

    fn read(who: &str) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{who}/stat")).ok()?;
        // The command name may hold spaces and brackets: fields are counted after the last bracket.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let user: f64 = fields.get(11)?.parse().ok()?;
        let system: f64 = fields.get(12)?.parse().ok()?;
        let status = fs::read_to_string(format!("/proc/{who}/status")).ok()?;
        let rss = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
        let rss_kib = rss.split_whitespace().next()?.parse().ok()?;
        Some(Self { cpu_s: (user + system) / TICKS_PER_SECOND, rss_kib })
    }
}
