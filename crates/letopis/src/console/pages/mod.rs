//! Pages for people: rendered on the server, whole without JavaScript, better with it.
//!
//! A handler is thin: it reads, fills a view struct, renders a template from `templates/`. Who asks is a [`visitor::Visitor`], what they
//! send is a [`form::Posted`]; both refuse by themselves, so no handler can forget. What goes wrong is a [`error::PageError`]. Pages never
//! write the journal: they ask `decide`.
//!
//! * frame: `visitor`, `form`, `frame`, `error`, `headers`, `cookie`, `look`, `language`, `moments`, `assets`, `live` (parts that refresh), `views` (saved questions)
//! * words: `labels`, `changes` (of versions), `who`, `hello`, `indent`, `money`
//! * coming in: `sign_in`, `welcome`, `password`
//! * rooms: `today` (the first page), `home` (the same of other roles), `start` (first steps), `lost` (whom to call), `numbers`, `worth` (money and work), `journal`, `conversation`, `client`, `erase`, `acts`, `incidents`, `promises`, `reviews`, `comparing` (experiments, before and after), `scenarios` (what bots are told), `requests` (of persons, and breaches), `cards` (in a CRM), `search`, `quarantine`, `reports`, `settings`, `connections`, `verify` (for anybody), `portal` (inside a CRM)

mod acts;
mod assets;
mod cards;
pub(super) mod changes;
mod client;
mod comparing;
mod connections;
mod conversation;
mod cookie;
mod erase;
mod error;
mod form;
mod frame;
mod headers;
mod hello;
mod home;
pub(super) mod incidents;
mod indent;
mod journal;
pub(super) mod labels;
pub(super) mod language;
mod live;
mod look;
mod looked;
mod lost;
pub(super) mod moments;
pub(super) mod money;
pub(super) mod numbers;
mod password;
mod portal;
mod promises;
mod quarantine;
mod reports;
mod requests;
mod reviews;
mod scenarios;
mod search;
mod settings;
mod sign_in;
mod start;
#[cfg(test)]
mod tests;
mod today;
mod verify;
mod views;
mod visitor;
mod welcome;
mod who;
mod worth;

pub use connections::trial::told as trial_told;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use super::Console;
use crate::event::BusinessId;
use crate::privacy::BusinessKeys;
use crate::privacy::mask::Masker;
use assets::Assets;
use error::PageError;
use language::Library;
use looked::Looked;

/// Hashes of passwords that may be computed at once: each takes 19 MiB and a core that events need.
const HASHES_AT_ONCE: usize = 1;

/// What every handler works with.
struct Shared {
    console: Arc<Console>,
    library: Library,
    assets: Assets,
    hashing: Semaphore,
    looked: Looked,
    verifying: verify::Limits,
    masker: OnceLock<Masker>,
}

type Desk = Arc<Shared>;

impl Shared {
    /// Takes persons out of what must not name any; reading the names takes a moment, once.
    fn masker(&self) -> &Masker {
        self.masker.get_or_init(Masker::default)
    }

    /// The keys of a business: what is sealed is opened with them.
    fn keys(&self, business: BusinessId) -> Result<Arc<BusinessKeys>, PageError> {
        self.console.vault.keys(business).ok_or_else(|| PageError::Broken(format!("business {} has no keys", business.0)))
    }
}

/// Their routes.
pub fn routes(console: Arc<Console>) -> Router {
    let (library, assets, hashing) = (console.reports.library(), Assets::load(), Semaphore::new(HASHES_AT_ONCE));
    let desk: Desk = Arc::new(Shared {
        console,
        library,
        assets,
        hashing,
        looked: Looked::default(),
        verifying: verify::Limits::default(),
        masker: OnceLock::new(),
    });
    Router::new()
        .route("/", get(frame::home))
        .route("/look", get(frame::change_look))
        .route("/business", post(frame::change_business))
        .route("/assets/{name}", get(assets::show))
        .route("/welcome/{token}", get(welcome::ask).post(welcome::enter))
        .route("/sign-in", get(sign_in::ask).post(sign_in::enter))
        .route("/sign-out", post(sign_in::leave))
        .route("/password", get(password::ask).post(password::choose))
        .route("/journal", get(journal::show))
        .route("/journal/lines", get(journal::refresh))
        .route("/journal/events", get(journal::events::show))
        .route("/sessions/{pid}", get(conversation::show))
        .route("/sessions/{pid}/thread", get(conversation::refresh))
        .route("/sessions/{pid}/proof/{record}", get(conversation::take_away::proof))
        .route("/sessions/{pid}/dossier", get(conversation::take_away::dossier))
        .route("/clients/{pid}", get(client::show))
        .route("/clients/{pid}/merge", post(client::merge))
        .route("/clients/{pid}/unmerge", post(client::unmerge))
        .route("/clients/{pid}/erase", get(erase::ask).post(erase::carry_out))
        .route("/acts", get(acts::list))
        .route("/acts/{index}", get(acts::one))
        .route("/views", post(views::save))
        .route("/views/{id}/remove", post(views::remove))
        .merge(work_routes())
        .merge(scenario_routes())
        .merge(reviews::routes())
        .merge(start::routes())
        .merge(comparing::routes())
        .route("/search", get(search::show))
        .route("/quarantine", get(quarantine::show))
        .route("/quarantine/{id}/send", post(quarantine::send))
        .route("/quarantine/{id}/drop", post(quarantine::discard))
        .route("/verify", get(verify::ask).post(verify::check).layer(DefaultBodyLimit::max(verify::BODY_BYTES)))
        .merge(reports::routes())
        .merge(settings_routes())
        .merge(portal::routes())
        .fallback(error::nothing_here)
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), headers::dress))
        .with_state(desk)
}

