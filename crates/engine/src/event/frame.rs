//! The frame: what capture hands to the recorder through the queue, one frame a request.
//!
//! It carries the client's body exactly as it came and a table that says which bytes are which item, so a batch of a thousand
//! events costs one copy. Everything that must be drawn once (missing ids, `received_at`) is drawn before and travels here.
//!
//! ```text
//! "LF" 01 | business u32 | received µs i64 | connection len u8, bytes (0 = none) | source len u8, bytes | items u32
//!   item: kind u8 (0 event, 1 rejected, 2 decision, 3 exchange) | offset u32 | length u32 | note len u16, bytes
//! body …
//! ```
//! Integers are little-endian. The note is the drawn event id of an event that came without one, or the reason of a rejected
//! item as JSON. It deliberately does not encrypt (the queue does) and does not know what an event means.

use bytes::Bytes;

use super::BusinessId;

const MAGIC: &[u8; 3] = b"LF\x01";

/// What one request brought, ready for the queue.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Whose it is.
    pub business: BusinessId,
    /// When capture had read it, µs since 1970 UTC.
    pub received_us: i64,
    /// Through which door: `api`, `hook`, `import`, `decision`, …
    pub source: String,
    /// The public id of the connection it came through.
    pub connection: Option<String>,
    /// Which bytes of the body are which item.
    pub items: Vec<Item>,
    /// The body as the client sent it, decompressed.
    pub body: Bytes,
}

/// One item of a frame: a slice of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What the recorder does with it.
    pub kind: ItemKind,
    /// Where it starts in the body.
    pub offset: u32,
    /// How long it is.
    pub length: u32,
}

/// What the recorder does with an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKind {
    /// An accepted event; the id is given where the client sent none.
    Event {
        /// Drawn by capture.
        drawn_id: Option<String>,
    },
    /// A refused one: kept in quarantine with the reason (JSON).
    Rejected {
        /// The reason, as JSON of `Invalid`.
        reason: String,
    },
    /// A person's decision.
    Decision,
    /// What went through a proxy or a hook: bytes of `exchange::Exchange`, to be read by the recorder.
    Exchange,
}

/// Why bytes are not a frame.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FrameError {
    /// Not ours, or of a later version.
    #[error("frame does not start with LF 01: written by another program or a later version")]
    Magic,
    /// It ends before its table or an item does, or a name in it is no text.
    #[error("frame is cut off or broken at {0}")]
    CutOff(&'static str),
}

impl Frame {
    /// The bytes for the queue.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = Vec::with_capacity(64 + self.items.len() * 16 + self.body.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.business.0.to_le_bytes());
        out.extend_from_slice(&self.received_us.to_le_bytes());
        for name in [self.connection.as_deref().unwrap_or(""), &self.source] {
            debug_assert!(name.len() < 256, "ids and sources are short names of ours");
            out.push(name.len() as u8);
            out.extend_from_slice(name.as_bytes());
        }
        out.extend_from_slice(&(self.items.len() as u32).to_le_bytes());
        for item in &self.items {
            let (kind, note) = match &item.kind {
                ItemKind::Event { drawn_id } => (0, drawn_id.as_deref().unwrap_or("")),
                ItemKind::Rejected { reason } => (1, reason.as_str()),
                ItemKind::Decision => (2, ""),
                ItemKind::Exchange => (3, ""),
            };
            let note = &note.as_bytes()[..end_of_note(note)];
            out.push(kind);
            out.extend_from_slice(&item.offset.to_le_bytes());
            out.extend_from_slice(&item.length.to_le_bytes());
            out.extend_from_slice(&(note.len() as u16).to_le_bytes());
            out.extend_from_slice(note);
        }
        out.extend_from_slice(&self.body);
        Bytes::from(out)
    }

    /// Reads the bytes of [`Frame::encode`].
    ///
    /// # Errors
    /// [`FrameError`] when they are cut off or not ours.
    pub fn decode(bytes: &Bytes) -> Result<Self, FrameError> {
        let mut cursor = Cursor { bytes, at: 0 };
        if cursor.take(3, "magic")? != MAGIC {
            return Err(FrameError::Magic);
        }
        let business = BusinessId(cursor.u32("business")?);
        let received_us = i64::from_le_bytes(cursor.array("received")?);
        let connection = Some(cursor.name("connection")?).filter(|id| !id.is_empty());
        let source = cursor.name("source")?;
        let count = cursor.u32("items")?;
        let mut items = Vec::with_capacity((count as usize).min(bytes.len() / 11));
        for _ in 0..count {
            items.push(cursor.item()?);
        }
        let body = bytes.slice(cursor.at..);
        let inside = |item: &Item| u64::from(item.offset) + u64::from(item.length) <= body.len() as u64;
        if !items.iter().all(inside) {
            return Err(FrameError::CutOff("body"));
        }
        Ok(Self { business, received_us, source, connection, items, body })
    }

    /// The bytes of one item.
    #[must_use]
    pub fn bytes(&self, item: &Item) -> &[u8] {
        &self.body[item.offset as usize..(item.offset + item.length) as usize]
    }
}

