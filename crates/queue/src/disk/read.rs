//! Reads frames back for a consumer: finds the segment, walks it from the group's mark, decrypts.
//!
//! Nothing is skipped silently: a frame that cannot be read back is an error that names the file, until an operator renames the segment to `.bad`.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;

use super::files::File;
use super::log::{Body, Log, View};
use super::segment::{FrameHeader, HEADER_BYTES, TAG_BYTES, decode_header, open_frame};
use super::walk::{Step, Walk};
use crate::progress::Mark;
use crate::seam::{Delivery, Position, ReceiveError};

/// How much `check` reads at a time.
const CHECK_BYTES: usize = 4 << 20;

/// The reading side of one consumer.
pub(crate) struct Reader {
    log: Arc<Log>,
    /// The segment read last, by its path, stays open.
    open: Option<(String, Box<dyn File>)>,
}

/// Sealed bytes of several frames in one piece of memory, opened in place.
struct Gathered {
    frames: Vec<Sealed>,
    bytes: BytesMut,
    end: Mark,
}

struct Sealed {
    header: FrameHeader,
    bytes: usize,
    offset: u64,
}

impl Reader {
    pub(crate) fn new(log: Arc<Log>) -> Self {
        Reader { log, open: None }
    }

    /// The frames after `from` that fit, at least one if there is any, and the mark behind them.
    pub(crate) fn read(&mut self, from: Mark, max_bytes: usize) -> Result<(Vec<Delivery>, Mark), ReceiveError> {
        let mut mark = from;
        loop {
            let Some(view) = self.log.state().locate(mark.position + 1) else { return Ok((Vec::new(), mark)) };
            let (deliveries, end) = self.read_segment(&view, mark, max_bytes)?;
            if !deliveries.is_empty() {
                return Ok((deliveries, end));
            }
            // A segment of which nothing could be read, and that may be skipped.
            mark = end;
        }
    }

    fn read_segment(&mut self, view: &View, from: Mark, max_bytes: usize) -> Result<(Vec<Delivery>, Mark), ReceiveError> {
        let skipped = Mark { position: view.last, address: view.base + view.end };
        let body = match &view.body {
            Ok(body) => body,
            Err(_) if view.tolerant => return Ok((Vec::new(), skipped)),
            Err(reason) => return Err(damaged(view, 0, view.first.max(from.position + 1), reason)),
        };
        let failed = |source: io::Error| ReceiveError::Failed { file: view.path.clone(), source };
        let file = self.file(view).map_err(failed)?;
        let gathered = gather(file, body, view, from, max_bytes).map_err(failed)?;
        if gathered.frames.is_empty() && gathered.end.position < view.last {
            let offset = gathered.end.address - view.base;
            return Err(damaged(view, offset, gathered.end.position + 1, "a frame that was flushed cannot be read back"));
        }
        open(view, body, gathered)
    }

    fn file(&mut self, view: &View) -> io::Result<&dyn File> {
        let known = self.open.take_if(|(path, _)| *path == view.path);
        let open = match known {
            Some(open) => open,
            None => (view.path.clone(), self.log.folder.files.open(&view.path)?),
        };
        Ok(&*self.open.insert(open).1)
    }
}

