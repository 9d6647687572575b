//! Schema-Guided Dialogue: written dialogues of a user and a system, each turn annotated with acts.
//!
//! A dialogue is a session of a client of its own; a USER turn is a `message_in`, a SYSTEM turn a `message_out`. Where the system
//! reports on a booking (`NOTIFY_SUCCESS`, `NOTIFY_FAILURE` of a call such as `BookAppointment`), the booking, or the error, is an
//! event beside the message:
//!
//! ```text
//! sgd_6_00000_07          message_in        "Correct."
//! sgd_6_00000_08_booking  booking_created   {"service":"Services_1","staff":"…","starts_at":"2019-03-13T13:00:00+03:00"}
//! sgd_6_00000_08          message_out       "Your appointment is booked."
//! ```
//!
//! Ids and times follow from the file alone; a filter changes neither.

use std::collections::{BTreeMap, VecDeque};

use jiff::civil::{Date, Time};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ImportError, Input, Item, Options, Start, bad,
    elements::{Element, Elements},
    json::FuseOnStop,
    pace::Speaker,
};

const SUCCESS: &str = "NOTIFY_SUCCESS";
const FAILURE: &str = "NOTIFY_FAILURE";

#[derive(Deserialize)]
struct Dialogue {
    dialogue_id: String,
    services: Vec<String>,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    speaker: String,
    utterance: String,
    #[serde(default)]
    frames: Vec<Frame>,
}

#[derive(Deserialize)]
struct Frame {
    service: String,
    #[serde(default)]
    actions: Vec<Act>,
    service_call: Option<Call>,
    state: Option<State>,
}

#[derive(Deserialize)]
struct Act {
    act: String,
}

#[derive(Deserialize)]
struct Call {
    method: String,
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct State {
    active_intent: String,
}

/// The events of a file, dialogue by dialogue.
pub(super) fn open(input: Input, options: &Options) -> impl Iterator<Item = Result<Item, ImportError>> + Send + use<> {
    let mut elements = Elements::new(input);
    let mut file = File {
        start: options.start,
        services: options.services.clone(),
        channel: options.channel.clone().unwrap_or_else(|| "sgd".to_owned()),
        dialogues: 0,
        position: 0,
        waiting: VecDeque::new(),
    };
    std::iter::from_fn(move || {
        while file.waiting.is_empty() {
            match elements.read() {
                Ok(Some(element)) => {
                    if let Err(reason) = file.take(element) {
                        return Some(Err(bad("dialogue", file.dialogues, reason)));
                    }
                }
                Ok(None) => return None,
                Err(error) => return Some(Err(ImportError::Stopped(error.to_string()))),
            }
        }
        file.waiting.pop_front().map(Ok)
    })
    .fuse_on_stop()
}

struct File {
    start: Start,
    services: Option<String>,
    channel: String,
    /// Dialogues read so far, those left out by the filter too: times hang on it.
    dialogues: u64,
    position: u64,
    waiting: VecDeque<Item>,
}

impl File {
    fn take(&mut self, element: Element) -> Result<(), String> {
        self.dialogues += 1;
        let Element::Bytes(bytes) = element else {
            return Err("too long, or the file ends inside it".to_owned());
        };
        let dialogue: Dialogue = serde_json::from_slice(&bytes).map_err(|error| format!("not a dialogue: {error}"))?;
        if !self.wanted(&dialogue.services) {
            return Ok(());
        }
        for (number, turn) in dialogue.turns.iter().enumerate() {
            for event in self.turn(&dialogue.dialogue_id, number, turn)? {
                self.position += 1;
                self.waiting.push_back(Item { position: self.position, event: event.to_string().into_bytes() });
            }
        }
        Ok(())
    }

    fn wanted(&self, services: &[String]) -> bool {
        let Some(pattern) = &self.services else { return true };
        services.iter().any(|service| match pattern.strip_suffix('*') {
            Some(prefix) => service.starts_with(prefix),
            None => service == pattern,
        })
    }

    /// The events of one turn, in the order they happened: a booking is made before the system reports it.
    fn turn(&self, dialogue: &str, number: usize, turn: &Turn) -> Result<Vec<Value>, String> {
        let speaker = match turn.speaker.as_str() {
            "USER" => Speaker::Client,
            "SYSTEM" => Speaker::Assistant,
            _ => return Err(format!("turn {number} has an unknown speaker")),
        };
        let id = format!("sgd_{dialogue}_{number:02}");
        let base = json!({
            "timestamp": self.start.turn(self.dialogues - 1, number, speaker),
            "channel": self.channel,
            "client": {"channel_id": format!("sgd_{dialogue}")},
            "session_id": dialogue,
            "source": "sgd",
        });
        let mut events = Vec::new();
        for (place, frame) in turn.frames.iter().enumerate() {
            let suffix = if place == 0 { String::new() } else { format!("_{place}") };
            events.extend(self.booking(frame, &format!("{id}_booking{suffix}"), &base));
        }
        events.push(message(turn, speaker, &id, base));
        Ok(events)
    }

    /// What the system reports about a booking in this frame, as an event of its own.
    fn booking(&self, frame: &Frame, id: &str, base: &Value) -> Option<Value> {
        let call = frame.service_call.as_ref().filter(|call| is_booking(&call.method))?;
        let reports = |act: &str| frame.actions.iter().any(|a| a.act == act);
        let mut event = base.clone();
        let mut booking = json!({"id": id, "service": frame.service});
        if let Some(staff) = call.parameters.iter().find(|(name, _)| name.ends_with("_name")) {
            booking["staff"] = staff.1.clone();
        }
        if let Some(starts_at) = self.starts_at(call) {
            booking["starts_at"] = starts_at.into();
        }
        if reports(SUCCESS) {
            event["type"] = "booking_created".into();
            booking["status"] = "booked".into();
        } else if reports(FAILURE) {
            event["type"] = "error".into();
            event["error"] = format!("{} failed: the slot was refused", call.method).into();
            booking["status"] = "failed".into();
        } else {
            return None;
        }
        event["event_id"] = id.into();
        event["action"] = call.method.clone().into();
        event["booking"] = booking;
        Some(event)
    }

    fn starts_at(&self, call: &Call) -> Option<String> {
        let of = |part: &str| call.parameters.iter().find(|(name, _)| name.ends_with(part)).and_then(|(_, value)| value.as_str());
        let date: Date = of("date")?.parse().ok()?;
        let time: Time = of("time")?.parse().ok()?;
        self.start.local(date.to_datetime(time))
    }
}

fn message(turn: &Turn, speaker: Speaker, id: &str, base: Value) -> Value {
    let mut event = base;
    event["event_id"] = id.into();
    match speaker {
        Speaker::Client => {
            event["type"] = "message_in".into();
            event["text"] = turn.utterance.clone().into();
            let intent = turn.frames.iter().filter_map(|frame| frame.state.as_ref()).find(|state| state.active_intent != "NONE");
            if let Some(state) = intent {
                event["intent"] = state.active_intent.clone().into();
            }
        }
        Speaker::Assistant => {
            event["type"] = "message_out".into();
            event["bot_response"] = turn.utterance.clone().into();
        }
    }
    let mut acts: Vec<String> = turn.frames.iter().flat_map(|frame| &frame.actions).map(|act| act.act.to_lowercase()).collect();
    acts.sort_unstable();
    acts.dedup();
    event["tags"] = acts.into();
    event
}

/// Other calls of the corpus (a search, a price) succeed and fail too; only these make a booking.
fn is_booking(method: &str) -> bool {
    method.starts_with("Book") || method.starts_with("Reserve")
}
