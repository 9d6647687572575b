//! Proofs from tiles: what a holder of the log's files answers, without ever holding the tree.
//!
//! Every hash that a proof needs is a range of leaves, every range falls into perfect subtrees, and the root of a perfect subtree
//! of height `h` is folded from `2^(h mod 8)` hashes that lie side by side in one tile of level `h / 8`. A proof in a tree of a
//! million leaves reads four tiles. What comes out is *not* verified here: a damaged tile gives a proof that `proof` refuses.

use std::borrow::Cow;
use std::cell::RefCell;
use std::error::Error;
use std::ops::Range;

use crate::grow::TileWriter;
use crate::tile::{TILE_WIDTH, Tile, hashes, perfect_root};
use crate::tree::{HASH_BYTES, Hash, node_hash, split};

/// Where tiles come from: a folder, a database, a web site, a test.
pub trait TileSource {
    /// Why a tile could not be had.
    type Error: Error;

    /// The bytes of `tile`. A wider version of the same tile (the full file, once it exists) is as good: hashes never change.
    ///
    /// # Errors
    /// When it is missing or cannot be read.
    fn tile(&self, tile: Tile) -> Result<Cow<'_, [u8]>, Self::Error>;
}

/// A proof that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E: Error> {
    /// The source failed.
    #[error("{tile} cannot be read: {error}")]
    Source {
        /// Which tile was asked for.
        tile: Tile,
        /// What the source said.
        error: E,
    },
    /// The source gave fewer hashes than the tile has, or a torn one.
    #[error("{tile} has {bytes} bytes, not the {} it should have", tile.byte_len())]
    Length {
        /// Which tile was asked for.
        tile: Tile,
        /// How many bytes came.
        bytes: usize,
    },
    /// No tree of this size has such a leaf.
    #[error("there is no leaf {index} in a tree of {size}")]
    NoSuchLeaf {
        /// The leaf that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A tree only grows.
    #[error("a tree of {new} leaves did not grow from one of {old}")]
    Shrunk {
        /// The size before.
        old: u64,
        /// The size after.
        new: u64,
    },
}

/// The hashes that lead from leaf `index` to the root of the tree of `size` leaves, the leaf's sibling first.
///
/// # Errors
/// When there is no such leaf, or a tile cannot be read.
pub fn inclusion_proof<S: TileSource>(source: &S, index: u64, size: u64) -> Result<Vec<Hash>, ReadError<S::Error>> {
    if index >= size {
        return Err(ReadError::NoSuchLeaf { index, size });
    }
    let reader = Reader::new(source, size);
    let mut path = Vec::new();
    let mut leaves = 0..size;
    while leaves.end - leaves.start > 1 {
        let (left, right) = halves(&leaves);
        let (here, sibling) = if index < left.end { (left, right) } else { (right, left) };
        path.push(reader.range(sibling)?);
        leaves = here;
    }
    path.reverse();
    Ok(path)
}

