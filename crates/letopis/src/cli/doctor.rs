//! `letopis doctor`: whether this machine is a good home for the data folder. Reads only, also beside a running server.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::bail;
use rustix::fs::statvfs;
use serde::Serialize;

use super::voice::{Voice, out};
use crate::app::{Config, Folder, Stored, now_us};
use crate::event::when::HOUR_US;
use crate::journal::copies::copies_of;
use crate::journal::{audits, witnesses};

/// Below it the server soon answers 503.
const LOW_SPACE_BYTES: u64 = 1 << 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// It works, and somebody should look at it.
    Warn,
    /// It does not work, or secrets lie open.
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    message: String,
}

pub(super) fn run(data: &Path, voice: Voice) -> anyhow::Result<()> {
    let findings = examine(data);
    for finding in findings.iter().filter(|_| !voice.json) {
        let mark = match finding.state {
            State::Ok => "ok  ",
            State::Warn => "warn",
            State::Bad => "BAD ",
        };
        out!("{mark}  {:11}  {}", finding.check, finding.message);
    }
    let bad = findings.iter().filter(|finding| finding.state == State::Bad).count();
    voice.say(&serde_json::json!({ "ok": bad == 0, "checks": findings }), |_| {});
    if bad > 0 { bail!("{bad} of {} checks are bad", findings.len()) } else { Ok(()) }
}

fn examine(data: &Path) -> Vec<Finding> {
    let mut findings = vec![sqlite(), settings(data)];
    if !data.is_dir() {
        findings.push(told("folder", State::Bad, format!("{} is not there: `letopis serve` makes it", data.display())));
        return findings;
    }
    findings.extend([folder(data), master_key(data), database(data), space(data), encryption(data), backup(data), server(data)]);
    findings.extend(others(data));
    findings
}

fn told(check: &'static str, state: State, message: impl Into<String>) -> Finding {
    Finding { check, state, message: message.into() }
}

fn sqlite() -> Finding {
    let version = rusqlite::version();
    let state = if rusqlite::version_number() >= 3_051_003 { State::Ok } else { State::Bad };
    told("sqlite", state, format!("SQLite {version}, compiled in"))
}

fn settings(data: &Path) -> Finding {
    match Config::of_folder(data) {
        Ok(config) if !config.listen.ip().is_loopback() && config.public_url.as_deref().is_none_or(|url| url.starts_with("http://")) => {
            let message =
                format!("listens on {} without TLS: put a proxy before it and set public_url to its https:// address", config.listen);
            told("settings", State::Warn, message)
        }
        Ok(config) => told("settings", State::Ok, format!("fine; listens on {}", config.listen)),
        Err(e) => told("settings", State::Bad, e.to_string()),
    }
}

fn folder(data: &Path) -> Finding {
    let Ok(about) = data.metadata() else { return told("folder", State::Bad, format!("{} cannot be read", data.display())) };
    let (mode, owner) = (about.mode() & 0o777, about.uid());
    let shown = data.canonicalize().unwrap_or_else(|_| data.to_owned());
    if owner != rustix::process::geteuid().as_raw() {
        return told("folder", State::Bad, format!("{} belongs to user {owner}: run Letopis as that user", shown.display()));
    }
    if mode & 0o077 != 0 {
        let open = data.join("letopis.db").metadata().is_ok_and(|about| about.mode() & 0o077 != 0);
        let state = if open { State::Bad } else { State::Warn };
        let what = if open { ", and so is the journal in it: chmod 600 its files and" } else { ":" };
        return told("folder", state, format!("{} is open to other users (mode {mode:o}){what} chmod 700 the folder", shown.display()));
    }
    told("folder", State::Ok, format!("{}, only its user may look in", shown.display()))
}

fn master_key(data: &Path) -> Finding {
    let path = data.join("master.key");
    match path.metadata() {
        Err(_) if data.join("letopis.db").exists() => told(
            "master key",
            State::Bad,
            "master.key is missing: without it nothing that was sealed can be read; restore it from the safe place",
        ),
        Err(_) => told("master key", State::Ok, "not made yet"),
        Ok(about) if about.permissions().mode() & 0o077 != 0 => {
            told("master key", State::Bad, format!("master.key is readable by others (mode {:o}): chmod 600", about.mode() & 0o777))
        }
        Ok(_) => told("master key", State::Ok, "only its user may read it; keep a copy in a safe place, apart from backups of the data"),
    }
}

fn database(data: &Path) -> Finding {
    if !data.join("letopis.db").exists() {
        return told("journal", State::Ok, "not made yet");
    }
    let config = Config::of_folder(data).unwrap_or_default();
    match Stored::open(data, &config).and_then(|stored| stored.businesses()) {
        Ok(businesses) => {
            let bytes = std::fs::metadata(data.join("letopis.db")).map_or(0, |about| about.len());
            let slugs: Vec<&str> = businesses.iter().map(|business| business.slug.as_str()).collect();
            told("journal", State::Ok, format!("{} MB, businesses: {}", bytes >> 20, slugs.join(", ")))
        }
        Err(e) => told("journal", State::Bad, format!("{e:#}")),
    }
}

