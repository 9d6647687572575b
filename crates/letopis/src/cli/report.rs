//! `letopis report`: a week, a month or a day, as a page of its own or a few lines.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::control::{ControlError, Told, choose};
use super::house::House;
use super::proof::save;
use super::voice::{Voice, out};
use crate::access::Slug;
use crate::app::{App, now_us};
use crate::console::report::{Asked, zone_of};
use crate::journal::reports::Kind;
use crate::journal::reports::timetable::{last_period, midnight_us};

/// Weekly reports of nobody's route begin on Monday.
const MONDAY: u8 = 1;

/// Which one, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// weekly, audit or digest.
    kind: Kind,
    /// The first day; the last week, month or day where not given.
    #[arg(long, requires = "to")]
    from: Option<Date>,
    /// The first day that is not in it any more.
    #[arg(long, requires = "from")]
    to: Option<Date>,
    /// ru or en.
    #[arg(long, default_value = "ru")]
    language: String,
    /// The file (HTML; text for a digest); standard output where not given.
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Wanted {
    business: Option<Slug>,
    kind: Kind,
    span: Option<(Date, Date)>,
    language: String,
}

#[derive(Serialize, Deserialize)]
struct Made {
    title: String,
    text: String,
    html: Option<String>,
}

pub(super) async fn run(house: &House, args: ReportArgs, voice: Voice) -> anyhow::Result<()> {
    let wanted = Wanted { business: args.business, kind: args.kind, span: args.from.zip(args.to), language: args.language };
    let made: Made = house.ask("report", &wanted).await?;
    let body = made.html.as_ref().map_or_else(|| format!("{}\n", made.text), Clone::clone);
    save(args.out.as_deref(), body.as_bytes())?;
    if let Some(path) = &args.out {
        voice.say(&json!({ "file": path, "title": made.title, "text": made.text }), |_| out!("{}: {}", path.display(), made.title));
    }
    Ok(())
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/report", post(make))
}

async fn make(State(app): State<Arc<App>>, Json(wanted): Json<Wanted>) -> Told<Made> {
    let business = choose(&app, wanted.business).await?;
    let zone = zone_of(&business.timezone);
    let span = wanted.span.or_else(|| last_period(wanted.kind, MONDAY, &zone, now_us()));
    let (from, to) =
        span.filter(|(from, to)| from < to).ok_or_else(|| anyhow::anyhow!("a report is of at least one day: --from is before --to"))?;
    let asked = Asked {
        kind: wanted.kind,
        language: wanted.language,
        from_us: midnight_us(from, &zone),
        to_us: midnight_us(to, &zone),
        with_access: true,
    };
    let (reports, log) = (Arc::clone(&app.outside.reports), app.logs.of(business.id));
    let made = app.store.read(move |conn| {
        reports.make(conn, &business, log.as_deref(), &asked, now_us()).map_err(|e| ControlError::Failed(anyhow::Error::new(e)))
    });
    let made = made.await?;
    Ok(Json(Made { title: made.title, text: made.text, html: made.html }))
}
