//! The first page of every role: who sees what on it, that nobody sees a client who may not; first steps, saved views, parts that refresh.

#![allow(clippy::unwrap_used)]

use axum::http::{Method, StatusCode, header};

use super::scene::Scene;
use crate::access::Role;

#[tokio::test]
async fn every_role_has_a_first_page_without_what_it_may_not_see() {
    let scene = Scene::open().await;
    let words = |role| match role {
        Role::Owner | Role::Manager => ["Кому позвонить сейчас", "За 7 дней"],
        Role::Marketer => ["По каналам", "записались за 7 дней"],
        Role::Integrator => ["Что не дошло", "Версии, за 14 дней"],
        Role::Compliance => ["Проверка журнала", "Кто смотрел клиентов"],
        Role::Inspector => ["Проверка журнала", "Акты"],
    };
    let inspector = scene.member(Role::Inspector).await;
    for &role in Role::ALL {
        let theirs = match role {
            Role::Owner => Some(scene.owner().await),
            Role::Inspector => None,
            _ => Some(scene.member(role).await),
        };
        let browser = theirs.as_ref().unwrap_or(&inspector);
        let page = browser.get("/today").await;
        assert_eq!(page.status, StatusCode::OK, "{role}");
        // Somebody waits for a call in the scene or nobody does; the heading stands for both.
        let shown = words(role).iter().filter(|word| page.body.contains(**word)).count();
        assert!(shown >= 1 && (role == Role::Owner || role == Role::Manager || shown == 2), "{role}: {}", page.body);
        let sees_people = matches!(role, Role::Owner | Role::Manager | Role::Compliance);
        assert!(sees_people || !page.body.contains("Анна") && !page.body.contains("tel:"), "{role}");
        assert_eq!(page.body.contains("Кто смотрел клиентов"), role == Role::Compliance, "{role}");
        assert_eq!(page.body.contains("/start"), matches!(role, Role::Owner | Role::Integrator), "{role}");
        let may_see_acts = !matches!(role, Role::Marketer | Role::Integrator);
        assert_eq!(browser.get("/acts").await.status == StatusCode::OK, may_see_acts, "{role}");
    }
    for path in ["/journal", "/lost", "/numbers", "/incidents", "/reviews", "/reports", "/start", "/settings/retention"] {
        assert_eq!(inspector.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_part_that_is_not_new_costs_no_page() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    for path in ["/today", "/lost"] {
        let page = owner.get(path).await;
        let tag = page.headers.get(header::ETAG).unwrap().to_str().unwrap().to_owned();
        assert!(page.body.contains(&format!("data-live=\"{path}\" data-tag=\"{tag}\"")), "{}", page.body);
        let again = owner.send(Method::GET, path, "", &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
        let other = owner.send(Method::GET, path, "", &[("if-none-match", "else")]).await;
        assert_eq!(other.status, StatusCode::OK);
        // Another language is another page.
        let english = owner.send(Method::GET, &format!("{path}?lang=en"), "", &[("if-none-match", &tag)]).await;
        assert_eq!(english.status, StatusCode::OK);
        owner.get("/look?lang=ru&back=/").await;
    }
}

#[tokio::test]
async fn views_are_saved_shown_shared_and_taken_away() {
    let scene = Scene::open().await;
    let (owner, marketer) = (scene.owner().await, scene.member(Role::Marketer).await);
    let at = "/numbers%3Fperiod%3Dweek%26channel%3Dtelegram%26q%3Dсекрет";
    let saved = marketer.submit("/views", &format!("name=Неделя&at={at}")).await;
    assert_eq!(saved.location(), "/numbers?period=week&channel=telegram", "words that were searched for are not kept");
    let page = marketer.get("/numbers?period=week&channel=telegram").await.body;
    assert!(page.contains(">Неделя<") && page.contains("/remove"), "{page}");
    assert!(!owner.get("/numbers").await.body.contains(">Неделя<"), "a view is one's own");
    let shared = marketer.submit("/views", &format!("name=Общий&shared=1&at={at}")).await;
    assert_eq!(shared.status, StatusCode::SEE_OTHER);
    assert!(owner.get("/numbers").await.body.contains(">Общий<"));
    for (name, at) in
        [("", at), ("+7 921 555-01-01", at), ("ok", "/clients/1%3Fa%3Db"), ("ok", "//evil.example/numbers%3Fa%3Db"), ("a@b.ru", at)]
    {
        let answer = marketer.submit("/views", &format!("name={}&at={at}", name.replace('+', "%2B").replace(' ', "+"))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name} {at}");
    }
    // A shared one goes by whoever sets up, one's own only by oneself.
    let ids: Vec<String> =
        marketer.get("/numbers").await.body.split("/views/").skip(1).map(|rest| rest.split('/').next().unwrap().to_owned()).collect();
    assert!(ids.is_empty(), "the button stands on the view itself");
    let button = |page: &str| page.split("action=\"/views/").nth(1).map(|rest| rest.split('/').next().unwrap().to_owned());
    let shown = owner.get("/numbers?period=week&channel=telegram").await.body;
    let id = button(&shown).unwrap();
    assert_eq!(owner.submit(&format!("/views/{id}/remove"), "").await.location(), "/numbers");
    assert!(!marketer.get("/numbers").await.body.contains(">Общий<") && marketer.get("/numbers").await.body.contains(">Неделя<"));
    assert_eq!(owner.submit(&format!("/views/{id}/remove"), "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn rooms_have_keys_and_the_help_names_them() {
    let scene = Scene::open().await;
    let page = scene.owner().await.get("/numbers").await.body;
    let keys: Vec<&str> = page.split("data-go=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let different: std::collections::BTreeSet<_> = keys.iter().collect();
    assert!(keys.len() >= 10 && different.len() == keys.len(), "{keys:?}");
    assert!(page.contains("<dialog id=\"key-help\"") && keys.iter().all(|key| page.contains(&format!("<kbd>{key}</kbd>"))));
}
