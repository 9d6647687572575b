//! Where a consumer group is, on disk: `cursors/<group>`, two slots written in turn, so that a torn write leaves the other one whole.
//!
//! ```text
//! slot, at byte 0 and at byte 4096
//!   0  u64  how often the cursor was stored; the higher valid slot counts
//!   8  u64  position: everything up to it is acknowledged
//!  16  u64  first position of the segment it lies in
//!  24  u64  byte offset in that segment, behind the frame
//!  32  u32  CRC-32 of "letopisC" ‖ bytes 0..32
//! ```
//!
//! Storing one rewrites bytes that are there already: it works on a full disk, which is when truncation is needed most.

use std::io;

use super::files::{File, Folder, join, read_full, write_all};
use super::segment::MAX_POSITION;

pub(crate) const CURSORS: &str = "cursors";
const SLOT_BYTES: usize = 36;
const SECOND_SLOT: u64 = 4096;

/// A durable place in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) position: u64,
    pub(crate) segment: u64,
    pub(crate) offset: u64,
}

/// The open cursor file of one group.
pub(crate) struct CursorFile {
    file: Box<dyn File>,
    path: String,
    stored: u64,
    place: Place,
}

impl CursorFile {
    /// Makes the file, with `place` durable in it.
    pub(crate) fn create(folder: &Folder, group: &str, place: Place) -> io::Result<Self> {
        let path = join(CURSORS, group);
        let file = folder.files.create(&path)?;
        // Both slots exist from the start, so that no later store needs room on the disk.
        write_all(&*file, &encode(1, place), 0)?;
        write_all(&*file, &encode(0, place), SECOND_SLOT)?;
        folder.sync(&*file)?;
        folder.sync_dir(CURSORS)?;
        Ok(CursorFile { file, path, stored: 1, place })
    }

    /// Opens an existing one; `None` when its creation was cut off by a crash, so that nothing was ever acknowledged by this group.
    pub(crate) fn open(folder: &Folder, group: &str) -> io::Result<Option<Self>> {
        let path = join(CURSORS, group);
        let file = folder.files.open(&path)?;
        let mut bytes = [0; SECOND_SLOT as usize + SLOT_BYTES];
        let got = read_full(&*file, &mut bytes, 0)?;
        let (first, second) = bytes.split_at(SECOND_SLOT as usize);
        let newest = [decode(first), decode(second)].into_iter().flatten().max_by_key(|(stored, _)| *stored);
        match newest {
            Some((stored, place)) => Ok(Some(CursorFile { file, path, stored, place })),
            None if got < bytes.len() || bytes.iter().all(|b| *b == 0) => Ok(None),
            None => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "both slots are damaged; when the file is removed, the group starts again at the oldest kept frame and meets frames it has seen",
            )),
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What is durable.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Makes `place` durable. After an error the old place counts, and the next call tries the same slot again.
    pub(crate) fn store(&mut self, folder: &Folder, place: Place) -> io::Result<()> {
        let stored = self.stored + 1;
        let slot = if stored % 2 == 1 { 0 } else { SECOND_SLOT };
        let written = write_all(&*self.file, &encode(stored, place), slot).and_then(|()| folder.sync(&*self.file));
        if let Err(error) = written {
            // A failed flush may have marked the page clean: only a new handle and a new write may be believed.
            self.file = folder.files.open(&self.path)?;
            return Err(error);
        }
        self.stored = stored;
        self.place = place;
        Ok(())
    }
}

fn encode(stored: u64, place: Place) -> [u8; SLOT_BYTES] {
    let mut slot = [0; SLOT_BYTES];
    for (number, bytes) in [stored, place.position, place.segment, place.offset].iter().zip(slot.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    let crc = checksum(&slot);
    slot[32..].copy_from_slice(&crc.to_le_bytes());
    slot
}

fn decode(slot: &[u8]) -> Option<(u64, Place)> {
    let slot = slot.first_chunk::<SLOT_BYTES>()?;
    if slot[32..] != checksum(slot).to_le_bytes() {
        return None;
    }
    let mut numbers = slot.chunks_exact(8).map(|bytes| bytes.iter().rev().fold(0, |number, b| number << 8 | u64::from(*b)));
    let stored = numbers.next()?;
    let place = Place { position: numbers.next()?, segment: numbers.next()?, offset: numbers.next()? };
    (place.position <= MAX_POSITION).then_some((stored, place))
}

fn checksum(slot: &[u8; SLOT_BYTES]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(b"letopisC");
    crc.update(&slot[..32]);
    crc.finalize()
}
