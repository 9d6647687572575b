//! The disk queue without its threads, on the simulated disk, beside a model of what it promised. Every step is a plain call, so a failing sequence
//! can be shrunk and repeated.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::sim::Sim;
use crate::disk::log::Log;
use crate::disk::read::Reader;
use crate::disk::write::{Publish, Writer};
use crate::disk::{Config, MasterKey, OpenError, recover};
use crate::progress::Progress;
use crate::seam::{Delivery, Lane, Limits, Position, PublishError, ReceiveError};

pub(crate) const GROUPS: [&str; 2] = ["recorder", "auditor"];

pub(crate) fn config() -> Config {
    Config { limits: Limits::default(), first_segment_bytes: 1024, segment_bytes: 8192, ..Config::default() }
}

pub(crate) fn open(sim: &Sim) -> Result<Arc<Log>, OpenError> {
    recover::open(Arc::new(sim.clone()), MasterKey::new([9; 32]), config()).map(Arc::new)
}

pub(crate) struct Rig {
    pub(crate) sim: Sim,
    pub(crate) log: Arc<Log>,
    writer: Writer,
    pub(crate) model: Model,
}

/// What the queue has promised, and what it has shown.
#[derive(Default)]
pub(crate) struct Model {
    /// Acknowledged to publishers.
    pub(crate) published: BTreeMap<Position, Bytes>,
    /// Handed over, but refused or cut off: they may be there or not, never changed.
    attempted: HashSet<Bytes>,
    /// Seen by any consumer: must never change.
    seen: BTreeMap<Position, Bytes>,
    /// Acknowledged by the groups.
    acked: [Position; 2],
    frames: u64,
}

impl Rig {
    pub(crate) fn new(seed: u64) -> Self {
        let sim = Sim::new(seed);
        let log = open(&sim).unwrap();
        let rig = Rig { sim, writer: Writer::new(Arc::clone(&log)), log, model: Model::default() };
        for group in GROUPS {
            rig.log.join_group(group).unwrap();
        }
        rig
    }

    /// Publishes frames that wait together; says what became of them.
    pub(crate) fn publish(&mut self, count: usize, bytes: usize) -> Vec<Result<Position, PublishError>> {
        let mut waiting = Vec::new();
        let mut answers = Vec::new();
        for _ in 0..count {
            let frame = self.model.next_frame(bytes);
            let (reply, answer) = oneshot::channel();
            let lane = Lane(frame.len() as u32);
            waiting.push(Publish { lane, frame: frame.clone(), reply });
            answers.push((frame, answer));
        }
        self.writer.commit(&mut waiting);
        let mut results = Vec::new();
        for (frame, mut answer) in answers {
            let result = answer.try_recv().unwrap();
            match &result {
                Ok(position) => {
                    let before = self.model.published.insert(*position, frame);
                    assert!(before.is_none(), "position {position} was given twice");
                }
                Err(_) => {
                    self.model.attempted.insert(frame);
                }
            }
            results.push(result);
        }
        results
    }

    /// The next frames of a group, acknowledged if `ack`.
    pub(crate) fn consume(&mut self, group: usize, max_bytes: usize, ack: bool) -> Result<usize, ReceiveError> {
        let from = self.log.state().groups[GROUPS[group]].progress.next();
        let (deliveries, end) = Reader::new(Arc::clone(&self.log)).read(from, max_bytes)?;
        self.model.check(&deliveries);
        if let (true, Some(last)) = (ack, deliveries.last()) {
            let mut state = self.log.state();
            let progress = &mut state.groups.get_mut(GROUPS[group]).unwrap().progress;
            let ticket = progress.hand_out(end);
            progress.ack(ticket).unwrap();
            self.model.acked[group] = self.model.acked[group].max(last.position);
        }
        Ok(deliveries.len())
    }

    pub(crate) fn retire(&mut self) {
        let end = self.log.state().end.position;
        self.writer.retire(end);
    }

    /// As a clean stop does it; errors are logged there and nothing else.
    pub(crate) fn close(&mut self) {
        self.writer.close_segment(true);
        let _ = self.log.store_cursors().and_then(|()| self.log.destroy_consumed());
        self.log.discard_spare();
    }

    /// Opens what is on the disk and checks every promise on it.
    pub(crate) fn reopen(&mut self) -> Result<(), OpenError> {
        let log = open(&self.sim)?;
        self.log = log;
        self.writer = Writer::new(Arc::clone(&self.log));
        for group in GROUPS {
            // Also when a failed call kept the cursor file from being read: never the case, or `open` had failed.
            self.log.join_group(group).unwrap();
        }
        Ok(())
    }

    /// Every acknowledged frame that a group has not acknowledged is there, in order, unchanged; what it was not promised is a whole frame too.
    pub(crate) fn verify(&mut self) {
        for (group, name) in GROUPS.iter().enumerate() {
            let mut mark = self.log.state().groups[*name].progress.acked();
            let mut reader = Reader::new(Arc::clone(&self.log));
            let mut delivered = BTreeMap::new();
            loop {
                let (deliveries, end) = reader.read(mark, 3000).unwrap();
                if deliveries.is_empty() {
                    break;
                }
                assert!(end.position > mark.position);
                assert!(deliveries[0].position.get() > mark.position);
                self.model.check(&deliveries);
                delivered.extend(deliveries.into_iter().map(|delivery| (delivery.position, delivery.frame)));
                mark = end;
            }
            for (position, frame) in self.model.published.iter().filter(|(position, _)| **position > self.model.acked[group]) {
                assert_eq!(delivered.get(position), Some(frame), "{name} lost frame {position}");
            }
        }
    }

    pub(crate) fn progress(&self, group: usize) -> u64 {
        let acked = |progress: &Progress| progress.acked().position;
        acked(&self.log.state().groups[GROUPS[group]].progress)
    }
}

impl Model {
    fn next_frame(&mut self, bytes: usize) -> Bytes {
        self.frames += 1;
        // Unique, and not compressible into a run of one byte: a torn frame cannot look whole.
        let seed = self.frames;
        let mut frame = format!("кадр {seed} ").into_bytes();
        frame.extend((0..bytes as u64).map(|i| (seed.wrapping_mul(31).wrapping_add(i) % 251) as u8));
        Bytes::from(frame)
    }

    fn check(&mut self, deliveries: &[Delivery]) {
        assert!(deliveries.is_sorted_by(|a, b| a.position < b.position));
        for Delivery { lane, position, frame } in deliveries {
            assert_eq!(lane.0 as usize, frame.len());
            match self.published.get(position) {
                Some(published) => assert_eq!(frame, published, "frame {position} changed"),
                None => assert!(self.attempted.contains(frame), "frame {position} was never published"),
            }
            let before = self.seen.insert(*position, frame.clone());
            assert!(before.is_none_or(|before| before == frame), "frame {position} was seen with other bytes");
        }
    }
}
