//! How far one consumer group is: what it acknowledged, what is on loan in batches, what comes next.
//!
//! Batches may be worked on several at a time and acknowledged in any order; the acknowledged mark only moves over an unbroken run. When a batch
//! is dropped, it and everything handed out after it goes back. Pure bookkeeping: no I/O, no waiting.

use std::collections::VecDeque;

use crate::seam::AckError;

/// A place between two frames: everything up to and including `position` lies before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The last frame before the mark, 0 when there is none.
    pub(crate) position: u64,
    /// The same place in bytes since some origin, so that pending bytes are a subtraction.
    pub(crate) address: u64,
}

/// One group's progress.
#[derive(Debug)]
pub(crate) struct Progress {
    acked: Mark,
    on_loan: VecDeque<Loan>,
    next_ticket: u64,
    /// A consumer of this group exists.
    pub(crate) in_use: bool,
}

#[derive(Debug)]
struct Loan {
    ticket: u64,
    end: Mark,
    acked: bool,
}

impl Progress {
    pub(crate) fn new(acked: Mark) -> Self {
        Progress { acked, on_loan: VecDeque::new(), next_ticket: 0, in_use: false }
    }

    /// Everything before it is acknowledged.
    pub(crate) fn acked(&self) -> Mark {
        self.acked
    }

    /// Where the next batch starts.
    pub(crate) fn next(&self) -> Mark {
        self.on_loan.back().map_or(self.acked, |loan| loan.end)
    }

    /// Notes a batch that ends at `end`; the ticket names it.
    pub(crate) fn hand_out(&mut self, end: Mark) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.on_loan.push_back(Loan { ticket, end, acked: false });
        ticket
    }

    /// Acknowledges a batch; true when the acknowledged mark moved.
    pub(crate) fn ack(&mut self, ticket: u64) -> Result<bool, AckError> {
        let loan = self.on_loan.iter_mut().find(|loan| loan.ticket == ticket).ok_or(AckError::Returned)?;
        loan.acked = true;
        let before = self.acked;
        while let Some(end) = self.on_loan.front().filter(|loan| loan.acked).map(|loan| loan.end) {
            self.acked = end;
            self.on_loan.pop_front();
        }
        Ok(self.acked != before)
    }

    /// A batch was dropped: it and all later ones come again. True when there is something to deliver again.
    pub(crate) fn give_back(&mut self, ticket: u64) -> bool {
        // Acknowledged ones are dropped too, at the end of their `ack`: they stay where they are.
        let Some(index) = self.on_loan.iter().position(|loan| loan.ticket == ticket && !loan.acked) else { return false };
        self.on_loan.truncate(index);
        true
    }

    /// The consumer went away: everything unacknowledged comes again.
    pub(crate) fn release(&mut self) {
        self.on_loan.clear();
        self.in_use = false;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mark(position: u64) -> Mark {
        Mark { position, address: position * 10 }
    }

    #[test]
    fn acks_out_of_order_move_the_mark_over_unbroken_runs_only() {
        let mut progress = Progress::new(Mark::default());
        let (a, b) = (progress.hand_out(mark(3)), progress.hand_out(mark(5)));
        assert!(!progress.ack(b).unwrap());
        assert_eq!(progress.acked(), Mark::default());
        assert!(progress.ack(a).unwrap());
        assert_eq!(progress.acked(), mark(5));
        assert_eq!(progress.next(), mark(5));
    }

    #[test]
    fn a_dropped_batch_takes_the_later_ones_back_with_it() {
        let mut progress = Progress::new(Mark::default());
        let (a, b, c) = (progress.hand_out(mark(3)), progress.hand_out(mark(5)), progress.hand_out(mark(9)));
        progress.give_back(b);
        assert_eq!(progress.next(), mark(3));
        assert_eq!(progress.ack(c), Err(AckError::Returned));
        assert!(progress.ack(a).unwrap());
        let again = progress.hand_out(mark(4));
        assert!(progress.ack(again).unwrap());
        assert_eq!(progress.acked(), mark(4));
    }
}
