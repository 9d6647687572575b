//! Any bytes as a message of a visitor, and any text as the origin of a page: no panic; what is taken is a message and can be read again.
#![no_main]

use std::str::FromStr;

use engine::access::Origin;
use engine::exchange::channels::site;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &str)| {
    let (body, page) = input;
    if site::check(body).is_ok() {
        assert!(body.contains(&b'{') && std::str::from_utf8(body).is_ok());
    }
    if let Ok(origin) = Origin::from_str(page) {
        assert_eq!(Origin::from_str(origin.as_str()).ok(), Some(origin.clone()), "as browsers write it");
        assert!(origin.as_str().is_ascii() && origin.as_str().starts_with("http") && !origin.as_str().ends_with('/'));
    }
});
