//! The contract suite: what every implementation of the seam must do, written once. Each backend's tests call [`run_all`] with a [`Backend`] that
//! makes queues; a new backend changes nothing here.
//!
//! The stories speak of one lane where order matters, so that partitioned backends pass unchanged.
#![allow(clippy::unwrap_used, clippy::panic)] // A test suite.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::seam::{AckError, Batch, Consumer, ConsumerError, Lane, Limits, Position, PublishError, Queue, ReceiveError};

const SOON: Duration = Duration::from_secs(10);
const LANE: Lane = Lane(1);
const MUCH: usize = 1 << 20;

/// Makes queues for the suite.
pub trait Backend {
    /// A fresh, empty queue.
    fn fresh(&mut self, limits: Limits) -> Arc<dyn Queue>;
    /// The last one again after a clean stop; `None` for a backend that keeps nothing. All handles to it are gone.
    fn reopen(&mut self) -> Option<Arc<dyn Queue>>;
}

/// Runs every story.
pub async fn run_all(backend: &mut dyn Backend) {
    let limits = Limits { pending_bytes: 64 << 20, frame_bytes: 4 << 20 };
    frames_arrive_unchanged_and_in_order(backend.fresh(limits)).await;
    a_dropped_batch_comes_again(backend.fresh(limits)).await;
    batches_overlap(backend.fresh(limits)).await;
    every_group_gets_everything(backend.fresh(limits)).await;
    one_consumer_per_group(backend.fresh(limits)).await;
    a_waiting_consumer_wakes_up(backend.fresh(limits)).await;
    concurrent_publishers_keep_their_order(backend.fresh(limits)).await;
    batches_keep_to_the_size(backend.fresh(limits)).await;
    large_and_empty_frames(backend.fresh(limits)).await;
    a_full_queue_refuses_and_recovers(backend.fresh(Limits { pending_bytes: 100_000, frame_bytes: 50_000 })).await;
    stats_count(backend.fresh(limits)).await;
    a_closed_queue_says_so(backend.fresh(limits)).await;
    a_restart_keeps_frames_and_cursors(backend, limits).await;
}

async fn publish(queue: &dyn Queue, frame: impl Into<Bytes>) -> Position {
    queue.publish(LANE, frame.into()).await.unwrap()
}

async fn receive(consumer: &mut dyn Consumer) -> Batch {
    let batch = consumer.receive(MUCH, SOON).await.unwrap();
    assert!(!batch.is_empty(), "nothing came within {SOON:?}");
    batch
}

async fn nothing_comes(consumer: &mut dyn Consumer) {
    assert!(consumer.receive(MUCH, Duration::from_millis(20)).await.unwrap().is_empty());
}

/// Receives and acknowledges until `count` frames came.
async fn drain(consumer: &mut dyn Consumer, count: usize) -> Vec<(Lane, Position, Bytes)> {
    let mut frames = Vec::new();
    while frames.len() < count {
        let batch = receive(consumer).await;
        frames.extend(batch.iter().map(|delivery| (delivery.lane, delivery.position, delivery.frame.clone())));
        batch.ack().await.unwrap();
    }
    assert_eq!(frames.len(), count);
    frames
}

async fn frames_arrive_unchanged_and_in_order(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    nothing_comes(&mut *consumer).await;
    let mut published = Vec::new();
    for number in 0..100_u32 {
        let frame = Bytes::from(format!("кадр {number}"));
        let lane = Lane(number % 3);
        published.push((lane, queue.publish(lane, frame.clone()).await.unwrap(), frame));
    }
    let mut received = drain(&mut *consumer, 100).await;
    for lane in 0..3 {
        let of_lane = |frames: &[(Lane, Position, Bytes)]| frames.iter().filter(|f| f.0 == Lane(lane)).cloned().collect::<Vec<_>>();
        assert_eq!(of_lane(&published), of_lane(&received));
        assert!(of_lane(&received).is_sorted_by(|a, b| a.1 < b.1), "positions grow within a lane");
    }
    received.sort_by_key(|frame| frame.1);
    assert!(received[0].1 > Position::START);
    nothing_comes(&mut *consumer).await;
}

