//! An event with holes: everything is written once, only the ids, the time, the client and the session are patched in at
//! fixed places of fixed width. So writing an event is one copy of ~450 bytes and a few digits.

use super::clock::{Clock, TIME_BYTES};

/// In a template's source text one control character stands for each hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    EventId,
    Time,
    Session,
    Phone,
    Number,
    Visit,
}

const HOLES: [(u8, Hole, usize); 6] = [
    (1, Hole::EventId, 23),
    (2, Hole::Time, TIME_BYTES),
    (3, Hole::Session, 22),
    (4, Hole::Phone, 12),
    (5, Hole::Number, 9),
    (6, Hole::Visit, TIME_BYTES),
];

pub(super) struct Template {
    bytes: Vec<u8>,
    holes: Vec<(usize, Hole, usize)>,
}

/// What is patched into the holes of one event.
pub(super) struct Values<'a> {
    pub(super) seed: u32,
    pub(super) number: u64,
    pub(super) session: u64,
    pub(super) clock: &'a Clock,
}

impl Template {
    pub(super) fn new(source: &str) -> Self {
        let mut bytes = Vec::with_capacity(source.len() + 100);
        let mut holes = Vec::new();
        for byte in source.bytes() {
            match HOLES.iter().find(|(mark, ..)| *mark == byte) {
                Some((_, hole, width)) => {
                    holes.push((bytes.len(), *hole, *width));
                    bytes.resize(bytes.len() + width, b'?');
                }
                None => bytes.push(byte),
            }
        }
        Self { bytes, holes }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn write(&self, values: &Values<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.bytes);
        for (at, hole, width) in &self.holes {
            values.fill(*hole, &mut out[start + at..start + at + width]);
        }
    }
}

impl Values<'_> {
    fn fill(&self, hole: Hole, out: &mut [u8]) {
        match hole {
            Hole::EventId => self.put_id(b"evt_", self.number, out),
            Hole::Session => self.put_id(b"sess_", self.session, out),
            Hole::Time => self.clock.write(out),
            Hole::Visit => self.clock.write_visit(self.session, out),
            Hole::Phone => {
                out[..3].copy_from_slice(b"+79");
                // 3^18 has no common factor with 10^9: every session gets another phone, in no visible order.
                let digits = (self.session * 387_420_489 + u64::from(self.seed)) % 1_000_000_000;
                put_decimal(digits, &mut out[3..]);
            }
            Hole::Number => put_decimal(100_000_000 + self.session, out),
        }
    }

    /// `evt_` + seed in hexadecimal + `_` + number.
    fn put_id(&self, prefix: &[u8], number: u64, out: &mut [u8]) {
        let (head, rest) = out.split_at_mut(prefix.len());
        head.copy_from_slice(prefix);
        for (digit, shift) in rest[..8].iter_mut().zip((0..8).rev()) {
            *digit = b"0123456789abcdef"[(self.seed >> (4 * shift) & 15) as usize];
        }
        rest[8] = b'_';
        put_decimal(number, &mut rest[9..]);
    }
}

fn put_decimal(mut value: u64, out: &mut [u8]) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}
