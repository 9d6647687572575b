//! Coming in with a one-time link.
//!
//! Opening the link only shows a button: messengers and mail scanners open links by themselves and must not use them up.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::error::PageError;
use super::form::{FromGuest, Nothing};
use super::frame::{Frame, whole};
use super::look::Look;
use super::{Desk, cookie};
use crate::access::{link, session, user};

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    f: Frame,
    name: String,
    token: String,
}

/// `GET /welcome/{token}`
pub(super) async fn ask(State(desk): State<Desk>, look: Look, Path(token): Path<String>) -> Result<Response, PageError> {
    let now_us = (desk.console.now_us)();
    let offered = token.clone();
    let person = desk.console.store.read(move |conn| {
        let known = link::peek(conn, &offered, now_us)?;
        Ok::<_, PageError>(known.map(|id| user::by_id(conn, id)).transpose()?.flatten())
    });
    let person = person.await?.ok_or(PageError::Link)?;
    let mut f = Frame::for_guest(&desk, look, "welcome-title");
    f.here = format!("/welcome/{token}");
    whole(&WelcomePage { f, name: person.name.to_string(), token })
}

/// `POST /welcome/{token}`
pub(super) async fn enter(State(desk): State<Desk>, Path(token): Path<String>, guest: FromGuest<Nothing>) -> Result<Response, PageError> {
    let now_us = (desk.console.now_us)();
    let FromGuest { agent, form: Nothing {}, .. } = guest;
    let opened = desk.console.store.write(move |tx| {
        let Some(user) = link::redeem(tx, &token, now_us)? else { return Err(PageError::Link) };
        Ok(session::open(tx, user, &agent, now_us, &mut rand::rng())?)
    });
    let line = cookie::sign_in(opened.await?.reveal(), desk.console.secure_cookies).ok_or(PageError::Link)?;
    Ok(([(header::SET_COOKIE, line)], Redirect::to("/password")).into_response())
}
