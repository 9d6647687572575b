//! Choosing a password: after the first link, and whenever somebody wants another one.
//!
//! Whoever has one must know it: a browser left open must not be enough to lock its owner out. All other browsers are signed out.

use std::net::{IpAddr, Ipv4Addr};

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use rand::Rng;
use serde::Deserialize;

use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, whole};
use super::sign_in::{check, hashing};
use super::visitor::Visitor;
use super::{Desk, cookie};
use crate::access::sign_in::{begin, finish};
use crate::access::{AccessError, Password, Secret, password, session};

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    f: Frame,
    login: String,
    has_password: bool,
    problem: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    current: String,
    password: String,
}

/// `GET /password`
pub(super) async fn ask(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    show(&desk, &visitor, None)
}

/// `POST /password`
pub(super) async fn choose(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let Ok(wanted) = Password::choose(Secret::new(form.password)) else { return show(&desk, &visitor, Some("password-too-short")) };
    let fresh = match prove_current(&desk, &visitor, form.current).await {
        Ok(fresh) => fresh,
        Err(PageError::Access(AccessError::Throttled { .. })) => return show(&desk, &visitor, Some("password-throttled")),
        Err(PageError::Form(_)) => return show(&desk, &visitor, Some("password-wrong")),
        Err(other) => return Err(other),
    };
    let mut salt = [0_u8; 16];
    rand::rng().fill_bytes(&mut salt);
    let hash = hashing(&desk, move || wanted.hash(salt)).await?;
    let (user, now_us, who) = (visitor.signed_in.user, visitor.now_us, visitor.signed_in.who());
    let (old, token) = (visitor.signed_in.sign_in, fresh.clone());
    let stored = desk.console.store.write(move |tx| {
        let new = token.map(|token| session::authenticate(tx, token.reveal(), now_us)).transpose()?.flatten();
        Ok::<_, PageError>(password::set(tx, who, user, &hash, Some(new.map_or(old, |new| new.sign_in)), now_us)?)
    });
    stored.await?;
    let line = fresh.and_then(|token| cookie::sign_in(token.reveal(), desk.console.secure_cookies));
    let lines: HeaderMap = line.into_iter().map(|line| (header::SET_COOKIE, line)).collect();
    Ok((lines, Redirect::to("/")).into_response())
}

/// Checks the password that the person has; gives the token of the new session that this opens. Nothing for who has none yet.
async fn prove_current(desk: &Desk, visitor: &Visitor, current: String) -> Result<Option<Secret>, PageError> {
    if !visitor.signed_in.has_password {
        return Ok(None);
    }
    let (login, now_us) = (visitor.login.clone(), visitor.now_us);
    // Counted under one address of its own: whoever guesses here has a session already, and the count of the login is the one that matters.
    let address = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let attempt = desk.console.store.write(move |tx| begin(tx, login.as_str(), address, now_us).map_err(PageError::from)).await?;
    let checked = check(desk, attempt, Secret::new(current)).await?;
    let finished = desk.console.store.write(move |tx| finish(tx, checked, "", now_us, &mut rand::rng()).map_err(PageError::from)).await?;
    finished.map(Some).ok_or(PageError::Form("wrong password"))
}

fn show(desk: &Desk, visitor: &Visitor, problem: Option<&'static str>) -> Result<Response, PageError> {
    let f = Frame::new(desk, visitor, Section::None, visitor.t.say("password-title"));
    let problem_text = problem.map(|key| visitor.t.say(key));
    let has_password = visitor.signed_in.has_password;
    let mut response = whole(&PasswordPage { f, login: visitor.login.to_string(), has_password, problem: problem_text })?;
    if problem.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
