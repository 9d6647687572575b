//! A floor under the recorder's speed. Run in release: `cargo test -p ledger --release --test ledger -- --ignored --nocapture`.

use std::time::Instant;

use ledger::{Entry, EntryKind, TileWriter, leaf_hash};

#[test]
#[ignore = "a figure: only meaningful in release"]
fn a_million_entries_become_tiles_within_a_second_and_a_half() {
    let entry = |number: u64| {
        let mut rid = [0; 16];
        rid[..8].copy_from_slice(&number.to_be_bytes());
        Entry { kind: EntryKind::Record, rid, com: [1; 32], blob: [2; 32] }.encode()
    };
    let (mut writer, mut tiles, started) = (TileWriter::new(), 0, Instant::now());
    // Batches of a thousand, each closed as a checkpoint would be: partial tiles and root.
    for batch in 0..1000_u64 {
        tiles += writer.append((batch * 1000..(batch + 1) * 1000).map(|number| leaf_hash(&entry(number)))).len();
        tiles += writer.partial_tiles().len();
        assert_eq!(writer.frontier().size(), (batch + 1) * 1000);
    }
    let took = started.elapsed();
    println!("1,000,000 entries, {tiles} tiles, 1,000 roots: {took:?}, root {}", writer.root());
    assert!(took.as_millis() < 1500, "{took:?}");
}
