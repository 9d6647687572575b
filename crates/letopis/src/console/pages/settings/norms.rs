//! «Нормы и цены»: on what numbers about money and work rest. Sealed as one decision; what is left empty is not measured.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::frame::{Frame, Section, framed, page};
use super::super::visitor::Visitor;
use crate::access::Action;
use crate::event::record::Decision;
use crate::journal::known;
use crate::metrics::terms::Settled;

#[derive(Template)]
#[template(path = "settings/numbers.html")]
struct NormsPage {
    f: Frame,
    typed: Typed,
    /// Nothing was saved: something typed makes no sense.
    wrong: bool,
}

framed!(NormsPage);

/// As it is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Typed {
    window_days: String,
    opens: String,
    closes: String,
    ticket: String,
    currency: String,
    answer: String,
    booking: String,
    reminder: String,
    review: String,
    rework: String,
    baseline: String,
    reminder_cost: String,
    month_cost: String,
    before_from: String,
    before_to: String,
}

/// `GET /settings/numbers`
pub(in crate::console::pages) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ManageSettings)?;
    let business = visitor.business.id;
    let settled = desk.console.store.read(move |conn| Ok::<_, PageError>(Settled::of(conn, business)?)).await?;
    draw(&desk, &visitor, Typed::of(&settled), false)
}

/// `POST /settings/numbers`
pub(in crate::console::pages) async fn set(State(desk): State<Desk>, posted: Posted<Typed>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let Some(settled) = form.read().filter(|settled| settled.fault().is_none()) else { return draw(&desk, &visitor, form, true) };
    let value = serde_json::to_value(&settled).map_err(|e| PageError::Broken(e.to_string()))?;
    let decision = Decision::KnownSet { what: known::NUMBERS.to_owned(), value };
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to("/settings/numbers").into_response())
}

fn draw(desk: &Desk, visitor: &Visitor, typed: Typed, wrong: bool) -> Result<Response, PageError> {
    page(&NormsPage { f: Frame::new(desk, visitor, Section::Settings, visitor.t.say("norms-title")), typed, wrong })
}

impl Typed {
    fn of(settled: &Settled) -> Self {
        let hour = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let minor = |minor: Option<i64>| minor.map(|minor| format!("{}", minor as f64 / 100.0)).unwrap_or_default();
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        Self {
            window_days: settled.window_days.to_string(),
            opens: hour(settled.opens_min),
            closes: hour(settled.closes_min),
            ticket: minor(settled.ticket_minor),
            currency: settled.currency.clone(),
            answer: settled.answer_min.to_string(),
            booking: settled.booking_min.to_string(),
            reminder: settled.reminder_min.to_string(),
            review: settled.review_min.to_string(),
            rework: settled.rework_min.to_string(),
            baseline: settled.baseline_min.map(|minutes| format!("{}", minutes / 60.0)).unwrap_or_default(),
            reminder_cost: minor(settled.reminder_minor),
            month_cost: minor(settled.month_minor),
            before_from: date(settled.before_from),
            before_to: date(settled.before_to),
        }
    }

    /// None where something typed is no number, no time or no day.
    fn read(&self) -> Option<Settled> {
        let filled = |text: &str| Some(text.trim().replace(',', ".").replace([' ', '\u{a0}'], "")).filter(|text| !text.is_empty());
        let number = |text: &str| filled(text)?.parse::<f64>().ok().filter(|number| number.is_finite());
        // What is left empty is not said; what is no number is refused.
        let maybe = |text: &str| if filled(text).is_none() { Some(None) } else { number(text).map(Some) };
        let minor = |text: &str| Some(maybe(text)?.map(|whole| (whole * 100.0).round() as i64));
        let date = |text: &str| if text.trim().is_empty() { Some(None) } else { text.trim().parse::<Date>().ok().map(Some) };
        let hour = |text: &str| {
            let (hours, minutes) = text.split_once(':')?;
            let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
            (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
        };
        // A field for a time knows no 24:00.
        let closes = |text: &str| hour(text).map(|minutes| if minutes == 23 * 60 + 59 { 24 * 60 } else { minutes });
        Some(Settled {
            window_days: self.window_days.trim().parse().ok()?,
            opens_min: hour(&self.opens)?,
            closes_min: closes(&self.closes)?,
            ticket_minor: minor(&self.ticket)?,
            answer_min: number(&self.answer)?,
            booking_min: number(&self.booking)?,
            reminder_min: number(&self.reminder)?,
            baseline_min: maybe(&self.baseline)?.map(|hours| hours * 60.0),
            review_min: number(&self.review)?,
            rework_min: number(&self.rework)?,
            currency: self.currency.trim().to_uppercase(),
            reminder_minor: minor(&self.reminder_cost)?,
            month_minor: minor(&self.month_cost)?,
            before_from: date(&self.before_from)?,
            before_to: date(&self.before_to)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_shown_is_read_back_and_what_is_no_number_is_refused() {
        let settled = Settled {
            ticket_minor: Some(250_050),
            baseline_min: Some(4437.5),
            reminder_minor: Some(350),
            before_from: Some("2025-01-06".parse().unwrap()),
            before_to: Some("2025-02-02".parse().unwrap()),
            ..Settled::default()
        };
        assert_eq!(Typed::of(&settled).read(), Some(settled.clone()));
        let typed = Typed { ticket: "2 500,50".into(), ..Typed::of(&settled) };
        assert_eq!(typed.read().unwrap().ticket_minor, Some(250_050));
        assert_eq!(Typed { month_cost: String::new(), ..Typed::of(&settled) }.read().unwrap().month_minor, None);
        for wrong in [
            Typed { ticket: "дорого".into(), ..Typed::of(&settled) },
            Typed { answer: String::new(), ..Typed::of(&settled) },
            Typed { opens: "утром".into(), ..Typed::of(&settled) },
        ] {
            assert_eq!(wrong.read(), None);
        }
    }
}
