//! What a witness stores: its key, the logs it watches, and of each the last checkpoint it cosigned.
//!
//! ```text
//! witness.key                    name, then 32 secret bytes as base64; 0600        lock      one serving process at a time
//! signed                         the newest time it signed with, unix seconds: replaced before the signature leaves
//! logs/<hash of the origin>/keys the log's origin, then one key a line, as its owner gave them
//!                         /seen  the last cosigned checkpoint, as the log signed it: replaced whole, synced before the answer leaves
//!                         /fork-<size>-<hash>   a second history that the log signed: the proof of it, never removed
//! ```
//! Files, one a log, and not a database: the state of a log is one note, replacing a file is atomic, and an auditor reads it with `cat`.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::{Checkpoint, Cosigner, KeyError, Note, VerifyingKey};
use rand::CryptoRng;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Second histories kept of one log: one is proof enough, more only fill the disk.
const FORKS: usize = 8;

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process serves from it.
    #[error("{0} is in use by another witness")]
    InUse(PathBuf),
    /// It holds something else.
    #[error("{0} holds a journal: a witness needs a folder of its own")]
    Journal(PathBuf),
    /// A file is not what was written.
    #[error("{0} was altered or damaged; nothing is cosigned until it is put right")]
    Damaged(PathBuf),
    /// A name or key that cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A key that signs no checkpoints.
    #[error("the key of {0} is a witness's, not a log's")]
    NotALog(String),
    /// The key has a name already.
    #[error("this witness is called {0} already; its name is part of its key")]
    Named(String),
}

/// The folder of a witness.
pub struct WitnessFolder {
    path: PathBuf,
    _lock: Option<File>,
}

/// A log that is watched.
pub struct KnownLog {
    /// Its name in checkpoints.
    pub origin: String,
    /// Whose signatures count.
    pub keys: Vec<VerifyingKey>,
    folder: PathBuf,
}

impl WitnessFolder {
    /// The folder, made if need be (0700), for looking and for adding logs: also beside a witness that serves.
    ///
    /// # Errors
    /// When it cannot be made or holds a journal.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        if path.join("letopis.db").exists() {
            return Err(FolderError::Journal(path.to_owned()));
        }
        make_folder(&path.join("logs"))?;
        Ok(Self { path: path.to_owned(), _lock: None })
    }

    /// The same for serving: nobody else serves from it.
    ///
    /// # Errors
    /// When another process does.
    pub fn lock(path: &Path) -> Result<Self, FolderError> {
        let folder = Self::open(path)?;
        let file = path.join("lock");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&file).map_err(io(&file))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _lock: Some(lock), ..folder }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(FolderError::InUse(path.to_owned())),
            Err(e) => Err(io(&file)(e.into())),
        }
    }

    /// The witness's key, drawn when there is none yet; `name` is what it is then called.
    ///
    /// # Errors
    /// When it cannot be read or made, or is called something else already.
    pub fn cosigner(&self, name: Option<&str>, rng: &mut impl CryptoRng) -> Result<Cosigner, FolderError> {
        let path = self.path.join("witness.key");
        if let Some(text) = read(&path)? {
            let text = Zeroizing::new(text);
            let damaged = || FolderError::Damaged(path.clone());
            let (called, seed) = text.trim_end().split_once('\n').ok_or_else(damaged)?;
            let seed = Zeroizing::new(STANDARD.decode(seed).map_err(|_| damaged())?);
            let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| damaged())?;
            if name.is_some_and(|name| name != called) {
                return Err(FolderError::Named(called.to_owned()));
            }
            return Ok(Cosigner::from_seed(called, seed)?);
        }
        let mut seed = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(&mut seed[..]);
        let drawn = format!("letopis-witness-{}.local", hex(&Sha256::digest(&seed[..])[..5]));
        let name = name.unwrap_or(&drawn);
        let cosigner = Cosigner::from_seed(name, &seed)?;
        replace(&path, Zeroizing::new(format!("{name}\n{}\n", STANDARD.encode(&seed[..]))).as_bytes())?;
        Ok(cosigner)
    }

    /// Watches the log of `key` from now on; another key of an origin known already is added to it. `origin` is what its checkpoints say
    /// where that is not the key's name. False when nothing was new.
    ///
    /// # Errors
    /// When the key is a witness's, or the file cannot be written.
    pub fn add_log(&self, key: &VerifyingKey, origin: Option<&str>) -> Result<bool, FolderError> {
        if key.algorithm() != ledger::Algorithm::Ed25519 {
            return Err(FolderError::NotALog(key.name().to_owned()));
        }
        let origin = origin.unwrap_or(key.name());
        if origin.is_empty() || origin.contains('\n') {
            return Err(KeyError::Name.into());
        }
        let known = self.log(origin)?;
        let mut keys = known.map_or_else(Vec::new, |known| known.keys);
        if keys.contains(key) {
            return Ok(false);
        }
        keys.push(key.clone());
        let folder = self.folder_of(origin);
        make_folder(&folder)?;
        let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
        replace(&folder.join("keys"), format!("{origin}\n{lines}").as_bytes())?;
        sync(&self.path.join("logs"))?;
        Ok(true)
    }

    /// The newest time that was signed with, unix seconds; none before the first signature.
    ///
    /// # Errors
    /// When the file is there and is not what was stored: then nothing may be signed.
    pub fn signed_at(&self) -> Result<Option<u64>, FolderError> {
        let path = self.path.join("signed");
        let Some(text) = read(&path)? else { return Ok(None) };
        text.trim_end().parse().map(Some).map_err(|_| FolderError::Damaged(path))
    }

    /// Stores the time that is signed with next; it is on disk when this returns.
    pub(super) fn store_signed_at(&self, seconds: u64) -> Result<(), FolderError> {
        replace(&self.path.join("signed"), format!("{seconds}\n").as_bytes())
    }

    /// The log of that origin, if it is watched.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn log(&self, origin: &str) -> Result<Option<KnownLog>, FolderError> {
        let log = KnownLog::read(self.folder_of(origin))?;
        Ok(log.filter(|log| log.origin == origin))
    }

    /// All of them.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn logs(&self) -> Result<Vec<KnownLog>, FolderError> {
        let folder = self.path.join("logs");
        let mut logs = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(io(&folder))? {
            logs.extend(KnownLog::read(entry.map_err(io(&folder))?.path())?);
        }
        logs.sort_by(|one, other| one.origin.cmp(&other.origin));
        Ok(logs)
    }

    pub(super) fn folder_of(&self, origin: &str) -> PathBuf {
        self.path.join("logs").join(hex(&Sha256::digest(origin)[..16]))
    }
}

