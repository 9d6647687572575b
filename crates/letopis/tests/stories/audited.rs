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
        let audits: [&[&str]; 5] = [&["verify"], &["verify", "--deep"], &["verify"], &["verify", "--deep"], &["verify"]];
        let said = audits.map(|audit| letopis(app.data(), audit));
        // Before anything is asserted: a failed assertion would wait for the busy one for ever.
        stop.store(true, Ordering::Relaxed);
        for said in said {
            assert!(said.ok, "{} {}", said.out, said.err);
        }
        assert!(busy.join().unwrap() > 0);
    });
    app.stopped().must_verify();
}