async fn a_dropped_batch_comes_again(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    let position = publish(&*queue, "first").await;
    drop(receive(&mut *consumer).await);
    publish(&*queue, "second").await;
    let frames = drain(&mut *consumer, 2).await;
    assert_eq!((frames[0].1, &frames[0].2[..], &frames[1].2[..]), (position, &b"first"[..], &b"second"[..]));
    // The same when the consumer goes with its batch.
    publish(&*queue, "third").await;
    let batch = receive(&mut *consumer).await;
    drop(consumer);
    assert_eq!(batch.ack().await, Err(AckError::Returned));
    let mut consumer = queue.consumer("story").unwrap();
    assert_eq!(&drain(&mut *consumer, 1).await[0].2[..], b"third");
}

async fn batches_overlap(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    publish(&*queue, "a").await;
    let a = receive(&mut *consumer).await;
    publish(&*queue, "b").await;
    let b = receive(&mut *consumer).await;
    publish(&*queue, "c").await;
    let c = receive(&mut *consumer).await;
    assert_eq!((&a[0].frame[..], &b[0].frame[..], &c[0].frame[..]), (&b"a"[..], &b"b"[..], &b"c"[..]));
    // Out of order: b counts once a is acknowledged, c goes back alone.
    b.ack().await.unwrap();
    a.ack().await.unwrap();
    drop(c);
    assert_eq!(&drain(&mut *consumer, 1).await[0].2[..], b"c");
    // An earlier one that is dropped takes the later ones back.
    publish(&*queue, "d").await;
    let d = receive(&mut *consumer).await;
    publish(&*queue, "e").await;
    let e = receive(&mut *consumer).await;
    drop(d);
    assert_eq!(e.ack().await, Err(AckError::Returned));
    let frames = drain(&mut *consumer, 2).await;
    assert_eq!((&frames[0].2[..], &frames[1].2[..]), (&b"d"[..], &b"e"[..]));
}

async fn every_group_gets_everything(queue: Arc<dyn Queue>) {
    let (mut fast, mut slow) = (queue.consumer("fast").unwrap(), queue.consumer("slow").unwrap());
    for number in 0..50 {
        publish(&*queue, vec![number; 100]).await;
    }
    let first = drain(&mut *fast, 50).await;
    assert_eq!(queue.stats().pending_frames, 50, "the slower group still holds everything");
    assert_eq!(drain(&mut *slow, 50).await, first);
    assert_eq!(queue.stats().pending_frames, 0);
}

async fn one_consumer_per_group(queue: Arc<dyn Queue>) {
    let consumer = queue.consumer("story").unwrap();
    assert!(matches!(queue.consumer("story"), Err(ConsumerError::InUse(_))));
    drop(consumer);
    queue.consumer("story").unwrap();
    for bad in ["", "UPPER", "a/b", ".."] {
        assert!(matches!(queue.consumer(bad), Err(ConsumerError::BadName(_))), "{bad:?}");
    }
}

async fn a_waiting_consumer_wakes_up(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    let waiting = async { receive(&mut *consumer).await.len() };
    let publishing = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        publish(&*queue, "wake up").await;
    };
    assert_eq!(tokio::join!(waiting, publishing).0, 1);
    // A batch that is dropped wakes the waiting consumer, too.
    let batch = receive(&mut *consumer).await;
    let dropping = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(batch);
    };
    assert_eq!(tokio::join!(receive(&mut *consumer), dropping).0.len(), 1);
}

async fn concurrent_publishers_keep_their_order(queue: Arc<dyn Queue>) {
    const TASKS: u32 = 16;
    const FRAMES: u32 = 50;
    let mut consumer = queue.consumer("story").unwrap();
    let publishers = (0..TASKS).map(|task| {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move {
            for number in 0..FRAMES {
                queue.publish(Lane(task), Bytes::from(number.to_string())).await.unwrap();
            }
        })
    });
    let publishers: Vec<_> = publishers.collect();
    let mut seen = [0; TASKS as usize];
    for (lane, _, frame) in drain(&mut *consumer, (TASKS * FRAMES) as usize).await {
        let next = &mut seen[lane.0 as usize];
        assert_eq!(frame, next.to_string());
        *next += 1;
    }
    for publisher in publishers {
        publisher.await.unwrap();
    }
}

async fn batches_keep_to_the_size(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    for _ in 0..10 {
        publish(&*queue, vec![7; 1000]).await;
    }
    let batch = consumer.receive(3500, SOON).await.unwrap();
    assert!((1..=3).contains(&batch.len()), "{batch:?}");
    drop(batch);
    assert_eq!(consumer.receive(1, SOON).await.unwrap().len(), 1, "one frame comes however small the limit is");
}

