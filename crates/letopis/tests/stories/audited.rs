//! An audit beside a busy server: it sees one state of the database and a checkpoint that is never ahead of it, and finds nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use super::app::{TestApp, wait_until};
use super::commands::letopis;
use super::event;

#[test]
fn an_audit_beside_a_busy_server_finds_nothing() {
    let mut app = TestApp::start();
    wait_until("the first checkpoint is signed", || app.data().join("log/main/checkpoint").exists());
    let (stop, mut n) = (AtomicBool::new(false), 0);
    std::thread::scope(|all| {
        let (app, stop) = (&app, &stop);
        let busy = all.spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                let body: String = (0..20).map(|item| format!("{}\n", event(&format!("busy-{n}-{item}")))).collect();
                assert_eq!(app.post(body.as_bytes()).status, 202);
                n += 1;
            }
            n
        });
        for depth in ["", "--deep", "", "--deep", ""] {
            let said = letopis(app.data(), if depth.is_empty() { &["verify"][..] } else { &["verify", "--deep"][..] });
            assert!(said.ok, "{} {}", said.out, said.err);
        }
        stop.store(true, Ordering::Relaxed);
        assert!(busy.join().unwrap() > 0);
    });
    app.stopped().must_verify();
}
