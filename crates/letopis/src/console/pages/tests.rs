//! The pages as a browser sees them: coming in, forms, roles, badges.

#![allow(clippy::unwrap_used)]

#[cfg(test)]
mod comparing;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod differences;
#[cfg(test)]
mod homes;
#[cfg(test)]
mod incidents;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod portal;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod worth;

use axum::http::{Method, StatusCode, header};

use crate::access::Role;
use scene::Scene;

#[tokio::test]
async fn a_stranger_is_asked_to_sign_in_and_comes_back() {
    let scene = Scene::open().await;
    let browser = scene.browser();
    let answer = browser.get("/journal?outcome=lead").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in?back=/journal%3Foutcome%3Dlead"));
    let form = browser.get(answer.location()).await;
    assert!(form.body.contains(r#"name="back" value="/journal?outcome=lead""#) && form.body.contains("<html lang=\"ru\""));
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"), ("cache-control", "no-store")] {
        assert_eq!(form.headers.get(name).unwrap(), value);
    }
    let policy = form.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    let style = form.body.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = browser.get(style).await;
    assert_eq!(style.status, StatusCode::OK);
    assert!(style.headers.get(header::CACHE_CONTROL).unwrap().to_str().unwrap().contains("immutable"));
    assert_eq!(browser.get("/nowhere").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_is_spent_by_its_button_only() {
    let scene = Scene::open().await;
    let (scanner, owner) = (scene.browser(), scene.browser());
    let link = format!("/welcome/{}", scene.owner_link);
    assert!(scanner.get(&link).await.body.contains("Здравствуйте, Владелец!"));
    let elsewhere = owner.send(Method::POST, &link, "", &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    let entered = owner.post(&link, "").await;
    assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, "/password"));
    assert!(entered.cookies()[0].starts_with("letopis=lts_") && entered.cookies()[0].contains("HttpOnly; SameSite=Lax"));
    assert_eq!(owner.get("/").await.location(), "/today");
    assert_eq!(scanner.post(&link, "").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn a_password_is_chosen_and_opens() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    assert_eq!(owner.submit("/password", "password=short").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(owner.submit("/password", "password=correct+horse").await.location(), "/");
    assert_eq!(owner.submit("/password", "current=wrong&password=another+horse").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = scene.browser();
    let wrong = other.post("/sign-in", "login=owner&password=wrong&back=/search").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.body.contains(r#"value="owner""#) && !wrong.body.contains("wrong"));
    let right = other.post("/sign-in", "login=owner&password=correct+horse&back=//evil.example").await;
    assert_eq!((right.status, right.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(other.get("/journal").await.status, StatusCode::OK);
    let changed = other.submit("/password", "current=correct+horse&password=another+horse").await;
    assert_eq!((changed.location(), other.get("/journal").await.status), ("/", StatusCode::OK));
    assert_eq!(owner.get("/journal").await.status, StatusCode::SEE_OTHER, "other browsers are signed out");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let scene = Scene::open().await;
    let browser = scene.browser();
    for _ in 0..5 {
        assert_eq!(browser.post("/sign-in", "login=nobody&password=guess").await.status, StatusCode::UNAUTHORIZED);
    }
    let slowed = browser.post("/sign-in", "login=nobody&password=guess").await;
    assert_eq!((slowed.status, slowed.headers.get(header::RETRY_AFTER).unwrap().to_str().unwrap()), (StatusCode::TOO_MANY_REQUESTS, "1"));
    assert!(slowed.body.contains("Попробуйте через 1 секунду."));
}

#[tokio::test]
async fn a_form_needs_the_sessions_token_and_our_own_page() {
    let scene = Scene::open().await;
    let (owner, other) = (scene.owner().await, scene.member(Role::Manager).await);
    let csrf = owner.csrf().await;
    assert_eq!(owner.post("/sign-out", "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.post("/sign-out", &format!("csrf={}", other.csrf().await)).await.status, StatusCode::FORBIDDEN);
    let elsewhere = owner.send(Method::POST, "/sign-out", &format!("csrf={csrf}"), &[("origin", "https://evil.example")]).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.get("/journal").await.status, StatusCode::OK);
    let left = owner.post("/sign-out", &format!("csrf={csrf}")).await;
    assert_eq!((left.status, left.location()), (StatusCode::SEE_OTHER, "/sign-in"));
    assert_eq!(owner.get("/journal").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_role_sees_its_part() {
    let scene = Scene::open().await;
    for (role, journal, home, keys) in [
        (Role::Manager, StatusCode::OK, "/today", false),
        (Role::Compliance, StatusCode::OK, "/today", false),
        (Role::Marketer, StatusCode::FORBIDDEN, "/today", false),
        (Role::Integrator, StatusCode::FORBIDDEN, "/today", true),
        (Role::Inspector, StatusCode::FORBIDDEN, "/today", false),
    ] {
        let browser = scene.member(role).await;
        let shown = browser.get("/journal").await;
        assert_eq!((shown.status, browser.get("/").await.location()), (journal, home), "{role}");
        for path in ["/sessions/anna", "/sessions/anna/thread", "/search?q=стрижка", "/sessions/anna/dossier", "/journal/events"] {
            let path = path.replace("стрижка", "a");
            assert_eq!(browser.get(&path).await.status, journal, "{role} {path}");
        }
        let settings = browser.get("/settings").await.body;
        assert_eq!((settings.contains("id=\"keys\""), settings.contains("id=\"people\"")), (keys, false), "{role}");
        assert_eq!(browser.submit("/settings/people", "login=x&name=x&role=owner").await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn the_journal_lists_filters_and_refreshes() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/journal").await.body;
    let order: Vec<usize> =
        ["/sessions/boris", "/sessions/anna", "/sessions/vera", "/sessions/sess_abc123"].map(|url| page.find(url).unwrap()).into();
    assert!(order.is_sorted(), "newest first");
    for said in ["+7 921 •••-••-21", "ждёт", "ответ через 2 с", "уверен на 41 %", "<b>3</b>", "сегодня"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("79217654321") && !page.contains("921 765-43-21"), "phones are masked in lists");
    let unanswered = owner.get("/journal?outcome=unanswered").await.body;
    assert!(unanswered.contains("/sessions/boris") && !unanswered.contains("/sessions/anna"));
    assert!(owner.get("/journal?channel=fax").await.body.contains("Таких диалогов нет"));
    let live = owner.get("/journal/lines?outcome=unanswered").await;
    let tag = live.headers.get(header::ETAG).unwrap().to_str().unwrap().to_owned();
    let again = owner.send(Method::GET, "/journal/lines?outcome=unanswered", "", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn a_conversation_tells_what_happened() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let thread = owner.get("/sessions/anna/thread").await.body;
    let lines: Vec<&str> = thread.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    insta::assert_snapshot!("conversation", lines.join("\n"));
    let page = owner.get("/sessions/anna").await.body;
    assert!(page.contains("Все 5 записей подлинные") && page.contains("/sessions/anna/dossier"));
    let english = owner.get("/sessions/anna?lang=en").await;
    assert!(english.body.contains("All 5 records are genuine"));
    assert!(english.cookies().iter().any(|line| line.starts_with("letopis-lang=en;")));
}

#[tokio::test]
async fn a_badge_turns_red_when_a_row_was_edited() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    scene.tamper("UPDATE events SET reply = 'Да, бесплатно' WHERE event_id = 'a2'").await;
    let page = owner.get("/sessions/anna").await.body;
    assert!(page.contains("1 запись не совпадает") && page.contains("на экране другое — ответ ассистента"));
    assert!(!page.contains("/dossier"), "nothing to prove with");
    assert_eq!(page.matches("fold differs").count(), 1);
    scene.tamper("DELETE FROM blobs").await;
    assert!(owner.get("/sessions/boris").await.body.contains("Самой записи нет"));
}

#[tokio::test]
async fn a_proof_leaves_as_a_file() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let answer = owner.get("/sessions/anna/proof/1").await;
    assert_eq!(answer.headers.get(header::CONTENT_DISPOSITION).unwrap(), "attachment; filename=\"letopis-proof-main-1.json\"");
    assert!(ledger::ProofBundle::from_json(answer.body.as_bytes()).is_ok());
    assert_eq!(owner.get("/sessions/anna/proof/0").await.status, StatusCode::NOT_FOUND, "of another conversation");
    assert_eq!(owner.get("/sessions/anna/proof/99999999999999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_client_is_erased_by_hand_and_the_act_can_be_read() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/sessions/anna").await.body;
    let client = page.split("href=\"/clients/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let erase = format!("/clients/{client}/erase");
    assert!(owner.get(&format!("/clients/{client}")).await.body.contains(&erase));
    let form = owner.get(&erase).await.body;
    assert!(form.contains("Что будет уничтожено") && form.contains("Отзыв согласия"));
    for (fields, said) in [
        ("basis=&request=12&word=удалить", "Выберите основание"),
        ("basis=request&request=8 921 555-01-01&word=удалить", "без телефона"),
        ("basis=request&request=12&word=да", "Ничего не удалено"),
    ] {
        let answer = owner.submit(&erase, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields}");
        assert!(answer.body.contains(said), "{fields}");
    }
    assert_eq!(owner.get(&format!("/clients/{client}")).await.status, StatusCode::OK, "nothing was erased");
    let manager = scene.member(Role::Manager).await;
    assert_eq!(manager.get(&erase).await.status, StatusCode::FORBIDDEN);
    let answer = owner.submit(&erase, "basis=withdrawal&request=вх. № 12&word=Удалить").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let act = owner.get(answer.location()).await.body;
    for said in ["Акт об уничтожении персональных данных", "Отзыв согласия", "вх. № 12", "SHA-256(particulars)", "не настроена"]
    {
        assert!(act.contains(said), "{said}");
    }
    assert!(manager.get("/acts").await.body.contains(answer.location()));
    assert_eq!(manager.get("/settings/trail").await.status, StatusCode::FORBIDDEN);
    let trail = owner.get("/settings/trail?what=changed").await;
    assert!(trail.status == StatusCode::OK && trail.body.contains("aria-current=\"page\">Изменение"), "{}", trail.body);
    let gone = owner.get(&format!("/clients/{client}")).await;
    assert_eq!(gone.status, StatusCode::GONE);
    assert!(gone.body.contains(answer.location()));
    assert_eq!(owner.get("/acts/5").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_was_said_is_found_and_marked() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/search?q=%D1%81%D1%82%D1%80%D0%B8%D0%B6%D0%BA%D0%B0").await.body;
    assert!(page.contains("<mark>стрижку</mark>") && page.contains("&#60;b&#62;"), "marked, and escaped");
    assert!(owner.get("/search?q=4567").await.body.contains("+7 921 •••-••-67"));
    assert!(owner.get("/search?q=zzz").await.body.contains("ничего нет"));
}

#[tokio::test]
async fn a_client_page_shows_who_and_takes_decisions() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/sessions/anna").await.body;
    let client = page.split("href=\"/clients/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = owner.get(&format!("/clients/{client}")).await.body;
    assert!(page.contains("+7 921 123-45-67") && page.contains("/sessions/anna"));
    let url = format!("/clients/{client}/merge");
    assert_eq!(owner.submit(&url, "other=c_0000000000000000").await.status, StatusCode::NOT_FOUND);
    let other = owner.get("/sessions/vera").await.body;
    let other = other.split("href=\"/clients/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(owner.submit(&url, &format!("other={other}")).await.location(), format!("/clients/{client}"));
}

#[tokio::test]
async fn a_hold_is_placed_on_the_page_of_a_client() {
    let scene = Scene::open().await;
    let (lawyer, manager) = (scene.member(Role::Compliance).await, scene.member(Role::Manager).await);
    let page = lawyer.get("/sessions/anna").await.body;
    let client = page.split("href=\"/clients/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let url = format!("/clients/{client}");
    assert!(lawyer.get(&url).await.body.contains("action=\"/settings/retention/hold\""));
    assert!(!manager.get(&url).await.body.contains("/settings/retention/hold"), "not for everybody");
    let form = format!("here=true&pid={url}&reason=claim+12");
    assert_eq!(manager.submit("/settings/retention/hold", &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(lawyer.submit("/settings/retention/hold", &form).await.location(), url, "one stays on the page");
    let place = "INSERT INTO holds (record, business, kind, pid, reason, placed_us, placed_by)
                 SELECT id, business, 'client', pid, 'claim 12', 0, 'owner' FROM clients";
    scene.tamper(place).await;
    let page = lawyer.get(&url).await.body;
    assert!(page.contains("claim 12") && page.contains("action=\"/settings/retention/lift\""), "{page}");
    assert_eq!(lawyer.submit("/settings/retention/lift", &format!("here=true&pid={url}")).await.location(), url);
}

#[tokio::test]
async fn prices_and_words_are_set_by_whom_the_settings_belong_to() {
    let scene = Scene::open().await;
    let (owner, manager) = (scene.owner().await, scene.member(Role::Manager).await);
    assert_eq!(manager.get("/settings/models").await.status, StatusCode::FORBIDDEN);
    assert_eq!(manager.submit("/settings/models/price", "model=m&input=1").await.status, StatusCode::FORBIDDEN);
    assert!(owner.get("/settings/models").await.body.contains("Цена не задана"));
    for wrong in ["model=m&input=-1", "model=m&input=x", "model=&input=1", "model=m&input=1&currency=рубли"] {
        assert_eq!(owner.submit("/settings/models/price", wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let set = owner.submit("/settings/models/price", "model=gpt-5-mini&input=12,5&output=100&cached=&currency=rub&since=2026-01-01").await;
    assert_eq!(set.location(), "/settings/models");
    let known = r#"INSERT OR REPLACE INTO known (business, what, value, record) SELECT id, 'prices', '[{"model":"gpt-5-mini","input":12.5,"output":100,"currency":"RUB"}]', 1
                   FROM businesses UNION ALL SELECT id, 'intents', '{"запись":["booking"]}', 1 FROM businesses"#;
    scene.tamper(known).await;
    let page = owner.get("/settings/models").await.body;
    assert!(page.contains("gpt-5-mini") && page.contains("12,5") && page.contains("booking"), "{page}");
    let twice = owner.submit("/settings/models/intent", "intent=приём&synonyms=Booking").await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST, "one word, one intent");
}

#[tokio::test]
async fn a_key_is_shown_once_and_an_invitation_too() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let made = owner.submit("/settings/keys", "name=Бот&role=ingest").await;
    assert!(made.body.contains("ltp_ingest_") && made.body.contains("Ключ «Бот» готов"), "{}", made.status);
    assert!(!owner.get("/settings").await.body.contains("ltp_ingest_"));
    assert_eq!(owner.submit("/settings/keys", "name=&role=ingest").await.status, StatusCode::BAD_REQUEST);
    let invited = owner.submit("/settings/people", "login=olga&name=Ольга&role=manager").await.body;
    let link = invited.split("http://letopis.example").find(|rest| rest.starts_with("/welcome/")).unwrap().split('<').next().unwrap();
    let olga = scene.browser();
    assert_eq!(olga.post(link, "").await.location(), "/password");
    assert_eq!(olga.get("/journal").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refused_item_is_corrected_on_its_page() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    // The corrected one is the customer's own second message, so that there is a conversation to be led to.
    let item = scene.refuse(r#"{"event_id":"a1","timestamp":"вчера","n":1.50,"text":"<b>1</b>","text":"2"}"#).await;
    let page = owner.get("/quarantine").await.body;
    assert!(page.contains("1 событие ждёт решения"));
    for shown in ["&#34;n&#34;: 1.50,\n", "&#34;text&#34;: &#34;&#60;b&#62;1&#60;/b&#62;&#34;", "&#34;text&#34;: &#34;2&#34;"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let send = format!("/quarantine/{item}/send");
    let form = |text: &str| format!("item={}", super::frame::in_query(text));
    let again = owner.submit(&send, &form("{\"event_id\":\"a1\",\r\n\"timestamp\":\"завтра\"}")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("{&#34;event_id&#34;:&#34;a1&#34;,\n&#34;timestamp&#34;:&#34;завтра&#34;}</textarea>"), "the text is kept");
    assert!(again.body.contains("всё ещё не принято") && again.body.contains("Непонятное время: timestamp"), "{}", again.body);
    let good = form("{\"event_id\":\"a1\",\"timestamp\":\"2025-01-01T14:00:00+03:00\",\"channel\":\"site\",\"text\":\"2\"}");
    assert_eq!(owner.post(&send, &good).await.status, StatusCode::FORBIDDEN, "without the token");
    assert_eq!(scene.member(Role::Compliance).await.submit(&send, &good).await.status, StatusCode::FORBIDDEN);
    let sent = owner.submit(&send, &good).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, format!("/quarantine?sent={item}").as_str()));
    let page = owner.get(sent.location()).await.body;
    assert!(page.contains("записано в журнал") && page.contains("href=\"/sessions/anna#e1\"") && page.contains("Всё принято"), "{page}");
    let second = owner.submit(&send, &good).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.body.contains("уже разобрано"));
    assert_eq!(owner.submit(&format!("/quarantine/{item}/drop"), "").await.status, StatusCode::CONFLICT);
    assert_eq!(owner.submit("/quarantine/99/send", &good).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_witness_joins_by_its_key_and_an_alarm_is_on_every_page() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let witness = ledger::Cosigner::from_seed("witness.example/w1", &[3; 32]).unwrap();
    let vkey = witness.verifying_key().to_string().replace('+', "%2B");
    let form = |vkey: &str, url: &str| format!("vkey={vkey}&url={url}");
    for (vkey, url) in [("nonsense", "https://w.example"), (vkey.as_str(), "ftp://w.example"), (vkey.as_str(), "https://a:b@w.example")] {
        let refused = owner.submit("/settings/witnesses", &form(vkey, url)).await;
        assert!(refused.status.is_client_error(), "{vkey} {url}: {}", refused.status);
    }
    let integrator = scene.member(Role::Integrator).await;
    assert_eq!(integrator.submit("/settings/witnesses", &form(&vkey, "https://w.example")).await.status, StatusCode::FORBIDDEN);
    let joined = owner.submit("/settings/witnesses", &form(&vkey, "https://w.example/")).await;
    assert_eq!((joined.status, joined.location()), (StatusCode::SEE_OTHER, "/settings#outside"));
    let page = owner.get("/settings").await.body;
    assert!(page.contains("witness.example/w1") && page.contains("https://w.example ·") && page.contains("ждём"), "{page}");
    assert!(owner.submit("/settings/witnesses", &form(&vkey, "https://w.example")).await.status.is_client_error(), "once is enough");
    assert!(!owner.get("/journal").await.body.contains("видел другую историю"));
    scene.tamper("UPDATE witnesses SET problem = 'x', problem_us = 1, alarm_us = 1").await;
    for path in ["/journal", "/settings", "/search"] {
        assert!(owner.get(path).await.body.contains("witness.example/w1 видел другую историю"), "{path}");
    }
}

#[tokio::test]
async fn the_page_of_retention_says_the_rule_and_who_may_change_it() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let page = owner.get("/settings/retention").await.body;
    assert!(page.contains("Переписка хранится 90 дней после последнего события и затем удаляется"), "{page}");
    assert!(page.contains("name=\"detail_days\"") && page.contains("потерь нет"), "{page}");
    let lawyer = scene.member(Role::Compliance).await.get("/settings/retention").await;
    assert!(lawyer.status == StatusCode::OK && !lawyer.body.contains("name=\"detail_days\""), "looks and holds, does not set");
    assert_eq!(scene.member(Role::Manager).await.get("/settings/retention").await.status, StatusCode::FORBIDDEN);
    for wrong in [
        "detail_days=10&aggregates_days=365&then=expire",
        "detail_days=60&aggregates_days=30&then=expire",
        "detail_days=60&aggregates_days=365&then=keep",
    ] {
        assert_eq!(owner.submit("/settings/retention", wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(owner.submit("/settings/retention/hold", "pid=c_0000000000000000&reason=12").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_promise_that_nothing_kept_is_marked_and_listed() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let talk = owner.get("/sessions/sess_abc123").await.body;
    for mark in ["Обещано: запись на 15:00 — в журнале нет действия", "Обещано: отправка напоминания — в журнале нет действия"]
    {
        assert!(talk.contains(&format!(r#"<span class="chip wrap bad">{mark}</span>"#)), "{mark}");
    }
    assert!(!owner.get("/sessions/vera").await.body.contains("promised-marks"), "a price is no fault");
    let listed = owner.get("/promises").await.body;
    let here = r#"href="/sessions/sess_abc123#e0""#;
    assert!(listed.contains(here) && listed.contains("Записал на 15:00, отправил напоминание"));
    assert!(listed.contains(r#"<a class="bad" href="/promises?state=open&#38;kind=&#38;period=month"><b>2</b>"#), "{listed}");
    assert!(owner.get("/promises?kind=booked").await.body.contains(here));
    for none in [
        "/promises?kind=cancelled",
        "/promises?state=kept",
        "/promises?state=waiting&period=all",
        "/promises?cursor=AAAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert!(owner.get(none).await.body.contains("Таких обещаний нет"), "{none}");
    }
    assert!(owner.get("/promises?kind=x&state=y&period=z&cursor=w").await.body.contains(here), "an old link still works");
    assert_eq!(scene.member(Role::Marketer).await.get("/promises").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_became_of_a_message_is_marked_and_one_that_passed_by_too() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    assert!(!owner.get("/sessions/anna").await.body.contains("✓"), "nothing was told of it");
    scene
        .tamper(
            "INSERT INTO deliveries SELECT record, business, 'telegram', '7', 'sent', 'sending' FROM events WHERE event_id = 'a2';
             INSERT INTO deliveries SELECT record, business, 'telegram', '7', 'read', 'status' FROM events WHERE event_id = 'b1';",
        )
        .await;
    let page = owner.get("/sessions/anna").await.body;
    assert!(page.contains(r#"<span class="chip ok">✓✓ прочитано</span>"#) && !page.contains("мимо Летописи"), "{page}");
    scene.tamper("UPDATE deliveries SET status = 'failed', told_by = 'echo'").await;
    let page = owner.get("/sessions/anna").await.body;
    assert!(page.contains(r#"<span class="chip bad">✗ не доставлено</span>"#), "{page}");
    assert!(page.contains(r#"<span class="chip warn">отправлено мимо Летописи</span>"#));
    assert!(owner.get("/sessions/anna?lang=en").await.body.contains("sent past Letopis"));
}

#[tokio::test]
async fn deliveries_that_wait_for_a_bot_are_shown_tried_again_and_dropped() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    owner.submit("/settings/connections", "name=Бот&kind=telegram").await;
    let list = owner.get("/settings/connections").await.body;
    let id = list.split("href=\"/settings/connections/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let url = format!("/settings/connections/{id}");
    assert!(!owner.get(&url).await.body.contains("id=\"forwards\""), "nothing waits");
    scene.defer(id).await;
    let page = owner.get(&url).await.body;
    assert!(page.contains("Бот не принял") && page.contains("попытки прекращены") && page.contains("connection refused"), "{page}");
    assert!(!page.contains("words of a client"), "what is in it is not shown");
    let marketer = scene.member(Role::Marketer).await;
    assert_eq!(marketer.submit(&format!("{url}/forwards/2/retry"), "").await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.submit(&format!("{url}/forwards/2/retry"), "").await.location(), format!("{url}#forwards"));
    assert!(!owner.get(&url).await.body.contains("попытки прекращены"));
    for number in [1, 2, 2] {
        assert_eq!(owner.submit(&format!("{url}/forwards/{number}/drop"), "").await.status, StatusCode::SEE_OTHER);
    }
    assert!(!owner.get(&url).await.body.contains("id=\"forwards\""));
}

#[tokio::test]
async fn a_chat_on_a_site_is_one_line_to_paste_and_its_pages_are_named() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    let nowhere = owner.submit("/settings/connections", "name=Сайт&kind=site&origins=").await;
    assert_eq!((nowhere.status, nowhere.body.contains("Адрес сайта не подходит")), (StatusCode::BAD_REQUEST, true), "{}", nowhere.body);
    let made = owner
        .submit("/settings/connections", "name=Сайт&kind=site&origins=https%3A%2F%2FСалон.рф%2F%2C+http%3A%2F%2Flocalhost%3A3000")
        .await;
    assert!(made.body.contains("&#60;script src=&#34;") && made.body.contains(".js&#34; defer&#62;&#60;/script&#62;"), "{}", made.body);
    assert!(!made.body.contains("/hooks/ltc_"), "its token opens no hook");
    let list = owner.get("/settings/connections").await.body;
    let id = list.split("href=\"/settings/connections/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let url = format!("/settings/connections/{id}");
    let page = owner.get(&url).await.body;
    assert!(page.contains(r#"value="https://xn--80awgdm.xn--p1ai http://localhost:3000""#), "{page}");
    let refused = owner.submit(&url, "name=Сайт&origins=salon.example%2Fchat").await;
    assert_eq!((refused.status, refused.body.contains("Адрес сайта не подходит")), (StatusCode::BAD_REQUEST, true), "{}", refused.body);
    assert!(owner.get(&url).await.body.contains("xn--80awgdm"), "what was there stays");
    // The clock of the scene stands still, and of two changes at one moment the first one counts.
    scene.tamper("UPDATE connections SET changed_us = changed_us - 1").await;
    assert_eq!(owner.submit(&url, "name=Сайт&origins=https%3A%2F%2Fsalon.example").await.status, StatusCode::SEE_OTHER);
    assert!(owner.get(&url).await.body.contains(r#"value="https://salon.example""#));
}
