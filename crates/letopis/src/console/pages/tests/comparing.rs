//! Experiments and changes on their pages: defined, started, read, hidden when clients are not divided as meant, stopped; who may do so.

use axum::http::StatusCode;

use super::scene::Scene;
use crate::access::Role;

/// So many clients of both variants, so many of whom booked: in the week before, as the room `tally` would store them.
async fn shown(scene: &Scene, first: i64, (a, b): (i64, i64), (n, m): (i64, i64)) {
    let done = scene.store.write(move |tx| {
        for (variant, hits, clients) in [("A", a, n), ("B", b, m)] {
            let sql = format!(
                "WITH RECURSIVE client (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM client WHERE at < {clients})
                 INSERT INTO exposures (business, experiment, person, variant, seen_us, flags, hit_us, marks, detached)
                 SELECT e.business, e.record, {first} + at * 10 + {index}, '{variant}', e.started_us + at, 1, iif(at <= {hits}, e.started_us + at + 1, NULL), 0, 0
                 FROM client CROSS JOIN experiments e",
                index = i64::from(variant == "B"),
            );
            tx.execute_batch(&sql)?;
        }
        Ok::<_, crate::store::StoreError>(())
    });
    done.await.unwrap();
}

/// Whoever is shown B waits four seconds for each answer, whoever is shown A one.
async fn slow(scene: &Scene) {
    let waits = |ms: u32| format!("x'{}'", ms.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let sql = format!("UPDATE exposures SET answers = iif(variant = 'A', {}, {})", waits(1_000), waits(4_000));
    scene.store.write(move |tx| Ok::<_, crate::store::StoreError>(tx.execute_batch(&sql)?)).await.unwrap();
}

#[tokio::test]
async fn an_experiment_from_its_form_to_its_end() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    assert!(owner.get("/experiments").await.body.contains("Экспериментов пока нет"));
    let define = |name: &str, variants: &str| format!("name={name}&hypothesis=Short&variants={variants}&metric=booked&effect=3");
    for wrong in [define("a%3Db", "A,B"), define("a", "A"), define("a", "A,B:x")] {
        assert_eq!(owner.submit("/experiments", &wrong).await.location(), "/experiments?problem=form", "{wrong}");
    }
    let made = owner.submit("/experiments", &define("%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82", "A, B")).await;
    assert_eq!((made.status, made.location()), (StatusCode::SEE_OTHER, "/experiments/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82"));
    let url = made.location().to_owned();
    assert_eq!(
        owner.submit("/experiments", &define("%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82", "A,B")).await.location(),
        "/experiments?problem=taken"
    );
    let draft = owner.get(&url).await.body;
    assert!(draft.contains("Ещё не начат") && draft.contains("/start") && !draft.contains("<figure"), "{draft}");
    assert_eq!(owner.submit(&format!("{url}/start"), "from=2031-01-01").await.location(), format!("{url}?problem=moment"));
    assert_eq!(owner.submit(&format!("{url}/start"), "from=2024-12-10").await.location(), url);
    assert_eq!(owner.submit(&format!("{url}/start"), "from=").await.location(), format!("{url}?problem=state"));

    shown(&scene, 1_000_000, (120, 151), (1000, 1000)).await;
    let page = owner.get(&url).await.body;
    for wanted in [
        "Пока рано: нужно ещё не меньше",
        "12 % (от 10 до 14 %), 120 из 1000",
        "+3,1 п. п. (от −1,6 до +7,8 п. п.)",
        "2036",
        "0,431",
        "<figure",
        "Что не должно стать хуже",
        "Завершить",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("style=") && !page.contains("experiment-"), "{page}");
    assert!(owner.get("/experiments").await.body.contains("2000 клиентов"));

    slow(&scene).await;
    let page = owner.get(&url).await.body;
    for wanted in ["Стало хуже, чем в обычном варианте:", "95 ответов из 100 быстрее", "4,0 с (от 4,0 с до 4,0 с)"]
    {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");

    shown(&scene, 2_000_000, (0, 0), (1, 200)).await;
    let hidden = owner.get(&url).await.body;
    assert!(
        hidden.contains("нельзя верить") && hidden.contains("?anyway=1") && !hidden.contains("<figure") && !hidden.contains("120 из"),
        "{hidden}"
    );
    assert!(owner.get(&format!("{url}?anyway=1")).await.body.contains("<figure"));
    let marketer = scene.member(Role::Marketer).await;
    let seen = marketer.get(&url).await;
    assert!(seen.status == StatusCode::OK && !seen.body.contains("<form method=\"post\" action=\"/experiments"), "{}", seen.body);
    assert_eq!(marketer.submit(&format!("{url}/stop"), "keep=B").await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.submit(&format!("{url}/stop"), "keep=B").await.location(), url);
    assert!(owner.get(&url).await.body.contains("Завершён"));
    assert_eq!(owner.get("/experiments/nobody").await.status, StatusCode::NOT_FOUND);
    let integrator = scene.member(Role::Integrator).await;
    assert_eq!(integrator.get("/experiments").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_change_says_what_the_mix_explains() {
    let scene = Scene::open().await;
    let owner = scene.owner().await;
    assert!(owner.get("/changes").await.body.contains("Перемен пока не видно"));
    assert!(owner.get("/changes?at=soon").await.body.contains("Не понять день"));
    let talks = |date: &str, channel: &str, booked: i64, n: i64, model: &str| {
        format!(
            "WITH RECURSIVE talk (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM talk WHERE at < {n})
             INSERT INTO cases (business, started_us, id, person, channel, marks, told, booked_us, paid_minor, replies, worded, reply_chars, model)
             SELECT 1, unixepoch('{date}') * 1000000 + at, abs(random()), abs(random()), '{channel}', 0, 0, iif(at <= {booked}, 1, NULL), 0, 1, 1, 120, '{model}' FROM talk;"
        )
    };
    let all = [
        talks("2024-10-02 12:00", "whatsapp", 100, 400, "old"),
        talks("2024-10-29 12:00", "max", 10, 100, "old"),
        talks("2024-10-31 12:00", "whatsapp", 30, 100, "new"),
        talks("2024-11-27 12:00", "max", 52, 400, "new"),
    ];
    scene.store.write(move |tx| Ok::<_, crate::store::StoreError>(tx.execute_batch(&all.concat())?)).await.unwrap();
    let page = owner.get("/changes?at=2024-10-30&weeks=4").await.body;
    for wanted in [
        "Разница объясняется составом клиентов",
        "+4,0 п. п. (от −2,0 до +10,0 п. п.)",
        "−5,6 п. п.",
        "17,5 % → 21,5 %",
        "Состав клиентов изменился",
        "04.11",
        "не эксперимент",
        "<figure",
        "модель old → new",
        "Скорость, длина, цена, обещания",
        "Длина ответа, знаков",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("style=") && !page.contains("change-"), "{page}");
    let few = [
        talks("2024-07-01 12:00", "max", 0, 1, "few"),
        talks("2024-08-02 12:00", "max", 3, 20, "few"),
        talks("2024-08-29 12:00", "max", 3, 9, "few-2"),
    ];
    scene.store.write(move |tx| Ok::<_, crate::store::StoreError>(tx.execute_batch(&few.concat())?)).await.unwrap();
    let few = owner.get("/changes?at=2024-08-15&weeks=2").await.body;
    assert!(
        few.contains("мало данных: 3 из 20") && few.contains("<dd>мало данных</dd>") && !few.contains("Доли при одинаковом составе"),
        "{few}"
    );
    let early = owner.get("/changes?at=2024-12-28").await.body;
    assert!(early.contains("Пока рано: до двух полных недель"), "{early}");
}
