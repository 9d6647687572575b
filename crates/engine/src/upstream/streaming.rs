//! The client of the proxy: bodies pass through both ways as they come, and nothing of a request is changed.
//!
//! One [`Streaming`] a system outside (scheme, host and port) and route; all exchanges with it share its idle connections. A connection is
//! driven by whoever uses it, in the same task, so passing a request on wakes nobody: that is most of what a general client would cost here.
//! It goes back when the answer has been read to its end, and is closed when the answer is dropped before that.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper::header::{HeaderValue, PROXY_AUTHORIZATION};
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::dial::{Dial, DialError, Route};
use super::guard::Own;
use super::{IDLE, reason, tls};

/// Idle connections kept to one system; a busy assistant has dozens.
const IDLE_CONNECTIONS: usize = 256;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// The way to one system outside; clones share its connections. `B` is the body of requests.
pub struct Streaming<B: Body + 'static>(Arc<Inner<B>>);

struct Inner<B: Body + 'static> {
    origin: Uri,
    connector: HttpsConnector<Dial>,
    /// For requests that an outbound proxy takes itself: what it wants to know of us.
    whole: Option<Option<HeaderValue>>,
    idle: Mutex<Vec<(Instant, Box<Link<B>>)>>,
}

/// One connection. Nobody else polls it.
struct Link<B: Body + 'static> {
    sender: SendRequest<B>,
    connection: Connection<Stream, B>,
    /// It has ended and must not be polled again.
    is_over: bool,
}

/// Why there is no answer. No address in any text.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// It may not be asked.
    #[error("{0}")]
    Forbidden(String),
    /// It is this server.
    #[error("is this server itself")]
    Own,
    /// No connection in time.
    #[error("cannot be reached within {} s", .0.as_secs())]
    ConnectSlow(Duration),
    /// No connection.
    #[error("{0}")]
    Unreachable(String),
    /// It broke off before the head of its answer.
    #[error("broke off ({0})")]
    Broke(String),
}

impl<B: Body + 'static> Clone for Streaming<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B> Streaming<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Failure>,
{
    /// To `origin` (scheme and authority) by `route`.
    ///
    /// # Errors
    /// When the route's certificates cannot be read.
    pub fn new(origin: Uri, route: Route, own: Own) -> Result<Self, tls::BadCertificates> {
        let tls = tls::config(route.ca.as_deref())?;
        let proxied = origin.scheme_str() == Some("http");
        let asks = route.outbound.as_ref().filter(|_| proxied).and_then(super::Outbound::takes_requests);
        let whole = asks.map(|login| login.and_then(|login| HeaderValue::from_str(&login).ok()));
        let dial = Dial { route: Arc::new(route), own };
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(dial);
        Ok(Self(Arc::new(Inner { origin, connector, whole, idle: Mutex::default() })))
    }

    /// Sends a request, whose URI is path and query, and gives the answer once its head has come.
    ///
    /// # Errors
    /// When it cannot be reached or breaks off before that; with the body of the request, if nobody was there to read it.
    pub async fn pass(&self, mut request: Request<B>, connect: Duration) -> Result<Response<Arriving<B>>, (PassError, Option<B>)> {
        if let Some(login) = &self.0.whole {
            self.address_whole(&mut request, login.clone()).map_err(|e| (e, None))?;
        }
        loop {
            let (mut link, is_fresh) = match self.idle() {
                Some(link) => (link, false),
                // Boxed: opening is rare and its future large, and every exchange would carry room for it.
                None => match Box::pin(self.connect(connect)).await {
                    Ok(link) => (link, true),
                    Err(e) => return Err((e, Some(request.into_body()))),
                },
            };
            match link.ask(request).await {
                Ok(answer) => {
                    let (head, body) = answer.into_parts();
                    let arriving = Arriving { body, link: Some(link), home: self.clone(), has_ended: false };
                    return Ok(Response::from_parts(head, arriving));
                }
                // It was closed in the moment of sending, and nothing had left: another one is asked.
                Err((_, Some(unsent))) if !is_fresh => request = unsent,
                Err((e, _)) => return Err((PassError::Broke(reason(&e)), None)),
            }
        }
    }

    /// Closes what has been idle too long.
    pub fn sweep(&self) {
        self.lock().retain(|(since, _)| since.elapsed() < IDLE);
    }

