//! One run: what is new since the last one goes into the folder; the manifest makes it count.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger::{SigningKey, TILE_WIDTH, Tile, VerifyingKey};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::files::{below, hash_of, io, lock, make_folder, put, replace};
use super::manifest::{FILE, Held, Listed, Manifest, What};
use super::{BackupError, Result, dump, envelope, hex, keys, manifest, parts};
use crate::event::{BusinessId, RecordNo};
use crate::journal::log::{Log, Logs};
use crate::journal::{self, append};
use crate::recorder::Steps;

/// Tables that exist once and are small. Those of them that this version has are carried, encrypted: some hold words of people.
pub(super) const PRIMARY: [&str; 24] = [
    "openings",
    "chains",
    "known",
    "epochs",
    "acts",
    "record_days",
    "retention",
    "holds",
    "frozen_days",
    "days",
    "anonymised",
    "cases",
    "visits",
    "exposures",
    "lead_work",
    "witnesses",
    "quorums",
    "checkpoint_copies",
    "audits",
    "quarantine",
    "report_routes",
    "report_letters",
    "report_deliveries",
    "access_trail",
];
/// More files of digests than this are made into one.
const MOST_SEEN: usize = 60;

/// What a backup is made from.
#[derive(Clone)]
pub struct Backup {
    /// The database.
    pub database: PathBuf,
    /// The logs: their files, and the keys that sign the backup.
    pub logs: Logs,
    /// The name of this installation in its logs.
    pub origin: String,
    /// Encrypts the small tables.
    pub key: Zeroizing<[u8; 32]>,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Which run it was.
    pub number: u64,
    /// Records in the backup.
    pub records: u64,
    /// Files in it.
    pub files: usize,
    /// Bytes in it.
    pub bytes: u64,
    /// Files that this run wrote and read back.
    pub written: usize,
    /// Their bytes.
    pub written_bytes: u64,
    /// Files of runs before that are not part of it any more.
    pub removed: usize,
}

/// Which of its rows: what is counted again after a restore is not carried.
fn part(table: &str) -> &'static str {
    match table {
        "cases" => "session IS NULL",
        "visits" | "exposures" => "detached = 1",
        _ => "true",
    }
}

impl Backup {
    /// Makes a backup in `folder`, or brings the one there up to date. From a thread that may block; recording goes on.
    ///
    /// # Errors
    /// When something cannot be read or written; the backup is then what it was before.
    pub fn run(&self, folder: &Path, now_us: i64, steps: &Steps) -> Result<Done> {
        make_folder(folder)?;
        let _lock = lock(&folder.join("lock"), false)?;
        let before = self.before(folder)?;
        // Read before the database is, so that they are never ahead of it.
        let source = self.source()?;
        let mut notes: HashMap<BusinessId, String> = HashMap::new();
        for log in self.logs.all() {
            notes.extend(checkpoint(&source, &log)?.map(|note| (log.business, note)));
        }
        let snapshot = source.unchecked_transaction()?;
        let mut run = Run::new(folder, &snapshot, before, now_us);
        let mut logs = self.logs.all();
        logs.sort_by_key(|log| log.business);
        for log in &logs {
            let held = held(&snapshot, log, notes.get(&log.business).cloned())?;
            steps.more(held.entries);
            run.records(log.business, &held, steps)?;
            run.log(log, &held)?;
            run.businesses.push(held);
        }
        run.seen()?;
        run.tables(&self.key)?;
        keys::write(self, folder)?;
        let signers: Vec<&SigningKey> = logs.iter().map(|log| &log.key).collect();
        run.finish(&self.origin, &signers)
    }

    /// The database, to read from.
    pub(super) fn source(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let source = Connection::open_with_flags(&self.database, flags)?;
        source.execute_batch("PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000;")?;
        journal::setup(&source)?;
        Ok(source)
    }

    /// The manifest of the last run there, and its hash; it must be ours.
    fn before(&self, folder: &Path) -> Result<Option<(Manifest, String)>> {
        let logs = self.logs.all();
        if logs.is_empty() {
            return Err(BackupError::Empty);
        }
        let Some(bytes) = manifest::read(folder)? else { return Ok(None) };
        let named = manifest::open(&bytes, None)?;
        if named.origin != self.origin {
            return Err(BackupError::Foreign(folder.to_owned(), named.origin));
        }
        // After a new epoch the keys have other names than the manifest's; the material is the same.
        let mut ours: Vec<SigningKey> = Vec::new();
        for held in &named.businesses {
            let log = logs.iter().find(|log| log.business.0 == held.business);
            let name = held.key()?.name().to_owned();
            ours.extend(log.and_then(|log| log.named(&name)));
        }
        let ours: Vec<&VerifyingKey> = ours.iter().map(SigningKey::verifying_key).collect();
        manifest::open(&bytes, Some(&ours))?;
        Ok(Some((named, hex(&Sha256::digest(&bytes)))))
    }
}

