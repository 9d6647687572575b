//! The format of a segment: a header, then frames, then zeroes to the end of the preallocated file. All numbers are little-endian.
//!
//! ```text
//! file name: 00000000000000000017.seg   the position of its first frame, 20 digits
//!
//! header, 64 bytes
//!   0  6c 65 74 6f 70 69 73 51        magic "letopisQ"
//!   8  01 00 00 00                    version 1
//!  12  00 00 00 00                    reserved
//!  16  a0 a1 a2 a3 … ae af            segment id, 16 random bytes; names the key file
//!  32  00 × 28                        reserved
//!  60  d7 58 48 13                    CRC-32 of bytes 0..60
//!
//! frame, 24 bytes and the sealed bytes; here the frame "abc", lane 7, position 17, alone in its commit, key 32 × 07
//!   0  13 00 00 00                    length of the sealed bytes: 3 + a 16-byte tag
//!   4  eb 0a 78 54                    CRC-32 of: segment id ‖ length ‖ bytes 8..24 ‖ sealed bytes
//!   8  11 00 00 00 00 00 00 00        position
//!  16  07 00 00 00                    lane
//!  20  00 00 00 00                    index in its commit
//!  24  0e fb 71 d8 2b 6e 1a a9 4c 09 AES-256-GCM: nonce 00 00 00 00 ‖ position, associated data lane
//!      91 3d 03 e8 be eb b6 29 a2
//!
//! seal: a frame of length 0, written by a clean close; its position is the one after the last frame, its index 0
//! ```
//!
//! * **Stale bytes never look like frames**: every file is new and zero-filled, and the random segment id goes into each CRC.
//! * **A torn tail is told from damage** by the index: when frame *p* with index *i* is written, all frames before *p − i* were flushed. So an
//!   unreadable frame before *p − i* was readable once, and is damage; one that no later frame vouches for was never acknowledged.
//! * **Where a segment ends**: at the first frame of the next one (its name). What lies behind that in a segment whose flush failed does not count.
//! * **A nonce is never used twice**: a segment that was open when the process ended is never appended to; the next start begins a new one.

use std::fmt;

use super::cipher::{Cipher, Refused};
use crate::seam::Lane;

/// Bytes before the first frame.
pub const HEADER_BYTES: usize = 64;
/// Bytes before the sealed bytes of a frame.
pub const FRAME_HEADER_BYTES: usize = 24;
/// Bytes the cipher adds to a frame.
pub const TAG_BYTES: usize = 16;
const MAGIC: &[u8; 8] = b"letopisQ";
const VERSION: u32 = 1;
/// Positions beyond it cannot come from us (a million frames a second for 146,000 years); room to add without overflow.
pub(crate) const MAX_POSITION: u64 = 1 << 62;

/// Bytes a frame takes in its segment.
pub(crate) const fn stored_bytes(frame: usize) -> u64 {
    (FRAME_HEADER_BYTES + frame + TAG_BYTES) as u64
}

/// Drawn at random for each segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentId(pub(crate) [u8; 16]);

impl SegmentId {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = u128::from_str_radix(text, 16).ok()?;
        let id = SegmentId(number.to_be_bytes());
        // One spelling only: no sign, no capitals, all digits.
        (id.to_string() == text).then_some(id)
    }

    /// The CRC of everything in this segment starts from here.
    fn crc(self) -> crc32fast::Hasher {
        let mut crc = crc32fast::Hasher::new();
        crc.update(&self.0);
        crc
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

pub(crate) fn file_name(first: u64) -> String {
    format!("{first:020}.seg")
}

pub(crate) fn encode_header(id: SegmentId) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[16..32].copy_from_slice(&id.0);
    let crc = crc32fast::hash(&header[..60]);
    header[60..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// Reads a segment's header.
///
/// # Errors
/// A text that says what is wrong with it.
pub fn decode_header(bytes: &[u8]) -> Result<SegmentId, String> {
    let header = bytes.first_chunk::<HEADER_BYTES>().ok_or("its header is cut off")?;
    if &header[..8] != MAGIC {
        return Err("it does not begin like a queue segment".to_owned());
    }
    if u32_at(header, 60) != crc32fast::hash(&header[..60]) {
        return Err("the checksum of its header is wrong".to_owned());
    }
    let version = u32_at(header, 8);
    if version != VERSION {
        return Err(format!("it has format version {version}, this program reads {VERSION}"));
    }
    let mut id = [0; 16];
    id.copy_from_slice(&header[16..32]);
    Ok(SegmentId(id))
}

/// What stands before the sealed bytes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    /// The frame's position; for a seal the position that would come next.
    pub position: u64,
    /// Its lane.
    pub lane: Lane,
    /// How many frames of the same commit come before it in this segment.
    pub index: u32,
    sealed_bytes: u32,
    crc: u32,
}

impl FrameHeader {
    /// Header, and sealed bytes, in all.
    #[must_use]
    pub fn stored_bytes(&self) -> usize {
        FRAME_HEADER_BYTES + self.sealed_bytes as usize
    }

    /// A seal closes a segment and carries no frame.
    #[must_use]
    pub fn is_seal(&self) -> bool {
        self.sealed_bytes == 0
    }

    /// All frames before this position were flushed when this one was written.
    #[must_use]
    pub fn flushed_before(&self) -> u64 {
        self.position.saturating_sub(u64::from(self.index))
    }

    /// Whether `stored`, header and sealed bytes, is what was written into segment `id`.
    #[must_use]
    pub fn matches(&self, id: SegmentId, stored: &[u8]) -> bool {
        stored.len() == self.stored_bytes() && frame_crc(id, stored) == self.crc
    }
}

/// Reads a frame's header; `None` when it is all zeroes, or cut off: there is no frame.
#[must_use]
pub fn decode_frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    let header = bytes.first_chunk::<FRAME_HEADER_BYTES>().filter(|header| header.iter().any(|b| *b != 0))?;
    Some(FrameHeader {
        sealed_bytes: u32_at(header, 0),
        crc: u32_at(header, 4),
        position: u64::from(u32_at(header, 8)) | u64::from(u32_at(header, 12)) << 32,
        lane: Lane(u32_at(header, 16)),
        index: u32_at(header, 20),
    })
}

