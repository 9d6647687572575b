//! One attempt: the bot takes the delivery, refuses it, or is silent.

use crate::access::ConnectionIdentity;
use crate::capture::{Answered, Flight, NotTaken};
use crate::exchange::{Ended, Exchange, Way};
use crate::journal::forwards::{self, Forward};
use crate::store::StoreError;

use super::{Forwards, pause};

/// What came of it.
pub(super) enum Outcome {
    /// The bot has it.
    Taken,
    /// The bot answered, but will be asked again, or not any more.
    Answered,
    /// There was no answer.
    Silent,
    /// Nothing was tried.
    Left,
}

impl Forwards {
    /// Tries one; what cannot be noted is tried again.
    pub(super) async fn attempt(self, forward: Forward) -> (Forward, Outcome) {
        let outcome = self.try_it(&forward).await.unwrap_or_else(|e| {
            tracing::error!(error = %e, delivery = forward.exchange.as_str(), "attempt to forward a delivery not noted");
            Outcome::Silent
        });
        (forward, outcome)
    }

    async fn try_it(&self, forward: &Forward) -> Result<Outcome, StoreError> {
        match self.capture.waiting().flight(&forward.exchange) {
            Some(Flight::Up) => return Ok(Outcome::Left),
            Some(Flight::Landed) => return self.taken(forward).await,
            None => {}
        }
        let known = forward.connection.parse().ok().and_then(|id| self.connections.named(id));
        let Some(known) = known else { return self.give_up(forward, "the connection was revoked", None).await };
        let Some(exchange) = self.open(forward).await? else { return self.give_up(forward, "it cannot be read any more", None).await };
        if (self.now_us)() > forward.until_us {
            let told = format!("it was tried {} times in 24 h; at last: {}", forward.attempts, forward.problem);
            return self.give_up(forward, &told, Some((&known, exchange))).await;
        }
        match self.capture.forward(&known, &exchange.request, &exchange.id, forward.attempts + 1).await {
            Ok(answer) if would_repeat(&answer) => {
                self.again(forward, &format!("answered with status {}", answer.status.as_u16())).await?;
                Ok(Outcome::Answered)
            }
            Ok(answer) => {
                self.capture.late(&known, &exchange, &answer).await;
                if !answer.is_failure() {
                    return self.taken(forward).await;
                }
                self.give_up(forward, &format!("answered with status {}", answer.status.as_u16()), None).await
            }
            Err(e) => {
                self.again(forward, &e.to_string()).await?;
                Ok(if matches!(e, NotTaken::Slow(_)) { Outcome::Answered } else { Outcome::Silent })
            }
        }
    }

    async fn open(&self, forward: &Forward) -> Result<Option<Exchange>, StoreError> {
        let (id, keys) = (forward.id, self.vault.keys(forward.business));
        let Some(keys) = keys else { return Ok(None) };
        let bytes = self.store.read(move |conn| Ok::<_, StoreError>(forwards::open(conn, &keys, id)?)).await?;
        Ok(bytes.and_then(|bytes| Exchange::decode(&bytes::Bytes::copy_from_slice(&bytes)).ok()))
    }

    async fn taken(&self, forward: &Forward) -> Result<Outcome, StoreError> {
        let (business, id) = (forward.business, forward.id);
        self.store.write(move |tx| Ok::<_, StoreError>(forwards::remove(tx, business, id)?)).await?;
        Ok(Outcome::Taken)
    }

    async fn again(&self, forward: &Forward, problem: &str) -> Result<(), StoreError> {
        let (id, problem) = (forward.id, problem.to_owned());
        let due_us = (self.now_us)() + pause(forward.attempts.saturating_sub(1)).as_micros() as i64;
        self.store.write(move |tx| Ok::<_, StoreError>(forwards::again(tx, id, due_us, &problem)?)).await
    }

    /// Shown as given up; its conversation says so where the delivery is at hand.
    async fn give_up(
        &self,
        forward: &Forward,
        problem: &str,
        told: Option<(&ConnectionIdentity, Exchange)>,
    ) -> Result<Outcome, StoreError> {
        tracing::warn!(connection = forward.connection.as_str(), delivery = forward.exchange.as_str(), "delivery given up: {problem}");
        if let Some((known, exchange)) = told {
            let exchange = Exchange { way: Way::Late, ended: Ended::Broken(problem.to_owned()), ended_us: (self.now_us)(), ..exchange };
            if let Err(e) = self.capture.tell(known, &exchange).await {
                tracing::warn!(error = %e, "a delivery that was given up is not in its conversation");
            }
        }
        let (id, now_us, problem) = (forward.id, (self.now_us)(), problem.to_owned());
        self.store.write(move |tx| Ok::<_, StoreError>(forwards::give_up(tx, id, &problem, now_us)?)).await?;
        Ok(Outcome::Answered)
    }
}

/// Whether a platform that got this would deliver again.
fn would_repeat(answer: &Answered) -> bool {
    answer.status.is_server_error() || answer.status.as_u16() == 429
}
