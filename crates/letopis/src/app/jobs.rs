//! Long work on the open folder: a rebuild, a backup. One of each kind at a time, on a thread of its own that gives way to recording.
//!
//! Who asked for it looks in again and again until it is done, so that a command shows progress also over the socket.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::recorder::Steps;
use crate::store::give_way;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Standing {
    /// Steps done.
    pub done: u64,
    /// Of how many, as far as is known.
    pub all: u64,
    /// What it gave, once it ended well.
    pub result: Option<Value>,
    /// Why it ended otherwise.
    pub error: Option<String>,
}

#[derive(Clone)]
struct Job {
    steps: Arc<Steps>,
    ended: Arc<Mutex<Option<Result<Value, String>>>>,
}

/// The jobs of this process, by kind.
#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<HashMap<&'static str, Job>>>);

impl Jobs {
    /// Starts a job.
    ///
    /// # Errors
    /// When one of its kind is under way, or no thread is to be had.
    pub fn start<F>(&self, kind: &'static str, work: F) -> anyhow::Result<()>
    where
        F: FnOnce(&Steps) -> anyhow::Result<Value> + Send + 'static,
    {
        let job = Job { steps: Arc::new(Steps::default()), ended: Arc::new(Mutex::new(None)) };
        {
            let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            anyhow::ensure!(jobs.get(kind).is_none_or(Job::has_ended), "a {kind} is under way already");
            jobs.insert(kind, job.clone());
        }
        let run = move || {
            give_way();
            // Who waits must hear of every end.
            let ended = catch_unwind(AssertUnwindSafe(|| work(&job.steps)));
            let ended = ended.map_or_else(|_| Err("it broke; see the log".to_owned()), |ended| ended.map_err(|e| format!("{e:#}")));
            *job.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        };
        std::thread::Builder::new().name(kind.to_owned()).spawn(run)?;
        Ok(())
    }

    /// How far the last job of that kind is.
    #[must_use]
    pub fn standing(&self, kind: &str) -> Option<Standing> {
        let job = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(kind).cloned()?;
        let ended = job.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (done, all) = (job.steps.done.load(Ordering::Relaxed), job.steps.all.load(Ordering::Relaxed));
        let (result, error) = match ended {
            Some(Ok(result)) => (Some(result), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        Some(Standing { done, all, result, error })
    }
}

impl Job {
    fn has_ended(&self) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}
