//! Lists of records in acts: one spelling, and no text that makes a list costly.
#![no_main]

use ledger::RecordList;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(list) = text.parse::<RecordList>() {
        assert_eq!(list.to_string(), text);
        assert!(list.runs().iter().all(|(first, last)| list.contains(*first) && list.contains(*last)));
        assert_eq!(list.union(&list), list);
        assert_eq!(list.common(&list), list.runs().first().map(|(first, _)| *first));
    }
});