/// Appends an encrypted frame to `buffer`.
pub(crate) fn encode_frame(
    buffer: &mut Vec<u8>,
    (id, cipher): (SegmentId, &Cipher),
    (position, index): (u64, u32),
    lane: Lane,
    frame: &[u8],
) -> Result<(), Refused> {
    let start = buffer.len();
    put_header(buffer, frame.len() + TAG_BYTES, position, lane, index);
    let body = buffer.len();
    buffer.extend_from_slice(frame);
    let tag = cipher.seal(position, lane, &mut buffer[body..])?;
    buffer.extend_from_slice(&tag);
    put_crc(buffer, start, id);
    Ok(())
}

/// Appends a seal: `next` would be the position of the frame after the last.
pub(crate) fn encode_seal(buffer: &mut Vec<u8>, id: SegmentId, next: u64) {
    let start = buffer.len();
    put_header(buffer, 0, next, Lane(0), 0);
    put_crc(buffer, start, id);
}

/// Decrypts sealed bytes in place; the frame is the result without its last [`TAG_BYTES`]. `None` when they were not sealed with this key.
pub(crate) fn open_frame(cipher: &Cipher, header: &FrameHeader, sealed: &mut [u8]) -> Option<usize> {
    let frame_bytes = sealed.len().checked_sub(TAG_BYTES)?;
    cipher.open(header.position, header.lane, sealed).ok()?;
    Some(frame_bytes)
}

fn put_header(buffer: &mut Vec<u8>, sealed_bytes: usize, position: u64, lane: Lane, index: u32) {
    buffer.extend_from_slice(&(sealed_bytes as u32).to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    buffer.extend_from_slice(&position.to_le_bytes());
    buffer.extend_from_slice(&lane.0.to_le_bytes());
    buffer.extend_from_slice(&index.to_le_bytes());
}

fn put_crc(buffer: &mut [u8], start: usize, id: SegmentId) {
    let crc = frame_crc(id, &buffer[start..]);
    buffer[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

fn frame_crc(id: SegmentId, stored: &[u8]) -> u32 {
    let mut crc = id.crc();
    crc.update(&stored[..4]);
    crc.update(&stored[8..]);
    crc.finalize()
}

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[offset..offset + 4]);
    u32::from_le_bytes(number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The bytes in the module's documentation.
    #[test]
    fn the_specification_shows_real_bytes() {
        let id = SegmentId(std::array::from_fn(|i| 0xa0 + i as u8));
        let cipher = Cipher::new(&[7; 32]).unwrap();
        let header = encode_header(id);
        let mut frame = Vec::new();
        encode_frame(&mut frame, (id, &cipher), (17, 0), Lane(7), b"abc").unwrap();
        assert_eq!(hex(&header[60..]), "d7584813");
        assert_eq!(hex(&frame[4..8]), "eb0a7854");
        assert_eq!(hex(&frame[24..]), "0efb71d82b6e1aa94c09913d03e8beebb629a2");
        assert_eq!(decode_header(&header).unwrap(), id);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let id = SegmentId([1; 16]);
        let cipher = Cipher::new(&[7; 32]).unwrap();
        let mut frame = Vec::new();
        encode_frame(&mut frame, (id, &cipher), (9, 2), Lane(1), b"frame").unwrap();
        assert_eq!(decode_frame_header(&frame).unwrap().flushed_before(), 7);
        for bit in 0..frame.len() * 8 {
            frame[bit / 8] ^= 1 << (bit % 8);
            assert!(!decode_frame_header(&frame).is_some_and(|header| header.matches(id, &frame)), "bit {bit}");
            frame[bit / 8] ^= 1 << (bit % 8);
        }
        let header = decode_frame_header(&frame).unwrap();
        assert!(header.matches(id, &frame));
        assert!(!header.matches(SegmentId([2; 16]), &frame), "a frame of another segment");
        let n = open_frame(&cipher, &header, &mut frame[FRAME_HEADER_BYTES..]).unwrap();
        assert_eq!(&frame[FRAME_HEADER_BYTES..][..n], b"frame");
    }
}