/// Where people work through what waits for them.
fn work_routes() -> Router<Desk> {
    Router::new()
        .route("/today", get(today::show))
        .route("/lost", get(lost::show))
        .route("/lost/{session}/take", post(lost::take))
        .route("/lost/{session}/end", post(lost::end))
        .route("/numbers", get(numbers::show))
        .route("/numbers/worth", get(worth::show))
        .route("/incidents", get(incidents::show).post(incidents::act::open))
        .route("/incidents/{number}/seen", post(incidents::act::seen))
        .route("/incidents/{number}/resolve", post(incidents::act::resolve))
        .route("/incidents/{number}/breach", post(requests::mark))
        .route("/incidents/{number}/told", post(requests::told))
        .route("/requests", get(requests::show).post(requests::add))
        .route("/requests/{id}/close", post(requests::close))
        .route("/promises", get(promises::show))
        .route("/cards", get(cards::show))
        .route("/cards/differences", get(cards::differences::show))
        .route("/cards/{connection}/seek", post(cards::fixing::seek))
        .route("/cards/{connection}/order", post(cards::fixing::order))
        .route("/cards/{connection}/link", post(cards::fixing::link))
        .route("/cards/{connection}/aside", post(cards::fixing::aside))
        .route("/cards/{connection}/claim", post(cards::fixing::claim))
        .route("/cards/{connection}/settle", post(cards::fixing::settle))
        .route("/cards/{connection}/resume", post(cards::resume))
        .route("/cards/{connection}/{entry}/retry", post(cards::retry))
        .route("/cards/{connection}/{entry}/bury", post(cards::bury))
}

/// What bots are told.
fn scenario_routes() -> Router<Desk> {
    use scenarios::{change, difference, one};
    Router::new()
        .route("/scenarios", get(scenarios::show).post(change::put))
        .route("/scenarios/{name}", get(one::show))
        .route("/scenarios/{name}/difference", get(difference::show))
        .route("/scenarios/{name}/activate", post(change::activate))
}

fn settings_routes() -> Router<Desk> {
    use settings::{company, facts, keys, models, norms, outside, people, retention};
    Router::new()
        .route("/settings", get(settings::show))
        .route("/settings/company", post(company::set))
        .route("/settings/models", get(models::show))
        .route("/settings/models/price", post(models::price))
        .route("/settings/models/intent", post(models::intent))
        .route("/settings/facts", get(facts::show).post(facts::set))
        .route("/settings/numbers", get(norms::show).post(norms::set))
        .route("/settings/retention", get(retention::show).post(retention::set))
        .route("/settings/retention/hold", post(retention::hold))
        .route("/settings/retention/lift", post(retention::lift))
        .route("/settings/retention/run", post(retention::run))
        .route("/settings/trail", get(settings::trail::show))
        .route("/settings/keys", post(keys::create))
        .route("/settings/keys/{id}/revoke", post(keys::revoke))
        .route("/settings/connections", get(connections::list).post(connections::add))
        .route("/settings/connections/{id}", get(connections::one::show).post(connections::one::set))
        .route("/settings/connections/new/bitrix24", get(connections::bitrix24::ask).post(connections::bitrix24::add))
        .route("/settings/connections/{id}/crm", post(connections::bitrix24::set))
        .route("/settings/connections/{id}/secret", post(connections::one::replace))
        .route("/settings/connections/{id}/rotate", post(connections::one::rotate))
        .route("/settings/connections/{id}/forwards/{number}/retry", post(connections::forwards::retry))
        .route("/settings/connections/{id}/forwards/{number}/drop", post(connections::forwards::discard))
        .route("/settings/connections/{id}/revoke", post(connections::one::revoke))
        .route("/settings/connections/{id}/test", post(connections::trial::test))
        .route("/settings/witnesses", post(outside::join))
        .route("/settings/witnesses/leave", post(outside::leave))
        .route("/settings/quorum", post(outside::quorum))
        .route("/settings/people", post(people::invite))
        .route("/settings/people/{id}/link", post(people::new_link))
        .route("/settings/people/{id}/role", post(people::set_role))
        .route("/settings/people/{id}/remove", post(people::remove))
}
