//! What surrounds every page: title, navigation, who is signed in, language and theme; and the small pages that change those.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::error::PageError;
use super::form::Posted;
use super::language::{Language, Texts};
use super::look::{LANGUAGE_COOKIE, Look, THEME_COOKIE, Theme};
use super::views::{self, View};
use super::visitor::{BUSINESS_COOKIE, Visitor};
use super::{Desk, cookie, start};
use crate::access::{Action, session};

/// Where in the console a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Today,
    Start,
    Lost,
    Numbers,
    Journal,
    Search,
    Incidents,
    Promises,
    Reviews,
    Scenarios,
    Requests,
    Cards,
    Quarantine,
    Reports,
    Comparing,
    Settings,
    /// On the side for those alone who have no settings to reach it by.
    Acts,
    None,
}

/// One line of the navigation.
pub(super) struct Link {
    pub(super) url: &'static str,
    pub(super) icon: &'static str,
    pub(super) label: String,
    pub(super) here: bool,
    /// A number beside it; 0 is not shown.
    pub(super) count: i64,
    /// The key that leads there after `g`, by its place on the keyboard; none has none.
    pub(super) key: &'static str,
}

/// Keys of rooms, after `g`.
const KEYS: [(&str, &str); 14] = [
    ("/today", "T"),
    ("/lost", "L"),
    ("/numbers", "N"),
    ("/journal", "J"),
    ("/search", "S"),
    ("/incidents", "I"),
    ("/reports", "R"),
    ("/promises", "P"),
    ("/reviews", "V"),
    ("/cards", "C"),
    ("/quarantine", "Q"),
    ("/acts", "A"),
    ("/settings", "E"),
    ("/start", "F"),
];

/// The signed-in person, as the frame shows them.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) business: String,
    /// Their other businesses: number and name.
    pub(super) others: Vec<(u32, String)>,
    pub(super) csrf: String,
    pub(super) links: Vec<Link>,
    pub(super) searches: bool,
    /// Witnesses that saw another history of the log.
    pub(super) alarms: Vec<String>,
    /// Questions under a name.
    pub(super) views: Vec<View>,
}

/// Rooms that a phone shows at the bottom; what comes after them is behind «Ещё».
const SHOWN_ON_PHONE: usize = 4;

impl Person {
    /// Whether «Ещё» stands before the link of that place: a phone has room for five, and its search is on top.
    pub(super) fn folds_before(&self, at: &usize) -> bool {
        *at == SHOWN_ON_PHONE && self.links.iter().filter(|link| link.url != "/search").count() > SHOWN_ON_PHONE + 1
    }

    fn folded(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().skip(SHOWN_ON_PHONE)
    }

    pub(super) fn is_folded_here(&self) -> bool {
        self.folded().any(|link| link.here)
    }

    /// The sum of what the links behind «Ещё» count.
    pub(super) fn folded_count(&self) -> i64 {
        self.folded().map(|link| link.count).sum()
    }
}

/// What surrounds a page.
pub(super) struct Frame {
    pub(super) t: Texts,
    pub(super) desk: Desk,
    pub(super) look: Look,
    pub(super) title: String,
    pub(super) person: Option<Person>,
    /// The address of this page, for links that come back.
    pub(super) here: String,
    /// What was searched for.
    pub(super) query: String,
}

impl Frame {
    /// For somebody who is not signed in; `title` is a key.
    pub(super) fn for_guest(desk: &Desk, look: Look, title: &str) -> Self {
        let t = desk.library.texts(look.language);
        let title = t.say(title);
        Self { t, desk: desk.clone(), look, title, person: None, here: "/".to_owned(), query: String::new() }
    }

