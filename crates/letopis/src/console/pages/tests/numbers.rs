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
async fn numbers_say_of_how_many_and_people_are_for_those_who_may_see_them() {
    let scene = Scene::open().await;
    counted(&scene).await;
    let owner = scene.owner().await;
    let page = owner.get("/numbers?period=own&from=2025-01-01&to=2025-01-31&compare=1").await.body;
    for wanted in ["мало данных: 1 из 2", "Воронка", "Не измеряется: ", "<figure", "раньше данных нет", "Как считается", "Telegram"]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("style="));
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
