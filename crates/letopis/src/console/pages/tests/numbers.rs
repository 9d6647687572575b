//! Today, whom to call, numbers: what a role sees, what a button does, and that every number says of how many.

use axum::http::StatusCode;

use super::scene::Scene;
use crate::access::Role;
use crate::journal::testing::NOON;

/// Conversations counted as the room `tally` counts them: Boris waits, Anna booked.
async fn counted(scene: &Scene) {
    let done = scene.store.write(|tx| {
        let case = |pid: &str, person: i64, more: &str, values: &str| {
            format!(
                "INSERT INTO cases (business, id, person, session, started_us, channel, marks, told, paid_minor, replies, {more})
                 SELECT business, id, {person}, id, {NOON}, channel, 1, 3, 0, 1, {values} FROM sessions WHERE pid = '{pid}';"
            )
        };
        let lost = "lost, lost_all, lost_since_us, lost_us, evidence";
        tx.execute_batch(&case("boris", 1, lost, &format!("'R1', 'R1,R2', {NOON}, {NOON}, '6'")))?;
        tx.execute_batch("UPDATE cases SET marks = marks | 16, person_answer_ms = 240000")?;
        tx.execute_batch(&case("anna", 2, "booked_us", &format!("{NOON}")))?;
        Ok::<_, crate::store::StoreError>(())
    });
    done.await.unwrap();
}

#[tokio::test]
async fn the_first_page_says_whom_to_call_and_the_button_is_a_sealed_decision() {
    let scene = Scene::open().await;
    counted(&scene).await;
    let owner = scene.owner().await;
    let today = owner.get("/today").await.body;
    for wanted in ["<b>2</b>", "ждут звонка", "tel:+79217654321", "без ответа", "Взять в работу", "/sessions/boris#e"]
    {
        assert!(today.contains(wanted), "{wanted}: {today}");
    }
    assert!(!today.contains("/sessions/anna"), "who booked is not called");
    assert_eq!(owner.submit("/lost/nobody/take", "").await.status, StatusCode::NOT_FOUND);
    let taken = owner.submit("/lost/boris/take", "back=/today").await;
    assert_eq!((taken.status, taken.location()), (StatusCode::SEE_OTHER, "/today"));
    let lost = owner.get("/lost").await.body;
    assert!(lost.contains("owner") && !lost.contains("Взять в работу"), "{lost}");
    assert_eq!(owner.submit("/lost/boris/end", "how=forgot").await.status, StatusCode::FORBIDDEN);
    owner.submit("/lost/boris/end", "how=done").await;
    assert!(owner.get("/lost").await.body.contains("Никто не ждёт"));
}

#[tokio::test]
async fn a_client_with_two_lost_conversations_is_called_once() {
    let scene = Scene::open().await;
    counted(&scene).await;
    let second = scene.store.write(|tx| {
        tx.execute_batch(&format!(
            "UPDATE sessions SET client = (SELECT client FROM sessions WHERE pid = 'boris') WHERE pid = 'anna';
             UPDATE cases SET lost = 'R4', lost_all = 'R4', lost_since_us = {NOON}, lost_us = {NOON}, evidence = '1', booked_us = NULL,
               person = (SELECT k.person FROM cases k JOIN sessions s ON s.id = k.session WHERE s.pid = 'boris')
               WHERE session = (SELECT id FROM sessions WHERE pid = 'anna');"
        ))?;
        Ok::<_, crate::store::StoreError>(())
    });
    second.await.unwrap();
    let owner = scene.owner().await;
    let today = owner.get("/today").await.body;
    assert!(today.contains("<b>1</b>") && !today.contains("<b>2</b><span>ждут"), "one person: {today}");
    let lost = owner.get("/lost").await.body;
    assert_eq!(lost.matches("<li class=\"card lead\">").count(), 1, "{lost}");
    for wanted in ["обещана запись", "/sessions/anna#e1", "/sessions/boris#e6", "Ещё: без ответа", "/lost/anna/take", "[&#34;boris&#34;]"]
    {
        assert!(lost.contains(wanted), "{wanted}: {lost}");
    }
    assert!(owner.get("/lost?reason=R1").await.body.contains("/sessions/anna"), "found by either reason");
    assert_eq!(owner.submit("/lost/anna/take", "also=boris").await.status, StatusCode::FORBIDDEN, "no list");
    owner.submit("/lost/anna/take", "also=%5B%22nobody%22%5D").await;
    assert!(owner.get("/lost").await.body.contains("Взять в работу"), "the other one was not on the page that was acted upon");
    owner.submit("/lost/anna/take", "also=%5B%22boris%22%5D").await;
    assert!(!owner.get("/lost").await.body.contains("Взять в работу"));
    owner.submit("/lost/boris/end", "how=done&also=%5B%22anna%22%5D").await;
    assert!(owner.get("/lost").await.body.contains("Никто не ждёт"), "ended with all of them");
}

