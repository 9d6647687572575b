//! Appending: new leaves in, finished tiles out, at a constant cost per leaf.
//!
//! A [`TileWriter`] holds the right edge of the tree as tiles: the partial tile of each level, at most 255 hashes each, 8 KiB a
//! level. [`append`](TileWriter::append) adds leaf hashes and hands out each tile at the moment it fills; whoever calls it
//! writes those, then the [`partial_tiles`](TileWriter::partial_tiles) of the size it is about to sign. It knows no file and no
//! entry; after a kill it is resumed from the tiles of any size that was written, and gives the same bytes again.

use crate::prove::{ReadError, TileSource, read};
use crate::tile::{LEVELS, TILE_WIDTH, Tile, TileData, hashes_at, perfect_root};
use crate::tree::{Frontier, HASH_BYTES, Hash};

const FULL_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;

/// The growing right edge of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TileWriter {
    size: u64,
    /// `edge[level]` is the partial tile of that level, in the bytes it would be written in; empty where there is none.
    edge: Vec<Vec<u8>>,
}

impl TileWriter {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of the tree of `size` leaves, from its partial tiles: at most one of each level.
    ///
    /// # Errors
    /// When a tile cannot be read.
    pub fn resume<S: TileSource>(source: &S, size: u64) -> Result<Self, ReadError<S::Error>> {
        let mut edge = Vec::new();
        for level in (0..LEVELS).take_while(|level| hashes_at(*level, size) > 0) {
            let partial = Tile::at(level, hashes_at(level, size) / u64::from(TILE_WIDTH), size);
            edge.push(match partial {
                Some(tile) => read(source, tile)?.into_owned(),
                None => Vec::new(),
            });
        }
        Ok(Self { size, edge })
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends leaf hashes and returns the tiles they filled, each level's in order of index, a level's tile before the one above
    /// that it completed.
    pub fn append(&mut self, leaves: impl IntoIterator<Item = Hash>) -> Vec<TileData> {
        let mut full = Vec::new();
        for leaf in leaves {
            self.size += 1;
            self.push(leaf, &mut full);
        }
        full
    }

    /// The partial tiles of the present size: with all full ones, everything that a checkpoint of this size promises.
    #[must_use]
    pub fn partial_tiles(&self) -> Vec<TileData> {
        let partial = |(level, bytes): (u8, &Vec<u8>)| {
            let tile = Tile::at(level, hashes_at(level, self.size) / u64::from(TILE_WIDTH), self.size)?;
            Some(TileData { tile, bytes: bytes.clone() })
        };
        (0..LEVELS).zip(&self.edge).filter_map(partial).collect()
    }

    /// The right edge in its compact form; its root is the root of the tree.
    ///
    /// The bits of a partial tile's width are the perfect subtrees in it: width 112 = 64 + 32 + 16.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        let mut peaks = Vec::with_capacity(self.size.count_ones() as usize);
        for bytes in self.edge.iter().rev() {
            let mut rest: &[[u8; HASH_BYTES]] = bytes.as_chunks().0;
            while !rest.is_empty() {
                let (perfect, after) = rest.split_at(1 << rest.len().ilog2());
                peaks.push(perfect_root(perfect));
                rest = after;
            }
        }
        // The widths are the digits of `size` in base 256, so there is one peak for each of its set bits.
        Frontier { size: self.size, peaks }
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier().root()
    }

    /// Adds one leaf; a tile that fills is handed out, and its root goes to the level above.
    fn push(&mut self, leaf: Hash, full: &mut Vec<TileData>) {
        let mut hash = leaf;
        for level in 0..LEVELS {
            let at = usize::from(level);
            if self.edge.len() == at {
                self.edge.push(Vec::new());
            }
            self.edge[at].extend_from_slice(&hash.0);
            if self.edge[at].len() < FULL_BYTES {
                return;
            }
            let bytes = std::mem::take(&mut self.edge[at]);
            hash = perfect_root(bytes.as_chunks().0);
            let index = hashes_at(level, self.size) / u64::from(TILE_WIDTH) - 1;
            full.push(TileData { tile: Tile { level, index, width: TILE_WIDTH }, bytes });
        }
    }
}
