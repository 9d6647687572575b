//! The JSON read API, for programs with a key, and the public log, for anyone.
//!
//! A request becomes [`asked::Asked`] (whose key, which parameters), one question to `journal`, and JSON; every refusal is an
//! [`error::ApiError`] and has one shape. It writes nothing itself: the calls
//! that change something ask `decide`. `/openapi.json` describes it all; a test holds both together.
//!
//! | file | what |
//! |---|---|
//! | `asked` | key → scope, parameters, pages, `?after=` |
//! | `error` | every refusal → status, code, text |
//! | `events` `sessions` `clients` `search` `promises` `differences` `reviews` `quarantine` | one file a resource |
//! | `metrics` `numbers` `worth` | numbers with their denominators · `incidents` what went wrong, and markers of versions |
//! | `experiments` what is compared, `changes` before and after another version · `assign` what a client is shown of it |
//! | `duties` | requests of persons and breaches, with the time that the law leaves |
//! | `reports` | what was sent, and reports of any days |
//! | `scenarios` | what bots are told: versions, the active one, putting and making active |
//! | `proof` | proof bundles · `log` the C2SP tlog-tiles of a business |
//! | `description` | `/openapi.json`, the schema of an event |

mod asked;
mod assign;
mod changes;
mod clients;
mod description;
mod differences;
mod duties;
mod error;
mod events;
mod experiments;
mod incidents;
mod log;
mod metrics;
mod moments;
mod numbers;
mod promises;
mod proof;
mod quarantine;
mod reports;
mod reviews;
mod scenarios;
mod search;
mod sessions;
mod span;
#[cfg(test)]
mod tests;
mod worth;

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, delete, get, post, put};

use super::Console;

/// Its routes.
pub fn routes(console: Arc<Console>) -> Router {
    let changes = changes().into_iter().map(|(path, _, answers)| (path, answers));
    table()
        .into_iter()
        .chain(changes)
        .chain(assign::routes())
        .fold(Router::new(), |router, (path, answers)| router.route(path, answers))
        .with_state(console)
}

/// A path and who answers a GET of it.
type Route = (&'static str, MethodRouter<Arc<Console>>);

fn table() -> [Route; 43] {
    [
        ("/api/v1/events", get(events::list)),
        ("/api/v1/events/{event_id}", get(events::one)),
        ("/api/v1/events/{event_id}/proof", get(proof::of_event)),
        ("/api/v1/sessions", get(sessions::list)),
        ("/api/v1/sessions/{session_id}", get(sessions::one)),
        ("/api/v1/clients/{client_id}", get(clients::one)),
        ("/api/v1/search", get(search::search)),
        ("/api/v1/promises", get(promises::list)),
        ("/api/v1/crm/differences", get(differences::list)),
        ("/api/v1/metrics/promises", get(promises::tally)),
        ("/api/v1/reviews", get(reviews::list)),
        ("/api/v1/metrics/intents", get(reviews::of_intents)),
        ("/api/v1/quarantine", get(quarantine::list)),
        ("/api/v1/metrics/retention", get(metrics::of_retention)),
        ("/api/v1/metrics/measured", get(metrics::of_measured)),
        ("/api/v1/metrics/completeness", get(metrics::of_completeness)),
        ("/api/v1/metrics/summary", get(numbers::summary)),
        ("/api/v1/metrics/by/{cut}", get(numbers::by)),
        ("/api/v1/metrics/visits", get(numbers::of_visits)),
        ("/api/v1/metrics/lost", get(numbers::of_lost)),
        ("/api/v1/metrics/worth", get(worth::of_worth)),
        ("/api/v1/metrics/hours", get(worth::of_hours)),
        ("/api/v1/incidents", get(incidents::list)),
        ("/api/v1/requests", get(duties::list)),
        ("/api/v1/breaches", get(duties::breaches)),
        ("/api/v1/metrics/incidents", get(incidents::summed)),
        ("/api/v1/metrics/markers", get(incidents::of_markers)),
        ("/api/v1/reports", get(reports::list)),
        ("/api/v1/reports/{report_id}", get(reports::one)),
        ("/api/v1/reports/make/{kind}", get(reports::make)),
        ("/api/v1/metrics/change", get(changes::of_change)),
        ("/api/v1/experiments", get(experiments::list)),
        ("/api/v1/experiments/{name}", get(experiments::one)),
        ("/api/v1/schema", get(description::schema)),
        ("/openapi.json", get(description::openapi)),
        ("/log/{business}/checkpoint", get(log::checkpoint)),
        ("/log/{business}/ended/{number}/checkpoint", get(log::ended)),
        ("/log/{business}/witnessed", get(log::witnessed)),
        ("/log/{business}/tile/{*path}", get(log::tile)),
        ("/api/v1/scenarios", get(scenarios::list)),
        ("/api/v1/scenarios/{name}", get(scenarios::one)),
        ("/api/v1/scenarios/{name}/active", get(scenarios::active)),
        ("/api/v1/scenarios/{name}/versions/{version}", get(scenarios::text)),
    ]
}

/// The calls that change something: path, method, who answers.
fn changes() -> [(&'static str, &'static str, MethodRouter<Arc<Console>>); 11] {
    [
        ("/api/v1/quarantine/{item}", "delete", delete(quarantine::discard)),
        ("/api/v1/quarantine/{item}/replay", "post", post(quarantine::replay)),
        ("/api/v1/scenarios/{name}/versions", "put", put(scenarios::put)),
        ("/api/v1/scenarios/{name}/activate", "post", post(scenarios::activate)),
        ("/api/v1/requests", "post", post(duties::add)),
        ("/api/v1/requests/{request}/close", "post", post(duties::close)),
        ("/api/v1/incidents/{incident}/breach", "post", post(duties::mark)),
        ("/api/v1/breaches/{incident}/told", "post", post(duties::told)),
        ("/api/v1/experiments", "post", post(experiments::add)),
        ("/api/v1/experiments/{name}/start", "post", post(experiments::start)),
        ("/api/v1/experiments/{name}/stop", "post", post(experiments::stop)),
    ]
}