#[tokio::test]
async fn a_morning_s_calls_are_forty_and_whoever_is_taken_stays_on_the_page() {
    let scene = Scene::open().await;
    let many = scene.store.write(|tx| {
        tx.execute_batch(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45)
             INSERT INTO sessions (business, pid, channel, kind, started_us, last_us, first_record, events, inbound, replies, facets, outcome)
               SELECT business, 'many-' || i, channel, kind, started_us, last_us, first_record, events, inbound, replies, facets, outcome FROM sessions, n WHERE pid = 'boris';
             INSERT INTO cases (business, id, person, session, started_us, channel, marks, told, paid_minor, replies, lost, lost_all, lost_since_us, lost_us)
               SELECT business, id, id, id, {NOON}, channel, 1, 1, 0, 0, 'R1', 'R1', {NOON}, {NOON} + id FROM sessions WHERE pid LIKE 'many-%';"
        ))?;
        Ok::<_, crate::store::StoreError>(())
    });
    many.await.unwrap();
    let owner = scene.owner().await;
    let cards = |page: &str| page.matches("<li class=\"card lead\">").count();
    let lost = owner.get("/lost").await.body;
    assert_eq!(cards(&lost), 40);
    assert!(lost.contains("/lost?all=1&#38;reason=") && lost.contains("45"), "{lost}");
    assert_eq!(cards(&owner.get("/lost?all=1").await.body), 45);
    owner.submit("/lost/many-45/take", "").await;
    let lost = owner.get("/lost").await.body;
    assert_eq!((cards(&lost), lost.matches("/sessions/many-45\"").count()), (41, 1), "forty free ones, and who took whom: {lost}");
    for i in 1..=4 {
        owner.submit(&format!("/lost/many-{i}/take"), "").await;
    }
    let lost = owner.get("/lost").await.body;
    assert!(cards(&lost) == 45 && !lost.contains("/lost?all=1"), "nobody is left out: {lost}");
}

#[tokio::test]
async fn numbers_say_of_how_many_and_people_are_for_those_who_may_see_them() {
    let scene = Scene::open().await;
    counted(&scene).await;
    let owner = scene.owner().await;
    let page = owner.get("/numbers?period=own&from=2025-01-01&to=2025-01-31&compare=1").await.body;
    for wanted in [
        "мало данных: 1 из 2",
        "Ответ человека после передачи",
        "мало данных: передач 1",
        "Воронка",
        "Не измеряется: ",
        "<figure",
        "раньше данных нет",
        "Как считается",
        "Telegram",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("style="));
    let visits = scene.store.write(|tx| {
        let visit = |outcome: &str, at: &str| {
            format!(
                "INSERT INTO visits (business, at_us, id, person, made_us, outcome, reminded, delivered, channel, detached)
                 SELECT 1, unixepoch('{at}') * 1000000, abs(random()), 1, {NOON}, '{outcome}', 0, 0, 'telegram', 0
                 FROM (WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < 40) SELECT at FROM n);"
            )
        };
        let all = [
            ("no_show", "2025-01-10"),
            ("arrived", "2025-01-10"),
            ("no_show", "2024-12-10"),
            ("arrived", "2024-12-10"),
            ("arrived", "2024-12-11"),
        ];
        Ok::<_, crate::store::StoreError>(tx.execute_batch(&all.map(|(outcome, at)| visit(outcome, at)).concat())?)
    });
    visits.await.unwrap();
    let january = "/numbers?period=own&from=2025-01-01&to=2025-01-31";
    let page = owner.get(&format!("{january}&compare=1")).await.body;
    for wanted in ["раньше 33 % (от 26 до 42 %), 40 из 120. Изменение +50,0 % (от ", "+16,7 п. п. (от ", "От первого сообщения до шага «"]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("(все визиты)"), "{page}");
    let narrow = owner.get(&format!("{january}&intent=booking")).await.body;
    assert!(narrow.contains("не пришли (все визиты)") && narrow.contains("здесь все, а не только те"), "{narrow}");
    assert_eq!(owner.get("/numbers?period=decade&cut=colour&channel=%3Cscript%3E").await.status, StatusCode::OK);
    let marketer = scene.member(Role::Marketer).await;
    let today = marketer.get("/today").await;
    assert!(
        today.status == StatusCode::OK && !today.body.contains("tel:") && today.body.contains("1 человек ждёт звонка"),
        "{}",
        today.body
    );
    assert_eq!((marketer.get("/lost").await.status, marketer.get("/numbers").await.status), (StatusCode::FORBIDDEN, StatusCode::OK));
    let integrator = scene.member(Role::Integrator).await;
    let today = integrator.get("/today").await;
    assert!(today.status == StatusCode::OK && !today.body.contains("ждёт звонка"), "an integrator's page knows systems: {}", today.body);
}
