//! Conversations inside a frame of a CRM: the same bubbles, steps and badges, checked the same way; nothing leads out of the frame.

use askama::Template;
use rusqlite::Connection;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::Frame;
use super::super::labels::{Channel, Chip};
use super::super::language::Texts;
use super::super::look::Look;
use super::super::moments::Clock;
use super::pieces::Body;
use super::{Books, Story, Thread, story};
use crate::console::measured::Picture;
use crate::event::BusinessId;
use crate::journal::reading::{self, SessionLine};

/// How they are shown.
pub(in crate::console::pages) struct Shown {
    pub(in crate::console::pages) business: BusinessId,
    pub(in crate::console::pages) look: Look,
    /// The words, or only that there were some.
    pub(in crate::console::pages) shows_words: bool,
}

/// One conversation, drawn.
pub(in crate::console::pages) struct Told {
    pub(in crate::console::pages) who: String,
    pub(in crate::console::pages) when: String,
    pub(in crate::console::pages) channel: Channel,
    pub(in crate::console::pages) outcome: Chip,
    pub(in crate::console::pages) intent: Option<String>,
    /// Class and sentence of its badge.
    pub(in crate::console::pages) badge: (&'static str, String),
    pub(in crate::console::pages) thread: String,
}

/// Those of a list, opened and checked.
pub(in crate::console::pages) fn told(
    conn: &Connection,
    desk: &Desk,
    clock: &Clock,
    shown: &Shown,
    lines: &[SessionLine],
) -> Result<Vec<Told>, PageError> {
    let t = desk.library.texts(shown.look.language);
    let books = Books::of(desk, shown.business)?;
    let picture = Picture::of(conn, shown.business, clock.now_us())?;
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let Some(detail) = reading::session(conn, shown.business, &line.session.pid)? else { continue };
        let mut story = story(conn, shown.business, &books, &t, clock, (detail, &picture))?;
        if !shown.shows_words {
            story.keep_steps(&t);
        }
        let (who, when, channel) = (story.who.name.clone(), story.started.clone(), story.channel.clone());
        let (outcome, intent) = (story.outcome.clone(), story.intent.clone());
        let badge = (story.verdict.colour.class(), story.verdict.says.clone());
        let f = Frame::for_guest(desk, shown.look, "inside-title");
        let thread = Thread { f, story, may_prove: false }.render()?;
        all.push(Told { who, when, channel, outcome, intent, badge, thread });
    }
    Ok(all)
}

impl Story {
    /// Leaves when somebody wrote and what was done, and nothing that was said.
    fn keep_steps(&mut self, t: &Texts) {
        self.intent = None;
        for piece in &mut self.pieces {
            match &mut piece.body {
                Body::Bubble(bubble) => {
                    bubble.text = t.of("inside-said", bubble.side);
                    bubble.promised.clear();
                }
                Body::Step(step) => step.particulars.clear(),
                Body::Day(_) | Body::Pause(_) => {}
            }
            if let Some(fold) = &mut piece.fold {
                fold.facts.clear();
            }
        }
    }
}
