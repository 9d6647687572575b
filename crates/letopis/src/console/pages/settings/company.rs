//! The firm: its name, what sort it is, and by which clock its days begin.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::visitor::Visitor;
use super::{Word, change};
use crate::access::{BusinessKind, Name, business};

/// The clocks of Russia, from west to east.
const ZONES: [(&str, &str); 11] = [
    ("Europe/Kaliningrad", "Калининград, UTC+2"),
    ("Europe/Moscow", "Москва, Санкт-Петербург, UTC+3"),
    ("Europe/Samara", "Самара, UTC+4"),
    ("Asia/Yekaterinburg", "Екатеринбург, UTC+5"),
    ("Asia/Omsk", "Омск, UTC+6"),
    ("Asia/Novosibirsk", "Новосибирск, UTC+7"),
    ("Asia/Irkutsk", "Иркутск, UTC+8"),
    ("Asia/Yakutsk", "Якутск, UTC+9"),
    ("Asia/Vladivostok", "Владивосток, UTC+10"),
    ("Asia/Magadan", "Магадан, UTC+11"),
    ("Asia/Kamchatka", "Камчатка, UTC+12"),
];

/// The form as it stands.
pub(super) struct Company {
    pub(super) name: String,
    pub(super) kinds: Vec<Word>,
    pub(super) zones: Vec<Zone>,
}

/// A clock to choose.
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Wish {
    name: String,
    kind: String,
    timezone: String,
}

impl Company {
    pub(super) fn of(visitor: &Visitor) -> Self {
        let business = &visitor.business;
        let kind = |kind: &BusinessKind| Word {
            value: kind.as_str(),
            label: visitor.t.of("business-kind", kind.as_str()),
            chosen: *kind == business.kind,
        };
        let zone = |(name, label): &(&str, &str)| Zone { name: (*name).into(), label: (*label).into(), chosen: *name == business.timezone };
        let mut zones: Vec<Zone> = ZONES.iter().map(zone).collect();
        if !zones.iter().any(|zone| zone.chosen) {
            zones.push(Zone { name: business.timezone.clone(), label: business.timezone.clone(), chosen: true });
        }
        Self { name: business.name.to_string(), kinds: BusinessKind::ALL.iter().map(kind).collect(), zones }
    }
}

/// `POST /settings/company`
pub(in crate::console::pages) async fn set(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let (name, kind): (Name, BusinessKind) = (form.name.parse()?, form.kind.parse()?);
    let (scope, now_us) = (visitor.scope, visitor.now_us);
    let decided =
        desk.console.store.read(move |conn| Ok::<_, PageError>(business::change(conn, &scope, name, kind, &form.timezone, now_us)?));
    change(&desk, &visitor, &decided.await?).await?;
    Ok(Redirect::to("/settings").into_response())
}
