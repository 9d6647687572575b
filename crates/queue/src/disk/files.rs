//! What the disk queue asks of a file system, as narrow as it can be: the operating system implements it, and so does the crash simulator of the
//! tests, which loses what was not flushed.
//!
//! Paths are relative to the queue's folder and use `/`. The calls mean what their system calls mean: a write may be short, and nothing is
//! durable before `sync_data` of the file and, for a name, `sync_dir` of its directory.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder of files.
pub trait Files: Send + Sync + 'static {
    /// The names in a directory, in any order.
    fn list(&self, dir: &str) -> io::Result<Vec<String>>;
    /// Makes a directory; fine when it is there.
    fn create_dir(&self, dir: &str) -> io::Result<()>;
    /// A new empty file, readable by its owner only; an old one of that name is emptied.
    fn create(&self, path: &str) -> io::Result<Box<dyn File>>;
    /// An existing file.
    fn open(&self, path: &str) -> io::Result<Box<dyn File>>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a name.
    fn unlink(&self, path: &str) -> io::Result<()>;
    /// Makes created, renamed and removed names of a directory durable.
    fn sync_dir(&self, dir: &str) -> io::Result<()>;
    /// Fills a buffer with randomness fit for keys.
    fn fill_random(&self, buffer: &mut [u8]) -> io::Result<()>;
}

/// An open file. Positional, so that one handle serves several readers.
pub trait File: Send + Sync {
    /// Reads up to the buffer's length; 0 at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes some of the bytes and says how many.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;
    /// Makes the written bytes and the length durable.
    fn sync_data(&self) -> io::Result<()>;
    /// Cuts the file or lengthens it with zeroes.
    fn set_len(&self, bytes: u64) -> io::Result<()>;
    /// Its length.
    fn size(&self) -> io::Result<u64>;
}

/// [`Files`] with the few whole operations the queue is made of, and a count of the flushes.
pub(crate) struct Folder {
    pub(crate) files: Arc<dyn Files>,
    syncs: AtomicU64,
}

impl Folder {
    pub(crate) fn new(files: Arc<dyn Files>) -> Self {
        Folder { files, syncs: AtomicU64::new(0) }
    }

    pub(crate) fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    pub(crate) fn sync(&self, file: &dyn File) -> io::Result<()> {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        file.sync_data()
    }

    pub(crate) fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.files.sync_dir(dir)
    }

    /// A small file that is durable, name and all, when this returns.
    pub(crate) fn create_durable(&self, dir: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.files.create(&join(dir, name))?;
        write_all(&*file, bytes, 0)?;
        self.sync(&*file)?;
        self.sync_dir(dir)
    }

    /// Removes a name; fine when it is gone already. Durable after the next `sync_dir`.
    pub(crate) fn remove(&self, path: &str) -> io::Result<()> {
        match self.files.unlink(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// The first bytes of a file, at most `limit`.
    pub(crate) fn read_start(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; limit];
        let got = read_full(&*self.files.open(path)?, &mut bytes, 0)?;
        bytes.truncate(got);
        Ok(bytes)
    }
}

pub(crate) fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

/// Writes everything, however short the single writes are.
pub(crate) fn write_all(file: &dyn File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                offset += written as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads until the buffer is full or the file ends; says how much came.
pub(crate) fn read_full(file: &dyn File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read_at(&mut buffer[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(read) => got += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

/// No room on the disk: it may pass, unlike other errors.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
