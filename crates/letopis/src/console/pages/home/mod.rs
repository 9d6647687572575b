//! The first page of those whose work is not the list of calls: a marketer, an integrator, whoever answers for the law, an inspector. Cards of
//! what other pages show in full, each with the way there; for ten seconds on a phone.
//!
//! Owners and whoever answers clients have `today`. Nothing is counted here that is not counted in `metrics` or told by the journal.
//!
//! * `marketing` · `systems` (integrators) · `law` (whoever answers for personal data, inspectors)

mod law;
mod marketing;
mod systems;

use askama::Template;
use axum::response::Response;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::start::{self, Reminder};
use super::visitor::Visitor;
use crate::access::{Role, Standing};

/// A figure that leads to where it comes from.
struct Figure {
    figure: String,
    label: String,
    more: Option<String>,
    tone: &'static str,
    url: &'static str,
}

/// Something that stands in a card.
#[derive(Default)]
struct Line {
    title: String,
    about: String,
    url: Option<String>,
    /// `ok`, `warn`, `bad` or none, and its word.
    tone: &'static str,
    word: String,
}

/// What belongs together.
#[derive(Default)]
struct Card {
    title: String,
    /// Why nothing stands in it.
    empty: Option<String>,
    lines: Vec<Line>,
    facts: Vec<(String, String)>,
    chart: Option<String>,
    /// Where all of it is.
    more: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    f: Frame,
    date: String,
    reminder: Option<Reminder>,
    figures: Vec<Figure>,
    cards: Vec<Card>,
    how: Vec<(String, String)>,
    uncounted: Option<String>,
    tag: String,
}

framed!(HomePage);

/// What a role's page holds.
#[derive(Default)]
struct Home {
    figures: Vec<Figure>,
    cards: Vec<Card>,
    how: Vec<(String, String)>,
    uncounted: Option<String>,
}

/// The page of the visitor's role; none for those who have the list of calls.
pub(super) async fn of_role(desk: &Desk, visitor: &Visitor, tag: &str) -> Result<Option<Response>, PageError> {
    let home = match visitor.scope.standing() {
        Standing::Member(Role::Marketer) => marketing::home(desk, visitor).await?,
        Standing::Member(Role::Integrator) => systems::home(desk, visitor).await?,
        Standing::Member(Role::Compliance | Role::Inspector) => law::home(desk, visitor).await?,
        _ => return Ok(None),
    };
    let Home { figures, cards, how, uncounted } = home;
    page(&HomePage {
        f: Frame::new(desk, visitor, Section::Today, visitor.t.say("today-title")),
        date: visitor.clock().when(visitor.now_us),
        reminder: start::reminder(desk, visitor).await?,
        figures,
        cards,
        how,
        uncounted,
        tag: tag.to_owned(),
    })
    .map(Some)
}
