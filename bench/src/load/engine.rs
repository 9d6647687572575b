//! The loop that drives all connections from one thread: start what is due, wait for answers, count them.
//!
//! A 503 is obeyed: the connection rests for `Retry-After` and sends the same bytes again. A lost connection is opened again
//! and the request repeated; the server must recognise the duplicate. At the end of the time nothing new is started, and
//! what is under way may finish.

use super::pace::Pace;
use super::request::Target;
use super::tally::Tally;
use super::wire::Wire;
use crate::salon::Salon;
use anyhow::{Context, Result, bail};
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How long answers may come after the end of the time.
const PATIENCE: Duration = Duration::from_secs(10);
/// A timetable is kept to this grain: waking for every single request would cost more CPU than sending it.
const GRAIN: Duration = Duration::from_micros(200);
/// A server that drops this many connections is broken, and the run says so.
const MAX_LOST: u64 = 1000;
const MAX_READY: usize = 256;

pub(crate) enum Until {
    Time(Duration),
    Events(u64),
}

pub(crate) struct Plan {
    pub(crate) connections: usize,
    pub(crate) pace: Pace,
    pub(crate) until: Until,
    /// Load before the figures begin.
    pub(crate) warm_up: Duration,
    pub(crate) server_pid: Option<u32>,
    /// Events that may have been sent in all; somebody else raises it. Bounds what is accepted but not yet recorded.
    pub(crate) ceiling: Option<Arc<AtomicU64>>,
}

pub(crate) fn drive(target: &Target, salon: &mut Salon, plan: &Plan) -> Result<Tally> {
    let mut engine = Engine::new(target, salon, plan)?;
    engine.run()?;
    engine.tally.end();
    let tally = engine.tally;
    if let (0, Some(refusal)) = (tally.accepted, &tally.first_refusal) {
        bail!("the server accepted nothing; its first answer was {refusal}");
    }
    Ok(tally)
}

struct Engine<'a> {
    target: &'a Target,
    salon: &'a mut Salon,
    plan: &'a Plan,
    epoll: OwnedFd,
    wires: Vec<Wire>,
    idle: VecDeque<usize>,
    resting: BinaryHeap<Reverse<(Instant, usize)>>,
    waiting: usize,
    start: Instant,
    /// Requests started.
    started: u64,
    measuring: bool,
    tally: Tally,
    buffer: Vec<u8>,
}

impl<'a> Engine<'a> {
    fn new(target: &'a Target, salon: &'a mut Salon, plan: &'a Plan) -> Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let now = Instant::now();
        let mut wires = Vec::with_capacity(plan.connections);
        for index in 0..plan.connections {
            let wire = Wire::connect(&target.address, now)?;
            epoll::add(&epoll, &wire.stream, EventData::new_u64(index as u64), EventFlags::IN)?;
            wires.push(wire);
        }
        Ok(Self {
            target,
            salon,
            plan,
            epoll,
            idle: (0..wires.len()).collect(),
            wires,
            resting: BinaryHeap::new(),
            waiting: 0,
            start: now,
            started: 0,
            measuring: false,
            tally: Tally::begin(now, plan.server_pid),
            buffer: vec![0; 64 * 1024],
        })
    }

    fn run(&mut self) -> Result<()> {
        self.start = Instant::now();
        let mut ready = [MaybeUninit::uninit(); MAX_READY];
        loop {
            let now = Instant::now();
            if !self.measuring && now >= self.start + self.plan.warm_up {
                self.measuring = true;
                self.tally = Tally::begin(now, self.plan.server_pid);
            }
            self.wake_rested(now)?;
            self.start_due(now)?;
            if self.finished(now) {
                return Ok(());
            }
            let timeout = self.next_deadline(now).map(|at| at.saturating_duration_since(now));
            for event in self.wait(&mut ready, timeout)? {
                self.serve(event.data.u64() as usize, event.flags)?;
            }
        }
    }

    /// False after the end of the time, when all events are on their way, or when the ceiling is reached.
    fn may_start(&self, now: Instant) -> bool {
        let batch = u64::from(self.target.batch);
        let below_ceiling = self.plan.ceiling.as_ref().is_none_or(|c| (self.started + 1) * batch <= c.load(Relaxed));
        !self.is_over(now) && below_ceiling
    }

    fn is_over(&self, now: Instant) -> bool {
        match self.plan.until {
            Until::Time(length) => now >= self.start + self.plan.warm_up + length,
            Until::Events(events) => self.started * u64::from(self.target.batch) >= events,
        }
    }

    fn finished(&self, now: Instant) -> bool {
        if !self.is_over(now) {
            return false;
        }
        match self.plan.until {
            Until::Time(length) => self.waiting == 0 || now >= self.start + self.plan.warm_up + length + PATIENCE,
            Until::Events(_) => self.waiting == 0 && self.resting.is_empty(),
        }
    }

    fn start_due(&mut self, now: Instant) -> Result<()> {
        while !self.idle.is_empty() && self.may_start(now) {
            let intended = self.plan.pace.intended(self.start, self.started);
            if intended.is_some_and(|at| at > now) {
                return Ok(());
            }
            let Some(index) = self.idle.pop_front() else {
                return Ok(());
            };
            let wire = &mut self.wires[index];
            self.target.compose(self.salon, &mut wire.out);
            wire.since = intended.unwrap_or_else(Instant::now);
            self.started += 1;
            self.send(index)?;
        }
        Ok(())
    }

