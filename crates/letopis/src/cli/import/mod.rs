//! `letopis import`: files of other systems, through the same door as every other event.
//!
//! Reading a file is the business of room `import`; here its events are sent on in batches, each waited for until it is recorded, so a
//! file of any size needs the memory of one batch and never overruns the queue. How far a file has come is kept in the data folder, so an
//! interrupted import goes on; and because every event has an id that follows from its content, doing it all again would harm nothing.
//!
//! * `arguments` – what can be said about a file · `source` – a file, opened · `send` – batches to the server · `batch` – the server's side
//!   · `tally` – what came of it · `resume` – how far each file has come

mod arguments;
mod batch;
mod resume;
mod send;
mod source;
mod tally;

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use axum::Router;
use axum::routing::post;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

pub(super) use arguments::ImportArgs;
pub(super) use batch::Counted;

use super::house::House;
use super::voice::{Voice, err};
use crate::app::App;
use resume::Resume;
use source::Source;
use tally::Tally;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/import", post(batch::take))
}

pub(super) async fn run(house: &House, data: &Path, args: &ImportArgs, voice: Voice) -> anyhow::Result<()> {
    let mut files = Vec::new();
    let mut whole = true;
    for path in &args.files {
        let tally = file(house, data, path, args, voice).await?;
        whole &= tally.complete();
        voice.note(format_args!("{}: {tally}", path.display()));
        if let Some(warning) = tally.warning() {
            err!("{}: {warning}", path.display());
        }
        files.push(json!({ "file": path, "tally": tally }));
    }
    voice.say(&json!({ "files": files, "complete": whole }), |_| {});
    if !whole {
        bail!("some of it was not imported, see above");
    }
    Ok(())
}

async fn file(house: &House, data: &Path, path: &Path, args: &ImportArgs, voice: Voice) -> anyhow::Result<Tally> {
    let source = Source::find(path, args)?;
    let mut resume = Resume::of(data, path, &source, args);
    let before = if args.again { None } else { resume.load() };
    let (after, tally) = before.unwrap_or_default();
    if after > 0 {
        voice.note(format_args!("{}: going on behind position {after}; --again starts over", path.display()));
    }
    let bar = progress_bar(source.bytes, voice);
    let read = source.open(args, after)?;
    let sent = send::all(house, read, args, tally, &mut resume, &bar).await;
    bar.finish_and_clear();
    if sent.is_ok() {
        resume.forget();
    }
    sent
}

fn progress_bar(bytes: u64, voice: Voice) -> ProgressBar {
    if voice.json || !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style)
}
