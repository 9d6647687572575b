//! Each file-system call fails once, at each place in turn: nothing acknowledged is lost, the error is clear, and the queue goes on.

use std::sync::Arc;

use bytes::Bytes;

use super::rig::{GROUPS, Rig, config};
use super::sim::{Fault, Sim};
use crate::disk::{DiskQueue, MasterKey};
use crate::seam::{Lane, PublishError, Queue};

/// A day of a queue: segments of every kind, two groups, a clean restart in the middle. Errors are expected and looked at afterwards.
fn day(rig: &mut Rig) {
    for round in 0..3 {
        for result in rig.publish(3, 250).into_iter().chain(rig.publish(1, 1500)) {
            check_error(result);
        }
        let _ = rig.log.prepare_spare();
        for group in 0..GROUPS.len() {
            let _ = rig.consume(group, 700 * (round + 1), true);
        }
        let _ = rig.log.store_cursors();
        let _ = rig.log.destroy_consumed();
    }
    rig.close();
    rig.sim.restart(false);
    // A start that fails is tried again by whoever runs the server; it must not have broken anything.
    if rig.reopen().is_err() {
        rig.sim.restart(false);
        rig.reopen().unwrap();
    }
    for result in rig.publish(2, 600) {
        check_error(result);
    }
    rig.retire();
    let _ = rig.consume(0, 100_000, true);
    let _ = rig.log.store_cursors();
    let _ = rig.log.destroy_consumed();
}

fn check_error(result: Result<crate::Position, PublishError>) {
    match result {
        Ok(_) => {}
        Err(PublishError::Full(text)) => assert!(text.contains("no space"), "{text}"),
        Err(error @ PublishError::Failed { .. }) => {
            let text = error.to_string();
            assert!(text.contains(".seg") || text.contains("segment"), "names no file: {text}");
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn each_call_may_fail_once() {
    for fault in [Fault::InputOutput, Fault::NoSpace, Fault::Short] {
        let mut at = 0;
        loop {
            let mut rig = Rig::new(at + 7);
            rig.sim.arm(at, fault);
            day(&mut rig);
            let happened = !rig.sim.disarm();
            // The fault is over: everything works at once, and still does after a power cut.
            assert!(rig.publish(1, 100)[0].is_ok(), "{fault:?} at call {at}");
            rig.verify();
            rig.log.store_cursors().unwrap();
            rig.log.destroy_consumed().unwrap();
            rig.sim.restart(false);
            rig.reopen().unwrap();
            rig.verify();
            if !happened {
                break;
            }
            at += 1;
        }
        assert!(at > 100, "the day has many calls, {at} were tried");
    }
}

#[test]
fn a_failed_flush_gives_the_segment_up() {
    let mut rig = Rig::new(1);
    assert!(rig.publish(2, 100).iter().all(Result::is_ok));
    // write, then flush: the flush fails.
    rig.sim.arm(1, Fault::InputOutput);
    let refused = rig.publish(1, 100).remove(0).unwrap_err();
    assert!(matches!(&refused, PublishError::Failed { file, .. } if file.ends_with("1.seg")), "{refused}");
    assert_eq!(rig.log.stats().failed_segments, 1);
    // The next one goes elsewhere, and takes the refused one's position.
    assert_eq!(rig.publish(1, 100).remove(0).unwrap().get(), 3);
    assert_eq!(rig.log.stats().segments, 2);
    rig.verify();
    rig.sim.restart(true);
    rig.reopen().unwrap();
    rig.verify();
}

#[test]
fn a_full_disk_refuses_and_recovers_by_itself() {
    let mut rig = Rig::new(1);
    rig.publish(1, 100);
    rig.sim.set_full(true);
    let mut refused = None;
    for _ in 0..20 {
        refused = rig.publish(1, 700).remove(0).err();
    }
    assert!(matches!(&refused, Some(PublishError::Full(_))), "{refused:?}");
    // Consuming and destroying work on a full disk: that is how it gets emptier.
    for group in 0..GROUPS.len() {
        while rig.consume(group, 100_000, true).unwrap() > 0 {}
    }
    rig.retire();
    rig.log.store_cursors().unwrap();
    rig.log.destroy_consumed().unwrap();
    assert_eq!(rig.log.stats().segments, 0);
    rig.sim.set_full(false);
    assert!(rig.publish(1, 700)[0].is_ok());
    rig.sim.restart(false);
    rig.reopen().unwrap();
    rig.verify();
}

/// The same through the threads: nobody restarts anything.
#[tokio::test]
async fn a_running_queue_answers_full_and_goes_on_when_space_returns() {
    let sim = Sim::new(1);
    let queue = DiskQueue::open_on(Arc::new(sim.clone()), MasterKey::new([1; 32]), config()).unwrap();
    let frame = Bytes::from(vec![7; 900]);
    queue.publish(Lane(1), frame.clone()).await.unwrap();
    sim.set_full(true);
    let mut taken = 1;
    let refused = loop {
        match queue.publish(Lane(1), frame.clone()).await {
            Ok(_) => taken += 1,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, PublishError::Full(_)), "{refused}");
    assert!(matches!(queue.publish(Lane(1), frame.clone()).await, Err(PublishError::Full(_))));
    sim.set_full(false);
    assert_eq!(queue.publish(Lane(1), frame).await.unwrap().get(), taken + 1);
    assert_eq!(queue.stats().published_frames, taken + 1);
    assert!(queue.check().is_empty());
    queue.close().await;
}
