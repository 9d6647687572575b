//! The data folder: one process at a time.

use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use rustix::fs::{FlockOperation, flock};
use tokio::net::{UnixListener, UnixStream};

/// The socket for commands on this machine.
const SOCKET: &str = "letopis.sock";
/// The kernel keeps 108 bytes for the address of a socket.
const ADDRESS_BYTES: usize = 100;

/// A locked data folder; the lock goes with it, also when the process is killed.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Another process has the folder.
#[derive(Debug, thiserror::Error)]
#[error("{0} is in use by another letopis; commands reach it while it runs, a second server cannot have it")]
pub struct InUse(PathBuf);

impl Folder {
    /// Creates the folder if need be (0700) and locks it.
    ///
    /// # Errors
    /// [`InUse`] when another process has it.
    pub fn lock(path: &Path) -> anyhow::Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(path).with_context(|| format!("data folder {}", path.display()))?;
        let path = path.canonicalize()?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path.join("lock"))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(InUse(path).into()),
            Err(e) => Err(e).context("lock of the data folder"),
        }
    }

    /// Listens on the socket for commands on this machine: only our own user may connect. One that a killed server left is replaced,
    /// which the lock makes safe.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn socket(&self) -> anyhow::Result<UnixListener> {
        let path = self.path.join(SOCKET);
        self.remove_socket();
        // Made under a name that nobody connects to, and moved when only we may: there is no moment in which others could.
        let next = self.path.join("letopis.sock.next");
        let _ = std::fs::remove_file(&next);
        let (_folder, short) = reachable(&next)?;
        let listener = UnixListener::bind(&short).with_context(|| format!("socket {}", next.display()))?;
        std::fs::set_permissions(&next, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&next, &path)?;
        Ok(listener)
    }

    /// Connects to the socket of the server that has `folder`.
    ///
    /// # Errors
    /// When nobody listens on it.
    pub async fn connect(folder: &Path) -> std::io::Result<UnixStream> {
        let (_folder, short) = reachable(&folder.join(SOCKET))?;
        UnixStream::connect(short).await
    }

    /// Takes the socket away, so that commands open the folder themselves.
    pub fn remove_socket(&self) {
        let _ = std::fs::remove_file(self.path.join(SOCKET));
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A path to `socket` that fits into an address: in a deep folder the one over an open descriptor of that folder.
fn reachable(socket: &Path) -> std::io::Result<(Option<File>, PathBuf)> {
    let (Some(parent), Some(name)) = (socket.parent(), socket.file_name()) else { return Ok((None, socket.to_owned())) };
    if socket.as_os_str().len() <= ADDRESS_BYTES {
        return Ok((None, socket.to_owned()));
    }
    let folder = File::open(parent)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(name);
    Ok((Some(folder), short))
}
