//! Trees to test on: a writer's tiles kept in memory, and the tree by its definition, slow and obviously right.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use ledger::{Hash, Tile, TileData, TileSource, TileWriter, leaf_hash, node_hash};

/// The sizes at which tiles and levels begin and end.
pub(crate) const EDGES: [u64; 13] = [0, 1, 2, 3, 7, 8, 255, 256, 257, 65_535, 65_536, 65_537, 70_000];

static FOREST: [OnceLock<(Written, TileWriter)>; EDGES.len()] = [const { OnceLock::new() }; EDGES.len()];

/// What a writer wrote, under the names it would have on disk; a partial tile stays beside the full one.
#[derive(Default, Clone)]
pub(crate) struct Written {
    pub(crate) tiles: BTreeMap<Tile, Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("missing")]
pub(crate) struct Missing;

impl Written {
    pub(crate) fn add(&mut self, tiles: Vec<TileData>) {
        self.tiles.extend(tiles.into_iter().map(|data| (data.tile, data.bytes)));
    }

    /// The tiles of a tree of `size` leaves, grown in one step. Trees of these sizes are asked for by every test; each is grown once.
    pub(crate) fn of(size: u64) -> (Self, TileWriter) {
        if !EDGES.contains(&size) {
            return Self::grown(size);
        }
        let at = EDGES.partition_point(|edge| *edge < size);
        FOREST[at].get_or_init(|| Self::grown(size)).clone()
    }

    fn grown(size: u64) -> (Self, TileWriter) {
        let (mut written, mut writer) = (Self::default(), TileWriter::new());
        written.add(writer.append((0..size).map(leaf)));
        written.add(writer.partial_tiles());
        (written, writer)
    }
}

impl TileSource for Written {
    type Error = Missing;

    /// Falls back to the next wider tile when this one is gone, as C2SP clients do with the full one.
    fn tile(&self, tile: Tile) -> Result<Cow<'_, [u8]>, Missing> {
        let full = Tile { width: 256, ..tile };
        let (_, bytes) = self.tiles.range(tile..=full).next().ok_or(Missing)?;
        Ok(Cow::Borrowed(bytes))
    }
}

/// Leaf `number` of every test tree.
pub(crate) fn leaf(number: u64) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

/// The tree by its definition in RFC 6962: MTH, PATH and SUBPROOF word for word, over ranges of the test leaves. What was
/// worked out once is remembered, because the same subtree stands in every larger tree.
#[derive(Default)]
pub(crate) struct Naive {
    known: RefCell<HashMap<(u64, u64), Hash>>,
}

impl Naive {
    pub(crate) fn root(&self, size: u64) -> Hash {
        self.range(0, size)
    }

    fn range(&self, start: u64, end: u64) -> Hash {
        let known = self.known.borrow().get(&(start, end)).copied();
        known.unwrap_or_else(|| {
            let hash = match end - start {
                0 => Hash::empty_root(),
                1 => leaf(start),
                width => {
                    let middle = start + naive_split(width);
                    node_hash(&self.range(start, middle), &self.range(middle, end))
                }
            };
            self.known.borrow_mut().insert((start, end), hash);
            hash
        })
    }

    pub(crate) fn path(&self, index: u64, start: u64, end: u64) -> Vec<Hash> {
        if end - start < 2 {
            return Vec::new();
        }
        let middle = start + naive_split(end - start);
        let (mut path, sibling) = if index < middle {
            (self.path(index, start, middle), self.range(middle, end))
        } else {
            (self.path(index, middle, end), self.range(start, middle))
        };
        path.push(sibling);
        path
    }

    pub(crate) fn subproof(&self, old: u64, start: u64, end: u64, whole: bool) -> Vec<Hash> {
        if old == end {
            return if whole { Vec::new() } else { vec![self.range(start, end)] };
        }
        let middle = start + naive_split(end - start);
        let (mut path, sibling) = if old <= middle {
            (self.subproof(old, start, middle, whole), self.range(middle, end))
        } else {
            (self.subproof(old, middle, end, false), self.range(start, middle))
        };
        path.push(sibling);
        path
    }
}

fn naive_split(size: u64) -> u64 {
    let mut width = 1;
    while width * 2 < size {
        width *= 2;
    }
    width
}
