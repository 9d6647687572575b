//! A file system in memory that behaves like a disk with a bad day: calls fail once, the machine stops in the middle of anything, and what was not
//! flushed is lost, in part or whole, in any order, torn in the middle of a page.
//!
//! A failed flush drops the dirty pages from what will ever be durable while reads still show them, as Linux does.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::disk::files::{File, Files};

const PAGE: usize = 4096;

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    InputOutput,
    NoSpace,
    /// A write writes half; other calls are left alone.
    Short,
    /// The machine stops: this call and all later ones fail until the restart.
    Stop,
}

#[derive(Clone)]
pub(crate) struct Sim {
    world: Arc<Mutex<World>>,
}

#[derive(Default)]
struct World {
    inodes: Vec<Inode>,
    dirs: BTreeMap<String, Dir>,
    calls: u64,
    fault: Option<(u64, Fault)>,
    stopped: bool,
    /// No write may make a file longer.
    full: bool,
    /// Handles of an earlier life are dead.
    life: u64,
    random: u64,
}

#[derive(Default, Clone)]
struct Inode {
    live: Vec<u8>,
    durable: Vec<u8>,
    dirty: BTreeSet<usize>,
}

#[derive(Default)]
struct Dir {
    live: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
    pending: Vec<Change>,
}

#[derive(Clone)]
enum Change {
    Set(String, usize),
    Remove(String),
    Rename(String, String, usize),
}

impl Sim {
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = World { random: seed | 1, ..World::default() };
        world.dirs.insert(String::new(), Dir::default());
        Sim { world: Arc::new(Mutex::new(world)) }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// The call `after` calls from now has this fault.
    pub(crate) fn arm(&self, after: u64, fault: Fault) {
        let mut world = self.world();
        world.fault = Some((world.calls + after, fault));
    }

    /// True when the armed fault has not happened; it is taken back.
    pub(crate) fn disarm(&self) -> bool {
        self.world().fault.take().is_some()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.world().stopped
    }

    pub(crate) fn set_full(&self, full: bool) {
        self.world().full = full;
    }

    /// Power off and on. `keep` says how unsynced pages and names fare: all lost, or each one kept, lost or torn by chance.
    pub(crate) fn restart(&self, keep_some: bool) {
        let world = &mut *self.world();
        world.life += 1;
        world.stopped = false;
        world.fault.take_if(|(_, fault)| *fault == Fault::Stop);
        let mut random = world.random;
        let mut chance = |of: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            keep_some && random.is_multiple_of(of)
        };
        for inode in &mut world.inodes {
            inode.crash(&mut chance);
        }
        for dir in world.dirs.values_mut() {
            for change in std::mem::take(&mut dir.pending) {
                if chance(2) {
                    change.apply(&mut dir.durable);
                }
            }
            dir.live = dir.durable.clone();
        }
        world.random = random;
    }

    /// All files that have a name, by path: what someone who takes the disk can read.
    pub(crate) fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let world = self.world();
        let mut contents = BTreeMap::new();
        for (dir, entries) in &world.dirs {
            for (name, inode) in &entries.live {
                contents.insert(crate::disk::files::join(dir, name), world.inodes[*inode].live.clone());
            }
        }
        contents
    }

    /// Changes a file behind everybody's back, on the disk itself.
    pub(crate) fn tamper(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut world = self.world();
        let inode = world.find(path).unwrap();
        change(&mut world.inodes[inode].live);
        world.inodes[inode].durable = world.inodes[inode].live.clone();
    }

    pub(crate) fn rename_by_hand(&self, from: &str, to: &str) {
        self.rename(from, to).unwrap();
        self.sync_dir("").unwrap();
    }

    fn file(&self, inode: usize, life: u64) -> Box<dyn File> {
        Box::new(SimFile { sim: self.clone(), inode, life })
    }
}

impl Inode {
    fn crash(&mut self, chance: &mut impl FnMut(u64) -> bool) {
        let length = if chance(2) { self.live.len() } else { self.durable.len() };
        let mut after = self.durable.clone();
        after.resize(length, 0);
        for page in std::mem::take(&mut self.dirty) {
            let start = page * PAGE;
            let end = (start + PAGE).min(length).min(self.live.len());
            // A torn page keeps its first 1,000 bytes.
            let end = if chance(4) { end.min(start + 1000) } else { end };
            if start < end && chance(2) {
                after[start..end].copy_from_slice(&self.live[start..end]);
            }
        }
        self.live = after.clone();
        self.durable = after;
    }

    fn sync(&mut self) {
        self.durable.resize(self.live.len(), 0);
        for page in std::mem::take(&mut self.dirty) {
            let range = page * PAGE..((page + 1) * PAGE).min(self.live.len());
            if !range.is_empty() {
                self.durable[range.clone()].copy_from_slice(&self.live[range]);
            }
        }
    }

    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if self.live.len() < end {
            self.live.resize(end, 0);
        }
        self.live[offset..end].copy_from_slice(bytes);
        self.dirty.extend(offset / PAGE..=end.saturating_sub(1) / PAGE);
    }
}

