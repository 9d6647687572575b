//! What a person wants to know before they trust a portal with anything: is it let in, in whose name, with which rights, under which plan,
//! with or without leads, and is there room. Asked with calls that change nothing; judged by a pure function, a step a sentence.
//!
//! Nothing of an answer gets into a finding but the number of the employee in whose name we ask.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Bitrix24;
use super::rest::{BadCredential, Call, Credential, Halt, Later, Portal, Refusal, Said};
use crate::access::connection_trial::{Finding, Step, Why};
use crate::access::{ConnectionIdentity, SecretName};

/// Together with what is tried before, a person waits no longer than half a minute for a portal that is silent.
const PATIENCE: Duration = Duration::from_secs(12);
/// Where our pages are placed.
pub(super) const PLACES: [&str; 4] = ["CRM_LEAD_DETAIL_TAB", "CRM_DEAL_DETAIL_TAB", "CRM_CONTACT_DETAIL_TAB", "LEFT_MENU"];

/// As what a portal is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Webhook,
    App,
}

/// What was asked, and what came of it.
#[derive(Debug)]
struct Asked {
    profile: Said,
    scope: Said,
    mode: Said,
    fields: Said,
    /// Of an application: the widgets that it has placed.
    placed: Option<Said>,
}

impl Bitrix24 {
    /// Tries what a connection opens a portal with.
    pub async fn probe(&self, known: &Arc<ConnectionIdentity>) -> Vec<Finding> {
        let has = |name| known.secrets.contains_key(&name);
        let by = if has(SecretName::Tokens) { As::App } else { As::Webhook };
        if !has(SecretName::Tokens) && !has(SecretName::Webhook) {
            let waits = has(SecretName::App).then(|| Finding::wrong(Step::Application, Why::AppWaits));
            return std::iter::once(Finding::open(Step::Access, Why::NoCredential)).chain(waits).collect();
        }
        let Ok(portal) = self.shared(known) else { return vec![Finding::wrong(Step::Access, Why::BadCredential)] };
        // On a task of its own: a renewal that is broken off would lose the next token.
        let asking = tokio::spawn(ask(portal, by));
        let silent = || vec![Finding::wrong(Step::Access, Why::PortalSilent).took(PATIENCE)];
        let mut steps = tokio::time::timeout(PATIENCE, asking)
            .await
            .map_or_else(|_| silent(), |asked| asked.map_or_else(|_| silent(), |asked| judged(by, &asked)));
        if by == As::Webhook {
            let (is_waiting, step) = (has(SecretName::App), Step::Application);
            steps.push(if is_waiting { Finding::wrong(step, Why::AppWaits) } else { Finding::open(step, Why::AppNone) });
        }
        steps
    }
}

/// Whether a text is an inbound webhook's URL, and where its portal is.
///
/// # Errors
/// When it is none.
pub fn origin_of(webhook: &str) -> Result<String, BadCredential> {
    Ok(Credential::webhook(webhook)?.origin().to_string().trim_end_matches('/').to_owned())
}

async fn ask(portal: Arc<Portal>, by: As) -> Asked {
    let call = |method, params: Value| Call::new(method, params);
    let mut calls = vec![
        call("profile", json!({})),
        call("scope", json!({})),
        call("crm.settings.mode.get", json!({})),
        call("crm.item.fields", json!({ "entityTypeId": 1 })),
    ];
    if by == As::App {
        calls.push(call("placement.get", json!({})));
    }
    let mut said = portal.ask_all(&calls).await.into_iter();
    let mut next = || said.next().unwrap_or(Said::Later(Later::Silent(String::new())));
    Asked { profile: next(), scope: next(), mode: next(), fields: next(), placed: (by == As::App).then(&mut next) }
}

/// The steps, from the surest fault to the smallest wish.
fn judged(by: As, asked: &Asked) -> Vec<Finding> {
    let (finding, is_in) = entry(by, asked);
    let mut steps = vec![finding];
    if asked.profile == Said::Later(Later::Halted(Halt::Plan)) {
        steps.push(Finding::wrong(Step::Plan, Why::PlanLacks));
    }
    if !is_in {
        return steps;
    }
    steps.push(Finding::well(Step::Plan, Why::PlanHas));
    steps.extend(owner(by, &asked.profile));
    let scopes: Option<Vec<String>> = done(&asked.scope).and_then(|scopes| serde_json::from_value(scopes.clone()).ok());
    steps.extend(scopes.as_deref().map(|scopes| rights(by, scopes)).unwrap_or_default());
    steps.push(match &asked.mode {
        Said::Done(mode) if number(mode) == Some(1) => Finding::well(Step::Leads, Why::LeadsOn),
        Said::Done(mode) if number(mode) == Some(2) => Finding::well(Step::Leads, Why::LeadsOff),
        _ => Finding::open(Step::Leads, Why::LeadsUnknown),
    });
    if scopes.as_deref().is_none_or(|scopes| has(scopes, "crm")) {
        steps.extend(match &asked.fields {
            Said::Done(_) => Some(Finding::well(Step::Cards, Why::CardsShown)),
            Said::Refused(_) => Some(Finding::wrong(Step::Cards, Why::CardsHidden)),
            _ => None,
        });
    }
    steps.push(pace(asked));
    steps.extend(asked.placed.as_ref().map(stands));
    steps
}