/// The business as the manifest is to tell of it.
fn held(conn: &Connection, log: &Log, checkpoint: Option<String>) -> Result<Held> {
    let slug = log.folder().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let entries = append::next_index(conn, log.business)?;
    Ok(Held { business: log.business.0, slug, vkey: log.verifying_key().to_string(), entries, checkpoint })
}

/// The last signed checkpoint. The first of all follows the first record within a second; a copy of a folder without any could not be
/// told from one whose checkpoint was deleted, so it is waited for.
fn checkpoint(conn: &Connection, log: &Log) -> Result<Option<String>> {
    for _ in 0..50 {
        match std::fs::read_to_string(log.folder().join("checkpoint")) {
            Ok(note) => return Ok(Some(note)),
            Err(_) if append::next_index(conn, log.business)? == 0 => return Ok(None),
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
    Ok(None)
}

/// A run under way.
struct Run<'a> {
    folder: &'a Path,
    source: &'a Connection,
    number: u64,
    now_us: i64,
    before: Option<(Manifest, String)>,
    /// What the last run wrote, by path.
    known: HashMap<String, Listed>,
    businesses: Vec<Held>,
    files: Vec<Listed>,
    written: usize,
    written_bytes: u64,
}

impl<'a> Run<'a> {
    fn new(folder: &'a Path, source: &'a Connection, before: Option<(Manifest, String)>, now_us: i64) -> Self {
        let number = before.as_ref().map_or(1, |(manifest, _)| manifest.number + 1);
        let known = before.iter().flat_map(|(manifest, _)| &manifest.files).map(|file| (file.path.clone(), file.clone())).collect();
        let (businesses, files) = (Vec::new(), Vec::new());
        Self { folder, source, number, now_us, before, known, businesses, files, written: 0, written_bytes: 0 }
    }

    /// Writes a file and lists it.
    fn add(&mut self, path: String, what: What, write: impl FnOnce(&mut dyn std::io::Write) -> Result<()>) -> Result<()> {
        let (bytes, sha256) = put(self.folder, &path, write)?;
        self.written += 1;
        self.written_bytes += bytes;
        self.files.push(Listed { path, bytes, sha256, what });
        Ok(())
    }

    /// Parts that are not there yet, have more records than then, or fewer blobs.
    fn records(&mut self, business: BusinessId, held: &Held, steps: &Steps) -> Result<()> {
        for part in 0..held.entries.div_ceil(parts::PART) {
            let (entries, blobs) = parts::count(self.source, business, part, held.entries)?;
            let what = What::Records { business: business.0, part, entries, blobs };
            if let Some(same) = self.known.values().find(|file| file.what == what) {
                self.files.push(same.clone());
            } else {
                let path = format!("records/{}/{part:08}-{}", held.slug, self.number);
                let source = self.source;
                self.add(path.clone(), what, |to| parts::write(source, business, part, held.entries, to))?;
                let read = parts::read(self.folder, &path, |_| Ok(()))?;
                if read != blobs {
                    return Err(BackupError::Altered(path, format!("{read} blobs were read back, {blobs} were there")));
                }
            }
            steps.add(entries);
        }
        Ok(())
    }

    /// Full tiles and bundles of the signed tree. They never change.
    fn log(&mut self, log: &Log, held: &Held) -> Result<()> {
        let size = held.signed()?.map_or(0, |checkpoint| checkpoint.size);
        let mut names = Vec::new();
        for level in 0..7_u8 {
            for index in 0..size >> (8 * (u32::from(level) + 1)) {
                let tile = Tile { level, index, width: TILE_WIDTH };
                names.push(tile.path());
                names.extend((level == 0).then(|| tile.entries_path()));
            }
        }
        for name in names {
            let path = format!("log/{}/{name}", held.slug);
            if let Some(same) = self.known.get(&path) {
                self.files.push(same.clone());
                continue;
            }
            let from = log.folder().join(&name);
            let bytes = std::fs::read(&from).map_err(io(&from))?;
            self.add(path.clone(), What::Log, |to| to.write_all(&bytes).map_err(|e| BackupError::Io(path.into(), e)))?;
        }
        Ok(())
    }

    /// Digests of the events recorded since the last run.
    fn seen(&mut self) -> Result<()> {
        let mut before: Vec<Listed> = self.known.values().filter(|file| file.what == What::Seen).cloned().collect();
        before.sort_by(|a, b| a.path.cmp(&b.path));
        let held = self.before.iter().flat_map(|(manifest, _)| &manifest.businesses);
        let mut until: HashMap<u32, u64> = held.map(|held| (held.business, held.entries)).collect();
        if before.len() >= MOST_SEEN {
            before.clear();
            until.clear();
        }
        let now: HashMap<u32, u64> = self.businesses.iter().map(|held| (held.business, held.entries)).collect();
        let new = now.iter().any(|(business, entries)| until.get(business).is_none_or(|old| old < entries));
        self.files.append(&mut before);
        if new {
            let is_new = |record: RecordNo| until.get(&record.business().0).is_none_or(|old| record.index() >= *old);
            let source = self.source;
            self.add(format!("seen/{:08}", self.number), What::Seen, |to| parts::write_seen(source, is_new, to).map(drop))?;
        }
        Ok(())
    }

    fn tables(&mut self, key: &[u8; 32]) -> Result<()> {
        let mut lines = Zeroizing::new(Vec::new());
        for table in PRIMARY {
            if dump::exists(self.source, table)? {
                dump::write(self.source, table, part(table), &mut *lines)?;
            }
        }
        let path = format!("tables/{:08}", self.number);
        let sealed = dump::encrypt(key, &path, &lines)?;
        self.add(path.clone(), What::Tables, |to| to.write_all(&sealed).map_err(|e| BackupError::Io(path.into(), e)))
    }

    /// From here on this run counts; what no longer belongs goes.
    fn finish(self, origin: &str, signers: &[&SigningKey]) -> Result<Done> {
        let previous = self.before.map(|(_, hash)| hash);
        let manifest = Manifest {
            version: 1,
            number: self.number,
            made_us: self.now_us,
            previous,
            origin: origin.to_owned(),
            businesses: self.businesses,
            files: self.files,
        };
        // Strings and numbers: serialising them into memory cannot fail.
        let body = serde_json::to_vec(&manifest).unwrap_or_default();
        replace(&self.folder.join(FILE), &envelope::seal(FILE, manifest.number, &body, signers))?;
        let listed: HashSet<PathBuf> = manifest.files.iter().map(|file| file.path.clone().into()).collect();
        let mut removed = 0;
        for folder in ["records", "seen", "tables"] {
            let folder = self.folder.join(folder);
            for path in below(&folder)? {
                let path = folder.join(path);
                if path.strip_prefix(self.folder).is_ok_and(|name| !listed.contains(name)) {
                    std::fs::remove_file(&path).map_err(io(&path))?;
                    removed += 1;
                }
            }
        }
        Ok(Done {
            number: manifest.number,
            records: manifest.businesses.iter().map(|held| held.entries).sum(),
            files: manifest.files.len(),
            bytes: manifest.files.iter().map(|file| file.bytes).sum(),
            written: self.written,
            written_bytes: self.written_bytes,
            removed,
        })
    }
}

/// Reads every file of a backup against its manifest, and names those that are not what was written. Needs no key, so it shows that the
/// backup is whole, not whose it is.
///
/// # Errors
/// When there is no manifest, or it was altered.
pub fn check(folder: &Path, steps: &Steps) -> Result<Vec<(String, String)>> {
    let bytes = manifest::read(folder)?.ok_or_else(|| BackupError::Altered(FILE.into(), "there is no backup here".into()))?;
    let manifest = manifest::open(&bytes, None)?;
    let mut wrong = Vec::new();
    steps.more(manifest.files.len() as u64);
    for file in &manifest.files {
        match hash_of(&folder.join(&file.path)) {
            Ok((bytes, hash)) if (bytes, &hash) == (file.bytes, &file.sha256) => {}
            Ok(_) => wrong.push((file.path.clone(), "it was altered: its hash is not the one in the manifest".to_owned())),
            Err(e) => wrong.push((file.path.clone(), e.to_string())),
        }
        steps.add(1);
    }
    let named: Vec<VerifyingKey> = manifest.businesses.iter().map(Held::key).collect::<Result<_>>()?;
    let keys_file = keys::read(folder).and_then(|file| keys::verify(&file, &named.iter().collect::<Vec<_>>()));
    if let Err(e) = keys_file {
        wrong.push((keys::FILE.to_owned(), e.to_string()));
    }
    Ok(wrong)
}
