//! Opens a folder after a clean stop, a kill or a crash, and finds out what was acknowledged.
//!
//! Only the last segment needs a look at its frames: the others end where the next one begins. Its tail is cut at the first frame that cannot be
//! read *if* no later frame vouches for it; if one does, acknowledged data is damaged, nothing is cut, and consumers get an error when they come to
//! it. Nothing is ever appended to a segment of an earlier run.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::cursor::{CURSORS, CursorFile};
use super::files::{Files, Folder, join};
use super::keys::{self, KEYS, MasterKey};
use super::log::{Body, Group, Log, Segment, State};
use super::prepare::{discard, new_name};
use super::segment::{FRAME_HEADER_BYTES, HEADER_BYTES, MAX_POSITION, SegmentId, decode_header};
use super::walk::{Step, Walk};
use super::{Config, OpenError};
use crate::progress::{Mark, Progress};
use crate::seam::check_group;

/// Reads the folder and leaves it in order.
pub(crate) fn open(files: Arc<dyn Files>, master: MasterKey, config: Config) -> Result<Log, OpenError> {
    let folder = Folder::new(files);
    for dir in [KEYS, CURSORS] {
        folder.files.create_dir(dir).map_err(failed(dir))?;
    }
    folder.sync_dir("").map_err(failed("the queue folder"))?;
    let cursors = open_cursors(&folder)?;
    remove_unused(&folder)?;
    let mut state = State { spare_bytes: config.first_segment_bytes, segments: open_segments(&folder, &master)?, ..State::default() };
    find_end(&folder, &mut state)?;
    let living: Vec<SegmentId> = state.segments.values().filter_map(|segment| segment.id).collect();
    if living.len() == state.segments.len() {
        keys::destroy_orphans(&folder, &living).map_err(failed(KEYS))?;
    }
    // A cursor beyond the last frame: the frames were consumed and destroyed. Positions never go back.
    let furthest = cursors.values().map(|file| file.place().position).max().unwrap_or(0);
    state.end.position = state.end.position.max(furthest);
    for (group, file) in &cursors {
        let mark = state.mark(file.place());
        state.groups.insert(group.clone(), Group { progress: Progress::new(mark), durable: mark.position });
    }
    let log = Log::new(folder, master, config, state, cursors);
    // Also finishes a destruction that a crash cut off between a key and its segment.
    if let Err(error) = log.destroy_consumed() {
        tracing::warn!(%error, "consumed queue segments could not be removed; it is tried again");
    }
    refuse_if_nothing_opens(&log)?;
    Ok(log)
}

/// One unreadable segment is damage, and reading it says so. When none can be read the master key is wrong, and accepting frames would hide it.
fn refuse_if_nothing_opens(log: &Log) -> Result<(), OpenError> {
    let state = log.state();
    let reasons: Vec<String> =
        state.segments.values().filter_map(|segment| Some(format!("{}: {}", segment.path, segment.body.as_ref().err()?))).collect();
    let tolerated = state.segments.values().any(|segment| segment.tolerant);
    if reasons.is_empty() || tolerated || reasons.len() < state.segments.len() {
        Ok(())
    } else {
        Err(OpenError::Unreadable(reasons.join("; ")))
    }
}

fn open_cursors(folder: &Folder) -> Result<BTreeMap<String, CursorFile>, OpenError> {
    let mut cursors = BTreeMap::new();
    for group in folder.files.list(CURSORS).map_err(failed(CURSORS))? {
        if check_group(&group).is_err() {
            continue;
        }
        // Half made by a crash: the group never got a frame, and is made again when it joins.
        if let Some(file) = CursorFile::open(folder, &group).map_err(failed(&join(CURSORS, &group)))? {
            cursors.insert(group, file);
        }
    }
    Ok(cursors)
}

/// Prepared segments that were not used before the stop.
fn remove_unused(folder: &Folder) -> Result<(), OpenError> {
    for name in folder.files.list("").map_err(failed("the queue folder"))? {
        if let Some(id) = name.strip_suffix(".new").and_then(SegmentId::parse) {
            discard(folder, &new_name(id), id);
        }
    }
    Ok(())
}

