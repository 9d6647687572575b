//! The application is installed: what it was given is kept and sealed as a change, and the portal hears that it may go on.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, whole};
use super::{framed, heard, look, refusal};
use crate::access::Change;
use crate::console::portals::Posted;

/// Under whose name its changes are sealed.
const BY: &str = "bitrix24";

#[derive(Template)]
#[template(path = "portal/installed.html")]
struct InstalledPage {
    f: Frame,
    /// What the portal knows its frame by, and where it is: the script tells it that the installation is over.
    frame: String,
    portal: String,
    is_whole: bool,
}

/// `POST /bitrix24/{token}/install`
pub(super) async fn install(
    State(desk): State<Desk>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, PageError> {
    let posted = Posted { token, query: query.unwrap_or_default(), body };
    let settled = match desk.console.portals.install(posted).await {
        Ok(settled) => settled,
        Err(why) => return refusal(&desk, why.into()),
    };
    let at_us = (desk.console.now_us)();
    for secret in &settled.changed {
        let change = Change::ConnectionSecretSet { business: settled.business, connection: settled.connection, secret: *secret, at_us };
        desk.console.decide.change(BY, &change, at_us).await?;
    }
    if !settled.is_page {
        return Ok(heard());
    }
    let f = Frame::for_guest(&desk, look(&settled.language), "inside-title");
    let drawn = whole(&InstalledPage { f, frame: settled.frame, portal: settled.portal.clone(), is_whole: settled.is_whole })?;
    Ok(framed(drawn, &settled.portal))
}