impl Change {
    fn apply(self, names: &mut BTreeMap<String, usize>) {
        match self {
            Change::Set(name, inode) => {
                names.insert(name, inode);
            }
            Change::Remove(name) => {
                names.remove(&name);
            }
            Change::Rename(from, to, inode) => {
                names.remove(&from);
                names.insert(to, inode);
            }
        }
    }
}

impl World {
    /// Counts a call; `Ok(true)` when a write is to be short.
    fn call(&mut self) -> io::Result<bool> {
        if self.stopped {
            return Err(io::Error::other("the machine has stopped"));
        }
        self.calls += 1;
        let Some((_, fault)) = self.fault.take_if(|(at, _)| *at < self.calls) else { return Ok(false) };
        match fault {
            Fault::InputOutput => Err(io::Error::other("input/output error")),
            Fault::NoSpace => Err(ErrorKind::StorageFull.into()),
            Fault::Short => Ok(true),
            Fault::Stop => {
                self.stopped = true;
                Err(io::Error::other("the machine has stopped"))
            }
        }
    }

    fn find(&self, path: &str) -> io::Result<usize> {
        let (dir, name) = split(path);
        let found = self.dirs.get(dir).and_then(|dir| dir.live.get(name));
        found.copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn change(&mut self, path: &str, change: Change) -> io::Result<()> {
        let dir = self.dirs.get_mut(split(path).0).ok_or(ErrorKind::NotFound)?;
        change.clone().apply(&mut dir.live);
        dir.pending.push(change);
        Ok(())
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

impl Files for Sim {
    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        let mut world = self.world();
        world.call()?;
        Ok(world.dirs.get(dir).ok_or(ErrorKind::NotFound)?.live.keys().cloned().collect())
    }

    fn create_dir(&self, dir: &str) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        world.dirs.entry(dir.to_owned()).or_default();
        Ok(())
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn File>> {
        let mut world = self.world();
        world.call()?;
        let inode = world.inodes.len();
        world.inodes.push(Inode::default());
        world.change(path, Change::Set(split(path).1.to_owned(), inode))?;
        Ok(self.file(inode, world.life))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn File>> {
        let mut world = self.world();
        world.call()?;
        let inode = world.find(path)?;
        Ok(self.file(inode, world.life))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        let inode = world.find(from)?;
        world.change(from, Change::Rename(split(from).1.to_owned(), split(to).1.to_owned(), inode))
    }

    fn unlink(&self, path: &str) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        world.find(path)?;
        world.change(path, Change::Remove(split(path).1.to_owned()))
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        let dir = world.dirs.get_mut(dir).ok_or(ErrorKind::NotFound)?;
        for change in std::mem::take(&mut dir.pending) {
            change.apply(&mut dir.durable);
        }
        Ok(())
    }

    fn fill_random(&self, buffer: &mut [u8]) -> io::Result<()> {
        let mut world = self.world();
        for byte in buffer {
            world.random = world.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (world.random >> 56) as u8;
        }
        world.random |= 1;
        Ok(())
    }
}

struct SimFile {
    sim: Sim,
    inode: usize,
    life: u64,
}

impl SimFile {
    fn world(&self) -> MutexGuard<'_, World> {
        let world = self.sim.world();
        assert_eq!(world.life, self.life, "a handle outlived its process");
        world
    }
}

impl File for SimFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut world = self.world();
        let short = world.call()?;
        let live = &world.inodes[self.inode].live;
        let start = live.len().min(offset as usize);
        let mut bytes = buffer.len().min(live.len() - start);
        if short {
            bytes = bytes.div_ceil(2);
        }
        buffer[..bytes].copy_from_slice(&live[start..start + bytes]);
        Ok(bytes)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut world = self.world();
        let short = world.call()?;
        let end = offset as usize + bytes.len();
        if world.full && end > world.inodes[self.inode].live.len() {
            return Err(ErrorKind::StorageFull.into());
        }
        let written = if short { bytes.len() / 2 + 1 } else { bytes.len() };
        let written = written.min(bytes.len());
        world.inodes[self.inode].write(&bytes[..written], offset as usize);
        Ok(written)
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut world = self.world();
        let called = world.call();
        let stopped = world.stopped;
        let inode = &mut world.inodes[self.inode];
        match called {
            Ok(_) => inode.sync(),
            Err(error) => {
                if !stopped {
                    inode.dirty.clear();
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        let inode = &mut world.inodes[self.inode];
        inode.live.resize(bytes as usize, 0);
        let pages = (bytes as usize).div_ceil(PAGE);
        inode.dirty.retain(|page| *page < pages);
        if let Some(last) = pages.checked_sub(1) {
            inode.dirty.insert(last);
        }
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        let mut world = self.world();
        world.call()?;
        Ok(world.inodes[self.inode].live.len() as u64)
    }
}
