//! A portal plugged in on its page, and pages inside it: what is told, to whom, and who may frame what.

use axum::http::{Method, StatusCode};

use super::scene::{Answer, Scene};
use crate::access::Role;

const WEBHOOK: &str = "https://salon.example/rest/1/canarysecret/";

fn policy(answer: &Answer) -> &str {
    answer.headers["content-security-policy"].to_str().unwrap()
}

#[tokio::test]
async fn a_portal_is_plugged_in_with_one_form_and_its_webhook_is_never_shown() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let form = owner.get("/settings/connections/new/bitrix24").await;
    assert!(form.status == StatusCode::OK && form.body.contains("Адрес входящего вебхука") && form.body.contains("Только время и шаги"));
    for (wrong, says) in [
        ("webhook=https://salon.example/crm/canarysecret", "Это не адрес входящего вебхука"),
        (&format!("webhook={WEBHOOK}&stages=JUNK"), "Стадия пишется так"),
        (&format!("webhook={WEBHOOK}&fields=intent%3DTITLE"), "Поле карточки пишется так"),
        (&format!("webhook={WEBHOOK}&responsible=Анна"), "Номер сотрудника"),
    ] {
        let page = owner.submit("/settings/connections/new/bitrix24", wrong).await.body;
        assert!(page.contains(says) && !page.contains("canarysecret"), "{wrong}: {page}");
    }
    let wish = format!(
        "webhook={WEBHOOK}&write=yes&read=yes&words=full&responsible=7&fields=intent+%3D+UF_CRM_1&stages=deal%3AC7%3ALOSE+%3D+no_show"
    );
    let page = owner.submit("/settings/connections/new/bitrix24", &wish).await.body;
    for part in ["/proxy/ltc_", "/bitrix24/ltc_", "Есть что исправить", "intent = UF_CRM_1", "deal:C7:LOSE = no_show", "Разговор целиком"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("canarysecret"));
    let list = owner.get("/settings/connections").await.body;
    let url = list.split("href=\"").find(|part| part.starts_with("/settings/connections/c")).unwrap().split('"').next().unwrap();
    // The clock of the scene stands still, and a change counts only after the one before.
    scene.tamper("UPDATE connections SET changed_us = 0").await;
    let set = owner.submit(&format!("{url}/crm"), "words=digest&tasks=yes").await;
    assert_eq!((set.status, set.location()), (StatusCode::SEE_OTHER, format!("{url}#crm").as_str()));
    let page = owner.get(url).await.body;
    assert!(page.contains("name=\"tasks\" value=\"yes\" checked") && !page.contains("name=\"write\" value=\"yes\" checked"), "{page}");
    assert!(!page.contains("deal:C7:LOSE = no_show") && page.contains("https://salon.example") && !page.contains("canarysecret"));
    let marketer = scene.member(Role::Marketer).await;
    assert_eq!(marketer.get("/settings/connections/new/bitrix24").await.status, StatusCode::FORBIDDEN);
    assert_eq!(marketer.submit(&format!("{url}/crm"), "words=digest").await.status, StatusCode::FORBIDDEN);

    scene.tamper("UPDATE businesses SET kind = 'clinic'; UPDATE connections SET changed_us = 0").await;
    let form = owner.get("/settings/connections/new/bitrix24").await.body;
    assert!(form.contains("ничего о здоровье") && !form.contains("Разговор целиком"), "{form}");
    owner.submit(&format!("{url}/crm"), "words=full&write=yes").await;
    let page = owner.get(url).await.body;
    assert!(page.contains("value=\"steps\" selected") && !page.contains("value=\"full\""), "a clinic tells steps, whatever was sent");
}

#[tokio::test]
async fn only_pages_inside_a_portal_may_be_framed_and_by_it_alone() {
    let scene = Scene::open().await;
    let guest = scene.browser();
    let post = |path: &'static str, form: &'static str| guest.send(Method::POST, path, form, &[("sec-fetch-site", "cross-site")]);
    let card = post("/bitrix24/t/card", "in:ru deal:7").await;
    assert_eq!(card.status, StatusCode::OK, "{}", card.body);
    assert!(card.body.contains("Можно на &#60;b&#62;стрижку") && card.body.contains("inside-badge"), "{}", card.body);
    let board = post("/bitrix24/t/card", "in:en").await;
    assert!(board.body.contains("Wrote") && board.body.contains("How it is counted") || board.body.contains("Booked"), "{}", board.body);
    let refused = post("/bitrix24/t/card", "no right").await;
    assert!(refused.status == StatusCode::FORBIDDEN && refused.body.contains("нет доступа к этой карточке"));
    let installed = post("/bitrix24/t/install", "in").await;
    assert!(installed.body.contains("data-frame=\"5e1f\" data-portal=\"https://salon.example\""), "{}", installed.body);
    for framed in [&card, &board, &refused, &installed] {
        assert!(policy(framed).contains("frame-ancestors https://salon.example;"), "{}", policy(framed));
        assert!(!framed.headers.contains_key("x-frame-options") && framed.cookies().is_empty());
        assert!(policy(framed).contains("default-src 'none'") && !policy(framed).contains("unsafe"));
    }
    let event = post("/bitrix24/t/install", "in event").await;
    let stranger = post("/bitrix24/t/card", "stranger").await;
    let forged = post("/bitrix24/t/install", "stranger").await;
    assert_eq!((event.body.as_str(), stranger.status, forged.status), ("{}", StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    let owner = scene.owner().await;
    let mut others = vec![event, stranger, forged];
    for path in [
        "/journal",
        "/search",
        "/promises",
        "/quarantine",
        "/settings",
        "/settings/connections",
        "/verify",
        "/acts",
        "/sessions/anna",
        "/inside/1.x",
        "/none",
    ] {
        others.push(owner.get(path).await);
    }
    for other in &others {
        assert!(policy(other).contains("frame-ancestors 'none'") && other.headers["x-frame-options"] == "DENY");
    }
}
