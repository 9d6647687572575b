//! The master key: 32 random bytes in a file that only the owner of the process may read.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hkdf::Hkdf;
use rand::Rng;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The key under which every business key is wrapped.
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file could not be read or written.
    #[error("master key {path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others may read it.
    #[error("master key {path}: others may read it (mode {mode:o}); run `chmod 600` on it")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is not 64 hexadecimal digits.
    #[error("master key {0}: not 64 hexadecimal digits; put the file back from its backup")]
    Damaged(PathBuf),
    /// There is data but no key.
    #[error("master key {0}: missing, but there is data sealed under it; put the file back from its backup")]
    Missing(PathBuf),
}

impl MasterKey {
    /// Reads the key file; creates it only when `may_create`, that is, when nothing was sealed yet.
    ///
    /// # Errors
    /// When it is missing, damaged, or readable by others.
    pub fn load(path: &Path, may_create: bool) -> Result<Self, MasterKeyError> {
        let io = |source| MasterKeyError::Io { path: path.to_owned(), source };
        match File::open(path) {
            Ok(file) => Self::read(path, file),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && may_create => Self::create(path).map_err(io),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(MasterKeyError::Missing(path.to_owned())),
            Err(e) => Err(io(e)),
        }
    }

    /// Makes a key in a new file.
    ///
    /// # Errors
    /// When the file cannot be made, or is there already.
    pub fn create_at(path: &Path) -> Result<Self, MasterKeyError> {
        Self::create(path).map_err(|source| MasterKeyError::Io { path: path.to_owned(), source })
    }

    /// A key for one purpose, derived.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        derive(&self.0, purpose)
    }

    fn read(path: &Path, mut file: File) -> Result<Self, MasterKeyError> {
        let io = |source| MasterKeyError::Io { path: path.to_owned(), source };
        let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Open { path: path.to_owned(), mode });
        }
        let mut hex = Zeroizing::new(String::new());
        file.read_to_string(&mut hex).map_err(|_| MasterKeyError::Damaged(path.to_owned()))?;
        let key = from_hex(hex.trim()).ok_or_else(|| MasterKeyError::Damaged(path.to_owned()))?;
        Ok(Self(key))
    }

    fn create(path: &Path) -> std::io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut key[..]);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        for byte in key.iter() {
            write!(file, "{byte:02x}")?;
        }
        file.write_all(b"\n")?;
        file.sync_all()?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Self(key))
    }
}

/// HKDF-SHA256 with the purpose as info.
pub(super) fn derive(key: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    // 32 bytes are always a valid length for HKDF-SHA256.
    let _ = Hkdf::<Sha256>::new(None, key).expand(purpose.as_bytes(), &mut derived[..]);
    derived
}

fn from_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_is_created_once_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(matches!(MasterKey::load(&path, false), Err(MasterKeyError::Missing(_))));
        let created = MasterKey::load(&path, true).unwrap();
        let read = MasterKey::load(&path, true).unwrap();
        assert_eq!(created.derive("x"), read.derive("x"));
        assert_ne!(created.derive("x"), created.derive("y"));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::load(&path, true).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(MasterKey::load(&path, true), Err(MasterKeyError::Open { mode: 0o644, .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(MasterKey::load(&path, true), Err(MasterKeyError::Damaged(_))));
    }
}
