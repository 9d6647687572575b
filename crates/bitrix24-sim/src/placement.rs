//! Widgets (section 3.3 of the reference): which handlers are bound where, and the POST that opening one sends.
use crate::clock::Moment;
use crate::map;
use crate::php::{Map, Value, build_query, to_json};
use crate::portal::Portal;

/// A bound handler.
#[derive(Debug, Clone, PartialEq)]
pub struct Widget {
    /// whose application
    pub client_id: String,
    /// `CRM_LEAD_DETAIL_TAB`
    pub placement: String,
    /// where the page is
    pub handler: String,
    /// what the tab is called
    pub title: String,
    /// further settings as they were given
    pub rest: Map,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Placements(pub Vec<Widget>);

/// The places this portal has.
pub(crate) const PLACES: [&str; 14] = [
    "DEFAULT",
    "LEFT_MENU",
    "CRM_LEAD_DETAIL_TAB",
    "CRM_DEAL_DETAIL_TAB",
    "CRM_CONTACT_DETAIL_TAB",
    "CRM_COMPANY_DETAIL_TAB",
    "CRM_LEAD_DETAIL_TOOLBAR",
    "CRM_DEAL_DETAIL_TOOLBAR",
    "CRM_CONTACT_DETAIL_TOOLBAR",
    "CRM_LEAD_LIST_TOOLBAR",
    "CRM_DEAL_LIST_TOOLBAR",
    "CRM_LEAD_ACTIVITY_TIMELINE_MENU",
    "CRM_DEAL_ACTIVITY_TIMELINE_MENU",
    "PAGE_BACKGROUND_WORKER",
];

/// The request that opening a widget sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// handler with `?DOMAIN=…&PROTOCOL=1&LANG=ru&APP_SID=…`
    pub url: String,
    /// the form
    pub body: String,
}

impl Portal {
    /// What the portal posts when an employee opens a widget on a card (`None`: on no card). Nothing if no such widget is bound, or the application is not
    /// installed: then the portal shows no tab.
    pub fn open_widget(&mut self, placement: &str, card: Option<u64>, user: u64) -> Option<Opening> {
        let now = self.clock.now();
        let widget = self.placements.0.iter().find(|widget| widget.placement == placement)?.clone();
        self.access.apps.get(&widget.client_id).filter(|app| app.installed)?;
        self.opening(&widget.client_id, placement, &widget.handler, card, user, now)
    }

    /// The same for the application's main page, which also opens before the installation is finished.
    pub fn open_app(&mut self, client_id: &str, user: u64) -> Option<Opening> {
        let now = self.clock.now();
        let handler = self.access.apps.get(client_id)?.handler.clone();
        self.opening(client_id, "DEFAULT", &handler, None, user, now)
    }

    fn opening(&mut self, client_id: &str, placement: &str, handler: &str, card: Option<u64>, user: u64, now: Moment) -> Option<Opening> {
        let app = self.access.apps.get(client_id)?.clone();
        let token = self.issue(client_id, user, now);
        // A JSON text inside the form; the kind of card is in the placement's name alone.
        let options = match card {
            Some(id) => {
                let word = placement.split('_').nth(1).unwrap_or_default().to_ascii_lowercase();
                map! { "ID" => id.to_string(), "URI" => format!("/crm/{word}/details/{id}/") }
            }
            None => map! { "any" => format!("{placement}/") },
        };
        let protocol = u8::from(self.settings.address().starts_with("https"));
        let mark = if handler.contains('?') { '&' } else { '?' };
        let sid = self.random.token()[..32].to_string();
        let url = format!(
            "{handler}{mark}DOMAIN={}&PROTOCOL={protocol}&LANG={}&APP_SID={sid}",
            crate::php::encode(self.settings.domain()),
            self.settings.language
        );
        let body = map! {
            "AUTH_ID" => token.access, "AUTH_EXPIRES" => crate::oauth::ACCESS_S, "REFRESH_ID" => token.refresh, "SERVER_ENDPOINT" => self.server_endpoint(),
            "APPLICATION_TOKEN" => app.application_token, "APPLICATION_SCOPE" => app.scopes.join(","), "member_id" => &self.settings.member_id, "status" => app.status,
            "PLACEMENT" => placement, "PLACEMENT_OPTIONS" => String::from_utf8_lossy(&to_json(&options)).into_owned()
        };
        let Value::Array(body) = body else { return None };
        Some(Opening { url, body: build_query(&body) })
    }
}
