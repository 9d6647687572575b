//! A file to import: what it is, how large, and how far it was read.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;

use super::ImportArgs;
use crate::import::{self, Events, Format};

/// Enough to recognise a format by.
const HEAD_BYTES: usize = 64 * 1024;

pub(super) struct Source {
    input: BufReader<Box<dyn Read + Send>>,
    name: String,
    pub format: Format,
    /// Its size; 0 for standard input.
    pub bytes: u64,
    /// When it was last changed, ns since 1970; 0 for standard input, which cannot be resumed.
    pub changed_ns: u128,
}

/// The events of a file and how many of its bytes were read for them.
pub(super) struct Reading {
    pub events: Events,
    pub bytes: Arc<AtomicU64>,
}

impl Source {
    /// Opens the file and recognises its format.
    pub(super) fn find(path: &Path, args: &ImportArgs) -> anyhow::Result<Self> {
        let standard = path == Path::new("-");
        let (file, bytes, changed_ns): (Box<dyn Read + Send>, _, _) = if standard {
            (Box::new(std::io::stdin()), 0, 0)
        } else {
            let file = File::open(path).with_context(|| path.display().to_string())?;
            let about = file.metadata()?;
            anyhow::ensure!(about.is_file(), "{} is not a file", path.display());
            let changed = about.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            (Box::new(file), about.len(), changed.as_nanos())
        };
        let mut input = BufReader::with_capacity(HEAD_BYTES, file);
        let head = input.fill_buf().with_context(|| path.display().to_string())?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let format = args.format.or_else(|| Format::detect(&name, head));
        let format =
            format.with_context(|| format!("{}: what is it? say --format jsonl, json, csv, sgd or dialogue-txt", path.display()))?;
        Ok(Self { input, name, format, bytes, changed_ns })
    }

    /// Starts reading behind position `after`.
    pub(super) fn open(self, args: &ImportArgs, after: u64) -> anyhow::Result<Reading> {
        let stem = self.name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("file").to_owned();
        let options = args.options(&stem, after)?;
        let bytes = Arc::new(AtomicU64::new(0));
        let counting = Counting { inner: self.input, bytes: Arc::clone(&bytes) };
        Ok(Reading { events: import::open(self.format, Box::new(BufReader::new(counting)), options), bytes })
    }
}

struct Counting<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
