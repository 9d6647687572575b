//! Properties of PHP's forms: what `http_build_query` writes `parse_str` reads back, and nothing makes the reader fail.
use bitrix24_sim::php::{Map, Value, build_query, from_json, parse_query, to_json};
use proptest::prelude::*;

fn leaf() -> impl Strategy<Value = Value> {
    ".{0,12}".prop_map(Value::from)
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::vec(("[A-Za-z_а-я &=%+.\\-]{1,8}", inner), 1..4).prop_map(|pairs| pairs.into_iter().collect::<Map>().into()),
        ]
    })
}

fn form() -> impl Strategy<Value = Map> {
    prop::collection::vec(("[A-Za-z_][A-Za-z0-9_]{0,8}", tree()), 0..5).prop_map(|pairs| pairs.into_iter().collect())
}

proptest! {
    #[test]
    fn a_form_survives_the_way_there_and_back(form in form()) {
        prop_assert_eq!(parse_query(&build_query(&form)), form);
    }

    #[test]
    fn json_survives_the_way_there_and_back_but_for_empty_maps(form in form()) {
        let value = Value::from(form);
        prop_assert_eq!(from_json(&to_json(&value)), Some(value));
    }

    #[test]
    fn anything_can_be_read(text in ".{0,200}", brackets in "[a-c\\[\\]=&0-9%]{0,60}") {
        parse_query(&text);
        parse_query(&brackets);
    }
}
