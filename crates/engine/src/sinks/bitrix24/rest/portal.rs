//! One portal as it is asked by everybody here: its credential, its pace, its connections.
//!
//! Shared, so that writing to cards and reading back keep to one bucket. A portal that has another name is followed once a request and
//! remembered; an access token that has run out is renewed once a request. What is remembered is handed to whoever stores secrets.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, Request, Uri};
use serde_json::{Value, json};

use super::answer::{self, Answer, Halt, Meaning};
use super::credential::Credential;
use super::pace::{Pace, Rate};
use super::{Call, Later, Said, batch};
use crate::upstream::{Own, PassError, Route, Streaming};

/// Longer answers are not read: 50 cards with all their fields are far below.
const ANSWER_BYTES: usize = 16 << 20;
const NAME: HeaderValue = HeaderValue::from_static(concat!("letopis/", env!("CARGO_PKG_VERSION")));

/// How long things may take. The cloud cuts a request at 60 s, so whoever waits longer knows that nothing is under way any more.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until there is a connection.
    pub connect: Duration,
    /// For the whole answer.
    pub answer: Duration,
    /// After an unclear answer: until the portal is done with it, whatever it was.
    pub settle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), answer: Duration::from_secs(70), settle: Duration::from_secs(65) }
    }
}

/// The credential changed by what a portal said: to be stored in place of the one before.
pub type Changed = Box<dyn Fn(&Credential) + Send + Sync>;

/// A portal.
pub struct Portal {
    now: Mutex<Now>,
    route: Route,
    own: Own,
    patience: Patience,
    /// Of a local application: id and secret.
    app: Option<(String, zeroize::Zeroizing<String>)>,
    changed: Changed,
    /// One renewal at a time: a refresh token works once.
    renewing: tokio::sync::Mutex<()>,
}

struct Now {
    credential: Credential,
    line: Streaming<Full<Bytes>>,
    pace: Pace,
}

/// One request and what it gave.
enum Heard {
    Answer(Answer),
    /// Nothing left, or nobody was there.
    Silent(String),
}

impl Portal {
    /// Asks with `credential` by `route`.
    ///
    /// # Errors
    /// When the route's certificates cannot be read.
    pub fn new(
        credential: Credential,
        app: Option<(String, zeroize::Zeroizing<String>)>,
        (route, own): (Route, Own),
        (rate, patience): (Rate, Patience),
        changed: Changed,
    ) -> Result<Self, crate::upstream::BadCertificates> {
        let line = Streaming::new(credential.origin().clone(), route.clone(), own.clone())?;
        let now = Now { credential, line, pace: Pace::new(rate, Instant::now()) };
        Ok(Self { now: Mutex::new(now), route, own, patience, app, changed, renewing: tokio::sync::Mutex::default() })
    }

    /// How long things may take.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// Whether whoever can wait should.
    pub fn is_busy(&self) -> bool {
        self.locked(|now| now.pace.is_busy(Instant::now()))
    }

    /// Where the portal is: scheme and authority.
    #[must_use]
    pub fn origin(&self) -> String {
        self.locked(|now| now.credential.origin().to_string().trim_end_matches('/').to_owned())
    }

    /// Whether it is asked with that credential now.
    #[must_use]
    pub fn holds(&self, credential: &Credential) -> bool {
        self.locked(|now| now.credential == *credential)
    }

    /// Asks one thing.
    pub async fn ask(&self, call: &Call) -> Said {
        if !self.locked(|now| now.pace.may(call.method, Instant::now())) {
            return Said::Later(Later::Method);
        }
        match self.request(call.method, &call.params).await {
            Heard::Silent(why) => Said::Later(Later::Silent(why)),
            Heard::Answer(answer) => self.meant(call.method, answer),
        }
    }