fn open_segments(folder: &Folder, master: &MasterKey) -> Result<BTreeMap<u64, Segment>, OpenError> {
    let mut names: Vec<(u64, String, bool)> = Vec::new();
    for name in folder.files.list("").map_err(failed("the queue folder"))? {
        let (stem, tolerant) = name.strip_suffix(".bad").map_or((&*name, false), |stem| (stem, true));
        let first = stem.strip_suffix(".seg").filter(|digits| digits.len() == 20).and_then(|digits| digits.parse().ok());
        if let Some(first) = first.filter(|first| (1..=MAX_POSITION).contains(first)) {
            names.push((first, name, tolerant));
        }
    }
    names.sort();
    let mut segments = BTreeMap::new();
    let mut base = 0;
    for (first, path, tolerant) in names {
        let header = folder.read_start(&path, HEADER_BYTES).map_err(failed(&path))?;
        let end = folder.files.open(&path).and_then(|file| file.size()).map_err(failed(&path))?;
        let id = decode_header(&header);
        let body = match id.clone() {
            Ok(id) => keys::open(folder, master, id).map_err(failed(KEYS))?.map(|cipher| Body { id, cipher: Arc::new(cipher) }),
            Err(reason) => Err(reason),
        };
        segments.insert(first, Segment { path, id: id.ok(), body, base, end, tolerant });
        base += end;
    }
    Ok(segments)
}

/// Looks through the last segment for the end of the log, and cuts a torn tail off.
fn find_end(folder: &Folder, state: &mut State) -> Result<(), OpenError> {
    let Some(mut last) = state.segments.last_entry() else { return Ok(()) };
    let first = *last.key();
    let segment = last.get_mut();
    let Some(id) = segment.id else {
        // Unreadable as a whole. Positions go on behind all frames it could hold.
        let most = segment.end / FRAME_HEADER_BYTES as u64;
        state.end = Mark { position: first + most, address: segment.base + segment.end };
        return Ok(());
    };
    let file = folder.files.open(&segment.path).map_err(failed(&segment.path))?;
    let mut walk = Walk::new(&*file, id, HEADER_BYTES as u64, segment.end);
    let found = look_for_end(&mut walk, first).map_err(failed(&segment.path))?;
    if let Some(position) = found.damaged_at {
        tracing::error!(file = segment.path, position, "queue segment is damaged before its end; nothing is cut");
    } else {
        segment.end = found.end;
        let cut = file.set_len(found.end).and_then(|()| folder.sync(&*file));
        cut.map_err(failed(&segment.path))?;
    }
    state.end = Mark { position: found.last, address: segment.base + segment.end };
    if found.last < first {
        state.end.address = segment.base;
        let segment = last.remove();
        discard(folder, &segment.path, id);
    }
    Ok(())
}

pub(crate) struct Found {
    pub(crate) last: u64,
    pub(crate) end: u64,
    pub(crate) damaged_at: Option<u64>,
}

/// Where the frames of a segment end, and whether one before that end is unreadable.
pub(crate) fn look_for_end(walk: &mut Walk<'_>, first: u64) -> io::Result<Found> {
    let mut last = first - 1;
    let mut end = walk.offset();
    loop {
        match walk.step()? {
            Step::Frame { header, .. } if header.position == last + 1 => last = header.position,
            Step::Seal(header) if header.position == last + 1 => return Ok(Found { last, end: walk.offset(), damaged_at: None }),
            _ => break,
        }
        end = walk.offset();
    }
    // Nothing readable follows directly. Does a later frame say that something readable was there?
    let good = last;
    let mut damaged_at = None;
    while walk.resync(last)? {
        let (Step::Frame { header, .. } | Step::Seal(header)) = walk.step()? else { continue };
        if header.flushed_before() > good + 1 {
            damaged_at = Some(good + 1);
        }
        last = if header.is_seal() { header.position - 1 } else { header.position };
    }
    match damaged_at {
        Some(_) => Ok(Found { last, end, damaged_at }),
        None => Ok(Found { last: good, end, damaged_at: None }),
    }
}

fn failed(file: &str) -> impl Fn(io::Error) -> OpenError {
    let file = file.to_owned();
    move |source| OpenError::Failed { file: file.clone(), source }
}
