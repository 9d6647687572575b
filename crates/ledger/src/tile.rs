//! Tiles: the tree cut into files of 256 hashes that, once full, never change.
//!
//! ```text
//! level 0   leaf hashes                                  tile n: leaves 256 n .. 256 (n + 1)
//! level 1   roots of the full tiles of level 0           …and so on upwards
//!
//! a tree of 70,000 leaves:  level 0  273 full + 1 of width 112      (70,000 = 273 · 256 + 112)
//!                           level 1    1 full + 1 of width 17       (273 = 1 · 256 + 17)
//!                           level 2             1 of width 1
//! ```
//!
//! A tile that is not full is *partial*: it belongs to one published size and is never hashed into the level above. The
//! *entry bundle* `n` holds the entries whose leaf hashes are tile `n` of level 0, so it has that tile's coordinates.

use std::fmt;

use crate::path::LogPath;
use crate::tree::{HASH_BYTES, Hash, node_hash};

/// Hashes in a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Levels that can hold a hash: 256^8 = 2^64 leaves.
pub(crate) const LEVELS: u8 = 8;

/// Where a tile stands. Two tiles that differ in width alone hold the same hashes, one more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// 0 for leaf hashes; C2SP allows up to 63.
    pub level: u8,
    /// Which tile of the level.
    pub index: u64,
    /// How many hashes: 256 when full, 1 to 255 when partial.
    pub width: u16,
}

/// A tile and its bytes: `width` hashes of 32 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileData {
    /// Where it stands.
    pub tile: Tile,
    /// Its hashes, one after the other.
    pub bytes: Vec<u8>,
}

impl Tile {
    /// Tile `index` of `level` as a tree of `size` leaves has it: full, partial, or not at all.
    #[must_use]
    pub fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = hashes_at(level, size);
        let before = index.checked_mul(u64::from(TILE_WIDTH))?;
        let width = hashes.checked_sub(before)?.min(u64::from(TILE_WIDTH)) as u16;
        (width > 0).then_some(Self { level, index, width })
    }

    /// Whether it will never change.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Bytes of this tile.
    #[must_use]
    pub fn byte_len(self) -> usize {
        usize::from(self.width) * HASH_BYTES
    }

    /// Its file below the log's prefix: `tile/0/x001/234.p/17`.
    #[must_use]
    pub fn path(self) -> String {
        LogPath::Tile(self).to_string()
    }

    /// The file of the entry bundle behind this tile of level 0: `tile/entries/x001/234.p/17`.
    #[must_use]
    pub fn entries_path(self) -> String {
        LogPath::Entries { index: self.index, width: self.width }.to_string()
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        LogPath::Tile(*self).fmt(f)
    }
}

/// The tiles a writer must have written before it may sign a tree of `new` leaves, when those of `old` are there: lowest level
/// first, on each level the full ones and then the partial one. Each tile of level 0 among them also has an entry bundle.
#[must_use]
pub fn tiles_between(old: u64, new: u64) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for level in 0..LEVELS {
        if hashes_at(level, new) <= hashes_at(level, old) {
            break;
        }
        // The first that grew is the one in which the next hash after `old` landed.
        let first = hashes_at(level, old) / u64::from(TILE_WIDTH);
        tiles.extend((first..).map_while(|index| Tile::at(level, index, new)));
    }
    tiles
}

/// The hash that a full tile contributes to the level above; none when `bytes` is not a full tile.
#[must_use]
pub fn full_tile_root(bytes: &[u8]) -> Option<Hash> {
    let hashes = hashes(bytes)?;
    (hashes.len() == usize::from(TILE_WIDTH)).then(|| perfect_root(hashes))
}

/// How many hashes a tree of `size` leaves has on `level`.
pub(crate) fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * 8).unwrap_or(0)
}

/// Tile bytes as hashes; none when a hash is torn.
pub(crate) fn hashes(bytes: &[u8]) -> Option<&[[u8; HASH_BYTES]]> {
    let (hashes, torn) = bytes.as_chunks();
    torn.is_empty().then_some(hashes)
}

/// The root over hashes whose number is a power of two.
pub(crate) fn perfect_root(hashes: &[[u8; HASH_BYTES]]) -> Hash {
    match hashes {
        [] => Hash::empty_root(),
        [hash] => Hash(*hash),
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&perfect_root(left), &perfect_root(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(tiles: &[Tile]) -> Vec<(u8, u64, u16)> {
        tiles.iter().map(|tile| (tile.level, tile.index, tile.width)).collect()
    }

    #[test]
    fn the_tiles_of_70_000_leaves() {
        let tiles = tiles_between(0, 70_000);
        let count = |level, full| tiles.iter().filter(|tile| tile.level == level && tile.is_full() == full).count();
        assert_eq!((count(0, true), count(1, true), count(2, true)), (273, 1, 0));
        let partial: Vec<Tile> = tiles.iter().copied().filter(|tile| !tile.is_full()).collect();
        assert_eq!(shape(&partial), [(0, 273, 112), (1, 1, 17), (2, 0, 1)]);
    }

    #[test]
    fn growth_names_only_what_changed() {
        assert_eq!(shape(&tiles_between(0, 0)), []);
        assert_eq!(shape(&tiles_between(5, 5)), []);
        assert_eq!(shape(&tiles_between(9, 5)), []);
        assert_eq!(shape(&tiles_between(0, 1)), [(0, 0, 1)]);
        assert_eq!(shape(&tiles_between(1, 2)), [(0, 0, 2)]);
        assert_eq!(shape(&tiles_between(255, 256)), [(0, 0, 256), (1, 0, 1)]);
        assert_eq!(shape(&tiles_between(256, 257)), [(0, 1, 1)]);
        assert_eq!(shape(&tiles_between(65_535, 65_536)), [(0, 255, 256), (1, 0, 256), (2, 0, 1)]);
        assert_eq!(shape(&tiles_between(200, 600)), [(0, 0, 256), (0, 1, 256), (0, 2, 88), (1, 0, 2)]);
    }

    #[test]
    fn no_size_overflows() {
        assert_eq!(Tile::at(0, u64::MAX, u64::MAX), None);
        assert_eq!(Tile::at(63, 0, u64::MAX), None);
        assert_eq!(Tile::at(7, 0, u64::MAX), Some(Tile { level: 7, index: 0, width: 255 }));
        let last = Tile::at(0, u64::MAX / 256, u64::MAX);
        assert_eq!(last.map(|tile| tile.width), Some(255));
    }
}