/// Whether we are let in; if not, nothing else can be said.
fn entry(by: As, asked: &Asked) -> (Finding, bool) {
    let over = if by == As::App { Why::TokensOver } else { Why::WebhookOver };
    let why = match &asked.profile {
        Said::Done(_) => return (Finding::well(Step::Access, Why::LetIn), true),
        Said::Later(Later::Limit | Later::Method) => return (Finding::open(Step::Access, Why::PaceBusy), true),
        // A webhook that may not even ask whose it is.
        Said::Refused(refusal) if is_scope(refusal) => return (Finding::well(Step::Access, Why::LetIn), true),
        Said::Later(Later::Halted(Halt::Credential)) | Said::Refused(_) => over,
        Said::Later(Later::Halted(Halt::Plan)) => return (Finding::well(Step::Access, Why::LetIn), false),
        Said::Later(Later::Halted(Halt::Gone)) => Why::PortalGone,
        Said::Later(Later::Halted(Halt::Overload)) => Why::Overloaded,
        Said::Later(Later::Silent(_)) => Why::PortalSilent,
        Said::Unclear(_) => Why::NotACrm,
    };
    (Finding::wrong(Step::Access, why), false)
}

fn owner(by: As, profile: &Said) -> Option<Finding> {
    let profile = done(profile)?;
    let is_admin = profile["ADMIN"] == true || matches!(profile["ADMIN"].as_str(), Some("1" | "Y" | "true"));
    let finding = match (by, is_admin) {
        (As::App, _) => Finding::well(Step::Owner, Why::OwnerApp),
        (As::Webhook, true) => Finding::well(Step::Owner, Why::OwnerAdmin),
        (As::Webhook, false) => Finding::open(Step::Owner, Why::OwnerEmployee),
    };
    Some(Finding { number: number(&profile["ID"]), ..finding })
}

fn rights(by: As, scopes: &[String]) -> Vec<Finding> {
    let step = Step::Rights;
    let wish =
        |scope: &str, has_it: Why, lacks: Why| if has(scopes, scope) { Finding::well(step, has_it) } else { Finding::open(step, lacks) };
    let crm = if has(scopes, "crm") { Finding::well(step, Why::HasCrm) } else { Finding::wrong(step, Why::LacksCrm) };
    let mut steps = vec![
        crm,
        wish("booking", Why::HasBooking, Why::LacksBooking),
        wish("imopenlines", Why::HasLines, Why::LacksLines),
        if has(scopes, "user") || has(scopes, "user_basic") || has(scopes, "user_brief") {
            Finding::well(step, Why::HasUser)
        } else {
            Finding::open(step, Why::LacksUser)
        },
    ];
    if by == As::App {
        let placement = has(scopes, "placement");
        steps.push(if placement { Finding::well(step, Why::HasPlacement) } else { Finding::wrong(step, Why::LacksPlacement) });
    }
    steps
}

fn pace(asked: &Asked) -> Finding {
    let all = [&asked.profile, &asked.scope, &asked.mode, &asked.fields];
    let is = |later: Later| all.iter().any(|said| **said == Said::Later(later.clone()));
    match () {
        () if is(Later::Method) => Finding::wrong(Step::Pace, Why::PaceSpent),
        () if is(Later::Limit) => Finding::open(Step::Pace, Why::PaceBusy),
        () => Finding::well(Step::Pace, Why::PaceFree),
    }
}

/// Whether every page of ours is placed.
fn stands(placed: &Said) -> Finding {
    let widgets = done(placed).and_then(Value::as_array);
    let has_place = |place: &str| widgets.into_iter().flatten().any(|widget| widget["placement"].as_str() == Some(place));
    let is_whole = PLACES.iter().all(|place| has_place(place));
    if is_whole { Finding::well(Step::Application, Why::AppStands) } else { Finding::wrong(Step::Application, Why::AppBare) }
}

