//! Any bytes at the gate: no panic, and what passed can be read.
#![no_main]

use engine::event::{Event, Limits, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|item: &[u8]| {
    if let Ok(checked) = check(item, &Limits::default()) {
        let event = Event::read(item).expect("what passed can be read");
        assert_eq!(event.event_id.as_deref(), checked.event_id.as_deref());
        let _ = (event.facets(), event.crm_ref(), event.client.phone_reading(Some("812")), event.client.email_key());
    }
});
