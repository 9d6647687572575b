//! Connections as their owner sees them: tested, faring, measured or not, replaced and taken away without a script.

use axum::http::StatusCode;

use super::scene::{NOW, Scene};
use crate::access::Role;
use crate::event::when::{HOUR_US, MINUTE_US};

/// Adds one; the page of it.
async fn add(owner: &super::scene::Browser<'_>, form: &str) -> String {
    let made = owner.submit("/settings/connections", form).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let list = owner.get("/settings/connections").await.body;
    let name = form.trim_start_matches("name=").split('&').next().unwrap();
    let is_it = |part: &&str| part.starts_with("/settings/connections/") && part.contains(&format!(">{name}</a>"));
    list.split("href=\"").find(is_it).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_test_tells_each_step_and_delivers_only_when_asked() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let url = add(&owner, "name=Бот&kind=telegram&forward=http://127.0.0.1:9/secret-path").await;
    assert!(!owner.get(&url).await.body.contains("trial-sign"), "nothing is tried unasked");
    let page = owner.submit(&format!("{url}/test"), "").await.body;
    assert!(page.contains("Есть что исправить") && page.contains("там никто не слушает"), "{page}");
    assert!(page.contains("Отправить можно кнопкой ниже") && page.contains("событий ещё не было") || page.contains("ещё не было"));
    let page = owner.submit(&format!("{url}/test"), "deliver=yes").await.body;
    assert!(page.contains("принято за") && !page.contains("secret-path"), "{page}");
    let marketer = scene.member(Role::Marketer).await;
    assert_eq!(marketer.submit(&format!("{url}/test"), "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.submit("/settings/connections/con_nothing/test", "").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_fresh_address_comes_with_its_recipe_and_is_replaced_without_a_script() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    for (kind, lines) in [
        ("openai", &["OPENAI_BASE_URL=", "OpenAI(base_url=", "baseURL:"][..]),
        ("telegram", &["/hooks/ltc_", "setWebhook -d url=", "TelegramAPIServer.from_base("][..]),
        ("events", &["/hooks/ltc_", "curl -H"][..]),
        ("bitrix24", &["/proxy/ltc_", "profile.json"][..]),
    ] {
        let page = owner.submit("/settings/connections", &format!("name=Новое&kind={kind}")).await.body;
        for line in lines {
            assert!(page.contains(line), "{kind}: {line} is not in {page}");
        }
        assert!(page.contains("Проверить подключение"), "{kind}");
    }
    let url = add(&owner, "name=Модель&kind=openai").await;
    let page = owner.get(&url).await.body;
    // The question stands in the page, before the button that does it: no script is needed for it.
    for (way, question) in [("rotate", "Старый сразу перестанет работать"), ("revoke", "Да, отозвать")]
    {
        let form = page.split(&format!("action=\"{url}/{way}\"")).nth(1).unwrap().split("</form>").next().unwrap();
        assert!(form.contains(question), "{way}: {form}");
        let before = page.split(&format!("action=\"{url}/{way}\"")).next().unwrap();
        assert!(before.rfind("<details class=\"sure\">") > before.rfind("</details>"), "{way} is not folded");
    }
    assert!(!page.contains("/proxy/ltc_"), "the address is shown once");
    assert!(owner.submit(&format!("{url}/rotate"), "").await.body.contains("OPENAI_BASE_URL="));
}

#[tokio::test]
async fn health_has_its_n_and_little_data_has_no_share() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let url = add(&owner, "name=Модель&kind=openai").await;
    let page = owner.get(&url).await.body;
    assert!(page.contains("обращений не было") && page.contains("Как считается"), "{page}");
    let hour = NOW - NOW.rem_euclid(HOUR_US);
    let counted = |calls: u32, slow: u32| {
        format!(
            "DELETE FROM connection_health; INSERT INTO connection_health (connection_id, hour_us, business_id, calls, events, failures, latency, gaps, last_us, last_error, last_error_us)
             SELECT id, {hour}, business_id, {calls}, 7, '{{\"slow\":{slow}}}', '[0,0,0,0,0,0,0,{calls},0,0,0,0,0,0,0,0]', 2, {NOW}, 'gives no answer within 5 s', {NOW} FROM connections"
        )
    };
    scene.tamper(Box::leak(counted(12, 3).into_boxed_str())).await;
    let page = owner.get(&url).await.body;
    assert!(page.contains("3 из 12, мало данных") && !page.contains("25,0"), "{page}");
    scene.tamper(Box::leak(counted(100, 10).into_boxed_str())).await;
    let page = owner.get(&url).await.body;
    assert!(page.contains("10 из 100 · 10,0 % (5,5–17,4 %)"), "{page}");
    for word in ["7 событий", "не дождались 10", "половина до 150 мс", "2 за сутки", "не ответил вовремя"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(owner.get("/settings/connections").await.body.contains("ошибок 10 из 100"));
    assert!(owner.get(&format!("{url}?lang=en")).await.body.contains("10 of 100"));
}

#[tokio::test]
async fn what_nothing_tells_is_not_measured_and_no_zero_stands_for_it() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    // Boris's chat brings neither an intent nor bookings; Anna's brings both.
    let page = owner.get("/sessions/boris").await.body;
    assert!(page.contains("<dt>Не измеряется</dt><dd>намерение, уверенность, запись, отказ</dd>"), "{page}");
    let page = owner.get("/sessions/anna").await.body;
    assert!(page.contains("<dt>Не измеряется</dt><dd>отказ</dd>"), "{page}");
    let page = owner.get("/settings/models").await.body;
    assert!(page.contains("Намерение: сообщает бот") && page.contains("Намерение: не измеряется"), "{page}");

    // No booking was ever told: the journal's figure says so. With a system that keeps bookings zero is a number.
    scene.tamper("UPDATE sessions SET outcome = 'open', facets = 1").await;
    let journal = owner.get("/journal").await.body;
    assert!(journal.contains(r#"<b class="unmeasured">не измеряется</b>"#), "{journal}");
    owner.submit("/settings/connections", "name=Записи&kind=yclients").await;
    let journal = owner.get("/journal").await.body;
    assert!(!journal.contains("unmeasured") && journal.contains("<b>0</b>"), "{journal}");
}

#[tokio::test]
async fn a_call_without_a_price_is_not_free() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    assert!(!owner.get("/sessions/anna").await.body.contains("Стоимость"), "no call, no cost");
    let row = |cost: &str| {
        let sql = format!(
            "INSERT OR REPLACE INTO model_calls (record, business, connection, ts_us, tokens_in, tokens_out, cost, currency)
             SELECT record, business, NULL, ts_us, 1000, 200, {cost} FROM events WHERE event_id = 'a2'"
        );
        &*Box::leak(sql.into_boxed_str())
    };
    scene.tamper(row("NULL, NULL")).await;
    let page = owner.get("/sessions/anna").await.body.replace('\u{a0}', " ");
    assert!(page.contains("<dt>Стоимость модели</dt><dd>цена не задана: 1 вызов, 1 200 токенов</dd>"), "{page}");
    scene.tamper(row("0.25, 'RUB'")).await;
    let page = owner.get("/sessions/anna").await.body.replace('\u{a0}', " ");
    assert!(page.contains("<dd>0,25 ₽</dd>") && page.contains("Как считается"), "{page}");
}

#[tokio::test]
async fn what_events_lack_is_said_by_channel_with_what_to_do() {
    let scene = Scene::open().await;
    let integrator = scene.member(Role::Integrator).await;
    let page = integrator.get("/settings/connections").await.body;
    assert!(page.contains("Чего не хватает в событиях") && page.contains("Карточка в CRM"), "{page}");
    assert!(!page.contains("Пусть бот передаёт session_id"), "a few events say nothing: {page}");
    let bare = scene.store.write(|tx| {
        let (inbound, at) = (crate::event::Facets::INBOUND.bits(), NOW - MINUTE_US);
        tx.execute_batch(&format!(
            "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 40)
             INSERT INTO events (record, business, ts_us, offset_min, received_us, flags, facets, type, channel, event_id)
             SELECT (SELECT max(record) FROM events) + n, 1, {at}, 0, {at}, 0, {inbound}, 'message_in', 'vk', 'bare-' || n FROM n"
        ))?;
        Ok::<_, crate::store::StoreError>(())
    });
    bare.await.unwrap();
    let page = integrator.get("/settings/connections").await.body;
    for wanted in
        ["Что сделать", "Пусть бот передаёт session_id", "Передавайте client:", "Передавайте intent", "Передавайте crm_id", "chip warn"]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert_eq!(scene.member(Role::Marketer).await.get("/settings/connections").await.status, StatusCode::FORBIDDEN);
}
