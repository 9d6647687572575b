//! Scenarios and requests on their pages: saved, compared, brought back; entered, answered; who may and who may not.

use axum::http::StatusCode;

use super::scene::Scene;
use crate::access::Role;

#[tokio::test]
async fn a_version_is_saved_compared_and_brought_back() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/scenarios").await.body;
    assert!(page.contains("Пока ни одной версии") && page.contains("Сохранить версию"), "{page}");
    let saved =
        owner.submit("/scenarios", "name=booking&version=1&text=%D0%9E%D0%B4%D0%B8%D0%BD%0D%0A%D0%B4%D0%B2%D0%B0&activate=on").await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/scenarios/booking"));
    owner.submit("/scenarios", "name=booking&version=&text=%D0%9E%D0%B4%D0%B8%D0%BD%0D%0A%D1%82%D1%80%D0%B8&comment=short").await;
    let page = owner.get("/scenarios/booking").await.body;
    for part in ["Отвечает версия 1", "Версия 2", "short", "Вернуть эту версию", "difference?from=1&#38;to=2", "диалогов с ней ещё нет"]
    {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let difference = owner.get("/scenarios/booking/difference?from=1&to=2").await.body;
    for part in ["<del>два</del>", "<ins>три</ins>", "Убрано строк: 1, добавлено: 1."] {
        assert!(difference.contains(part), "{part} is not in {difference}");
    }
    let brought = owner.submit("/scenarios/booking/activate", "version=2").await;
    assert_eq!(brought.location(), "/scenarios/booking");
    assert!(owner.get("/scenarios/booking").await.body.contains("Отвечает версия 2"));
    assert_eq!(owner.submit("/scenarios/booking/activate", "version=9").await.status, StatusCode::NOT_FOUND);
    for (form, told) in [
        ("name=booking&version=1&text=other", "Такая версия уже есть"),
        ("name=a%40b&text=x", "Название: до 100 знаков"),
        ("name=b&text=+", "Текст: хоть"),
    ] {
        let refused = owner.submit("/scenarios", form).await;
        assert!(refused.body.contains(told), "{told} is not in {}", refused.body);
    }
    assert_eq!(owner.get("/scenarios/nothing").await.status, StatusCode::NOT_FOUND);
    for page in ["/today", "/numbers", "/incidents"] {
        owner.get(page).await;
    }
    let marketer = scene.member(Role::Marketer).await;
    let page = marketer.get("/scenarios/booking").await;
    assert!(page.status == StatusCode::OK && !page.body.contains("Вернуть эту версию"), "{}", page.body);
    assert_eq!(marketer.submit("/scenarios/booking/activate", "version=1").await.status, StatusCode::FORBIDDEN);
    assert_eq!(scene.member(Role::Integrator).await.get("/scenarios").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_request_is_entered_and_answered_and_a_breach_has_its_hours() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    assert!(owner.get("/requests").await.body.contains("Ни одного запроса без ответа"));
    let number = "%D0%B2%D1%85.+%E2%84%96+12";
    let entered = owner.submit("/requests", &format!("number={number}&kind=withdraw&received=&due=")).await;
    assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, "/requests"));
    let page = owner.get("/requests").await.body;
    assert!(page.contains("вх. № 12") && page.contains("Отзыв согласия") && page.contains("рабочи"), "{page}");
    let id = page.split("action=\"/requests/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    for wrong in ["number=12&kind=access&received=2031-01-01", "number=12&kind=access&due=2001-01-01", "number=12&kind=boring"] {
        assert!(owner.submit("/requests", wrong).await.body.contains("Дата не подошла"), "{wrong}");
    }
    owner.submit(&format!("/requests/{id}/close"), "").await;
    assert!(owner.get("/requests").await.body.contains("Отвечен "));
    assert_eq!(owner.submit("/requests/99999/close", "").await.status, StatusCode::NOT_FOUND);

    owner.submit("/incidents", "matter=technical&record=1").await;
    let page = owner.get("/incidents").await.body;
    assert!(page.contains("Это утечка данных"), "{page}");
    let incident = page.split("/incidents/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert_eq!(owner.submit(&format!("/incidents/{incident}/told"), "step=first").await.status, StatusCode::NOT_FOUND, "it is none yet");
    owner.submit(&format!("/incidents/{incident}/breach"), "").await;
    let page = owner.get("/requests").await.body;
    assert!(page.contains("Утечка персональных данных") && page.contains("24 часа") && page.contains("/told"), "{page}");
    owner.submit(&format!("/incidents/{incident}/told"), "step=first").await;
    assert!(owner.get("/requests").await.body.contains("сообщили "));
}
