//! Stories: what Letopis promises, told against the real binary.
//!
//! One integration binary. `app` starts, kills and restarts the server on a folder of its own; `http` is a client that can
//! also be rude; `outside` is a system that a proxy asks; `portal` is a simulated Bitrix24; `stopped` opens the folder of a stopped server, as an auditor would. Every other module is a story.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]

mod app;
mod http;
mod outside;
mod portal;
mod reader;
mod stopped;

mod acts;
mod audited;
mod backed_up;
mod bitrix24_card;
mod bitrix24_connect;
mod bot;
mod channels;
mod clock;
mod commands;
mod connection_test;
mod duties;
mod epoch;
mod erase;
mod event_in;
mod experiments;
mod full_disk;
mod hooks;
mod hostile;
mod import;
mod incidents;
mod inspector;
mod killed;
mod killed_writing;
mod models;
mod nightly;
mod numbers;
mod otlp;
mod otlp_limits;
mod promises;
mod proxy_faults;
mod quarantine;
mod readback;
mod rebuilt;
mod reconciled;
mod reports;
mod retention;
mod reviews;
mod rooms;
mod rotated;
mod scenarios;
mod site;
mod start;
mod tampered;
mod told;
mod two_servers;
mod unreadable;
mod witnessed;
mod worked;
mod worth;

use serde_json::{Value, json};

/// The customer's own example, with the line breaks it has in the design.
pub const EXAMPLE: &str = r#"{"event_id":"evt_20250101_001","timestamp":"2025-01-01T12:34:56+03:00","channel":"whatsapp",
 "client":{"phone":"+7xxxxxxxxxx","name":"Иван"},"session_id":"sess_abc123","intent":"запись_на_приём","confidence":0.87,
 "bot_response":"Записал на 15:00, отправил напоминание","action":"create_lead","crm_id":"BX_LEAD_4521"}"#;

/// A plain event of its own: one client writes, the assistant answers.
pub fn event(id: &str) -> Value {
    json!({
        "event_id": id, "timestamp": "2025-01-01T12:34:56+03:00", "channel": "telegram", "session_id": "sess_1",
        "client": {"phone": "+79215550101", "name": "Анна"}, "text": "когда можно записаться?", "bot_response": "завтра в 15:00"
    })
}
