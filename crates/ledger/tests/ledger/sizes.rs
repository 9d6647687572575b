//! Every size at which a tile or a level begins or ends: the writer, the frontier and the proofs against the definition.

use ledger::{
    Frontier, Tile, TileSource, TileWriter, consistency_proof, full_tile_root, inclusion_proof, partial_from_full, root, tiles_between,
    verify_consistency, verify_inclusion,
};

use crate::forest::{EDGES, Naive, Written, leaf};

#[test]
fn roots_are_those_of_the_definition() {
    let naive = Naive::default();
    let mut frontier = Frontier::default();
    for size in EDGES {
        (frontier.size()..size).for_each(|number| frontier.push(leaf(number)));
        let expected = naive.root(size);
        let (written, writer) = Written::of(size);
        assert_eq!(frontier.root(), expected, "frontier of {size}");
        assert_eq!(writer.frontier(), frontier, "edge of {size}");
        assert_eq!(root(&written, size), Ok(expected), "tiles of {size}");
    }
}

#[test]
fn tiles_hold_what_c2sp_says() {
    for size in EDGES {
        let (written, _) = Written::of(size);
        let expected: Vec<Tile> = tiles_between(0, size);
        let mut sorted = expected.clone();
        sorted.sort();
        assert_eq!(written.tiles.keys().copied().collect::<Vec<_>>(), sorted, "{size}");
        for tile in expected {
            let bytes = &written.tiles[&tile];
            assert_eq!(bytes.len(), tile.byte_len());
            if tile.level == 0 {
                let hashes = (0..u64::from(tile.width)).flat_map(|at| leaf(tile.index * 256 + at).0);
                assert_eq!(*bytes, hashes.collect::<Vec<u8>>(), "{tile} of {size}");
            } else {
                assert_eq!(*bytes, partial_from_full(&written, tile).unwrap(), "{tile} of {size}");
            }
            assert_eq!(full_tile_root(bytes).is_some(), tile.is_full());
        }
    }
}

#[test]
fn growing_step_by_step_writes_what_one_step_writes() {
    let (mut written, mut writer) = (Written::default(), TileWriter::new());
    for (old, new) in EDGES.iter().zip(&EDGES[1..]) {
        let mut step = writer.append((*old..*new).map(leaf));
        step.extend(writer.partial_tiles());
        let mut names: Vec<Tile> = step.iter().map(|data| data.tile).collect();
        let mut promised = tiles_between(*old, *new);
        // A level that did not grow keeps its partial tile, which is written again with the same bytes.
        promised.extend(names.iter().filter(|tile| written.tiles.contains_key(tile)));
        names.sort();
        promised.sort();
        assert_eq!(names, promised, "{old} to {new}");
        written.add(step);
        for (tile, bytes) in Written::of(*new).0.tiles {
            assert_eq!(written.tiles.get(&tile), Some(&bytes), "{tile} of {new}");
        }
        assert_eq!(TileWriter::resume(&written, *new).unwrap(), writer, "resumed at {new}");
        assert_eq!(TileWriter::resume(&written, *old).unwrap().size(), *old);
    }
}

#[test]
fn a_writer_killed_anywhere_writes_the_same_tiles_again() {
    let (whole, _) = Written::of(70_000);
    for size in [255, 256, 65_535, 65_536, 65_537, 69_999] {
        // Only what the size promised is there: later tiles were never written.
        let (mut written, _) = Written::of(size);
        let mut writer = TileWriter::resume(&written, size).unwrap();
        written.add(writer.append((size..70_000).map(leaf)));
        written.add(writer.partial_tiles());
        for (tile, bytes) in &whole.tiles {
            assert_eq!(written.tiles.get(tile), Some(bytes), "{tile} after {size}");
        }
    }
}

#[test]
fn inclusion_proofs_are_those_of_the_definition_and_verify() {
    let naive = Naive::default();
    for size in EDGES {
        let (written, writer) = Written::of(size);
        for index in EDGES.iter().flat_map(|edge| [edge.saturating_sub(1), *edge]).filter(|index| *index < size) {
            let path = inclusion_proof(&written, index, size).unwrap();
            assert_eq!(path, naive.path(index, 0, size), "{index} of {size}");
            assert_eq!(verify_inclusion(&leaf(index), index, size, &path, &writer.root()), Ok(()), "{index} of {size}");
        }
        assert!(inclusion_proof(&written, size, size).is_err());
    }
}

#[test]
fn consistency_proofs_are_those_of_the_definition_and_verify() {
    let naive = Naive::default();
    for (at, new) in EDGES.iter().enumerate() {
        let (written, writer) = Written::of(*new);
        for old in &EDGES[..=at] {
            let path = consistency_proof(&written, *old, *new).unwrap();
            if *old > 0 {
                assert_eq!(path, naive.subproof(*old, 0, *new, true), "{old} to {new}");
            }
            let old_root = naive.root(*old);
            assert_eq!(verify_consistency(*old, &old_root, *new, &writer.root(), &path), Ok(()), "{old} to {new}");
        }
        assert!(consistency_proof(&written, new + 1, *new).is_err());
    }
}

#[test]
fn every_pair_of_small_sizes_verifies() {
    let naive = Naive::default();
    for new in 1..=40_u64 {
        let (written, writer) = Written::of(new);
        for old in 0..new {
            let path = inclusion_proof(&written, old, new).unwrap();
            assert_eq!(verify_inclusion(&leaf(old), old, new, &path, &writer.root()), Ok(()));
            let path = consistency_proof(&written, old, new).unwrap();
            assert_eq!(verify_consistency(old, &naive.root(old), new, &writer.root(), &path), Ok(()));
        }
    }
}

#[test]
fn partial_tiles_may_be_deleted_once_full() {
    let (written, writer) = Written::of(1000);
    let old_root = Naive::default().root(300);
    assert_eq!(root(&written, 300), Ok(old_root), "from the wider tiles of the later size");
    let path = consistency_proof(&written, 300, 1000).unwrap();
    assert_eq!(verify_consistency(300, &old_root, 1000, &writer.root(), &path), Ok(()));
}

#[test]
fn a_source_that_fails_or_tears_is_named() {
    let (mut written, _) = Written::of(257);
    let tile = Tile { level: 0, index: 1, width: 1 };
    written.tiles.insert(tile, vec![0; 31]);
    let error = inclusion_proof(&written, 3, 257).unwrap_err();
    assert_eq!(error.to_string(), "tile/0/001.p/1 has 31 bytes, not the 32 it should have");
    written.tiles.remove(&tile);
    assert!(written.tile(tile).is_err());
    let error = root(&written, 257).unwrap_err();
    assert_eq!(error.to_string(), "tile/0/001.p/1 cannot be read: missing");
}
