//! A segment of the queue's log as a crash, a bad disk or an attacker may leave it: reading it never panics, and it never reports more than is there.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use queue::disk::{Config, DiskQueue, MasterKey, inspect};
use queue::{Lane, Queue};

/// A real segment with ten frames, to damage: random bytes alone would hardly ever pass a checksum.
static REAL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("queue-segment-{}", std::process::id()));
    let config = Config { first_segment_bytes: 4096, ..Config::default() };
    let queue = DiskQueue::open(&folder, MasterKey::new([1; 32]), config).expect("a fresh folder opens");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for length in 0..10 {
        runtime.block_on(queue.publish(Lane(1), vec![7; length * 13].into())).expect("published");
    }
    let bytes = std::fs::read(folder.join("00000000000000000001.seg")).expect("the segment");
    drop(queue);
    let _ = std::fs::remove_dir_all(&folder);
    bytes
});

fuzz_target!(|data: &[u8]| {
    look(data);
    let mut damaged = REAL.clone();
    let whole = inspect(&damaged, 1).expect("a real segment");
    assert_eq!((whole.last, whole.damaged_at), (10, None));
    for flip in data.chunks_exact(3) {
        let offset = usize::from(u16::from_le_bytes([flip[0], flip[1]])) % damaged.len();
        damaged[offset] ^= flip[2];
    }
    look(&damaged);
});

fn look(bytes: &[u8]) {
    let Ok(found) = inspect(bytes, 1) else { return };
    assert!(found.end <= bytes.len() as u64);
    assert!(found.last <= bytes.len() as u64 / 24 + 1);
    assert!(found.damaged_at.is_none_or(|position| position <= found.last));
}
