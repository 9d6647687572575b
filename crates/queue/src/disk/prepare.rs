//! New segment files, made before they are needed: key durable, header written, zero-filled, flushed. The committer then only gives the file
//! its name. Overwriting allocated blocks makes `fdatasync` several times faster than growing a file, because no metadata changes.
//!
//! A prepared file is called `<segment id>.new`; whatever has that name at start was never used and is destroyed.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::cipher::Cipher;
use super::files::{File, Folder, write_all};
use super::keys::{self, MasterKey};
use super::segment::{HEADER_BYTES, SegmentId, encode_header, file_name};

/// Flushing in pieces, with rests, keeps the disk's queue short: a commit beside it waits for one piece and not for 64 MiB.
const PIECE: &[u8] = &[0; 1 << 20];

/// A segment file that holds no frame yet.
pub(crate) struct Prepared {
    pub(crate) file: Box<dyn File>,
    pub(crate) path: String,
    pub(crate) id: SegmentId,
    pub(crate) cipher: Arc<Cipher>,
    /// Where it must not grow beyond.
    pub(crate) capacity: u64,
    /// Its blocks are on the disk already: flushing it is fast.
    pub(crate) filled: bool,
}

/// Makes one. With `fill` its blocks are allocated and written; without, it grows as it is used.
pub(crate) fn prepare(folder: &Folder, master: &MasterKey, capacity: u64, fill: bool) -> io::Result<Prepared> {
    let mut random = [0; 16];
    folder.files.fill_random(&mut random)?;
    let id = SegmentId(random);
    let made = make(folder, master, id, capacity, fill);
    if made.is_err() {
        discard(folder, &new_name(id), id);
    }
    made
}

fn make(folder: &Folder, master: &MasterKey, id: SegmentId, capacity: u64, fill: bool) -> io::Result<Prepared> {
    let cipher = Arc::new(keys::create(folder, master, id)?);
    let path = new_name(id);
    let file = folder.files.create(&path)?;
    write_all(&*file, &encode_header(id), 0)?;
    let mut offset = HEADER_BYTES as u64;
    while fill && offset < capacity {
        let began = Instant::now();
        let piece = &PIECE[..(capacity - offset).min(PIECE.len() as u64) as usize];
        write_all(&*file, piece, offset)?;
        offset += piece.len() as u64;
        if offset < capacity {
            folder.sync(&*file)?;
            std::thread::sleep(began.elapsed());
        }
    }
    folder.sync(&*file)?;
    Ok(Prepared { file, path, id, cipher, capacity, filled: fill })
}

impl Prepared {
    /// Gives it its place in the log: durable under its final name when this returns.
    pub(crate) fn install(mut self, folder: &Folder, first: u64) -> io::Result<Self> {
        let path = file_name(first);
        let installed = folder.files.rename(&self.path, &path).and_then(|()| folder.sync_dir(""));
        if let Err(error) = installed {
            // It may have either name now; both are worthless without a frame.
            discard(folder, &path, self.id);
            discard(folder, &self.path, self.id);
            return Err(error);
        }
        self.path = path;
        Ok(self)
    }
}

/// Removes a segment file without frames and its key. What cannot be removed now is removed at the next start.
pub(crate) fn discard(folder: &Folder, path: &str, id: SegmentId) {
    let removed = folder.remove(path).and_then(|()| keys::destroy(folder, id)).and_then(|()| folder.sync_dir(""));
    if let Err(error) = removed {
        tracing::warn!(file = path, %error, "unused queue segment could not be removed; it goes at the next start");
    }
}

pub(crate) fn new_name(id: SegmentId) -> String {
    format!("{id}.new")
}