fn done(said: &Said) -> Option<&Value> {
    if let Said::Done(result) = said { Some(result) } else { None }
}

fn has(scopes: &[String], scope: &str) -> bool {
    scopes.iter().any(|known| known == scope)
}

fn is_scope(refusal: &Refusal) -> bool {
    refusal.code.eq_ignore_ascii_case("insufficient_scope")
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::access::connection_trial::Verdict;

    fn asked() -> Asked {
        Asked {
            profile: Said::Done(json!({ "ID": "7", "ADMIN": true, "NAME": "Анна" })),
            scope: Said::Done(json!(["crm", "user_basic", "booking", "imopenlines", "placement"])),
            mode: Said::Done(json!(1)),
            fields: Said::Done(json!({ "fields": {} })),
            placed: None,
        }
    }

    fn whys(by: As, asked: &Asked) -> Vec<Why> {
        judged(by, asked).into_iter().map(|finding| finding.why).collect()
    }

    #[test]
    fn a_portal_in_order_has_nothing_to_do() {
        use Why::{AppBare, CardsShown, HasBooking, HasCrm, HasLines, HasUser, LeadsOn, LetIn, OwnerAdmin, PaceFree, PlanHas};
        let steps = judged(As::Webhook, &asked());
        assert!(steps.iter().all(|finding| finding.verdict == Verdict::Well), "{steps:?}");
        assert_eq!(steps[2].number, Some(7));
        let all = vec![LetIn, PlanHas, OwnerAdmin, HasCrm, HasBooking, HasLines, HasUser, LeadsOn, CardsShown, PaceFree];
        assert_eq!(whys(As::Webhook, &asked()), all);
        let tabs = |places: &[&str]| Asked {
            placed: Some(Said::Done(places.iter().map(|place| json!({ "placement": place })).collect())),
            ..asked()
        };
        assert_eq!(*whys(As::App, &tabs(&PLACES)).last().unwrap(), Why::AppStands);
        assert_eq!(*whys(As::App, &tabs(&PLACES[..2])).last().unwrap(), AppBare);
    }

    #[test]
    fn every_fault_has_its_step() {
        let refused = |code: &str| Said::Refused(Refusal { code: code.into(), text: String::new() });
        let halted = |halt| Said::Later(Later::Halted(halt));
        for (said, by, expected) in [
            (halted(Halt::Credential), As::Webhook, vec![Why::WebhookOver]),
            (halted(Halt::Credential), As::App, vec![Why::TokensOver]),
            (halted(Halt::Plan), As::Webhook, vec![Why::LetIn, Why::PlanLacks]),
            (halted(Halt::Gone), As::Webhook, vec![Why::PortalGone]),
            (halted(Halt::Overload), As::Webhook, vec![Why::Overloaded]),
            (Said::Later(Later::Silent("x".into())), As::Webhook, vec![Why::PortalSilent]),
            (Said::Unclear("answered 200 and no JSON".into()), As::Webhook, vec![Why::NotACrm]),
        ] {
            assert_eq!(whys(by, &Asked { profile: said, ..asked() }), expected);
        }
        let without =
            Asked { scope: Said::Done(json!([])), fields: refused("insufficient_scope"), mode: refused("insufficient_scope"), ..asked() };
        let found = judged(As::Webhook, &without);
        let wrong: Vec<Why> = found.iter().filter(|finding| finding.verdict == Verdict::Wrong).map(|finding| finding.why).collect();
        assert_eq!(wrong, [Why::LacksCrm], "the scope is said once, not as hidden cards too");
        assert!(whys(As::Webhook, &Asked { fields: refused("ACCESS_DENIED"), ..asked() }).contains(&Why::CardsHidden));
        assert!(whys(As::Webhook, &Asked { mode: Said::Done(json!("2")), ..asked() }).contains(&Why::LeadsOff));
        let employee = Said::Done(json!({ "ID": 12, "ADMIN": false }));
        assert!(whys(As::Webhook, &Asked { profile: employee, ..asked() }).contains(&Why::OwnerEmployee));
        assert!(whys(As::Webhook, &Asked { fields: Said::Later(Later::Method), ..asked() }).contains(&Why::PaceSpent));
        assert!(whys(As::App, &Asked { scope: Said::Done(json!(["crm"])), ..asked() }).contains(&Why::LacksPlacement));
    }

    #[test]
    fn a_webhook_says_where_its_portal_is() {
        assert_eq!(origin_of("https://salon.bitrix24.ru/rest/1/abc123def/profile").unwrap(), "https://salon.bitrix24.ru");
        assert!(origin_of("https://salon.bitrix24.ru/crm/lead/").is_err());
    }
}
