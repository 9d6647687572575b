//! Coming in with login and password, and going out.

use std::time::Duration;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::error::PageError;
use super::form::{FromGuest, Nothing, Posted};
use super::frame::{Frame, in_query, safe_back, whole};
use super::look::Look;
use super::{Desk, cookie};
use crate::access::sign_in::{Attempt, Checked, begin, finish};
use crate::access::{AccessError, Secret, session};

/// Longer, and the person has given up; the attempts before theirs are somebody's guessing.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    f: Frame,
    login: String,
    back: String,
    /// Shown above the form.
    problem: Option<String>,
}

/// `?back=/journal`
#[derive(Deserialize)]
pub(super) struct Way {
    #[serde(default)]
    back: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    back: String,
}

/// `GET /sign-in`
pub(super) async fn ask(State(desk): State<Desk>, look: Look, Query(way): Query<Way>) -> Result<Response, PageError> {
    let mut f = Frame::for_guest(&desk, look, "sign-in-title");
    f.here = format!("/sign-in?back={}", in_query(&way.back));
    whole(&SignInPage { f, login: String::new(), back: safe_back(&way.back).to_owned(), problem: None })
}

/// `POST /sign-in`
pub(super) async fn enter(State(desk): State<Desk>, guest: FromGuest<Credentials>) -> Result<Response, PageError> {
    let FromGuest { look, agent, address, form } = guest;
    let (password, login) = (Secret::new(form.password), form.login.clone());
    let now_us = (desk.console.now_us)();
    let begun = desk.console.store.write(move |tx| begin(tx, &login, address, now_us).map_err(PageError::from)).await;
    let token = match begun {
        Ok(attempt) => {
            let checked = check(&desk, attempt, password).await?;
            desk.console.store.write(move |tx| finish(tx, checked, &agent, now_us, &mut rand::rng()).map_err(PageError::from)).await?
        }
        Err(PageError::Access(AccessError::Throttled { retry_after_s })) => {
            return again(&desk, look, form.login, form.back, Some(retry_after_s));
        }
        Err(other) => return Err(other),
    };
    match token.and_then(|token| cookie::sign_in(token.reveal(), desk.console.secure_cookies)) {
        Some(line) => Ok(([(header::SET_COOKIE, line)], Redirect::to(safe_back(&form.back))).into_response()),
        None => again(&desk, look, form.login, form.back, None),
    }
}

/// `POST /sign-out`
pub(super) async fn leave(State(desk): State<Desk>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    let (who, user, sign_in) = (visitor.signed_in.who(), visitor.signed_in.user, visitor.signed_in.sign_in);
    desk.console.store.write(move |tx| session::close(tx, who, user, sign_in, visitor.now_us).map_err(PageError::from)).await?;
    let lines: HeaderMap = cookie::sign_out(desk.console.secure_cookies).into_iter().map(|line| (header::SET_COOKIE, line)).collect();
    Ok((lines, Redirect::to("/sign-in")).into_response())
}

/// Checks a password off the async threads, one at a time.
pub(super) async fn check(desk: &Desk, attempt: Attempt, password: Secret) -> Result<Checked, PageError> {
    hashing(desk, move || attempt.check(&password)).await
}

/// Runs something that hashes a password.
pub(super) async fn hashing<T: Send + 'static>(
    desk: &Desk,
    work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
) -> Result<T, PageError> {
    let turn = tokio::time::timeout(PATIENCE, desk.hashing.acquire()).await;
    let _turn = turn.map_err(|_| PageError::Busy)?.map_err(|_| PageError::Busy)?;
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| PageError::Broken("hashing of a password was cut off".into()))??)
}

/// The form once more, with what was wrong.
fn again(desk: &Desk, look: Look, login: String, back: String, retry_after_s: Option<u32>) -> Result<Response, PageError> {
    let f = Frame::for_guest(desk, look, "sign-in-title");
    let problem = match retry_after_s {
        Some(seconds) => f.t.count("sign-in-wait", seconds),
        None => f.say("sign-in-wrong"),
    };
    let mut response = whole(&SignInPage { f, login, back: safe_back(&back).to_owned(), problem: Some(problem) })?;
    *response.status_mut() = if retry_after_s.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNAUTHORIZED };
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}