fn space(data: &Path) -> Finding {
    let Ok(about) = statvfs(data) else { return told("disk space", State::Warn, "unknown") };
    let free = about.f_bavail * about.f_frsize;
    let share = free * 100 / (about.f_blocks * about.f_frsize).max(1);
    let state = if free < LOW_SPACE_BYTES {
        State::Bad
    } else if share < 10 {
        State::Warn
    } else {
        State::Ok
    };
    told("disk space", state, format!("{} GB free, {share} %", free >> 30))
}

/// The live database holds searchable text in the plain, so the disk under it should be encrypted.
fn encryption(data: &Path) -> Finding {
    let device = data.metadata().map(|about| (rustix::fs::major(about.dev()), rustix::fs::minor(about.dev())));
    let encrypted = device.ok().and_then(|(major, minor)| is_encrypted(&PathBuf::from(format!("/sys/dev/block/{major}:{minor}")), 4));
    match encrypted {
        Some(true) => told("encryption", State::Ok, "the disk under the folder is encrypted (dm-crypt)"),
        Some(false) => told(
            "encryption",
            State::Warn,
            "the disk under the folder does not look encrypted; the search index holds what clients wrote in the plain: use LUKS or an encrypted volume",
        ),
        None => told(
            "encryption",
            State::Warn,
            "whether the disk is encrypted cannot be seen from here (a container, a network disk): the search index holds what clients wrote in the plain, so make sure that it is",
        ),
    }
}

/// Whether a block device, or what it is made of, is a dm-crypt one; none where the kernel does not tell.
fn is_encrypted(device: &Path, depth: usize) -> Option<bool> {
    let below = std::fs::read_dir(device.join("slaves")).map(|slaves| slaves.flatten().map(|slave| slave.path()).collect::<Vec<_>>());
    if !device.exists() {
        return None;
    }
    let crypt = std::fs::read_to_string(device.join("dm/uuid")).is_ok_and(|uuid| uuid.starts_with("CRYPT-"));
    Some(crypt || depth > 0 && below.unwrap_or_default().iter().any(|slave| is_encrypted(slave, depth - 1) == Some(true)))
}

/// A backup that is twice as old as it should be is none to rely on.
fn backup(data: &Path) -> Finding {
    let config = Config::of_folder(data).unwrap_or_default().backup;
    let Some(folder) = &config.folder else {
        return told("backup", State::Warn, "the server makes none by itself: set [backup] folder, or run `letopis backup --to DIR`");
    };
    let folder = data.join(folder);
    let Some(made_us) = crate::backup::made_us(&folder) else {
        return told("backup", State::Bad, format!("there is no whole backup in {}", folder.display()));
    };
    let hours = (now_us() - made_us) / HOUR_US;
    let state = if hours > 2 * i64::from(config.every_hours) { State::Bad } else { State::Ok };
    told("backup", state, format!("{}, {hours} hours old; {} between two", folder.display(), config.every_hours))
}

fn server(data: &Path) -> Finding {
    let connects =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map(|runtime| runtime.block_on(Folder::connect(data)).is_ok());
    match connects {
        Ok(true) => told("server", State::Ok, "runs and answers commands"),
        _ => told("server", State::Ok, "does not run; commands open the folder themselves"),
    }
}

/// Who has seen the log from outside: an alarm is a history that was signed twice.
fn others(data: &Path) -> Vec<Finding> {
    let Ok(stored) = Config::of_folder(data).map_err(anyhow::Error::from).and_then(|config| Stored::open(data, &config)) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for business in stored.businesses().unwrap_or_default() {
        let slug = &business.slug;
        let Ok(known) = witnesses::of(&stored.conn, business.id) else { continue };
        for witness in &known.all {
            let (name, problem) = (&witness.name, witness.problem.as_deref().unwrap_or_default());
            findings.push(match (witness.alarm_us, &witness.problem) {
                (Some(_), _) => told("witness", State::Bad, format!("{slug}: {name} saw another history of this log: {problem}")),
                (None, Some(_)) => told("witness", State::Warn, format!("{slug}: {name} does not cosign: {problem}")),
                (None, None) => told("witness", State::Ok, format!("{slug}: {name} cosigned {} entries", witness.size)),
            });
        }
        for copy in copies_of(&stored.conn, business.id).unwrap_or_default() {
            let (state, says) = match &copy.problem {
                Some(problem) => (State::Warn, format!("{slug}: no copy of the checkpoint by {}: {problem}", copy.way)),
                None => (State::Ok, format!("{slug}: by {}, {} entries", copy.way, copy.size)),
            };
            findings.push(told("copies", state, says));
        }
        if let Ok(Some(run)) = audits::latest(&stored.conn, business.id)
            && run.wrong > 0
        {
            findings.push(told("audit", State::Bad, format!("{slug}: the nightly audit found {} wrong: run letopis verify", run.wrong)));
        }
    }
    findings
}
