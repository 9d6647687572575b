//! The contract suite on real files, with segments so small that every story crosses several of them, and with the sizes of a server.

use std::sync::Arc;

use crate::contract::{Backend, run_all};
use crate::disk::{Config, DiskQueue, MasterKey};
use crate::seam::{Limits, Queue};

struct Disk {
    folder: tempfile::TempDir,
    config: Config,
}

impl Disk {
    fn open(&self) -> Arc<dyn Queue> {
        Arc::new(DiskQueue::open(self.folder.path(), MasterKey::new([1; 32]), self.config.clone()).unwrap())
    }
}

impl Backend for Disk {
    fn fresh(&mut self, limits: Limits) -> Arc<dyn Queue> {
        self.folder = tempfile::tempdir().unwrap();
        self.config.limits = limits;
        self.open()
    }

    fn reopen(&mut self) -> Option<Arc<dyn Queue>> {
        Some(self.open())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_segments_keep_the_contract() {
    let config = Config { first_segment_bytes: 512, segment_bytes: 4096, ..Config::default() };
    run_all(&mut Disk { folder: tempfile::tempdir().unwrap(), config }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_sizes_keep_the_contract() {
    run_all(&mut Disk { folder: tempfile::tempdir().unwrap(), config: Config::default() }).await;
}
