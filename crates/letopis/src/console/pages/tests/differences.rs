//! Differences between journal and CRM as people see them: what each rests on, what may be done, and by whom.

use axum::http::StatusCode;

use super::scene::{NOW, Scene};
use crate::access::Role;
use crate::event::when::HOUR_US;

const WEBHOOK: &str = "https://salon.example/rest/1/canarysecret/";

/// A portal that has been read since before the first event; its page's address.
async fn portal(scene: &Scene, owner: &super::scene::Browser<'_>) -> String {
    let form = format!("webhook={WEBHOOK}&write=yes&read=yes&sources=WEB%2C1%7CTELEGRAM");
    let made = owner.submit("/settings/connections/new/bitrix24", &form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let list = owner.get("/settings/connections").await.body;
    let is_it = |part: &&str| part.starts_with("/settings/connections/c_");
    let id = list.split("href=\"").find(is_it).unwrap().split('"').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let noon = NOW - HOUR_US;
    let reads =
        |what: &str, at: i64| format!("INSERT INTO crm_reads VALUES ('{id}', '{what}', 1, {noon} - 86400000000, {at}, {at}, NULL);");
    let cursor = format!("INSERT INTO crm_cursors VALUES ('{id}', 1, 0, 1 << 40, NULL, NULL);");
    let sql = [cursor, reads("leads", noon), reads("deals", noon), reads("look", NOW)].concat();
    scene.tamper(Box::leak(sql.into_boxed_str())).await;
    id
}

/// A double of Anna's, a lead by another hand, and a deal that ended otherwise than she tells.
async fn differ(scene: &Scene, connection: &str) {
    let noon = NOW - HOUR_US;
    let item = |card: &str, more: &str| {
        let (kind, id) = card.split_once(':').unwrap();
        format!(
            "INSERT INTO crm_items (connection, kind, item, business, created_us, seen_us, responsible, stage, semantics, source)
             VALUES ('{connection}', '{kind}', {id}, 1, {noon}, {NOW}, 3, {more});"
        )
    };
    let sql = [
        item("lead:5", "'NEW', 'P', 'WEB'"),
        item("lead:6", "'NEW', 'P', 'WEB'"),
        item("lead:8", "'NEW', 'P', 'WEB'"),
        item("lead:9", "'NEW', 'P', 'CALL'"),
        format!(
            "INSERT INTO crm_cards (business, connection, client, state, kind, card, found_by, others, asked_us, due_us, attempts)
             SELECT 1, '{connection}', c.pid, 'found', 'lead', 5, 'phone', '[\"lead:6\"]', {noon}, {noon}, 0
             FROM identities i JOIN clients c ON c.id = i.client WHERE i.value = '+79211234567';"
        ),
    ]
    .concat();
    scene.tamper(Box::leak(sql.into_boxed_str())).await;
}

#[tokio::test]
async fn each_difference_shows_what_it_rests_on_and_what_may_be_done() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/cards/differences").await.body;
    assert!(page.contains("CRM не подключена"), "{page}");
    let id = portal(&scene, &owner).await;
    differ(&scene, &id).await;
    let page = owner.get("/cards/differences").await.body;
    for part in [
        "Ассистент назвал карточку «лид 4521», а в CRM её нет",
        "Карточка «лид 8»: ни одного диалога",
        "Источник: WEB",
        "Ответственный в CRM: сотрудник № 3",
        "У одного клиента несколько открытых карточек",
        "Диалоги пишутся в карточку «лид 5»: найдена по телефону",
        "https://salon.example/crm/lead/details/6/",
        "/sessions/sess_abc123#e0",
        ">Анна</a>",
        "Верна: лид 6",
        "value=\"lead:5\"",
        "Клиент пришёл иначе",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(
        !page.contains("лид 9")
            && !page.contains("canarysecret")
            && !page.contains("</b><span>двойники</span></a></li><li><a class=\"bad\"")
    );
    assert!(owner.get("/cards").await.body.contains("Сверка с CRM: 3 расхождения"));
    let page = owner.get("/cards/differences?kind=double&lang=en").await.body;
    assert!(page.contains("Right: lead 6") && !page.contains("lead 8"), "{page}");
    let unknown = owner.submit(&format!("/cards/{id}/link"), "card=lead%3A8&client=%2B79990000000").await;
    assert_eq!((unknown.status, unknown.location()), (StatusCode::SEE_OTHER, "/cards/differences?kind=stranger&problem=who"));
    assert!(
        owner.get(unknown.location()).await.body.contains("no such client")
            || owner.get(unknown.location()).await.body.contains("Такого клиента")
    );
}

#[tokio::test]
async fn whoever_may_retry_may_fix_and_nobody_else() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let id = portal(&scene, &owner).await;
    differ(&scene, &id).await;
    let auditor = scene.member(Role::Compliance).await;
    let page = auditor.get("/cards/differences").await;
    assert!(page.status == StatusCode::OK && page.body.contains("лид 8") && !page.body.contains("differs-fix"), "{}", page.body);
    let refused = auditor.submit(&format!("/cards/{id}/aside"), "card=lead%3A8&why=spam").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(scene.member(Role::Marketer).await.get("/cards/differences").await.status, StatusCode::FORBIDDEN);
    let manager = scene.member(Role::Manager).await;
    assert!(manager.get("/cards/differences").await.body.contains("differs-fix"));
    for (what, form, status) in [
        ("aside", "card=lead%3A8&why=spam", StatusCode::SEE_OTHER),
        ("aside", "card=lead%3A8&why=because", StatusCode::NOT_FOUND),
        ("aside", "card=8&why=spam", StatusCode::NOT_FOUND),
        ("claim", "record=0&why=test", StatusCode::SEE_OTHER),
        ("settle", "card=deal%3A8&right=nobody&told=1&own=2", StatusCode::NOT_FOUND),
        ("link", "card=lead%3A8&client=%2B7+921+123-45-67", StatusCode::SEE_OTHER),
        ("order", "client=c_nobody", StatusCode::NOT_FOUND),
        ("seek", "client=c_nobody", StatusCode::SEE_OTHER),
    ] {
        assert_eq!(manager.submit(&format!("/cards/{id}/{what}"), form).await.status, status, "{what} {form}");
    }
    assert_eq!(manager.submit("/cards/con_nothing/aside", "card=lead%3A8&why=spam").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn how_reading_stands_is_said_on_both_pages() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let id = portal(&scene, &owner).await;
    differ(&scene, &id).await;
    for path in ["/cards".to_owned(), format!("/settings/connections/{id}")] {
        let page = owner.get(&path).await.body;
        assert!(page.contains("<dt>Последнее чтение</dt><dd>сегодня, 16:00</dd>"), "{path}: {page}");
        assert!(page.contains("<dt>Последняя ночная сверка</dt><dd>ещё не было</dd>") && !page.contains("не читается"), "{path}: {page}");
    }
    scene.tamper("UPDATE crm_reads SET problem = 'cannot be reached (connection refused)' WHERE what = 'look'").await;
    let page = owner.get("/cards").await.body;
    assert!(page.contains("Портал сейчас не читается: ") && page.contains("connection refused"), "{page}");
    // A look that never came to its end is none.
    scene.tamper("DELETE FROM crm_reads WHERE what = 'leads'").await;
    assert!(owner.get("/cards").await.body.contains("<dt>Последнее чтение</dt><dd>ещё не было</dd>"));
    scene.tamper("UPDATE connections SET settings = replace(settings, '\"read\":true', '\"read\":false')").await;
    assert!(owner.get("/cards").await.body.contains("выключено в настройках подключения"));
}