async fn large_and_empty_frames(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    let large: Bytes = (0..4_u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    publish(&*queue, large.clone()).await;
    publish(&*queue, Bytes::new()).await;
    publish(&*queue, "small").await;
    let frames = drain(&mut *consumer, 3).await;
    assert!(frames[0].2 == large && frames[1].2.is_empty() && frames[2].2 == "small");
    let refused = queue.publish(LANE, Bytes::from(vec![0; (4 << 20) + 1])).await;
    assert!(matches!(refused, Err(PublishError::TooLarge { .. })), "{refused:?}");
}

async fn a_full_queue_refuses_and_recovers(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    let mut taken = 0;
    let refusal = loop {
        match queue.publish(LANE, Bytes::from(vec![0; 10_000])).await {
            Ok(_) => taken += 1,
            Err(refusal) => break refusal,
        }
        assert!(taken <= 10, "100,000 bytes do not hold more than ten frames");
    };
    assert!(matches!(refusal, PublishError::Full(_)), "{refusal}");
    assert!(taken >= 8, "{taken} frames");
    drain(&mut *consumer, taken).await;
    publish(&*queue, vec![0; 10_000]).await;
}

async fn stats_count(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    for _ in 0..5 {
        publish(&*queue, vec![0; 10]).await;
    }
    let stats = queue.stats();
    assert_eq!((stats.published_frames, stats.published_bytes, stats.pending_frames), (5, 50, 5));
    assert!(stats.pending_bytes >= 50);
    drain(&mut *consumer, 5).await;
    assert_eq!((queue.stats().pending_frames, queue.stats().pending_bytes), (0, 0));
}

async fn a_closed_queue_says_so(queue: Arc<dyn Queue>) {
    let mut consumer = queue.consumer("story").unwrap();
    publish(&*queue, "frame").await;
    let batch = receive(&mut *consumer).await;
    queue.close().await;
    assert!(matches!(queue.publish(LANE, Bytes::new()).await, Err(PublishError::Closed)));
    assert!(matches!(consumer.receive(MUCH, SOON).await, Err(ReceiveError::Closed)));
    assert!(matches!(queue.consumer("other"), Err(ConsumerError::Closed)));
    assert_eq!(batch.ack().await, Err(AckError::Closed));
    queue.close().await;
}

async fn a_restart_keeps_frames_and_cursors(backend: &mut dyn Backend, limits: Limits) {
    let queue = backend.fresh(limits);
    let (mut ahead, mut behind) = (queue.consumer("ahead").unwrap(), queue.consumer("behind").unwrap());
    for number in 0..10 {
        publish(&*queue, vec![number; 10]).await;
    }
    drain(&mut *ahead, 10).await;
    let half = behind.receive(50, SOON).await.unwrap();
    assert_eq!(half.len(), 5);
    half.ack().await.unwrap();
    let last = publish(&*queue, "last").await;
    queue.close().await;
    drop((queue, ahead, behind));
    let Some(queue) = backend.reopen() else { return };
    let (mut ahead, mut behind) = (queue.consumer("ahead").unwrap(), queue.consumer("behind").unwrap());
    let frames = drain(&mut *ahead, 1).await;
    assert_eq!((frames[0].1, &frames[0].2[..]), (last, &b"last"[..]));
    assert_eq!(drain(&mut *behind, 6).await[0].2[..], [5; 10]);
    let next = publish(&*queue, "after").await;
    assert!(next > last, "positions go on");
    assert_eq!(drain(&mut *ahead, 1).await[0].1, next);
    queue.close().await;
    // Everything but one frame of one group is consumed; an empty log must not start its positions again.
    drain_after_restart(backend, (queue, ahead, behind), next).await;
}

type Handles = (Arc<dyn Queue>, Box<dyn Consumer>, Box<dyn Consumer>);

async fn drain_after_restart(backend: &mut dyn Backend, handles: Handles, last: Position) {
    drop(handles);
    let Some(queue) = backend.reopen() else { return };
    let mut behind = queue.consumer("behind").unwrap();
    assert_eq!(drain(&mut *behind, 1).await[0].1, last);
    queue.close().await;
    drop((queue, behind));
    let Some(queue) = backend.reopen() else { return };
    assert_eq!(queue.stats().pending_frames, 0);
    assert!(publish(&*queue, "on and on").await > last);
}