/// The hashes that show the tree of `old` leaves to be the beginning of the tree of `new` leaves. Empty when there is nothing to
/// show: `old` is 0 or equal to `new`.
///
/// # Errors
/// When `old` is above `new`, or a tile cannot be read.
pub fn consistency_proof<S: TileSource>(source: &S, old: u64, new: u64) -> Result<Vec<Hash>, ReadError<S::Error>> {
    if old > new {
        return Err(ReadError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let reader = Reader::new(source, new);
    let mut path = Vec::new();
    let mut leaves = 0..new;
    // Walk down the edge between the two trees, until the subtree ends where the old tree ends.
    while leaves.end != old {
        let (left, right) = halves(&leaves);
        let (here, sibling) = if old <= left.end { (left, right) } else { (right, left) };
        path.push(reader.range(sibling)?);
        leaves = here;
    }
    // A subtree that begins at 0 is the old tree itself, whose root the verifier has.
    if leaves.start > 0 {
        path.push(reader.range(leaves)?);
    }
    path.reverse();
    Ok(path)
}

/// The root of the tree of `size` leaves, from its right edge alone: at most one tile of each level.
///
/// # Errors
/// When a tile cannot be read.
pub fn root<S: TileSource>(source: &S, size: u64) -> Result<Hash, ReadError<S::Error>> {
    Ok(TileWriter::resume(source, size)?.frontier().root())
}

/// A partial tile of level 1 or above, made from the full tiles below it: what a server answers that keeps only full tiles.
/// On level 0 there is nothing below, and the source is asked for the tile itself.
///
/// # Errors
/// When a tile cannot be read.
pub fn partial_from_full<S: TileSource>(source: &S, partial: Tile) -> Result<Vec<u8>, ReadError<S::Error>> {
    let Some(level) = partial.level.checked_sub(1) else {
        return Ok(read(source, partial)?.into_owned());
    };
    let first = partial.index.saturating_mul(u64::from(TILE_WIDTH));
    let mut bytes = Vec::with_capacity(partial.byte_len());
    for index in first..first.saturating_add(u64::from(partial.width)) {
        let below = Tile { level, index, width: TILE_WIDTH };
        bytes.extend_from_slice(&perfect_root(hashes_of(&read(source, below)?)).0);
    }
    Ok(bytes)
}

/// Reads a tile and cuts it to its width.
pub(crate) fn read<S: TileSource>(source: &S, tile: Tile) -> Result<Cow<'_, [u8]>, ReadError<S::Error>> {
    let bytes = source.tile(tile).map_err(|error| ReadError::Source { tile, error })?;
    if bytes.len() < tile.byte_len() || hashes(&bytes).is_none() {
        return Err(ReadError::Length { tile, bytes: bytes.len() });
    }
    Ok(match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[..tile.byte_len()]),
        Cow::Owned(mut bytes) => {
            bytes.truncate(tile.byte_len());
            Cow::Owned(bytes)
        }
    })
}

/// The two subtrees below the one over `leaves`, which are at least two.
fn halves(leaves: &Range<u64>) -> (Range<u64>, Range<u64>) {
    let middle = leaves.start + split(leaves.end - leaves.start);
    (leaves.start..middle, middle..leaves.end)
}

/// Reads each tile once per proof: a proof asks one tile for up to eight hashes.
struct Reader<'a, S: TileSource> {
    source: &'a S,
    size: u64,
    seen: RefCell<Vec<(Tile, Cow<'a, [u8]>)>>,
}

impl<'a, S: TileSource> Reader<'a, S> {
    fn new(source: &'a S, size: u64) -> Self {
        Self { source, size, seen: RefCell::default() }
    }

    /// The root over a subtree of the tree. A perfect subtree begins at a multiple of its width, so taking the widest that fits,
    /// again and again, cuts the range where the tree does.
    fn range(&self, leaves: Range<u64>) -> Result<Hash, ReadError<S::Error>> {
        let mut start = leaves.start;
        let mut peaks = Vec::new();
        while start < leaves.end {
            let height = (leaves.end - start).ilog2();
            peaks.push(self.perfect(height, start >> height)?);
            start += 1 << height;
        }
        Ok(peaks.into_iter().rev().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(Hash::empty_root))
    }

    /// The root of the perfect subtree number `number` of those `height` high.
    fn perfect(&self, height: u32, number: u64) -> Result<Hash, ReadError<S::Error>> {
        let (level, within) = ((height / 8) as u8, height % 8);
        let first = number << within;
        let index = first / u64::from(TILE_WIDTH);
        let tile = Tile::at(level, index, self.size).ok_or(ReadError::NoSuchLeaf { index: number << height, size: self.size })?;
        let at = (first % u64::from(TILE_WIDTH)) as usize;
        let mut seen = self.seen.borrow_mut();
        if !seen.iter().any(|(known, _)| *known == tile) {
            seen.push((tile, read(self.source, tile)?));
        }
        let bytes = seen.iter().find(|(known, _)| *known == tile).map_or(&[][..], |(_, bytes)| bytes);
        hashes_of(bytes).get(at..at + (1 << within)).map(perfect_root).ok_or(ReadError::Length { tile, bytes: bytes.len() })
    }
}

/// The hashes of a tile that [`read`] has checked.
fn hashes_of(bytes: &[u8]) -> &[[u8; HASH_BYTES]] {
    bytes.as_chunks().0
}