/// Collects sealed frames from the mark on, up to the first that does not fit or cannot be read.
fn gather(file: &dyn File, body: &Body, view: &View, from: Mark, max_bytes: usize) -> io::Result<Gathered> {
    let mut position = from.position.max(view.first - 1);
    let start = if position < view.first { HEADER_BYTES as u64 } else { from.address.saturating_sub(view.base).max(HEADER_BYTES as u64) };
    let mut walk = Walk::new(file, body.id, start, view.end).reading(max_bytes);
    let bytes = BytesMut::with_capacity(max_bytes.min(view.end.saturating_sub(start) as usize));
    let mut gathered = Gathered { frames: Vec::new(), bytes, end: from };
    while position < view.last {
        let offset = walk.offset();
        match walk.step()? {
            Step::Frame { header, sealed } if view.tolerant || header.position == position + 1 => {
                let fits = gathered.bytes.len() + sealed.len() <= max_bytes + (gathered.frames.len() + 1) * TAG_BYTES;
                if !fits && !gathered.frames.is_empty() {
                    return Ok(gathered);
                }
                gathered.bytes.extend_from_slice(sealed);
                gathered.frames.push(Sealed { header, bytes: sealed.len(), offset });
                position = header.position;
            }
            _ if view.tolerant => {
                tracing::warn!(file = view.path, offset = walk.offset(), "skipping damaged part of a queue segment, as its name asks for");
                if !walk.resync(position)? {
                    position = view.last;
                }
            }
            _ => break,
        }
        gathered.end = Mark { position, address: view.base + walk.offset() };
    }
    if gathered.end.position == from.position {
        // Nothing came: the mark still says where.
        gathered.end = Mark { position, address: view.base + walk.offset().max(start) };
    }
    Ok(gathered)
}

/// Decrypts in place and cuts the memory into frames.
fn open(view: &View, body: &Body, gathered: Gathered) -> Result<(Vec<Delivery>, Mark), ReceiveError> {
    let Gathered { frames, mut bytes, end } = gathered;
    let mut deliveries = Vec::with_capacity(frames.len());
    for Sealed { header, bytes: sealed_bytes, offset } in frames {
        let mut sealed = bytes.split_to(sealed_bytes);
        match open_frame(&body.cipher, &header, &mut sealed) {
            Some(frame_bytes) => {
                sealed.truncate(frame_bytes);
                deliveries.push(Delivery { lane: header.lane, position: Position::new(header.position), frame: sealed.freeze() });
            }
            None if view.tolerant => {}
            None if deliveries.is_empty() => {
                return Err(damaged(view, offset, header.position, "a frame does not open with the segment's key"));
            }
            // The good ones first; the next read begins at this one and says so.
            None => return Ok((deliveries, Mark { position: header.position - 1, address: view.base + offset })),
        }
    }
    Ok((deliveries, end))
}

fn damaged(view: &View, offset: u64, position: u64, what: &str) -> ReceiveError {
    let reason = format!(
        "{what}. Nothing is skipped by itself: restore the file, or stop the server, rename it to {}.bad and start again; \
         all frames that can still be read are then delivered, up to frame {}",
        view.path, view.last
    );
    ReceiveError::Damaged { file: view.path.clone(), offset, position: Position::new(position), reason }
}

/// Reads all that is kept and says what cannot be read back, one finding per segment.
pub(crate) fn check(log: &Arc<Log>) -> Vec<ReceiveError> {
    let mut findings = Vec::new();
    let mut reader = Reader::new(Arc::clone(log));
    let mut mark = log.state().oldest();
    while let Some(view) = log.state().locate(mark.position + 1) {
        let behind = Mark { position: view.last, address: view.base + view.end };
        let read = check_header(log, &view).and_then(|()| reader.read_segment(&view, mark, CHECK_BYTES));
        mark = match read {
            Ok((_, end)) if end.position > mark.position => end,
            Ok(_) => behind,
            Err(finding) => {
                findings.push(finding);
                behind
            }
        };
    }
    findings
}

/// The header was read at start; what is on disk now is what the next start will see.
fn check_header(log: &Log, view: &View) -> Result<(), ReceiveError> {
    let Ok(body) = &view.body else { return Ok(()) };
    let failed = |source: io::Error| ReceiveError::Failed { file: view.path.clone(), source };
    let bytes = log.folder.read_start(&view.path, HEADER_BYTES).map_err(failed)?;
    match decode_header(&bytes) {
        Ok(id) if id == body.id => Ok(()),
        Ok(_) => Err(damaged(view, 0, view.first, "its header belongs to another segment")),
        Err(reason) => Err(damaged(view, 0, view.first, &reason)),
    }
}
