//! The keys of segments. Each segment has a random key of its own; it lies in `keys/<segment id>.key`, wrapped under the queue's master key, and is
//! destroyed when every group has consumed the segment: after that neither the disk nor a copy of it plus the master key gives a frame back.
//!
//! ```text
//! offset  bytes
//!      0  6c 65 74 6f 70 69 73 4b   magic "letopisK"
//!      8  nonce, 24 bytes           random
//!     32  wrapped key, 32 + 16      XChaCha20-Poly1305, associated data: the 16 bytes of the segment id
//!     80  end
//! ```
//!
//! Destroying overwrites the file, flushes, unlinks, and flushes the directory. On a copy-on-write or log-structured file system, and inside an
//! SSD, the old block may live on for a while: the master key is then the line of defence, and disk encryption the next.

use std::fmt;
use std::io;

use chacha20poly1305::{AeadInOut, Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::files::{Folder, join, write_all};
use super::segment::SegmentId;

pub(crate) const KEYS: &str = "keys";
const MAGIC: &[u8; 8] = b"letopisK";
const FILE_BYTES: usize = 8 + 24 + 32 + 16;

/// The queue's master key: wraps the keys of segments, encrypts nothing else.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// From 32 secret bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        MasterKey(Zeroizing::new(bytes))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

/// Draws a key for a segment and makes its file durable.
pub(crate) fn create(folder: &Folder, master: &MasterKey, id: SegmentId) -> io::Result<Cipher> {
    let mut key = Zeroizing::new([0; 32]);
    let mut nonce = [0; 24];
    folder.files.fill_random(&mut *key)?;
    folder.files.fill_random(&mut nonce)?;
    let cipher = Cipher::new(&key).map_err(io::Error::other)?;
    let tag = master.cipher().encrypt_inout_detached(&XNonce::from(nonce), &id.0, key.as_mut_slice().into()).map_err(io::Error::other)?;
    let mut file = Vec::with_capacity(FILE_BYTES);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&nonce);
    file.extend_from_slice(&*key);
    file.extend_from_slice(&tag);
    folder.create_durable(KEYS, &name(id), &file)?;
    Ok(cipher)
}

/// Reads a segment's key. The inner error says what is wrong with the file; the outer one is the system's, and may pass.
pub(crate) fn open(folder: &Folder, master: &MasterKey, id: SegmentId) -> io::Result<Result<Cipher, String>> {
    let path = join(KEYS, &name(id));
    match folder.read_start(&path, FILE_BYTES + 1) {
        Ok(file) => Ok(unwrap(&file, master, id).ok_or_else(|| format!("its key file {path} is damaged or belongs to another master key"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Err(format!("its key file {path} is missing"))),
        Err(error) => Err(error),
    }
}

fn unwrap(file: &[u8], master: &MasterKey, id: SegmentId) -> Option<Cipher> {
    let rest = file.strip_prefix(MAGIC)?;
    let (nonce, rest) = rest.split_first_chunk::<24>()?;
    let (wrapped, tag) = rest.split_first_chunk::<32>()?;
    let mut key = Zeroizing::new(*wrapped);
    let tag = Tag::from(<[u8; 16]>::try_from(tag).ok()?);
    master.cipher().decrypt_inout_detached(&XNonce::from(*nonce), &id.0, key.as_mut_slice().into(), &tag).ok()?;
    Cipher::new(&key).ok()
}

/// Overwrites and removes a segment's key; fine when it is gone already.
pub(crate) fn destroy(folder: &Folder, id: SegmentId) -> io::Result<()> {
    let path = join(KEYS, &name(id));
    match folder.files.open(&path) {
        Ok(file) => {
            // No longer than it is: a full disk must not stand in the way of destroying.
            let bytes = file.size()?.min(FILE_BYTES as u64) as usize;
            write_all(&*file, &[0; FILE_BYTES][..bytes], 0)?;
            folder.sync(&*file)?;
            folder.remove(&path)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // Also when the name was gone: an earlier removal may not be durable yet.
    folder.sync_dir(KEYS)
}

/// Destroys keys that no segment has: left behind by a crash between a key and its segment.
pub(crate) fn destroy_orphans(folder: &Folder, living: &[SegmentId]) -> io::Result<()> {
    for file in folder.files.list(KEYS)? {
        let Some(id) = file.strip_suffix(".key").and_then(SegmentId::parse) else { continue };
        if !living.contains(&id) {
            destroy(folder, id)?;
        }
    }
    Ok(())
}

fn name(id: SegmentId) -> String {
    format!("{id}.key")
}