    /// For a signed-in person; `title` is text.
    pub(super) fn new(desk: &Desk, visitor: &Visitor, section: Section, title: String) -> Self {
        let others = visitor.businesses.iter().filter(|other| other.id != visitor.business.id);
        let person = Person {
            name: visitor.signed_in.name.to_string(),
            business: visitor.business.name.to_string(),
            others: others.map(|other| (other.id.0, other.name.to_string())).collect(),
            csrf: session::csrf_token(visitor.token.reveal()),
            links: links(visitor, section),
            searches: visitor.scope.can(Action::ReadJournal),
            alarms: visitor.alarms.clone(),
            views: visitor.views.clone(),
        };
        let (t, here) = (visitor.t.clone(), visitor.here.clone());
        Self { t, desk: desk.clone(), look: visitor.look, title, person: Some(person), here, query: String::new() }
    }

    /// The question of this page, if it can be saved under a name.
    pub(super) fn question(&self) -> Option<String> {
        views::question(&self.here)
    }

    /// Saved questions of this page.
    pub(super) fn views_here(&self) -> Vec<&View> {
        let path = |at: &str| at.split('?').next().unwrap_or_default().to_owned();
        let here = path(&self.here);
        self.person.iter().flat_map(|person| &person.views).filter(|view| path(&view.at) == here).collect()
    }

    /// The message of that key.
    pub(super) fn say(&self, key: &str) -> String {
        self.t.say(key)
    }

    /// The message about `count` things.
    pub(super) fn count(&self, key: &str, count: &i64) -> String {
        self.t.count(key, *count)
    }

    /// The message about `what`.
    pub(super) fn of(&self, key: &str, what: &str) -> String {
        self.t.of(key, what)
    }

    /// The token for forms.
    pub(super) fn csrf(&self) -> &str {
        self.person.as_ref().map_or("", |person| &person.csrf)
    }

    /// Where the other language is.
    pub(super) fn other_language(&self) -> String {
        let other = if self.look.language == Language::Ru { Language::En } else { Language::Ru };
        format!("/look?lang={}&back={}", other.code(), in_query(&self.here))
    }

    /// Where that theme is.
    pub(super) fn theme_url(&self, theme: &str) -> String {
        format!("/look?theme={theme}&back={}", in_query(&self.here))
    }
}

fn links(visitor: &Visitor, section: Section) -> Vec<Link> {
    let mut links = Vec::new();
    let mut add = |allowed: bool, at: Section, url, icon, label: String, count| {
        if allowed {
            let key = KEYS.iter().find(|(known, _)| *known == url).map_or("", |(_, key)| key);
            links.push(Link { url, icon, label, here: at == section, count, key });
        }
    };
    let (scope, t) = (&visitor.scope, &visitor.t);
    add(true, Section::Today, "/today", "today", t.say("nav-today"), 0);
    add(scope.can(Action::ReadJournal), Section::Lost, "/lost", "lost", t.say("nav-lost"), 0);
    add(scope.can(Action::ReadNumbers), Section::Numbers, "/numbers", "numbers", t.say("nav-numbers"), 0);
    add(scope.can(Action::ReadJournal), Section::Journal, "/journal", "journal", t.say("nav-journal"), 0);
    add(scope.can(Action::ReadJournal), Section::Search, "/search", "search", t.say("nav-search"), 0);
    add(scope.can(Action::ReadOperations), Section::Incidents, "/incidents", "error", t.say("nav-incidents"), visitor.incidents);
    add(scope.can(Action::ReadNumbers), Section::Reports, "/reports", "report", t.say("nav-reports"), 0);
    add(scope.can(Action::ReadNumbers), Section::Comparing, "/experiments", "compare", t.say("nav-comparing"), 0);
    add(scope.can(Action::ReadJournal), Section::Promises, "/promises", "promise", t.say("nav-promises"), 0);
    add(scope.can(Action::ReadJournal), Section::Reviews, "/reviews", "review", t.say("nav-reviews"), 0);
    add(scope.can(Action::ReadNumbers), Section::Scenarios, "/scenarios", "scenario", t.say("nav-scenarios"), 0);
    add(scope.can(Action::ReadJournal), Section::Cards, "/cards", "card", t.say("nav-cards"), 0);
    add(scope.can(Action::ReadActs) && !scope.can(Action::ReadJournal), Section::Acts, "/acts", "verify", t.say("acts-title"), 0);
    add(scope.can(Action::ReadJournal), Section::Requests, "/requests", "request", t.say("nav-requests"), 0);
    let quarantined = visitor.quarantined;
    add(scope.can(Action::ReplayQuarantine), Section::Quarantine, "/quarantine", "quarantine", t.say("nav-quarantine"), quarantined);
    add(true, Section::Settings, "/settings", "settings", t.say("nav-settings"), 0);
    links
}