impl KnownLog {
    fn read(folder: PathBuf) -> Result<Option<Self>, FolderError> {
        let path = folder.join("keys");
        let Some(text) = read(&path)? else { return Ok(None) };
        let damaged = || FolderError::Damaged(path.clone());
        let (origin, keys) = text.split_once('\n').ok_or_else(damaged)?;
        let keys = keys.lines().map(|line| line.parse().map_err(|_| damaged())).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Self { origin: origin.to_owned(), keys, folder }))
    }

    /// The last checkpoint that was cosigned; none before the first.
    ///
    /// # Errors
    /// When the file is there and is not what was stored: then nothing may be signed.
    pub fn seen(&self) -> Result<Option<Checkpoint>, FolderError> {
        let path = self.folder.join("seen");
        let Some(text) = read(&path)? else { return Ok(None) };
        let note: Option<Note> = text.parse().ok();
        let keys: Vec<&VerifyingKey> = self.keys.iter().collect();
        let seen = note.filter(|note| note.verify(&keys).is_ok()).and_then(|note| Checkpoint::of_any_log(note.text()));
        seen.filter(|seen| seen.origin == self.origin).map(Some).ok_or(FolderError::Damaged(path))
    }

    /// Stores a checkpoint as the last one; it is on disk when this returns.
    pub(super) fn store(&self, note: &str) -> Result<(), FolderError> {
        replace(&self.folder.join("seen"), note.as_bytes())
    }

    /// How many second histories of it are kept.
    #[must_use]
    pub fn forks(&self) -> usize {
        let files = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        files.filter(|file| file.file_name().to_string_lossy().starts_with("fork-")).count()
    }

    /// Keeps a checkpoint that contradicts the one seen.
    pub(super) fn keep_fork(&self, size: u64, note: &str) -> Result<(), FolderError> {
        let path = self.folder.join(format!("fork-{size}-{}", hex(&Sha256::digest(note)[..8])));
        if path.exists() || self.forks() >= FORKS {
            return Ok(());
        }
        replace(&path, note.as_bytes())
    }

    /// Which of so many locks is its own.
    pub(super) fn place(&self, places: usize) -> usize {
        usize::from(Sha256::digest(&self.origin)[0]) % places
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { path, source }
}

fn read(path: &Path) -> Result<Option<String>, FolderError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(io(path)(e)),
    }
}

fn make_folder(path: &Path) -> Result<(), FolderError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io(path))
}

/// Replaces a file so that a crash leaves the old or the new one, and the new one is there when this returns.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let next = path.with_extension("next");
    let write = || {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&next)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&next, path)
    };
    write().map_err(io(path))?;
    sync(path.parent().unwrap_or(path))
}

fn sync(folder: &Path) -> Result<(), FolderError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
