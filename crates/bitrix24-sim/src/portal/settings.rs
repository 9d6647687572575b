//! What an administrator, a plan or the vendor has settled about a portal, and what it begins with.
use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::access::{Access, CrmRight, User, Webhook};
use crate::limits::Allowed;

/// How the CRM treats leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// with leads: `crm.settings.mode.get` says 1
    Classic,
    /// without: a new lead becomes a deal at once and cannot be found any more; 2
    Simple,
}

/// Settings of a portal.
#[derive(Debug, Clone)]
pub struct Settings {
    /// where the portal is reached: `https://portal.test`
    pub base: String,
    /// its stable name (section 1.3)
    pub member_id: String,
    /// the zone of every date in its answers
    pub zone: TimeZone,
    /// `ru`, for `LANG`
    pub language: String,
    /// with or without leads
    pub mode: Mode,
    /// whether a lead that became a deal gives it ORIGINATOR_ID and ORIGIN_ID. Nobody documents it; a client must live with both
    pub simple_mode_keeps_origin: bool,
    /// rate and operating limits
    pub allowed: Allowed,
    /// seconds of work that a call costs, for `operating`
    pub cost_s: f64,
    /// what dearer methods cost, by name in lower case
    pub costs_s: BTreeMap<String, f64>,
    /// webhooks over plain HTTP are refused
    pub https_required: bool,
    /// a commercial plan with a subscription
    pub plan_allows_rest: bool,
    /// `event.offline.get` with `clear=0` needs `rest_offline_extended`
    pub plan_has_offline_extended: bool,
    /// `OVERLOAD_LIMIT` for everybody
    pub overloaded: bool,
    /// the portal is closed
    pub deleted: bool,
    /// the portal's new address; every other host is answered with 302
    pub renamed_to: Option<String>,
    /// a second address of the same portal, to which [`crate::Fault::Moved`] sends
    pub other_name: Option<String>,
    /// with `useOriginalUfNames=Y`, names in camelCase in `select` are not understood and items come back empty, as seen on live portals
    pub select_trap: bool,
}

impl Settings {
    /// A portal in Moscow with leads, an ordinary plan and its limits.
    pub fn new(base: &str) -> Settings {
        Settings {
            base: base.trim_end_matches('/').to_string(),
            member_id: "a223c6b3710f85df22e9377d6c4f7553".into(),
            zone: TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC),
            language: "ru".into(),
            mode: Mode::Classic,
            simple_mode_keeps_origin: false,
            allowed: Allowed::default(),
            cost_s: 0.03,
            costs_s: BTreeMap::new(),
            https_required: false,
            plan_allows_rest: true,
            plan_has_offline_extended: true,
            overloaded: false,
            deleted: false,
            renamed_to: None,
            other_name: None,
            select_trap: true,
        }
    }

    /// The address now: the new one after a renaming.
    pub fn address(&self) -> &str {
        self.renamed_to.as_deref().unwrap_or(&self.base)
    }

    /// Its host.
    pub fn domain(&self) -> &str {
        self.address().split_once("//").map_or(self.address(), |(_, host)| host)
    }
}

/// Every scope that a method here asks for.
pub(crate) const SCOPES: [&str; 8] = ["crm", "user", "user_basic", "booking", "placement", "imopenlines", "im", "userfieldconfig"];

pub(super) fn access() -> Access {
    let user = |name: &str, last: &str, admin, crm| User { name: name.into(), last_name: last.into(), admin, active: true, crm };
    Access {
        users: BTreeMap::from([
            (1, user("Анна", "Администратор", true, CrmRight::Admin)),
            (7, user("Мария", "Менеджер", false, CrmRight::Write)),
        ]),
        webhooks: vec![Webhook { user: 1, secret: "secret".into(), scopes: SCOPES.map(str::to_string).to_vec(), expires: None }],
        ..Access::default()
    }
}
