//! Where in a conversation a call stands, by digests: of what it goes on from, and of what whoever goes on from it will send.
//!
//! A conversation is what the client and the assistant said to each other; what tools were asked and answered is left out, because many programs
//! keep only the words between two turns. Inside a turn, while tools are used, the call goes on from the tools that were asked.
//!
//! ```text
//! "follows"  what stands before this turn            "tip"    the same with the answer: another call's "follows"
//! "pair"     the last question and its answer        "after"  the last such pair before this turn, for histories that were cut
//! "asked"    everything that was sent                "of"     the exchange: what else it tells belongs together, and
//!                                                        the one it repeats ("retry")
//! ```
//! The recorder keeps them keyed (`journal/chains`); here they are plain, inside what is sealed.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::call::{Call, Role, Tool, Turn};

/// The digests of a call.
pub(super) fn of(call: &Call) -> Map<String, Value> {
    let mut chain = Map::new();
    let mut put = |name: &str, digest: Option<String>| drop(digest.map(|digest| chain.insert(name.to_owned(), digest.into())));
    let messages = &call.messages;
    let answer = call.choices.first();
    let last_user = messages.iter().rposition(|turn| turn.role == Role::User).map_or(0, |at| at + 1);
    let asked_tools = messages[last_user..].iter().rev().find(|turn| !turn.tools.is_empty());
    let last_answer = messages.iter().rposition(says).filter(|_| asked_tools.is_none());

    put("asked", Some(digest("asked", &everything(messages))));
    put(
        "follows",
        match (&call.previous, asked_tools, last_answer) {
            (Some(previous), ..) => Some(digest("response", &[previous])),
            (None, Some(asked), _) => Some(digest("tools", &with_tools(&messages[..last_user], &asked.tools))),
            (None, None, Some(at)) => Some(digest("said", &spoken(&messages[..=at]))),
            (None, None, None) => None,
        },
    );
    put("after", last_answer.and_then(|at| pair(&messages[..at], &messages[at].text)));
    if let Some(answer) = answer {
        let text = answer.text.as_deref().unwrap_or_default();
        if !answer.tools.is_empty() {
            put("tip", Some(digest("tools", &with_tools(&messages[..last_user], &answer.tools))));
        } else if !text.is_empty() {
            let mut said = spoken(messages);
            said.extend(["assistant".to_owned(), plain(text)]);
            put("tip", Some(digest("said", &said)));
            put("pair", pair(messages, text));
        }
    }
    put("reply", call.response_id.as_ref().filter(|_| call.keeps_history).map(|id| digest("response", &[id])));
    chain
}

/// Whether a message is the assistant speaking, not asking for tools.
fn says(turn: &Turn) -> bool {
    turn.role == Role::Assistant && turn.tools.is_empty() && !turn.text.trim().is_empty()
}

/// The words of the two.
fn spoken(messages: &[Turn]) -> Vec<String> {
    let both = messages.iter().filter(|turn| turn.role == Role::User || says(turn));
    both.flat_map(|turn| [turn.role.as_str().to_owned(), plain(&turn.text)]).collect()
}

fn with_tools(before: &[Turn], tools: &[Tool]) -> Vec<String> {
    spoken(before).into_iter().chain(tools.iter().map(Tool::key)).collect()
}

fn everything(messages: &[Turn]) -> Vec<String> {
    let words = messages.iter().flat_map(|turn| [turn.role.as_str().to_owned(), plain(&turn.text)]);
    words.chain(messages.iter().flat_map(|turn| &turn.tools).map(Tool::key)).collect()
}

/// The last question and its answer.
fn pair(before: &[Turn], answer: &str) -> Option<String> {
    let question = before.iter().rfind(|turn| turn.role == Role::User)?;
    Some(digest("pair", &[plain(&question.text), plain(answer)]))
}

/// One space between words: programs trim and wrap.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn digest(kind: &str, parts: &[impl AsRef<str>]) -> String {
    let mut sum = Sha256::new();
    for part in std::iter::once(kind).chain(parts.iter().map(AsRef::as_ref)) {
        sum.update((part.len() as u64).to_le_bytes());
        sum.update(part.as_bytes());
    }
    sum.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::call::Choice;
    use super::*;

    fn turn(role: Role, text: &str) -> Turn {
        Turn { role, text: text.into(), ..Turn::default() }
    }

    fn call(messages: Vec<Turn>, answer: &str, tools: Vec<Tool>) -> Map<String, Value> {
        let choice = Choice { text: Some(answer.into()), tools, ..Choice::default() };
        of(&Call { messages, choices: vec![choice], ..Call::default() })
    }

    fn asks(id: &str) -> Vec<Tool> {
        vec![Tool { id: Some(id.into()), name: "slots".into(), arguments: "{}".into() }]
    }

    #[test]
    fn a_call_follows_the_one_whose_answer_it_repeats() {
        use Role::{Assistant, User};
        let first = call(vec![turn(User, "привет")], "Здравствуйте!\n", vec![]);
        assert!(first.get("follows").is_none());
        let next = call(vec![turn(User, "привет"), turn(Assistant, "Здравствуйте!"), turn(User, "запишите")], "На когда?", vec![]);
        assert_eq!(next["follows"], first["tip"]);
        assert_eq!(next["after"], first["pair"]);
        let cut = call(vec![turn(User, "запишите"), turn(Assistant, "На когда?"), turn(User, "завтра")], "Хорошо", vec![]);
        assert_ne!(cut["follows"], next["tip"]);
        assert_eq!(cut["after"], next["pair"]);
    }

    #[test]
    fn tools_are_a_loop_inside_one_turn_and_no_part_of_what_was_said() {
        use Role::{Assistant, Tool, User};
        let hello = vec![turn(User, "есть время?")];
        let first = call(hello.clone(), "", asks("c1"));
        let mut messages = hello.clone();
        messages.extend([Turn { tools: asks("c1"), ..turn(Assistant, "Сейчас посмотрю") }, turn(Tool, "[15:00]")]);
        let second = call(messages, "Есть в 15:00", vec![]);
        assert_eq!(second["follows"], first["tip"]);
        // The next turn without the tools of this one.
        let third = call([hello, vec![turn(Assistant, "Есть в 15:00"), turn(User, "беру")]].concat(), "Записал", vec![]);
        assert_eq!(third["follows"], second["tip"]);
    }
}
