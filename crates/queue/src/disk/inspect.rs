//! What a segment file holds, from its bytes alone, without a key: for looking at a copy of a damaged file, and for the fuzzer, which feeds it
//! whatever it likes.

use std::io;

use super::files::File;
use super::recover::look_for_end;
use super::segment::{HEADER_BYTES, MAX_POSITION, SegmentId, decode_header};
use super::walk::Walk;

/// See [`inspect`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspection {
    /// From the header; the key file has this name.
    pub id: SegmentId,
    /// The last readable position; the one before the first if there is none.
    pub last: u64,
    /// Behind the last byte that counts; with damage, where it begins.
    pub end: u64,
    /// The first frame that was flushed and cannot be read any more.
    pub damaged_at: Option<u64>,
}

/// Looks through a segment whose first frame has position `first`, as a start after a crash does.
///
/// # Errors
/// A text that says why the bytes are no segment.
pub fn inspect(bytes: &[u8], first: u64) -> Result<Inspection, String> {
    let id = decode_header(bytes)?;
    if !(1..=MAX_POSITION).contains(&first) {
        return Err(format!("no segment starts at position {first}"));
    }
    let file = Slice(bytes);
    let mut walk = Walk::new(&file, id, HEADER_BYTES as u64, bytes.len() as u64);
    let found = look_for_end(&mut walk, first).map_err(|error| error.to_string())?;
    Ok(Inspection { id, last: found.last, end: found.end, damaged_at: found.damaged_at })
}

struct Slice<'a>(&'a [u8]);

impl File for Slice<'_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.0.get(offset as usize..).unwrap_or_default();
        let bytes = rest.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&rest[..bytes]);
        Ok(bytes)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn set_len(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }
}