    /// Asks many things at once; a request for every fifty.
    pub async fn ask_all(&self, calls: &[Call]) -> Vec<Said> {
        let mut said = Vec::with_capacity(calls.len());
        for calls in calls.chunks(batch::MOST) {
            match calls {
                [one] => said.push(self.ask(one).await),
                many => said.extend(self.batch(many).await),
            }
        }
        said
    }

    async fn batch(&self, calls: &[Call]) -> Vec<Said> {
        let may: Vec<bool> = self.locked(|now| calls.iter().map(|call| now.pace.may(call.method, Instant::now())).collect());
        let asked: Vec<Call> = calls.iter().zip(&may).filter(|(_, may)| **may).map(|(call, _)| call.clone()).collect();
        let mut heard = if asked.is_empty() { Vec::new() } else { self.send_batch(&asked).await }.into_iter();
        let each = may.into_iter().map(|may| if may { heard.next() } else { None }.unwrap_or(Said::Later(Later::Method)));
        each.collect()
    }

    async fn send_batch(&self, calls: &[Call]) -> Vec<Said> {
        let whole = match self.request("batch", &batch::params(calls)).await {
            Heard::Silent(why) => Said::Later(Later::Silent(why)),
            Heard::Answer(answer) => self.meant("batch", answer),
        };
        let Said::Done(result) = whole else { return vec![whole; calls.len()] };
        let each = batch::said(calls, &result).into_iter().zip(calls).map(|((said, used), call)| {
            self.locked(|now| {
                let unix = jiff::Timestamp::now().as_second();
                used.into_iter().for_each(|used| now.pace.used(call.method, used, Instant::now(), unix));
                if said == Said::Later(Later::Method) {
                    now.pace.blocked(call.method, Instant::now());
                }
            });
            said
        });
        each.collect()
    }

    /// What an answer means, and what the pace learns from it.
    fn meant(&self, method: &'static str, answer: Answer) -> Said {
        self.locked(|now| {
            let at = Instant::now();
            if matches!(answer, Answer::Result(..) | Answer::Error(Meaning::No, _)) {
                now.pace.answered();
            }
            match answer {
                Answer::Result(result, used) => {
                    used.into_iter().for_each(|used| now.pace.used(method, used, at, jiff::Timestamp::now().as_second()));
                    Said::Done(result)
                }
                Answer::Error(Meaning::No, refusal) => Said::Refused(refusal),
                Answer::Error(Meaning::Limit, _) => {
                    now.pace.too_many(at);
                    Said::Later(Later::Limit)
                }
                Answer::Error(Meaning::Method, _) => {
                    now.pace.blocked(method, at);
                    Said::Later(Later::Method)
                }
                Answer::Error(Meaning::Expired, _) => Said::Later(Later::Halted(Halt::Credential)),
                Answer::Error(Meaning::Halt(halt), _) => Said::Later(Later::Halted(halt)),
                Answer::Error(Meaning::Broke, refusal) => Said::Unclear(refusal.to_string()),
                Answer::Moved(_) => Said::Later(Later::Silent("the portal has moved in circles".to_owned())),
                Answer::Unclear(why) => Said::Unclear(why),
            }
        })
    }

    async fn request(&self, method: &str, params: &Value) -> Heard {
        let (heard, used) = self.once(method, params).await;
        match heard {
            // Neither has done anything, so both are asked again, once.
            Heard::Answer(Answer::Moved(location)) => {
                let moved = self.locked(|now| now.credential.moved(&location));
                match moved.map(|moved| self.adopt(moved)) {
                    Some(true) => self.once(method, params).await.0,
                    _ => Heard::Silent("the portal sends elsewhere, but not to another name of its own".to_owned()),
                }
            }
            Heard::Answer(Answer::Error(Meaning::Expired, _)) if self.renew(used.as_ref()).await => self.once(method, params).await.0,
            // On its way when another task renewed the token: the portal does not know the one before any more.
            Heard::Answer(Answer::Error(Meaning::Halt(Halt::Credential), _)) if self.is_renewed_since(used.as_ref()).await => {
                self.once(method, params).await.0
            }
            heard => heard,
        }
    }

