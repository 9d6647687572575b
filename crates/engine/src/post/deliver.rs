//! One attempt: begun in the database, sent, its end noted. Killed in between, the next process knows that nobody knows.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt;

use super::{Attached, Failed, Message, Post, mail, max, telegram};
use crate::journal::reports::letters::{self, Words};
use crate::journal::reports::outbox::{self, Outcome};
use crate::journal::reports::routes::{self, Routed, Way};
use crate::journal::reports::{Delivery, Kind, Letter};
use crate::store::StoreError;
use crate::upstream::Address;

/// Attempts at one time, so that one silent server does not keep the others waiting.
const AT_ONCE: usize = 8;
const ROWS: u32 = 64;
/// A mail server may think for a while.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an attempt needs.
struct Ready {
    routed: Routed,
    letter: Letter,
    words: Words,
    secret: Option<zeroize::Zeroizing<String>>,
}

impl Post {
    /// Tries everything whose time has come, once.
    pub(super) async fn deliver(&self) -> Result<(), StoreError> {
        let now_us = (self.now_us)();
        let read = self.store.read(move |conn| Ok::<_, StoreError>((outbox::due(conn, now_us, ROWS)?, outbox::counts(conn, None)?)));
        let (rows, (waiting, given_up)) = read.await?;
        self.figures.waiting.store(waiting, Ordering::Relaxed);
        self.figures.given_up.store(given_up, Ordering::Relaxed);
        let attempts = futures_util::stream::iter(rows).map(|row| async move {
            let id = row.id;
            if let Err(e) = self.attempt(row).await {
                tracing::error!(error = %e, delivery = id, "attempt to deliver a report not noted");
            }
        });
        attempts.buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        Ok(())
    }

    async fn attempt(&self, row: Delivery) -> Result<(), StoreError> {
        let now_us = (self.now_us)();
        let begun = self.store.write(move |tx| Ok::<_, StoreError>(outbox::begin(tx, row.id, now_us)?)).await?;
        let Some(delivery) = begun else {
            self.alarm(&row, row.problem.as_deref().unwrap_or("it was interrupted twice"));
            return Ok(());
        };
        let outcome = match self.ready(&delivery).await? {
            Err(why) => Outcome::Again(why),
            Ok(ready) => match self.send(&delivery, &ready).await {
                Ok(()) => Outcome::Sent,
                Err(Failed::NotTaken(why)) => Outcome::Again(why),
                Err(Failed::Unclear(why)) => Outcome::Unclear(why),
            },
        };
        match &outcome {
            Outcome::Sent => {
                self.figures.sent.fetch_add(1, Ordering::Relaxed);
                tracing::info!(delivery = delivery.id, kind = delivery.kind.as_str(), period = delivery.period, "report delivered");
            }
            Outcome::Again(why) | Outcome::Unclear(why) if delivery.problem.as_ref() != Some(why) => {
                tracing::warn!(delivery = delivery.id, kind = delivery.kind.as_str(), "report not delivered: {why}");
            }
            Outcome::Again(_) | Outcome::Unclear(_) => {}
        }
        if let (Outcome::Unclear(why), true) = (&outcome, delivery.unclear > 0) {
            self.alarm(&delivery, why);
        }
        let ended_us = (self.now_us)();
        self.store.write(move |tx| Ok::<_, StoreError>(outbox::end(tx, &delivery, &outcome, ended_us)?)).await
    }

    fn alarm(&self, row: &Delivery, why: &str) {
        self.figures.given_up.fetch_add(1, Ordering::Relaxed);
        tracing::error!(delivery = row.id, kind = row.kind.as_str(), period = row.period, "ALARM report given up: {why}; see /reports");
    }

    /// What is sent, where to and with what; else why not, in words.
    async fn ready(&self, delivery: &Delivery) -> Result<Result<Ready, String>, StoreError> {
        let Some(keys) = self.vault.keys(delivery.business) else { return Ok(Err("this business has no keys here".to_owned())) };
        let (business, route, letter) = (delivery.business, delivery.route.clone(), delivery.letter);
        let read = self.store.read(move |conn| {
            Ok::<_, StoreError>((
                routes::one(conn, business, &route)?,
                letters::open(conn, &keys, letter)?,
                routes::secret(conn, &keys, &route)?,
            ))
        });
        Ok(match read.await? {
            (None, ..) => Err("the route was removed".to_owned()),
            (_, None, _) => Err("the report cannot be read any more".to_owned()),
            (Some(routed), Some((letter, words)), secret) => Ok(Ready { routed, letter, words, secret }),
        })
    }

    async fn send(&self, delivery: &Delivery, ready: &Ready) -> Result<(), Failed> {
        let Ready { routed, secret, .. } = ready;
        let (route, message) = (&routed.route, self.message(delivery, ready));
        let token =
            || secret.as_ref().map(|secret| secret.trim()).ok_or_else(|| Failed::NotTaken("the token of the bot is not known".into()));
        let at = |default: Address| match &route.url {
            Some(url) => url.parse::<Address>().map_err(Failed::not),
            None => Ok(default),
        };
        match route.way {
            Way::Mail => match &self.config.mail {
                Some(mail) => mail::send(mail, "[post.mail]", std::slice::from_ref(&route.to), &message, PATIENCE).await,
                None => Err(Failed::NotTaken("no mail server is set: see [post.mail] in letopis.toml".into())),
            },
            Way::Telegram => telegram::send(&self.upstream, &at(telegram::bot_api())?, token()?, &route.to, &message, PATIENCE).await,
            Way::Max => max::send(&self.upstream, &at(max::bot_api())?, token()?, &route.to, &message, PATIENCE).await,
        }
    }

    /// The letter as this way shows it.
    fn message(&self, delivery: &Delivery, ready: &Ready) -> Message {
        let Ready { routed, letter, words, .. } = ready;
        let language = &letter.language;
        let name = self.logs.of(delivery.business).map(|log| log.verifying_key().name().to_owned()).unwrap_or_default();
        let mut text = if letter.kind == Kind::Alert { format!("{}\n\n{}", words.title, words.text) } else { words.text.clone() };
        if delivery.unclear > 0 {
            text = format!("{}\n\n{text}", self.make.say(language, "reports-repeat", ""));
        }
        if words.html.is_some() {
            let link = format!("{}/reports/{}", self.base_url, letter.id);
            text = format!("{text}\n\n{}", self.make.say(language, "reports-whole", &link));
        }
        let day = letter.period.split(['/', '#']).nth(1).unwrap_or(&letter.period);
        let file = words.html.as_ref().map(|html| Attached {
            name: format!("letopis-{}-{day}.html", letter.kind.as_str()),
            kind: "text/html",
            bytes: html.clone().into_bytes(),
        });
        let file = file.filter(|_| routed.route.way != Way::Max);
        // The same each time: a mail program shows two copies as one.
        let id = format!("<report-{}-{}-{}@{}>", delivery.business.0, delivery.id, delivery.made_us, host_of(&name));
        Message { id: Some(id), title: words.title.clone(), text, file, at_us: (self.now_us)() }
    }
}

/// The first part of a log's name: a host that is ours.
fn host_of(name: &str) -> String {
    let host: String = name
        .split('/')
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || ".-".contains(*letter))
        .collect();
    if host.is_empty() { "letopis.local".to_owned() } else { host }
}
