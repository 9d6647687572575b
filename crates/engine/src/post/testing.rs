//! A post for tests that send nothing.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rusqlite::Connection;

use super::{Config, Make, Post, Wanted};
use crate::access::Business;
use crate::journal::incidents::Untold;
use crate::journal::log::Logs;
use crate::journal::reports::letters::Words;
use crate::privacy::Vault;
use crate::store::Store;
use crate::upstream::Upstream;

/// Makes nothing.
struct Nobody;

impl Make for Nobody {
    fn make(&self, _: &Connection, _: &Business, _: &Wanted, _: i64) -> Result<Words, String> {
        Err("nothing is made here".into())
    }

    fn incident(&self, _: &Business, _: &str, untold: &Untold, link: &str, _: i64) -> Words {
        Words { title: untold.incident.rule.clone(), text: link.to_owned(), html: None }
    }

    fn say(&self, _: &str, key: &str, _: &str) -> String {
        key.to_owned()
    }
}

/// Nobody's.
pub fn silent(store: &Store, vault: &Vault) -> Post {
    Post {
        store: store.clone(),
        vault: vault.clone(),
        logs: Logs::default(),
        upstream: Upstream::guarded().unwrap(),
        config: Config::default(),
        make: Arc::new(Nobody),
        base_url: "http://127.0.0.1".into(),
        figures: Arc::default(),
        now_us: || 0,
    }
}
