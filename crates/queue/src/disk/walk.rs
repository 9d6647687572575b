//! Walks over the frames of one segment file in order, reading in large pieces. Shared by consumers, recovery and `check`.
//!
//! It only says what it finds: whether a frame that cannot be read is a torn tail or damage is decided by those who know what was acknowledged.

use std::io;

use super::files::{File, read_full};
use super::segment::{FRAME_HEADER_BYTES, FrameHeader, MAX_POSITION, SegmentId, decode_frame_header};

/// A read costs a few µs from the page cache; 256 KiB makes that negligible beside the checksums of what was read.
const READ_BYTES: usize = 256 << 10;

/// A place in a segment file, and the bytes around it.
pub(crate) struct Walk<'a> {
    file: &'a dyn File,
    id: SegmentId,
    offset: u64,
    end: u64,
    read_bytes: usize,
    /// Bytes of the file from `buffer_at` on.
    buffer: Vec<u8>,
    buffer_at: u64,
}

/// What stands at a place.
#[derive(Debug)]
pub(crate) enum Step<'b> {
    /// A frame as it was written; the sealed bytes are still encrypted.
    Frame { header: FrameHeader, sealed: &'b [u8] },
    /// A clean close wrote its seal here.
    Seal(FrameHeader),
    /// No frame: zeroes, or the end of the file.
    End,
    /// Something, but not a frame of this segment.
    Unreadable,
}

impl<'a> Walk<'a> {
    /// Starts at `offset`; nothing from `end` on is looked at.
    pub(crate) fn new(file: &'a dyn File, id: SegmentId, offset: u64, end: u64) -> Self {
        Walk { file, id, offset, end, read_bytes: READ_BYTES, buffer: Vec::new(), buffer_at: offset }
    }

    /// For a walk that will not go far: read no more than that at once, unless a frame is larger.
    pub(crate) fn reading(mut self, bytes: usize) -> Self {
        self.read_bytes = bytes.clamp(FRAME_HEADER_BYTES, READ_BYTES);
        self
    }

    /// Where the next step looks; after a step that was a frame, just behind it.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next thing. Moves on over frames and seals only.
    pub(crate) fn step(&mut self) -> io::Result<Step<'_>> {
        let Some(header) = decode_frame_header(self.peek(FRAME_HEADER_BYTES)?) else { return Ok(Step::End) };
        let stored_bytes = header.stored_bytes();
        // A wrong length must not make us read the whole file for nothing.
        if stored_bytes as u64 > self.end - self.offset || header.position > MAX_POSITION {
            return Ok(Step::Unreadable);
        }
        let id = self.id;
        if !header.matches(id, self.peek(stored_bytes)?) {
            return Ok(Step::Unreadable);
        }
        let start = (self.offset - self.buffer_at) as usize;
        self.offset += stored_bytes as u64;
        if header.is_seal() {
            return Ok(Step::Seal(header));
        }
        Ok(Step::Frame { header, sealed: &self.buffer[start + FRAME_HEADER_BYTES..start + stored_bytes] })
    }

    /// Looks byte by byte for the next readable frame or seal after position `after`, and stops in front of it. False when there is none.
    pub(crate) fn resync(&mut self, after: u64) -> io::Result<bool> {
        while self.offset + (FRAME_HEADER_BYTES as u64) < self.end {
            self.offset += 1;
            let Some(header) = decode_frame_header(self.peek(FRAME_HEADER_BYTES)?) else {
                // Unused space may be most of the file: leap, but not over a header that begins with zeroes.
                let zeroes = self.peek(READ_BYTES)?.iter().take_while(|b| **b == 0).count();
                self.offset += zeroes.saturating_sub(FRAME_HEADER_BYTES) as u64;
                continue;
            };
            let room = self.end - self.offset;
            // Cheap signs first: the length fits, and no more frames were skipped than the bytes could hold.
            let fits = header.stored_bytes() as u64 <= room;
            let near = header.position > after && header.position - after <= self.end / FRAME_HEADER_BYTES as u64;
            if fits && near && header.matches(self.id, self.peek(header.stored_bytes())?) {
                return Ok(true);
            }
        }
        self.offset = self.end;
        Ok(false)
    }

    /// The next `bytes` bytes, fewer at the end.
    fn peek(&mut self, bytes: usize) -> io::Result<&[u8]> {
        let start = (self.offset - self.buffer_at) as usize;
        let room = self.end.saturating_sub(self.offset);
        let wanted = room.min(bytes as u64) as usize;
        if start + wanted > self.buffer.len() {
            // `clamp` would panic on an end before the offset.
            let length = room.min(self.read_bytes as u64).max(wanted as u64) as usize;
            self.buffer.resize(length, 0);
            let got = read_full(self.file, &mut self.buffer, self.offset)?;
            self.buffer.truncate(got);
            self.buffer_at = self.offset;
            return Ok(&self.buffer[..wanted.min(got)]);
        }
        Ok(&self.buffer[start..start + wanted])
    }
}
