//! `letopis restore`: a data folder from a backup and the master key; and the answer to whether it may sign.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::voice::{Voice, out};
use super::{verify, work};
use crate::app::{App, Config, Folder, Stored, open_store};
use crate::backup::{self, BackupError};
use crate::journal::log::UNSETTLED;
use crate::privacy::MasterKey;
use crate::recorder::{Publisher, Steps};

/// What to restore.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// The folder of the backup. Without it: say of a folder restored before that it may sign.
    #[arg(long, requires = "master")]
    from: Option<PathBuf>,
    /// The master key of then (`letopis key open` gets it out of escrow).
    #[arg(long)]
    master: Option<PathBuf>,
    /// The newest checkpoint that anybody holds, one of each business: its log may be signed on if nothing newer was signed.
    #[arg(long, conflicts_with = "new_epoch")]
    latest_checkpoint: Vec<PathBuf>,
    /// Nobody holds one, or it is newer than the backup: begin new logs over the restored entries.
    #[arg(long)]
    new_epoch: bool,
}

pub(super) fn run(data: &Path, args: &RestoreArgs, voice: Voice) -> anyhow::Result<()> {
    let restored = match (&args.from, &args.master) {
        (Some(from), Some(master)) => Some(restore(data, from, master, voice)?),
        _ => None,
    };
    let settled = settle(data, args)?;
    let waiting = unsettled(data)?;
    if waiting.is_empty() {
        sign(data)?;
    }
    let verified = verify::run_all(data, voice)?;
    let told = json!({ "restored": restored, "settled": settled, "unsettled": waiting, "verified": verified });
    voice.say(&told, |told| {
        if let Value::Object(done) = &told["restored"] {
            out!(
                "{} entries, {} records opened and replayed, {} without a key, {} files",
                done["entries"],
                done["records"],
                done["without_key"],
                done["files"]
            );
        }
        settled.iter().for_each(|line| out!("{line}"));
        waiting.iter().for_each(|log| out!("{log}: does not sign yet; run `letopis restore` with --latest-checkpoint FILE or --new-epoch"));
    });
    if verified { Ok(()) } else { bail!("the restored folder does not verify") }
}

fn restore(data: &Path, from: &Path, master_file: &Path, voice: Voice) -> anyhow::Result<Value> {
    let mark = data.join(backup::UNFINISHED);
    let before = std::fs::read_dir(data).map(|files| files.flatten().any(|file| file.file_name() != "letopis.toml")).unwrap_or(false);
    ensure!(!before || mark.exists(), "{} is not empty: restore into a new folder", data.display());
    let folder = Folder::lock(data)?;
    if mark.exists() {
        begin_again(folder.path())?;
    }
    File::create(&mark)?.sync_all()?;
    let master = copy_master(master_file, &folder.path().join("master.key"))?;
    let store = open_store(folder.path())?;
    let (config, steps) = (Config::of_folder(data)?, Arc::new(Steps::default()));
    let bar = work::progress_bar(voice, "steps");
    let restored = std::thread::scope(|all| {
        let working = all.spawn(|| backup::restore(from, &store, &master, folder.path(), config.sessions, &steps));
        while !working.is_finished() {
            bar.set_length(steps.all.load(std::sync::atomic::Ordering::Relaxed));
            bar.set_position(steps.done.load(std::sync::atomic::Ordering::Relaxed));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        bar.finish_and_clear();
        working.join().unwrap_or_else(|_| Err(BackupError::Unsettled("the restore ended badly".into())))
    })?;
    std::fs::remove_file(&mark)?;
    Ok(serde_json::to_value(restored)?)
}

/// What a restore that did not finish left is worth nothing.
fn begin_again(folder: &Path) -> anyhow::Result<()> {
    for name in ["letopis.db", "letopis.db-wal", "letopis.db-shm", "master.key"] {
        let _ = std::fs::remove_file(folder.join(name));
    }
    let _ = std::fs::remove_dir_all(folder.join("log"));
    Ok(())
}

fn copy_master(from: &Path, to: &Path) -> anyhow::Result<MasterKey> {
    let bytes = std::fs::read(from).with_context(|| format!("master key {}", from.display()))?;
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(to)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(MasterKey::load(to, false)?)
}

/// What is said about signing is done; gives a line for each log it was said of.
fn settle(data: &Path, args: &RestoreArgs) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    if args.latest_checkpoint.is_empty() && !args.new_epoch {
        return Ok(lines);
    }
    let folder = Folder::lock(data)?;
    for file in &args.latest_checkpoint {
        let note = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let stored = Stored::open(folder.path(), &Config::of_folder(data)?)?;
        let mut found = false;
        for business in stored.businesses()? {
            let (_, log) = stored.log(&business)?;
            if note.lines().next() == Some(log.verifying_key().name()) {
                found = true;
                ensure!(log.folder().join(UNSETTLED).exists(), "{} waits for no checkpoint", log.verifying_key().name());
                backup::settle(&stored.conn, &log, &note)?;
                lines.push(format!("{}: may sign on", log.verifying_key().name()));
            }
        }
        ensure!(found, "{}: not a checkpoint of a log in {}", file.display(), data.display());
    }
    if args.new_epoch {
        lines.extend(begin_epochs(&folder, data)?);
    }
    Ok(lines)
}

/// Every log that waits begins anew. The entry and the row of the old log are one transaction; the files follow, and a kill between
/// leaves the mark, with which a second run only finishes.
fn begin_epochs(folder: &Folder, data: &Path) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    let stored = Stored::open(folder.path(), &Config::of_folder(data)?)?;
    for business in stored.businesses()? {
        let (_, log) = stored.log(&business)?;
        if !log.folder().join(UNSETTLED).exists() {
            continue;
        }
        let path = log.folder().join("checkpoint");
        let signed_by_it = std::fs::read_to_string(&path).is_ok_and(|note| note.lines().next() == Some(log.verifying_key().name()));
        if signed_by_it {
            let store = open_store(folder.path())?;
            store.write_blocking(move |tx| backup::new_epoch(tx, &log))?;
        }
        let (_, log) = Stored::open(folder.path(), &Config::of_folder(data)?)?.log(&business)?;
        let _ = std::fs::remove_file(&path);
        std::fs::remove_file(log.folder().join(UNSETTLED))?;
        lines.push(format!("{}: a new log, {}", log.verifying_key().name(), log.verifying_key()));
    }
    Ok(lines)
}

/// What may be signed is signed at once, so that an audit finds every log as it is to be.
fn sign(data: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let _within = runtime.enter();
    let app = App::open(data, Config::of_folder(data)?)?;
    let mut publisher = Publisher::new(app.store.clone(), app.logs.clone());
    let signed = publisher.resume().and_then(|()| publisher.publish());
    runtime.block_on(app.close(Vec::new()))?;
    Ok(signed?)
}

/// The logs that must not sign.
fn unsettled(data: &Path) -> anyhow::Result<Vec<String>> {
    let stored = Stored::open(data, &Config::of_folder(data)?)?;
    let mut waiting = Vec::new();
    for business in stored.businesses()? {
        let (_, log) = stored.log(&business)?;
        if log.folder().join(UNSETTLED).exists() {
            waiting.push(log.verifying_key().name().to_owned());
        }
    }
    Ok(waiting)
}
