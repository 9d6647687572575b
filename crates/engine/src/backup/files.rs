//! Files of a backup: durable before they count, read back before they are believed.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

use super::{BackupError, Result, hex};

/// Turns an error of a file into ours.
pub(super) fn io(path: &Path) -> impl Fn(std::io::Error) -> BackupError + '_ {
    move |e| BackupError::Io(path.to_owned(), e)
}

/// Makes a folder that only its user may look into.
pub(super) fn make_folder(path: &Path) -> Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io(path))
}

/// A lock that goes with the returned file.
pub(super) fn lock(path: &Path, wait: bool) -> Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path).map_err(io(path))?;
    let operation = if wait { FlockOperation::LockExclusive } else { FlockOperation::NonBlockingLockExclusive };
    match flock(&file, operation) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(BackupError::Busy(path.parent().unwrap_or(path).to_owned())),
        Err(e) => Err(BackupError::Io(path.to_owned(), e.into())),
    }
}

/// Writes a new file and reads it back; gives its bytes and hash.
pub(super) fn put(folder: &Path, name: &str, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<(u64, String)> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    make_folder(parent)?;
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).map_err(io(&path))?;
    let mut writer = Hashing { inner: BufWriter::new(file), hash: Sha256::new(), bytes: 0 };
    write(&mut writer)?;
    let Hashing { inner, hash, bytes } = writer;
    let file = inner.into_inner().map_err(|e| BackupError::Io(path.clone(), e.into_error()))?;
    file.sync_all().map_err(io(&path))?;
    sync(parent)?;
    let meant = hex(&hash.finalize());
    let (stored, there) = hash_of(&path)?;
    if (stored, &there) != (bytes, &meant) {
        return Err(BackupError::Altered(
            name.to_owned(),
            "what was read back is not what was written: the disk is not to be trusted".into(),
        ));
    }
    Ok((bytes, meant))
}

/// Bytes and SHA-256 of a file.
pub(super) fn hash_of(path: &Path) -> Result<(u64, String)> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(io(path))?);
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut buffer).map_err(io(path))?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// Replaces a file so that a crash leaves the old or the new one; what the old one held is overwritten on the disk where it lay.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = path.parent().unwrap_or(path);
    let next = path.with_extension("next");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next).map_err(io(&next))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io(&next))?;
    let old = OpenOptions::new().write(true).open(path).ok();
    std::fs::rename(&next, path).map_err(io(path))?;
    sync(parent)?;
    if let Some(old) = old {
        overwrite(old).map_err(io(path))?;
    }
    Ok(())
}

fn overwrite(mut file: File) -> std::io::Result<()> {
    let mut left = file.metadata()?.len();
    file.rewind()?;
    let zeros = [0; 1 << 12];
    while left > 0 {
        let now = left.min(zeros.len() as u64);
        file.write_all(&zeros[..now as usize])?;
        left -= now;
    }
    file.sync_all()
}

/// Makes the names in a folder durable.
pub(super) fn sync(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder))
}

/// Every file below `folder`, by its path in it.
pub(super) fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = folders.pop().filter(|next| next.exists()) {
        for entry in std::fs::read_dir(&next).map_err(io(&next))? {
            let path = entry.map_err(io(&next))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(folder).unwrap_or(&path).to_owned());
            }
        }
    }
    Ok(files)
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
