//! Incidents on their page: opened from a conversation, seen, resolved; who may see and who may not.

use axum::http::StatusCode;

use super::scene::Scene;
use crate::access::Role;

#[tokio::test]
async fn a_person_opens_one_from_a_conversation_and_closes_it() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/incidents").await.body;
    assert!(page.contains("Всё в порядке") && !page.contains("class=\"badge\""), "{page}");
    let talk = owner.get("/sessions/vera").await.body;
    assert!(talk.contains("action=\"/incidents\"") && talk.contains("Неверный ответ"), "{talk}");
    let record = talk.split("name=\"record\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let opened = owner.submit("/incidents", &format!("matter=wrong_answer&record={record}")).await;
    assert_eq!((opened.status, opened.location()), (StatusCode::SEE_OTHER, "/incidents"));
    let page = owner.get("/incidents").await.body;
    for part in ["Неверный ответ ассистента", "сегодня", &format!("/sessions/vera#e{record}"), "Вижу", "Решено…", "class=\"badge\">1<"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let number = page.split("/incidents/").nth(1).unwrap().split('/').next().unwrap();
    owner.submit(&format!("/incidents/{number}/seen"), "").await;
    let page = owner.get("/incidents").await.body;
    assert!(page.contains("Увидели") && !page.contains(&format!("/incidents/{number}/seen")), "{page}");
    for wrong in
        ["how=fix&began=2025-01-01T16:00&recovered=2025-01-01T15:30", "how=fix&recovered=2031-01-01T00:00", "how=fix&began=yesterday"]
    {
        let refused = owner.submit(&format!("/incidents/{number}/resolve"), wrong).await;
        assert_eq!(refused.location(), "/incidents?problem=time", "{wrong}");
    }
    for wrong in ["how=passed", "how=nonsense"] {
        assert_eq!(owner.submit(&format!("/incidents/{number}/resolve"), wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    owner.submit(&format!("/incidents/{number}/resolve"), "how=fix&began=2025-01-01T13:00&recovered=2025-01-01T14:00").await;
    let page = owner.get("/incidents").await.body;
    for part in ["Всё в порядке", "исправлено", "медиана 1 ч · по 1 инциденту", "от первой ошибки до исправления"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let english = owner.get("/look?lang=en&back=/incidents").await;
    assert_eq!(english.location(), "/incidents");
    assert!(owner.get("/incidents").await.body.contains("The assistant gave a wrong answer"));
}

#[tokio::test]
async fn an_integrator_sees_what_is_wrong_and_no_conversation() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    owner.submit("/incidents", "matter=technical&record=1").await;
    let integrator = scene.member(Role::Integrator).await;
    let page = integrator.get("/incidents").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Не работает") && !page.body.contains("/sessions/") && !page.body.contains("/resolve"), "{}", page.body);
    let marketer = scene.member(Role::Marketer).await;
    assert_eq!(marketer.submit("/incidents", "matter=technical&record=1").await.status, StatusCode::FORBIDDEN);
    for wrong in ["matter=boring&record=1", "matter=other&record=99999", "matter=other&record=1099511627777", "matter=other&record=x"] {
        assert_eq!(owner.submit("/incidents", wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(owner.submit("/incidents/424242/seen", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_rule_has_its_words_in_both_languages() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let rows = r#"INSERT INTO incidents (record, business, rule, dedupe, severity, began_us, opened_us, opened_by, grew_us, records, count, facts)
        SELECT (1 << 40) + 500 + key, 1, value, value, 'warning', 1735731000000000, 1735731060000000, 'rules', 1735731060000000, '1', 3,
          '{"channel":"telegram","state":"late","silent_min":"120","what":"disk","to":"gpt-x","promises":"2","unanswered":"3"}'
        FROM json_each('["A1","A2","A3","A4","A5","A6","A7","A8","A9","A10","A11","A12","A16","A17","A18","A99"]')"#;
    scene.tamper(rows).await;
    for language in ["ru", "en"] {
        owner.get(&format!("/look?lang={language}&back=/")).await;
        let page = owner.get("/incidents").await.body;
        assert!(page.contains(if language == "ru" { "Канал молчит: Telegram" } else { "A channel is silent: Telegram" }), "{page}");
        assert!(!page.contains("{$") && !page.contains("{ $") && !page.contains(">incident-"), "{page}");
        assert_eq!(page.matches("class=\"how\"").count(), 16, "each says how it is counted");
    }
}