    /// What came back, and the access token that went.
    async fn once(&self, method: &str, params: &Value) -> (Heard, Option<zeroize::Zeroizing<String>>) {
        let wait = self.locked(|now| now.pace.turn(Instant::now()));
        tokio::time::sleep(wait).await;
        let (target, auth, line) = self.locked(|now| (now.credential.target(method), now.credential.auth().cloned(), now.line.clone()));
        let mut params = if params.is_object() { params.clone() } else { json!({}) };
        if let Some(auth) = &auth {
            params["auth"] = Value::String(auth.to_string());
        }
        let Ok(uri) = target.parse::<Uri>() else { return (Heard::Silent("the method is no path".to_owned()), None) };
        let Some(host) = self.locked(|now| now.credential.origin().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok()))
        else {
            return (Heard::Silent("the portal has no host".to_owned()), None);
        };
        let request = Request::builder().method(Method::POST).uri(uri).header(HOST, host).header(USER_AGENT, NAME);
        let request = request.header(CONTENT_TYPE, "application/json").body(Full::new(Bytes::from(params.to_string())));
        let Ok(request) = request else { return (Heard::Silent("the request cannot be written".to_owned()), None) };
        let answered = tokio::time::timeout(self.patience.answer, exchange(&line, request, self.patience.connect)).await;
        let silent = |_| Heard::Answer(Answer::Unclear(format!("gave no answer within {} s", self.patience.answer.as_secs())));
        (answered.unwrap_or_else(silent), auth)
    }

    /// Another name or another token from now on.
    fn adopt(&self, credential: Credential) -> bool {
        let Ok(line) = Streaming::new(credential.origin().clone(), self.route.clone(), self.own.clone()) else { return false };
        (self.changed)(&credential);
        self.locked(|now| {
            now.line = line;
            now.credential = credential;
        });
        true
    }

    /// Another access token than the `used` one that has run out; another task may have got it meanwhile, and getting it twice would end
    /// the first.
    async fn renew(&self, used: Option<&zeroize::Zeroizing<String>>) -> bool {
        let _one = self.renewing.lock().await;
        let now = self.locked(|now| if let Credential::App { tokens, .. } = &now.credential { Some(tokens.clone()) } else { None });
        let (Some(tokens), Some(used)) = (now, used) else { return false };
        if tokens.access_token != *used {
            return true;
        }
        let Some((id, secret)) = &self.app else { return false };
        match super::oauth::renewed(&tokens, (id, secret), (&self.route, &self.own), self.patience).await {
            Some(tokens) => Credential::app(tokens).is_ok_and(|credential| self.adopt(credential)),
            None => false,
        }
    }

    /// Whether another access token than the `used` one is to be sent, once whoever renews it now is done.
    async fn is_renewed_since(&self, used: Option<&zeroize::Zeroizing<String>>) -> bool {
        let _one = self.renewing.lock().await;
        used.is_some_and(|used| self.locked(|now| now.credential.auth() != Some(used)))
    }

    fn locked<T>(&self, look: impl FnOnce(&mut Now) -> T) -> T {
        look(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends a request and reads its answer.
async fn exchange(line: &Streaming<Full<Bytes>>, request: Request<Full<Bytes>>, connect: Duration) -> Heard {
    let answer = match line.pass(request, connect).await {
        Ok(answer) => answer,
        Err((PassError::Broke(why), None)) => return Heard::Answer(Answer::Unclear(format!("broke off ({why})"))),
        Err((e, _)) => return Heard::Silent(e.to_string()),
    };
    let (head, body) = answer.into_parts();
    let location = head.headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match Limited::new(body, ANSWER_BYTES).collect().await {
        Ok(body) => Heard::Answer(answer::read(head.status.as_u16(), location.as_deref(), &body.to_bytes())),
        Err(_) => Heard::Answer(Answer::Unclear("its answer broke off or is too long".to_owned())),
    }
}
