//! One witness asked about one checkpoint: the right old size, a proof from there, and what to make of the answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use ledger::{AddCheckpoint, Answer, Hash, VerifyingKey, add_cosignature, consistency_proof, verify_consistency};

use crate::journal::log::{Log, Published, Tiles};
use crate::journal::witnesses::Outcome;
use crate::upstream::{Address, Question, Upstream};

/// A witness that saw more than we remember says what it saw; one that says so again and again is not asked for ever.
const ATTEMPTS: usize = 4;
/// A note with its lines is a kilobyte; this is the most that `ledger` reads.
const ANSWER_BYTES: usize = ledger::MAX_NOTE_BYTES;

/// How it ended, and the witness's line if it cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// For the books.
    pub outcome: Outcome,
    /// A signature line that was verified.
    pub line: Option<String>,
}

/// Asks the witness of `key` at `address` to cosign what was published; `old` is the size it saw last, as far as we know.
pub async fn ask(
    upstream: &Upstream,
    (address, key): (&Address, &VerifyingKey),
    (log, published): (&Arc<Log>, &Arc<Published>),
    mut old: u64,
    patience: Duration,
) -> Asked {
    let (size, remembered) = (published.checkpoint.size, old);
    for _ in 0..ATTEMPTS {
        if old > size {
            return alarm(format!("it has seen {old} entries of this log, which has {size} now: the log was rolled back"));
        }
        let proof = match proof_from(log, published, old).await {
            Ok(proof) => proof,
            Err(e) => return failed(format!("no proof could be made for it ({e}); run letopis verify")),
        };
        let Ok(request) = AddCheckpoint::new(old, proof, &published.note) else {
            return failed("our own checkpoint cannot be read".into());
        };
        let question = Question {
            method: Method::POST,
            url: address.join("add-checkpoint"),
            headers: Vec::new(),
            body: Bytes::from(request.to_string()),
            patience,
            answer_bytes: ANSWER_BYTES,
        };
        let answered = match upstream.ask(question).await {
            Ok(answered) => answered,
            Err(e) => return failed(e.to_string()),
        };
        match Answer::read(answered.status, &answered.body) {
            Answer::Cosigned(lines) => return cosigned(&published.note, &lines, key, size),
            // It was asked from exactly what it says it saw: only the root can be another one.
            Answer::OtherSize(seen) if seen == old && seen == size => {
                return alarm(format!("it has seen another tree of {size} entries: this history was re-signed"));
            }
            Answer::OtherSize(seen) if seen == old => return failed(format!("it says 409 to the size {seen} that it names itself")),
            // It could be led to cosign a second history now.
            Answer::OtherSize(seen) if seen < remembered => {
                return failed(format!(
                    "it has cosigned {remembered} entries and now says that it saw {seen}: it lost its memory; its word does not count until \
                     it leaves and joins again"
                ));
            }
            Answer::OtherSize(seen) => old = seen,
            Answer::Inconsistent => {
                return alarm(format!("it has seen {old} entries that this log does not begin with: this history was re-signed"));
            }
            Answer::Stranger => return failed(stranger(log, answered.status)),
            Answer::Other => return failed(format!("it answered {}", answered.status)),
        }
    }
    failed("it names another size each time it is asked".into())
}

/// The proof from the tree of `old` entries, checked as the witness will check it: one made from damaged tiles would look like a second
/// history.
async fn proof_from(log: &Arc<Log>, published: &Arc<Published>, old: u64) -> Result<Vec<Hash>, String> {
    let (log, published) = (Arc::clone(log), Arc::clone(published));
    let made = tokio::task::spawn_blocking(move || {
        let (tiles, new) = (Tiles { log: &log, edge: &published.edge }, &published.checkpoint);
        let proof = consistency_proof(&tiles, old, new.size).map_err(|e| e.to_string())?;
        let old_root = ledger::root(&tiles, old).map_err(|e| e.to_string())?;
        verify_consistency(old, &old_root, new.size, &new.root, &proof).map_err(|e| e.to_string())?;
        Ok(proof)
    });
    made.await.unwrap_or_else(|e| Err(e.to_string()))
}

fn cosigned(note: &str, lines: &str, key: &VerifyingKey, size: u64) -> Asked {
    match add_cosignature(note, lines, key) {
        Ok((_, signed)) if signed.at_seconds.is_some() => Asked { outcome: Outcome::Cosigned(size), line: Some(lines.to_owned()) },
        Ok(_) => failed("its signature has no time".into()),
        Err(e) => failed(format!("its answer is not its cosignature ({e})")),
    }
}

fn stranger(log: &Log, status: u16) -> String {
    let key = log.verifying_key();
    let knows = if status == 403 { "it knows this log by another key" } else { "it does not know this log" };
    format!("{knows} ({status}): ask its owner to run `letopis witness add-log {key}`")
}

fn failed(problem: String) -> Asked {
    Asked { outcome: Outcome::Failed(problem), line: None }
}

fn alarm(problem: String) -> Asked {
    Asked { outcome: Outcome::Alarm(problem), line: None }
}
