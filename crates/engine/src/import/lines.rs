//! Lines of a file, with a limit on their length, so that a file without line ends cannot fill the memory.

use std::io::{self, BufRead, Read};

use super::Input;

/// Four times the largest event the API takes (256 KiB): room for spaces and escapes, never for a disk image.
pub(super) const MAX_LINE_BYTES: usize = 1 << 20;

/// One line, without its end.
pub(super) enum Line {
    Bytes(Vec<u8>),
    TooLong,
}

/// The numbered lines of an input, counted from 1 as editors do.
pub(super) struct Lines {
    input: Input,
    number: u64,
}

impl Lines {
    pub(super) fn new(input: Input) -> Self {
        Self { input, number: 0 }
    }

    /// The next line and its number; blank ones too, because a format may mean something by them.
    pub(super) fn read(&mut self) -> io::Result<Option<(u64, Line)>> {
        let mut bytes = Vec::new();
        let limit = MAX_LINE_BYTES as u64 + 1;
        if self.input.by_ref().take(limit).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if bytes.len() > MAX_LINE_BYTES && bytes.last() != Some(&b'\n') {
            self.input.skip_until(b'\n')?;
            return Ok(Some((self.number, Line::TooLong)));
        }
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        if self.number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(Some((self.number, Line::Bytes(bytes))))
    }
}