/// What stands in the frame: header, rooms, and the page's own content in the middle.
pub(super) trait Framed: Template {
    fn frame(&self) -> &Frame;
}

/// Pages whose frame is their field `f`.
macro_rules! framed {
    ($page:ty) => {
        impl $crate::console::pages::frame::Framed for $page {
            fn frame(&self) -> &$crate::console::pages::frame::Frame {
                &self.f
            }
        }
    };
}
pub(super) use framed;

/// The frame is drawn once for all pages, not compiled into each.
#[derive(Template)]
#[template(path = "page.html")]
struct Around<'a> {
    f: &'a Frame,
    content: &'a str,
}

/// Renders a page in its frame.
pub(super) fn page(template: &impl Framed) -> Result<Response, PageError> {
    whole(&Around { f: template.frame(), content: &template.render()? })
}

/// Renders a page that is whole without a frame: of guests, and inside a portal.
pub(super) fn whole(template: &impl Template) -> Result<Response, PageError> {
    Ok(Html(template.render()?).into_response())
}

/// `text` as a value in a query string.
pub(super) fn in_query(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A path of ours to go back to: never another site, whatever a link says.
pub(super) fn safe_back(back: &str) -> &str {
    let ours = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n', '\t']);
    if ours { back } else { "/" }
}

/// `GET /`: the first page this person may see; while nothing was ever recorded, for whoever can change that, the first steps.
pub(super) async fn home(State(desk): State<Desk>, visitor: Visitor) -> Result<Redirect, PageError> {
    if start::may_look(&visitor) && start::is_empty(&desk, &visitor).await? {
        return Ok(Redirect::to("/start"));
    }
    Ok(Redirect::to("/today"))
}

/// What `/look` is asked.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    back: String,
}

/// `GET /look?lang=&theme=&back=`: changes how pages look in this browser, nothing else.
pub(super) async fn change_look(Query(wish): Query<Wish>) -> Response {
    let mut response = Redirect::to(safe_back(&wish.back)).into_response();
    let language = Language::named(&wish.lang).and_then(|language| cookie::taste(LANGUAGE_COOKIE, language.code()));
    let theme = Theme::named(&wish.theme).and_then(|theme| cookie::taste(THEME_COOKIE, theme.name()));
    for line in language.into_iter().chain(theme) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// Which business to show.
#[derive(Deserialize)]
pub(super) struct Choice {
    business: String,
}

/// `POST /business`: shows another business of the same person.
pub(super) async fn change_business(State(_): State<Desk>, posted: Posted<Choice>) -> Result<Response, PageError> {
    let wanted: u32 = posted.form.business.parse().map_err(|_| PageError::NotFound)?;
    let theirs = posted.visitor.businesses.iter().any(|known| known.id.0 == wanted);
    let line = cookie::taste(BUSINESS_COOKIE, &wanted.to_string()).filter(|_| theirs).ok_or(PageError::NotFound)?;
    Ok(([(header::SET_COOKIE, line)], Redirect::to("/")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(safe_back("/journal?q=1"), "/journal?q=1");
        for back in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "javascript:1"] {
            assert_eq!(safe_back(back), "/", "{back}");
        }
        assert_eq!(in_query("/journal?q=да&x"), "/journal%3Fq%3D%D0%B4%D0%B0%26x");
    }
}
