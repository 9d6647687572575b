//! Two servers on one folder: the second refuses clearly, and the first notices nothing.

use super::app::{TestApp, serve};
use super::event;

#[test]
fn the_second_server_refuses() {
    let mut app = TestApp::start();
    app.post_event(&event("before"));
    let second = serve(app.data()).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success());
    assert!(said.contains("is in use by another letopis"), "{said}");
    assert!(!String::from_utf8(second.stdout).unwrap().contains("http://"), "it offers no address");
    app.post_event(&event("after"));
    app.wait_recorded(2);
    // The lock goes with the process, however it ends.
    app.kill();
    app.restart();
    app.stopped().must_verify();
}
