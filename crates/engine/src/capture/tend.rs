//! What the doors need done every few seconds: idle connections closed, gaps told to the journal.
//!
//! A gap that only a metric knows is none for whoever reads the journal, so each becomes one `error` event of the connection it belongs to.

use queue::{Lane, PublishError};
use serde_json::json;

use super::Capture;
use crate::access::{ConnectionId, ConnectionKind};
use crate::event::{BusinessId, Frame, Item, ItemKind};

impl Capture {
    /// Counts what the last run lost; once, before the first [`Self::tend`].
    pub fn look_back(&self) {
        for gap in self.proxying.gaps.before() {
            let kind = self.kind_of(gap.connection);
            self.pulses.named(gap.connection, gap.business, kind).gap(gap.exchanges);
        }
    }

    /// Looks after exchanges that nobody waits for, for as long as it is polled.
    pub async fn keep(&self) {
        self.proxying.keep().await;
    }

    /// Waits for those that there are now.
    pub async fn settle(&self) {
        self.proxying.settle().await;
        self.proxying.gaps.write();
    }

    /// Waits for the last ones, before the queue is closed.
    pub async fn close(&self) {
        self.proxying.close().await;
    }

    /// Does what is due.
    pub async fn tend(&self) {
        self.proxying.sweep(|connection| self.connections.named(connection).is_some());
        let mut all_told = true;
        for (business, connection, exchanges) in self.pulses.untold() {
            if let Err(e) = self.tell_gap(business, connection, exchanges).await {
                tracing::warn!(error = %e, "a gap is counted, but not told yet");
                self.pulses.give_back(connection, exchanges);
                all_told = false;
            }
        }
        if all_told {
            self.proxying.gaps.told();
        }
    }

    async fn tell_gap(&self, business: BusinessId, connection: ConnectionId, exchanges: u64) -> Result<(), PublishError> {
        let received_us = (self.now_us)();
        let at = jiff::Timestamp::from_microsecond(received_us).unwrap_or_default();
        let message = format!(
            "{exchanges} exchanges of connection {connection} are in no record: they were passed on, and the program \
             was killed or the queue was full before they were stored"
        );
        let event = json!({
            "event_id": format!("gap:{connection}:{received_us}"),
            "timestamp": at.to_string(),
            "type": "error",
            "direction": "internal",
            "channel": self.kind_of(connection).channel(),
            "error": { "message": message },
            "meta": { "gap": { "exchanges": exchanges } },
        });
        let body = bytes::Bytes::from(event.to_string());
        let items = vec![Item { kind: ItemKind::Event { drawn_id: None }, offset: 0, length: body.len() as u32 }];
        let frame = Frame { business, received_us, source: "proxy".into(), connection: Some(connection.to_string()), items, body };
        self.queue.publish(Lane(business.0), frame.encode()).await.map(drop)
    }

    fn kind_of(&self, connection: ConnectionId) -> ConnectionKind {
        self.connections.named(connection).map_or(ConnectionKind::Http, |known| known.kind)
    }
}
