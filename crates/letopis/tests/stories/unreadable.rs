//! A frame that this program cannot read (a later version wrote it) holds nothing up: it is put aside with its bytes, and what came
//! before and after it is recorded.

use bytes::Bytes;
use queue::disk::DiskQueue;
use queue::{Lane, Queue};

use super::app::TestApp;
use super::commands::json as json_of;
use super::event;

#[test]
fn a_frame_of_a_later_version_is_put_aside_with_its_bytes() {
    let mut app = TestApp::start();
    app.post_event(&event("before"));
    app.stop();
    let foreign = Bytes::from_static(b"LF\x02 of a later version, with everything in it");
    publish(&app, foreign.clone());
    app.restart();
    app.post_event(&event("after"));
    app.wait_recorded(2);

    let kept = json_of(app.data(), &["quarantine", "list"]);
    let items = kept.as_array().unwrap();
    assert_eq!((items.len(), &items[0]["reason"]["code"]), (1, &"unreadable_frame".into()), "{kept}");
    assert_eq!(items[0]["item"].as_str().map(str::as_bytes), Some(&*foreign), "its bytes are kept");
    let metrics = app.get("/metrics").unwrap();
    assert!(
        metrics.text().lines().any(|line| line.starts_with("letopis_unreadable_frames_total") && line.ends_with(" 1")),
        "it is counted"
    );
    app.stopped().must_verify();
}

/// Puts a frame into the queue of the stopped server, as another program with its keys would.
fn publish(app: &TestApp, frame: Bytes) {
    let key = super::stopped::queue_key(app.data());
    let queue = DiskQueue::open(&app.data().join("queue"), key, queue::disk::Config::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        queue.publish(Lane(1), frame).await.unwrap();
        queue.close().await;
    });
}
