//! What someone who takes the disk finds: no plaintext ever, and after consumption not even a key.

use std::time::Duration;

use bytes::Bytes;

use super::rig::{GROUPS, Rig};
use crate::disk::{Config, DiskQueue, MasterKey};
use crate::seam::{Lane, Queue};

const CANARY: &[u8] = "Иван, +7 921 000-00-00".as_bytes();

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn no_file_ever_holds_plaintext_and_consumed_segments_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { retire_after: Duration::from_millis(50), store_cursors_every: Duration::from_millis(10), ..Config::default() };
    let queue = DiskQueue::open(folder.path(), MasterKey::new([1; 32]), config).unwrap();
    let mut consumer = queue.consumer("recorder").unwrap();
    for _ in 0..100 {
        queue.publish(Lane(1), Bytes::from_static(CANARY)).await.unwrap();
    }
    let files = || {
        let mut files = Vec::new();
        for dir in ["", "keys", "cursors"] {
            let entries = std::fs::read_dir(folder.path().join(dir)).unwrap().map(|entry| entry.unwrap().path());
            files.extend(entries.filter(|path| path.is_file()));
        }
        files
    };
    assert!(files().iter().any(|path| path.extension().is_some_and(|end| end == "seg")));
    for path in files() {
        // A file may be destroyed while we look.
        let bytes = std::fs::read(&path).unwrap_or_default();
        assert!(!holds(&bytes, CANARY), "{} holds plaintext", path.display());
    }
    while queue.stats().pending_frames > 0 {
        consumer.receive(1 << 20, Duration::from_secs(5)).await.unwrap().ack().await.unwrap();
    }
    // Consumed and idle: the open segment goes too, with nobody publishing or closing anything.
    for _ in 0..100 {
        if queue.stats().segments == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!files().iter().any(|path| path.extension().is_some_and(|end| end == "seg")), "{:?}", files());
    queue.close().await;
    let left: Vec<_> = files().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(left.len(), 2, "only the lock and the cursor are left: {left:?}");
}

#[test]
fn a_key_is_overwritten_before_its_name_goes() {
    let mut rig = Rig::new(3);
    rig.publish(1, 400);
    rig.retire();
    let (path, wrapped) = rig.sim.contents().into_iter().find(|(path, _)| path.ends_with(".key")).unwrap();
    for group in 0..GROUPS.len() {
        rig.consume(group, 100_000, true).unwrap();
    }
    rig.log.store_cursors().unwrap();
    // open, size, write, flush, then the unlink fails: the name is still there, the key is not.
    rig.sim.arm(4, super::sim::Fault::InputOutput);
    rig.log.destroy_consumed().unwrap_err();
    let left = &rig.sim.contents()[&path];
    assert!(left.iter().all(|b| *b == 0) && left.len() == wrapped.len());
    // A crash here: the next start finishes it.
    rig.sim.restart(false);
    rig.reopen().unwrap();
    assert_eq!(rig.sim.contents().into_keys().filter(|path| !path.starts_with("cursors/")).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(rig.publish(1, 1)[0].as_ref().unwrap().get(), 2, "positions go on");
}