    fn wake_rested(&mut self, now: Instant) -> Result<()> {
        while let Some(Reverse((at, index))) = self.resting.peek().copied() {
            let over = matches!(self.plan.until, Until::Time(_)) && self.is_over(now);
            if at > now || over {
                break;
            }
            self.resting.pop();
            if matches!(self.plan.pace, Pace::Closed) {
                self.wires[index].since = now;
            }
            self.send(index)?;
        }
        Ok(())
    }

    fn send(&mut self, index: usize) -> Result<()> {
        self.waiting += 1;
        self.wires[index].begin();
        match self.wires[index].send() {
            Ok(true) => Ok(()),
            Ok(false) => self.listen_for(index, EventFlags::IN | EventFlags::OUT),
            Err(error) => self.lost(index, &error),
        }
    }

    /// A connection can go on: with the rest of its request, or with its answer.
    fn serve(&mut self, index: usize, flags: EventFlags) -> Result<()> {
        if flags.contains(EventFlags::OUT) && !self.wires[index].all_sent() {
            match self.wires[index].send() {
                Ok(true) => self.listen_for(index, EventFlags::IN)?,
                Ok(false) => {}
                Err(error) => return self.lost(index, &error),
            }
        }
        if !flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
            return Ok(());
        }
        let (tally, batch) = (&mut self.tally, self.target.batch);
        let wire = &mut self.wires[index];
        let since = wire.since;
        let received = wire.receive(&mut self.buffer, |head, body| {
            let now = Instant::now();
            tally.answer(head.status, body, batch, now.saturating_duration_since(since), now);
            (*head, now)
        });
        match received {
            Ok(None) => Ok(()),
            Ok(Some((head, now))) => {
                self.waiting -= 1;
                if head.status == 503 {
                    let rest = Duration::from_secs(u64::from(head.retry_after_s.unwrap_or(1).clamp(1, 10)));
                    self.resting.push(Reverse((now + rest, index)));
                } else {
                    self.idle.push_back(index);
                }
                if head.closes { self.reopen(index) } else { Ok(()) }
            }
            Err(error) => self.lost(index, &error),
        }
    }

    fn lost(&mut self, index: usize, error: &io::Error) -> Result<()> {
        self.tally.lost_connections += 1;
        if self.tally.lost_connections > MAX_LOST {
            bail!("the server dropped {MAX_LOST} connections, the last with: {error}");
        }
        self.reopen(index)?;
        if self.wires[index].waiting {
            self.waiting -= 1;
            // Not at once, so that a dead server is not hammered from inside this call.
            self.resting.push(Reverse((Instant::now() + Duration::from_millis(50), index)));
            self.wires[index].waiting = false;
        }
        Ok(())
    }

    fn reopen(&mut self, index: usize) -> Result<()> {
        // The old socket leaves epoll when it is closed.
        self.wires[index].reconnect(&self.target.address)?;
        epoll::add(&self.epoll, &self.wires[index].stream, EventData::new_u64(index as u64), EventFlags::IN)
            .context("cannot watch a new connection")
    }

    fn listen_for(&self, index: usize, flags: EventFlags) -> Result<()> {
        epoll::modify(&self.epoll, &self.wires[index].stream, EventData::new_u64(index as u64), flags).context("cannot watch a connection")
    }

    fn next_deadline(&self, now: Instant) -> Option<Instant> {
        let mut next = None;
        let mut at = |moment: Instant| next = Some(next.map_or(moment, |n: Instant| n.min(moment)));
        if !self.measuring {
            at(self.start + self.plan.warm_up);
        }
        if let Until::Time(length) = self.plan.until {
            let end = self.start + self.plan.warm_up + length;
            at(if now < end { end } else { end + PATIENCE });
        }
        if let Some(Reverse((rested, _))) = self.resting.peek() {
            at(*rested);
        }
        if !self.idle.is_empty() && !self.is_over(now) {
            match self.plan.pace.intended(self.start, self.started) {
                Some(due) if due > now => at(due.max(now + GRAIN)),
                // Idle and due, but not allowed to start: the ceiling will rise.
                _ => at(now + 5 * GRAIN),
            }
        }
        next
    }

    /// epoll counts in milliseconds; a shorter wait is made with `poll` on the epoll descriptor itself.
    fn wait<'b>(&self, ready: &'b mut [MaybeUninit<Event>], timeout: Option<Duration>) -> Result<&'b [Event]> {
        let mut limit = timeout.map(|t| Timespec { tv_sec: t.as_secs() as i64, tv_nsec: i64::from(t.subsec_nanos()) });
        if timeout.is_some_and(|t| t < Duration::from_millis(2)) {
            match poll(&mut [PollFd::new(&self.epoll, PollFlags::IN)], limit.as_ref()) {
                Ok(_) | Err(rustix::io::Errno::INTR) => limit = Some(Timespec { tv_sec: 0, tv_nsec: 0 }),
                Err(error) => return Err(error.into()),
            }
        }
        match epoll::wait(&self.epoll, ready, limit.as_ref()) {
            Ok((events, _)) => Ok(events),
            Err(rustix::io::Errno::INTR) => Ok(&[]),
            Err(error) => Err(error.into()),
        }
    }
}
