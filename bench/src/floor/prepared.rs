//! A file whose blocks are all written (zero-filled) and synced before use. On such a file `fdatasync` has only data to
//! bring to the disk, no metadata. At its end writing begins again at the start, so a run of any length stays on
//! prepared blocks and uses bounded disk.

use rustix::io::pwritev;
use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::path::Path;

const FILL_BYTES: usize = 1 << 20;

pub(super) struct PreparedFile {
    file: File,
    size: u64,
    at: u64,
}

impl PreparedFile {
    pub(super) fn create(path: &Path, size: u64) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
        let zeros = vec![0; FILL_BYTES];
        for _ in 0..size.div_ceil(FILL_BYTES as u64) {
            file.write_all(&zeros)?;
        }
        file.sync_all()?;
        Ok(Self { file, size, at: 0 })
    }

    pub(super) fn append(&mut self, mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        let bytes: u64 = pieces.iter().map(|p| p.len() as u64).sum();
        if self.at + bytes > self.size {
            self.at = 0;
        }
        IoSlice::advance_slices(&mut pieces, 0);
        while !pieces.is_empty() {
            let written = pwritev(&self.file, pieces, self.at)?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.at += written as u64;
            IoSlice::advance_slices(&mut pieces, written);
        }
        Ok(())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn appends_follow_each_other_and_begin_again_at_the_end() {
        let path = std::env::temp_dir().join(format!("letopis-floor-{}", std::process::id()));
        let mut file = PreparedFile::create(&path, 10).unwrap();
        file.append(&mut [IoSlice::new(b"abc"), IoSlice::new(b"def")]).unwrap();
        file.append(&mut [IoSlice::new(b"ghij")]).unwrap();
        file.append(&mut [IoSlice::new(b"XY")]).unwrap();
        let content = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(&content[..10], b"XYcdefghij");
    }
}
