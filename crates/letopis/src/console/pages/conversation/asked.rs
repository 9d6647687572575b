//! A conversation with one of its messages marked: what a reviewer is asked about.

use askama::Template;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, Section};
use super::super::labels::{Channel, Chip};
use super::super::visitor::Visitor;
use super::{Thread, read};
use crate::event::RecordNo;

/// One conversation, drawn.
pub(in crate::console::pages) struct Asked {
    pub(in crate::console::pages) who: String,
    pub(in crate::console::pages) when: String,
    pub(in crate::console::pages) channel: Channel,
    pub(in crate::console::pages) outcome: Chip,
    pub(in crate::console::pages) url: String,
    pub(in crate::console::pages) thread: String,
}

/// Opened, checked and marked, as the conversation's own page shows it.
pub(in crate::console::pages) async fn asked(desk: &Desk, visitor: &Visitor, pid: String, marked: RecordNo) -> Result<Asked, PageError> {
    let mut story = read(desk, visitor, pid).await?;
    story.marked = Some(marked.index());
    let (who, when, channel) = (story.who.name.clone(), story.started.clone(), story.channel.clone());
    let (outcome, url) = (story.outcome.clone(), story.url.clone());
    let f = Frame::new(desk, visitor, Section::Reviews, String::new());
    let thread = Thread { f, story, may_prove: false }.render()?;
    Ok(Asked { who, when, channel, outcome, url, thread })
}
