//! Flipped bytes are found and named, never skipped; an operator can have the rest delivered; a wrong key or a second process is refused.

use std::sync::Arc;

use super::rig::{Rig, config, open};
use super::sim::Sim;
use crate::disk::{DiskQueue, MasterKey, OpenError, inspect, read, recover};
use crate::seam::ReceiveError;

/// Three segments with two frames each, the last one cleanly closed or left as a crash leaves it.
fn three_segments(clean: bool) -> Rig {
    let mut rig = Rig::new(5);
    for _ in 0..3 {
        assert!(rig.publish(1, 400)[0].is_ok());
        assert!(rig.publish(1, 400)[0].is_ok());
    }
    if clean {
        rig.close();
    }
    rig.sim.restart(false);
    rig.reopen().unwrap();
    assert_eq!(segments(&rig.sim).len(), 3);
    rig
}

fn segments(sim: &Sim) -> Vec<String> {
    sim.contents().into_keys().filter(|path| path.contains(".seg")).collect()
}

#[test]
fn every_flipped_byte_in_a_segment_is_named() {
    let rig = three_segments(true);
    assert!(read::check(&rig.log).is_empty());
    for path in segments(&rig.sim) {
        // Behind the frames lie unused zeroes or the seal: nothing that was published.
        let used = 64 + 2 * (24 + "кадр 1 ".len() + 400 + 16);
        for offset in (0..used).step_by(7).chain(0..64) {
            rig.sim.tamper(&path, |file| file[offset] ^= 0x10);
            let findings = read::check(&rig.log);
            assert_eq!(findings.len(), 1, "byte {offset} of {path}");
            let ReceiveError::Damaged { file, offset: found, .. } = &findings[0] else { panic!("{findings:?}") };
            assert_eq!(file, &path);
            assert!(*found <= offset as u64, "named byte {found}, flipped byte {offset}");
            rig.sim.tamper(&path, |file| file[offset] ^= 0x10);
        }
    }
}

#[test]
fn damage_survives_a_restart_and_cuts_nothing() {
    for (clean, segment) in [(true, 0), (true, 1), (true, 2), (false, 0), (false, 1), (false, 2)] {
        let mut rig = three_segments(clean);
        let path = segments(&rig.sim)[segment].clone();
        // In the first frame of the segment: the second one vouches for it, even in the last segment.
        rig.sim.tamper(&path, |file| file[100] ^= 1);
        rig.sim.restart(false);
        rig.reopen().unwrap();
        let findings = read::check(&rig.log);
        assert!(matches!(&findings[..], [ReceiveError::Damaged { file, .. }] if *file == path), "{clean} {segment}: {findings:?}");
        assert_eq!(rig.publish(1, 10)[0].as_ref().unwrap().get(), 7, "new frames go behind the damaged ones");
        rig.sim.tamper(&path, |file| file[100] ^= 1);
        rig.sim.restart(false);
        rig.reopen().unwrap();
        rig.verify();
    }
}

#[test]
fn a_consumer_stops_at_damage_until_the_operator_decides() {
    let mut rig = three_segments(true);
    let path = segments(&rig.sim)[1].clone();
    rig.sim.tamper(&path, |file| file[100] ^= 1);
    assert_eq!(rig.consume(0, 100_000, true).unwrap(), 2);
    let error = rig.consume(0, 100_000, true).unwrap_err();
    assert!(error.to_string().contains(&path) && error.to_string().contains(".bad"), "{error}");
    rig.sim.rename_by_hand(&path, &format!("{path}.bad"));
    rig.sim.restart(false);
    rig.reopen().unwrap();
    // Cursors were not stored: all but the damaged frame 3 comes.
    let mut count = 0;
    loop {
        match rig.consume(0, 100_000, true).unwrap() {
            0 => break,
            more => count += more,
        }
    }
    assert_eq!((count, rig.progress(0)), (5, 6));
}

#[test]
fn a_copy_of_a_segment_can_be_inspected_without_its_key() {
    let rig = three_segments(true);
    let mut bytes = rig.sim.contents()[&segments(&rig.sim)[2]].clone();
    let whole = inspect(&bytes, 5).unwrap();
    assert_eq!((whole.last, whole.end, whole.damaged_at), (6, bytes.len() as u64, None));
    bytes[100] ^= 1;
    assert_eq!(inspect(&bytes, 5).unwrap().damaged_at, Some(5));
    bytes[3] ^= 1;
    assert!(inspect(&bytes, 5).is_err());
}

#[test]
fn a_torn_last_frame_is_cut_off() {
    let mut rig = Rig::new(5);
    rig.publish(1, 400);
    rig.publish(1, 400);
    let path = segments(&rig.sim)[0].clone();
    // Flipped in the last frame, which nothing vouches for: as if the crash had come during its write.
    rig.sim.tamper(&path, |file| file[64 + 24 + 430 + 24 + 100] ^= 1);
    rig.sim.restart(false);
    rig.model.published.pop_last();
    rig.reopen().unwrap();
    rig.verify();
    assert_eq!(rig.log.state().end.position, 1);
}

#[test]
fn damaged_cursors_are_named_and_one_slot_is_enough() {
    let rig = three_segments(true);
    rig.sim.tamper("cursors/recorder", |file| file[9] ^= 1);
    rig.sim.restart(false);
    open(&rig.sim).unwrap();
    rig.sim.tamper("cursors/recorder", |file| file[4096 + 9] ^= 1);
    rig.sim.restart(false);
    let Err(error) = open(&rig.sim) else { panic!("opened") };
    assert!(error.to_string().contains("cursors/recorder"), "{error}");
}

#[test]
fn a_wrong_master_key_is_refused_and_changes_nothing() {
    let rig = three_segments(true);
    let before = rig.sim.contents();
    let opened = recover::open(Arc::new(rig.sim.clone()), MasterKey::new([8; 32]), config());
    assert!(matches!(opened, Err(OpenError::Unreadable(_))));
    assert_eq!(rig.sim.contents(), before);
    // One damaged key is damage of one segment.
    let key = before.keys().find(|path| path.ends_with(".key")).unwrap();
    rig.sim.tamper(key, |file| file[40] ^= 1);
    let log = open(&rig.sim).unwrap();
    let findings = read::check(&log);
    assert!(findings.len() == 1 && findings[0].to_string().contains(key), "{findings:?}");
}

#[test]
fn two_processes_cannot_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = DiskQueue::open(folder.path(), MasterKey::new([1; 32]), config()).unwrap();
    let second = DiskQueue::open(folder.path(), MasterKey::new([1; 32]), config());
    assert!(matches!(second, Err(OpenError::Locked(_))));
    drop(first);
    DiskQueue::open(folder.path(), MasterKey::new([1; 32]), config()).unwrap();
}
