//! How fast the disk queue takes frames: `cargo run --release -p queue --example throughput -- [FOLDER] [TASKS] [FRAME_BYTES] [SECONDS]`.
//! A consumer reads along, so that segments are consumed and destroyed as on a server.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use queue::disk::{Config, DiskQueue, MasterKey};
use queue::{Lane, Queue};

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let folder = args.next().map_or_else(|| PathBuf::from("./throughput-data"), PathBuf::from);
    let mut number = |default: usize| args.next().map_or(default, |text| text.parse().unwrap());
    let (tasks, frame_bytes, seconds) = (number(64), number(660), number(5));
    let queue = Arc::new(DiskQueue::open(&folder, MasterKey::new([7; 32]), Config::default()).unwrap());
    let mut consumer = queue.consumer("throughput").unwrap();
    let consuming = tokio::spawn(async move {
        let mut frames = 0;
        while let Ok(batch) = consumer.receive(4 << 20, Duration::from_secs(1)).await {
            frames += batch.len();
            if batch.ack().await.is_err() {
                break;
            }
        }
        frames
    });
    let start = Instant::now();
    let until = start + Duration::from_secs(seconds as u64);
    let publishers = (0..tasks).map(|task| {
        let queue = Arc::clone(&queue);
        let frame = Bytes::from(vec![task as u8; frame_bytes]);
        tokio::spawn(async move {
            let mut latencies_us = Vec::new();
            while Instant::now() < until {
                let sent = Instant::now();
                queue.publish(Lane(task as u32), frame.clone()).await.unwrap();
                latencies_us.push(sent.elapsed().as_micros() as u64);
            }
            latencies_us
        })
    });
    let mut latencies_us = Vec::new();
    for publisher in publishers.collect::<Vec<_>>() {
        latencies_us.extend(publisher.await.unwrap());
    }
    let elapsed = start.elapsed().as_secs_f64();
    let stats = queue.stats();
    latencies_us.sort_unstable();
    let at = |share: f64| latencies_us[((latencies_us.len() - 1) as f64 * share) as usize];
    let frames = latencies_us.len() as f64;
    println!("{tasks} tasks x {frame_bytes} B: {:.0} frames/s, {:.1} MB/s", frames / elapsed, frames * frame_bytes as f64 / elapsed / 1e6);
    println!("ack p50 {} us, p99 {} us, max {} us", at(0.5), at(0.99), at(1.0));
    println!("{} commits, {} fdatasync in all, {:.1} frames a commit", stats.commits, stats.syncs, frames / stats.commits as f64);
    println!("{} frames still pending at the end", stats.pending_frames);
    queue.close().await;
    println!("{} frames consumed", consuming.await.unwrap());
}