    fn address_whole(&self, request: &mut Request<B>, login: Option<HeaderValue>) -> Result<(), PassError> {
        let mut parts = self.0.origin.clone().into_parts();
        parts.path_and_query = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from_parts(parts).map_err(|e| PassError::Unreachable(e.to_string()))?;
        if let Some(login) = login {
            request.headers_mut().insert(PROXY_AUTHORIZATION, login);
        }
        Ok(())
    }

    /// The youngest idle connection that still lives.
    fn idle(&self) -> Option<Box<Link<B>>> {
        loop {
            let (since, mut link) = self.lock().pop()?;
            if since.elapsed() < IDLE && link.lives() {
                return Some(link);
            }
        }
    }

    async fn connect(&self, patience: Duration) -> Result<Box<Link<B>>, PassError> {
        let mut connector = self.0.connector.clone();
        let dialled = tokio::time::timeout(patience, connector.call(self.0.origin.clone())).await;
        let stream = dialled.map_err(|_| PassError::ConnectSlow(patience))?.map_err(not_dialled)?;
        let shaken = http1::Builder::new().preserve_header_case(true).handshake(stream).await;
        let (sender, connection) = shaken.map_err(|e| PassError::Unreachable(reason(&e)))?;
        Ok(Box::new(Link { sender, connection, is_over: false }))
    }

    fn keep(&self, mut link: Box<Link<B>>) {
        if !link.lives() {
            return;
        }
        let mut idle = self.lock();
        if idle.len() < IDLE_CONNECTIONS {
            idle.push((Instant::now(), link));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, Box<Link<B>>)>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_dialled(error: Failure) -> PassError {
    match error.downcast::<DialError>() {
        Ok(e) => match *e {
            DialError::Local => PassError::Forbidden(e.to_string()),
            DialError::Own => PassError::Own,
            DialError::Name(_) | DialError::Tcp(_) => PassError::Unreachable(e.to_string()),
        },
        Err(e) => PassError::Unreachable(format!("cannot be trusted ({})", reason(&*e))),
    }
}

impl<B> Link<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Failure>,
{
    /// Sends a request and reads the head of its answer; gives the request back if nothing of it was sent.
    async fn ask(&mut self, request: Request<B>) -> Result<Response<Incoming>, (hyper::Error, Option<Request<B>>)> {
        let mut answer = std::pin::pin!(self.sender.try_send_request(request));
        let (connection, is_over) = (&mut self.connection, &mut self.is_over);
        // Only the connection can bring the answer, and it is polled here: its wakers are enough.
        let answered = std::future::poll_fn(|cx| {
            *is_over = *is_over || Pin::new(&mut *connection).poll(cx).is_ready();
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        });
        answered.await.map_err(|mut e| {
            let unsent = e.take_message();
            (e.into_error(), unsent)
        })
    }

    /// Reads and writes what can be.
    fn drive(&mut self, cx: &mut Context<'_>) {
        self.is_over = self.is_over || Pin::new(&mut self.connection).poll(cx).is_ready();
    }

    /// Whether it can take a request: the last answer was read, and the other side has not closed.
    fn lives(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        !self.is_over && self.sender.is_ready()
    }
}

/// The body of an answer on its way; reading it drives its connection.
pub struct Arriving<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Failure>,
{
    body: Incoming,
    link: Option<Box<Link<B>>>,
    home: Streaming<B>,
    has_ended: bool,
}

impl<B> Arriving<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Failure>,
{
    /// What has come already, without waiting.
    pub fn at_hand(&mut self) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(self).poll_frame(&mut Context::from_waker(Waker::noop()))
    }
}

impl<B> Body for Arriving<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Failure>,
{
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        let mut quiet = Context::from_waker(Waker::noop());
        let mut polled = Pin::new(&mut this.body).poll_frame(&mut quiet);
        if polled.is_pending()
            && let Some(link) = &mut this.link
        {
            // The body said that it wants more; now the connection may bring it.
            link.drive(cx);
            polled = Pin::new(&mut this.body).poll_frame(&mut quiet);
        }
        if let Poll::Ready(None) = polled {
            this.has_ended = true;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Arriving<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Failure>,
{
    fn drop(&mut self) {
        if (self.has_ended || self.body.is_end_stream())
            && let Some(link) = self.link.take()
        {
            self.home.keep(link);
        }
    }
}