/// Where a note is cut: between characters.
fn end_of_note(note: &str) -> usize {
    let longest = note.len().min(usize::from(u16::MAX));
    (0..=longest).rev().find(|end| note.is_char_boundary(*end)).unwrap_or_default()
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], FrameError> {
        let taken = self.bytes.get(self.at..self.at + n).ok_or(FrameError::CutOff(what))?;
        self.at += n;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], FrameError> {
        self.take(N, what)?.try_into().map_err(|_| FrameError::CutOff(what))
    }

    fn u32(&mut self, what: &'static str) -> Result<u32, FrameError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn name(&mut self, what: &'static str) -> Result<String, FrameError> {
        let length = usize::from(self.take(1, what)?[0]);
        self.text(length, what)
    }

    fn text(&mut self, length: usize, what: &'static str) -> Result<String, FrameError> {
        String::from_utf8(self.take(length, what)?.to_vec()).map_err(|_| FrameError::CutOff(what))
    }

    fn item(&mut self) -> Result<Item, FrameError> {
        let kind = self.take(1, "item")?[0];
        let (offset, length) = (self.u32("item")?, self.u32("item")?);
        let note_len = u16::from_le_bytes(self.array("item")?);
        let note = self.text(usize::from(note_len), "note")?;
        let kind = match kind {
            0 => ItemKind::Event { drawn_id: Some(note).filter(|id| !id.is_empty()) },
            1 => ItemKind::Rejected { reason: note },
            2 => ItemKind::Decision,
            3 => ItemKind::Exchange,
            _ => return Err(FrameError::Magic),
        };
        Ok(Item { kind, offset, length })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn frame() -> Frame {
        Frame {
            business: BusinessId(3),
            received_us: 1_735_724_097_000_001,
            source: "api".into(),
            connection: Some("c_9".into()),
            items: vec![
                Item { kind: ItemKind::Event { drawn_id: None }, offset: 0, length: 4 },
                Item { kind: ItemKind::Event { drawn_id: Some("id-1".into()) }, offset: 5, length: 2 },
                Item { kind: ItemKind::Rejected { reason: "{\"code\":\"x\"}".into() }, offset: 2, length: 3 },
            ],
            body: Bytes::from_static(b"{..}\n{}"),
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let decoded = Frame::decode(&frame().encode()).unwrap();
        assert_eq!(decoded.items, frame().items);
        assert_eq!((decoded.business, decoded.connection.as_deref()), (BusinessId(3), Some("c_9")));
        assert_eq!(decoded.bytes(&decoded.items[1]), b"{}");
    }

    #[test]
    fn a_cut_frame_is_refused_wherever_it_is_cut() {
        let bytes = frame().encode();
        for end in 0..bytes.len() {
            assert!(Frame::decode(&bytes.slice(..end)).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn names_that_are_no_text_are_refused_and_a_long_note_is_cut_between_characters() {
        // Found by fuzzing: read with replacement characters, a name grew longer than a frame can hold.
        let mut bytes = frame().encode().to_vec();
        let at = MAGIC.len() + 4 + 8 + 1;
        bytes[at] = 0xFF;
        assert!(Frame::decode(&Bytes::from(bytes)).is_err());
        let reason = "я".repeat(40_000);
        let long = Frame { items: vec![Item { kind: ItemKind::Rejected { reason }, offset: 0, length: 1 }], ..frame() };
        let once = Frame::decode(&long.encode()).unwrap();
        let ItemKind::Rejected { reason } = &once.items[0].kind else { panic!("not refused") };
        assert_eq!(reason, &"я".repeat(32_767));
        assert_eq!(Frame::decode(&once.encode()).unwrap().items, once.items);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let mut ours = MAGIC.to_vec();
            ours.extend(&bytes);
            let _ = Frame::decode(&Bytes::from(bytes));
            let _ = Frame::decode(&Bytes::from(ours));
        }
    }
}
