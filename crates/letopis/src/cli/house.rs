//! The data folder, however it is reached.
//!
//! A running server listens on a socket in its folder; without one the command opens the folder itself, records what it causes, and
//! closes it again. Both ways lead to the same routes (`control`), so every command is written once.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tower::ServiceExt;

use super::control;
use super::voice::err;
use crate::app::{App, Config, Folder, InUse};

/// A server that is just starting or stopping has the lock but no socket: this often, a third of a second apart.
const ATTEMPTS: usize = 15;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(330);

/// What to do where there is no data folder yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// Say so.
    Refuse,
    /// Set one up, as the first start of a server does.
    Create,
}

/// The way in.
pub(super) enum House {
    /// Over the socket of the server that runs.
    Served(PathBuf),
    /// In this process, which serves or is about to.
    Within(Router),
    /// In this process, for the length of one command.
    Opened(Box<Opened>),
}

/// A folder that this command opened.
pub(super) struct Opened {
    app: Arc<App>,
    routes: Router,
    end: watch::Sender<bool>,
    parts: Vec<std::thread::JoinHandle<()>>,
}

/// What a route answered.
pub(super) struct Answer {
    pub status: StatusCode,
    pub retry_after_s: Option<u64>,
    pub body: Bytes,
}

/// Makes a folder that only its user may look into, as the data folder is.
pub(super) fn private_folder(path: &Path) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.with_context(|| path.display().to_string())
}

/// Runs `work` with the folder reached, and leaves the folder as a server may find it.
pub(super) fn visit<T>(data: &Path, absent: Absent, work: impl AsyncFnOnce(&House) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let house = House::reach(data, absent).await?;
        let done = work(&house).await;
        let closed = house.close().await;
        let done = done?;
        closed.map(|()| done)
    })
}

impl House {
    /// Reaches the folder `data`.
    ///
    /// # Errors
    /// When there is none, or it is locked by something that does not answer.
    pub(super) async fn reach(data: &Path, absent: Absent) -> anyhow::Result<Self> {
        for attempt in 1.. {
            if Folder::connect(data).await.is_ok() {
                return Ok(Self::Served(data.to_owned()));
            }
            if absent == Absent::Refuse && !data.join("letopis.db").exists() {
                bail!("{} holds no journal: start `letopis serve` first, or name the folder with --data", data.display());
            }
            match App::open(data, Config::of_folder(data)?) {
                Ok(app) => return Ok(Self::Opened(Box::new(Opened::begin(app).await?))),
                Err(e) if e.is::<InUse>() && attempt < ATTEMPTS => tokio::time::sleep(BETWEEN_ATTEMPTS).await,
                Err(e) if e.is::<InUse>() => {
                    return Err(e).context("it does not answer on its socket: see its log, or stop it and run the command again");
                }
                Err(e) => return Err(e),
            }
        }
        bail!("unreachable after {ATTEMPTS} attempts")
    }

    /// Sends a JSON question and reads the JSON answer.
    ///
    /// # Errors
    /// What the other side says went wrong.
    pub(super) async fn ask<A: DeserializeOwned>(&self, what: &str, question: &impl Serialize) -> anyhow::Result<A> {
        let answer = self.call(what, "application/json", serde_json::to_vec(question)?.into()).await?;
        if !answer.status.is_success() {
            bail!("{}", answer.message());
        }
        serde_json::from_slice(&answer.body).context("the server answers in another version; restart it with this program")
    }

    /// The same again and again while the answer is "not yet": a record follows its acceptance, and a checkpoint the record, within a
    /// second. What is unknown is asked for as long as it takes to be recorded.
    ///
    /// # Errors
    /// As [`House::ask`].
    pub(super) async fn ask_until_signed<A: DeserializeOwned>(&self, what: &str, question: &impl Serialize) -> anyhow::Result<A> {
        let body = Bytes::from(serde_json::to_vec(question)?);
        for attempt in 0..20 {
            match self.call(what, "application/json", body.clone()).await?.status {
                StatusCode::CONFLICT => {}
                StatusCode::NOT_FOUND if attempt < 4 => {}
                _ => break,
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        self.ask(what, question).await
    }

    /// Posts `body` to `/control/<what>`.
    ///
    /// # Errors
    /// When nobody answers.
    pub(super) async fn call(&self, what: &str, content_type: &'static str, body: Bytes) -> anyhow::Result<Answer> {
        let request = Request::post(format!("/control/{what}")).header(header::CONTENT_TYPE, content_type).header(header::HOST, "letopis");
        let request = request.body(Full::new(body))?;
        match self {
            Self::Served(data) => over_socket(data, request).await,
            Self::Within(routes) => within(routes, request).await,
            Self::Opened(opened) => within(&opened.routes, request).await,
        }
    }

    /// Lets go of the folder.
    ///
    /// # Errors
    /// When a part of it failed.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        let Self::Opened(opened) = self else { return Ok(()) };
        let _ = opened.end.send(true);
        opened.app.close(opened.parts).await
    }
}

impl Opened {
    async fn begin(app: App) -> anyhow::Result<Self> {
        let app = Arc::new(app);
        let (end, ended) = watch::channel(false);
        let welcome = app.welcome().await?;
        let parts = app.start(&ended)?;
        if let Some(welcome) = welcome {
            err!("new data folder {}, business main", app.folder.path().display());
            err!("owner (once, 24 h, while `letopis serve` runs): {}/welcome/{}", app.base_url(), welcome.owner_link.reveal());
        }
        app.seal_waiting().await?;
        Ok(Self { routes: control::routes(Arc::clone(&app)), app, end, parts })
    }
}

impl Answer {
    /// What the other side says went wrong.
    pub(super) fn message(&self) -> String {
        let told = serde_json::from_slice::<serde_json::Value>(&self.body).ok();
        let message = told.as_ref().and_then(|told| told["error"]["message"].as_str());
        message.map_or_else(|| format!("{} {}", self.status, String::from_utf8_lossy(&self.body)), str::to_owned)
    }
}

async fn over_socket(data: &Path, request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
    let stream = Folder::connect(data).await.with_context(|| format!("the server of {} has gone", data.display()))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let response = sender.send_request(request).await.context("the server went away before it answered")?;
    let answer = read(response.map(Body::new)).await;
    drop(sender);
    driving.abort();
    answer
}

async fn within(routes: &Router, request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
    let Ok(response) = routes.clone().oneshot(request.map(Body::new)).await;
    read(response).await
}

async fn read(response: axum::http::Response<Body>) -> anyhow::Result<Answer> {
    let retry_after_s = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let status = response.status();
    let body = response.into_body().collect().await.context("the answer was cut off")?.to_bytes();
    Ok(Answer { status, retry_after_s, body })
}
