//! The master key: another one, and a copy of it for the day on which this machine is gone.
//!
//! The copy is encrypted to `age` recipients, who keep the identities elsewhere; any program that knows the format opens it.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};
use serde_json::json;
use zeroize::Zeroizing;

use super::voice::{Voice, out};
use crate::app::{App, Config, Folder};
use crate::privacy::MasterKey;
use crate::privacy::age::{self, Identity, Recipient};

/// Whom to.
#[derive(Debug, clap::Args)]
pub(super) struct Escrow {
    /// An age recipient (age1…); several may be named, each opens it alone.
    #[arg(long, required = true)]
    to: Vec<String>,
    /// The file to write.
    #[arg(short, long)]
    output: PathBuf,
}

/// What to open.
#[derive(Debug, clap::Args)]
pub(super) struct Open {
    /// The file that `key escrow` wrote.
    file: PathBuf,
    /// A file with an age identity (AGE-SECRET-KEY-1…).
    #[arg(long)]
    identity: PathBuf,
    /// Where to put the master key.
    #[arg(short, long)]
    output: PathBuf,
}

pub(super) fn escrow(data: &Path, args: &Escrow, voice: Voice) -> anyhow::Result<()> {
    let path = data.join("master.key");
    // Loaded first: an open or damaged file is no key to keep.
    MasterKey::load(&path, false)?;
    let key = Zeroizing::new(std::fs::read(&path)?);
    let recipients: Vec<Recipient> =
        args.to.iter().map(|text| text.parse().map_err(|e| anyhow!("{text}: {e}"))).collect::<anyhow::Result<_>>()?;
    let sealed = age::seal(&key, &recipients, &mut rand::rng())?;
    put(&args.output, &sealed)?;
    let told = json!({ "file": args.output, "recipients": args.to });
    voice.say(&told, |_| out!("{}: the master key, for {}", args.output.display(), args.to.join(", ")));
    Ok(())
}

pub(super) fn open(args: &Open, voice: Voice) -> anyhow::Result<()> {
    let identities = std::fs::read_to_string(&args.identity).with_context(|| args.identity.display().to_string())?;
    let line = identities.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).context("the file holds no age identity")?;
    let identity: Identity = line.trim().parse().map_err(|e| anyhow!("{}: {e}", args.identity.display()))?;
    let sealed = std::fs::read(&args.file).with_context(|| args.file.display().to_string())?;
    let key = age::open(&sealed, &identity).with_context(|| args.file.display().to_string())?;
    put(&args.output, &key)?;
    MasterKey::load(&args.output, false)?;
    voice.say(&json!({ "file": args.output }), |_| out!("{}: the master key", args.output.display()));
    Ok(())
}

/// Another master key. The folder must be at rest: a running server holds the old one.
pub(super) fn rotate(data: &Path, voice: Voice) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let _within = runtime.enter();
    if runtime.block_on(Folder::connect(data)).is_ok() {
        return Err(anyhow!("the server that runs holds the old key: stop it first"));
    }
    ensure!(data.join("letopis.db").exists(), "{} holds no journal", data.display());
    let app = App::open(data, Config::of_folder(data)?)?;
    let wrapped = app.rotate_master()?;
    // The key file of the backup is wrapped under the old key until it is written again.
    let rewritten = app.rewrite_backup_keys()?;
    runtime.block_on(app.close(Vec::new()))?;
    let told = json!({ "businesses": wrapped, "backup_keys_rewritten": rewritten });
    voice.say(&told, |_| out!("{wrapped} business keys are wrapped under a new master key"));
    voice.note(format_args!("escrow it again, and destroy copies of the old one once every backup was brought up to date"));
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let made = File::options().write(true).create_new(true).mode(0o600).open(path);
    let mut file = made.with_context(|| path.display().to_string())?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}
