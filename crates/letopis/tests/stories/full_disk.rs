//! The disk is full: 503 and when to come again, nothing acknowledged is lost, and all goes on when there is space.
//!
//! Needs a small disk of its own: a tmpfs, which only root may mount. Elsewhere the story is skipped and says so.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::app::{TestApp, wait_until};
use super::event;

#[test]
fn a_full_disk_refuses_and_recovers() {
    let root = tempfile::tempdir().unwrap();
    let disk = match Disk::mount(root.path().join("disk"), "64m") {
        Ok(disk) => disk,
        Err(why) => return println!("SKIPPED a_full_disk_refuses_and_recovers: no small disk to be had: {why}"),
    };
    let mut app = TestApp::start_in(root, disk.0.join("data"), "");
    let mut accepted = 0;
    let mut send = |app: &TestApp| {
        let mut event = event(&format!("full-{accepted}"));
        // Large, so that what was prepared before is soon used up.
        event["note"] = "x".repeat(100_000).into();
        let answer = app.post(event.to_string().as_bytes());
        match answer.status {
            202 => accepted += 1,
            503 => assert!(answer.header("retry-after").is_some(), "{}", answer.text()),
            other => panic!("{other}: {}", answer.text()),
        }
        (answer.status, accepted)
    };
    (0..20).for_each(|_| assert_eq!(send(&app).0, 202));
    for _ in 0..2 {
        disk.fill();
        // Until then every yes is still a promise.
        wait_until("a full disk is refused", || send(&app).0 == 503);
        // What the server itself gives up meanwhile (a segment that is recorded, the database's log) is filled too.
        wait_until("it goes on refusing", || {
            disk.fill();
            (0..5).all(|_| send(&app).0 == 503)
        });
        assert_eq!(app.get("/healthz").unwrap().status, 200);
        disk.free();
        wait_until("it accepts again", || send(&app).0 == 202);
    }
    let (_, accepted) = send(&app);
    app.wait_recorded(accepted);
    // Killed while it is full, and started when there is space again.
    disk.fill();
    wait_until("a full disk is refused", || send(&app).0 == 503);
    app.kill();
    disk.free();
    app.restart();
    wait_until("it accepts again", || send(&app).0 == 202);
    let (_, accepted) = send(&app);
    app.wait_recorded(accepted);
    let folder = app.stopped();
    (0..accepted).for_each(|n| drop(folder.row(&format!("full-{n}"))));
    folder.must_verify();
}

/// A small file system that goes when the test ends.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: PathBuf, size: &str) -> Result<Self, String> {
        std::fs::create_dir(&at).map_err(|e| e.to_string())?;
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&at).output();
        match mounted {
            Ok(done) if done.status.success() => Ok(Self(at)),
            Ok(done) => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
            Err(e) => Err(e.to_string()),
        }
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Not a byte is left.
    fn fill(&self) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        unmount(&self.0);
    }
}

fn unmount(at: &Path) {
    // Lazily, because after a failed test a server may still have files open there.
    let _ = Command::new("umount").arg("-l").arg(at).status();
}
