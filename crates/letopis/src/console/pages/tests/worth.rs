//! Money and work: what is not measured says so, norms are a sealed decision, the week by hours, visits that fell through.

use axum::http::StatusCode;

use super::scene::Scene;
use crate::access::Role;
use crate::journal::testing::NOON;

#[tokio::test]
async fn what_is_not_measured_says_so_and_norms_are_settled_by_a_form() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/numbers/worth").await.body;
    for wanted in ["Польза и цена", "средний чек не задан", "обращения к модели не видны", "ассистент никому не ответил", "Мало данных"]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("0 ₽") && !page.contains("NaN") && !page.contains("style="), "never a zero that nobody measured: {page}");
    let form = owner.get("/settings/numbers").await.body;
    assert!(form.contains(r#"name="window_days" type="number" min="1" max="90" required value="7""#), "{form}");
    let norms = "window_days=7&opens=10:00&closes=21:00&ticket=2500&currency=RUB&answer=1.5&booking=4&reminder=2&review=1&rework=3&baseline=74&reminder_cost=3,50&month_cost=&before_from=&before_to=";
    let wrong = owner.submit("/settings/numbers", &norms.replace("ticket=2500", "ticket=много")).await;
    assert!(wrong.status == StatusCode::OK && wrong.body.contains("Ничего не сохранено") && wrong.body.contains("много"), "{}", wrong.body);
    let saved = owner.submit("/settings/numbers", norms).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/settings/numbers"));
    let form = owner.get("/settings/numbers").await.body;
    assert!(form.contains(r#"value="2500""#) && form.contains(r#"value="3.5""#) && form.contains(r#"value="74""#), "{form}");
    let page = owner.get("/numbers/worth").await.body;
    assert!(!page.contains("средний чек не задан"), "{page}");
    let marketer = scene.member(Role::Marketer).await;
    assert_eq!(
        (marketer.get("/numbers/worth").await.status, marketer.get("/settings/numbers").await.status),
        (StatusCode::OK, StatusCode::FORBIDDEN)
    );
}

#[tokio::test]
async fn hours_are_asked_by_four_measures() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    for (measure, wanted) in
        [("wrote", "Когда пишут"), ("booked", "Когда записываются"), ("lost", "Когда теряются заявки"), ("late", "Когда бот опаздывает")]
    {
        let page = owner.get(&format!("/numbers?period=week&cut=intent&heat={measure}")).await.body;
        assert!(page.contains(&format!(r#"value="{measure}" selected"#)) && page.contains(wanted), "{measure}: {page}");
        assert!(page.contains(r#"<input type="hidden" name="cut" value="intent">"#), "the other form keeps what else is asked");
    }
    assert_eq!(owner.get("/numbers?heat=colour").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_visit_that_fell_through_is_on_a_list_of_its_own() {
    let scene = Scene::open().await;
    let done = scene.store.write(|tx| {
        tx.execute_batch(&format!(
            "INSERT INTO case_people (person, business, client) SELECT 9, s.business, c.root FROM sessions s JOIN clients c ON c.id = s.client WHERE s.pid = 'anna';
             INSERT INTO visits (business, id, person, session, channel, at_us, made_us, starts_us, outcome, ended_us, reminded, delivered, service, detached)
             SELECT business, 1, 9, id, channel, {NOON}, {NOON}, {NOON}, 'no_show', {NOON} - 8 * 86400000000, 0, 0, 'Стрижка', 0 FROM sessions WHERE pid = 'anna';"
        ))?;
        Ok::<_, crate::store::StoreError>(())
    });
    done.await.unwrap();
    let owner = scene.owner().await;
    let lost = owner.get("/lost").await.body;
    for wanted in ["Отменили или не пришли", "не пришёл", "Стрижка", "R13", "/lost/anna/take"] {
        assert!(lost.contains(wanted), "{wanted}: {lost}");
    }
    owner.submit("/lost/anna/end", "how=done").await;
    assert!(!owner.get("/lost").await.body.contains("Стрижка"), "an ended one is off the list");
}
