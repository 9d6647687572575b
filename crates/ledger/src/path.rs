//! The C2SP paths of a log's files, read and written.
//!
//! ```text
//! checkpoint
//! tile/0/x001/x234/067          full tile 1,234,067 of level 0
//! tile/1/017.p/112              tile 17 of level 1, the first 112 hashes
//! tile/entries/000.p/3          the first 3 entries
//! ```
//!
//! An index is written in groups of three digits, all but the last with an `x`, so that no folder grows past a thousand names.
//! Paths come from strangers' requests: each file has exactly one spelling, every other one is refused, and nothing that is read
//! here can leave the log's folder.

use std::fmt;
use std::str::FromStr;

use crate::text::decimal;
use crate::tile::{TILE_WIDTH, Tile};

/// C2SP's highest level.
const MAX_LEVEL: u64 = 63;

/// A file of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogPath {
    /// The newest signed checkpoint.
    Checkpoint,
    /// A tile of hashes.
    Tile(Tile),
    /// An entry bundle: the entries behind tile `index` of level 0.
    Entries {
        /// Which bundle.
        index: u64,
        /// How many entries: 256 when full.
        width: u16,
    },
}

/// A path that names no file of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path of a log: expected checkpoint, tile/LEVEL/INDEX or tile/entries/INDEX, and .p/WIDTH after a partial one")]
pub struct PathError;

impl FromStr for LogPath {
    type Err = PathError;

    fn from_str(path: &str) -> Result<Self, PathError> {
        if path == "checkpoint" {
            return Ok(Self::Checkpoint);
        }
        read(path).ok_or(PathError)
    }
}

impl fmt::Display for LogPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Checkpoint => return f.write_str("checkpoint"),
            Self::Tile(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
            Self::Entries { index, width } => {
                f.write_str("tile/entries/")?;
                (*index, *width)
            }
        };
        write_index(f, index)?;
        if width < TILE_WIDTH { write!(f, ".p/{width}") } else { Ok(()) }
    }
}

fn read(path: &str) -> Option<LogPath> {
    let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, decimal(width).filter(|width| (1..u64::from(TILE_WIDTH)).contains(width))? as u16),
        None => (rest, TILE_WIDTH),
    };
    let index = read_index(index)?;
    if level == "entries" {
        return Some(LogPath::Entries { index, width });
    }
    let level = decimal(level).filter(|level| *level <= MAX_LEVEL)? as u8;
    Some(LogPath::Tile(Tile { level, index, width }))
}

fn read_index(text: &str) -> Option<u64> {
    let mut groups = text.split('/').peekable();
    let mut index: u64 = 0;
    while let Some(group) = groups.next() {
        let last = groups.peek().is_none();
        let digits = if last { group } else { group.strip_prefix('x')? };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // A leading group of zeros would be a second spelling of a shorter path.
        if !last && index == 0 && digits == "000" {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    if index >= 1000 {
        write_groups_before(f, index / 1000)?;
    }
    write!(f, "{:03}", index % 1000)
}

fn write_groups_before(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    if index >= 1000 {
        write_groups_before(f, index / 1000)?;
    }
    write!(f, "x{:03}/", index % 1000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn paths_are_those_of_c2sp() {
        let tile = |level, index, width| LogPath::Tile(Tile { level, index, width });
        for (path, text) in [
            (LogPath::Checkpoint, "checkpoint"),
            (tile(0, 0, 256), "tile/0/000"),
            (tile(0, 1_234_067, 256), "tile/0/x001/x234/067"),
            (tile(1, 17, 112), "tile/1/017.p/112"),
            (tile(63, 1000, 1), "tile/63/x001/000.p/1"),
            (tile(0, 999, 255), "tile/0/999.p/255"),
            (tile(2, u64::MAX, 256), "tile/2/x018/x446/x744/x073/x709/x551/615"),
            (LogPath::Entries { index: 1_000_000, width: 3 }, "tile/entries/x001/x000/000.p/3"),
        ] {
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path), "{text}");
        }
    }

    #[test]
    fn a_second_spelling_or_a_way_out_is_refused() {
        for text in [
            "",
            "/",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile//000",
            "/tile/0/000",
            "tile/0/000/",
            "tile/8/0/000",
            "checkpoint/",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/256/000",
            "tile/Entries/000",
            "tile/data/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/001",
            "tile/0/x001/x000",
            "tile/0/001/000",
            "tile/0/x1/000",
            "tile/0/x0/01/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/..",
            "tile/0/٠٠٠",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p/1/",
            "tile/0/000.p/1.p/1",
            "tile/0/000.p/-1",
            "tile/0/000.p",
            "tile/0/x001.p/1/000",
            "tile/0/000\n",
            "tile/0/0\u{0}0",
        ] {
            assert_eq!(text.parse::<LogPath>(), Err(PathError), "{text:?}");
        }
    }
}
