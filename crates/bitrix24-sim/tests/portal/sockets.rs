//! The portal on a socket: answers, broken connections, redirects, events and widgets to a real handler.
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bitrix24_sim::events::Outbound;
use bitrix24_sim::shell::Options;
use bitrix24_sim::{Fault, Kind, Sim};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request on a connection of its own; the whole answer as text, empty if the connection just ended.
async fn send(sim: &Sim, verb: &str, path: &str, body: &str) -> String {
    let host = sim.url.split_once("//").unwrap().1;
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "{verb} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn body(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap_or_default().1).unwrap_or(Value::Null)
}

/// A handler that notes what it gets and answers with a page.
async fn handler() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (url, heard) = (format!("http://{}/h", listener.local_addr().unwrap()), Arc::new(Mutex::new(Vec::new())));
    let notes = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let notes = notes.clone();
            tokio::spawn(async move {
                let (mut request, mut part) = (Vec::new(), [0; 4096]);
                loop {
                    let read = stream.read(&mut part).await.unwrap_or(0);
                    request.extend_from_slice(&part[..read]);
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length: usize = head
                        .lines()
                        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(|n| n.parse().unwrap()))
                        .unwrap_or(0);
                    if read == 0 || body.len() >= length {
                        break;
                    }
                }
                notes.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
                let _ = stream.write_all(b"HTTP/1.1 500 No\r\nContent-Length: 4\r\nX-Frame: yes\r\nConnection: close\r\n\r\npage").await;
            });
        }
    });
    (url, heard)
}

#[tokio::test]
async fn a_webhook_is_answered_and_a_lost_answer_is_a_broken_connection() {
    let sim = Sim::start_with(Options { stall: Duration::from_millis(50), ..Options::default() }).await.unwrap();
    let answer = send(&sim, "POST", "/rest/1/secret/crm.lead.add.json", r#"{"fields":{"ORIGIN_ID":"s1"}}"#).await;
    assert!(answer.starts_with("HTTP/1.1 200") && body(&answer)["result"] == 1, "{answer}");
    for fault in [Fault::LostAnswer, Fault::Stall] {
        sim.with(|portal| portal.faults.order(None, fault));
        assert_eq!(send(&sim, "POST", "/rest/1/secret/crm.lead.add", r#"{"fields":{"ORIGIN_ID":"s1"}}"#).await, "", "{fault:?}");
    }
    assert_eq!(sim.with(|portal| portal.crm.doubles(Kind::Lead).len()), 1);
    sim.with(|portal| portal.faults.order(None, Fault::Moved));
    let moved = send(&sim, "POST", "/rest/1/secret/profile?a=1", "{}").await;
    assert!(moved.starts_with("HTTP/1.1 302") && moved.contains("location: http://localhost:"), "{moved}");
    assert_eq!(body(&send(&sim, "GET", "/sim/state", "").await)["cards"]["lead"].as_array().unwrap().len(), 3);
    assert!(sim.webhook().starts_with(&sim.url));
}

#[tokio::test]
async fn events_are_tried_once_whatever_the_handler_says() {
    let (url, heard) = handler().await;
    let sim = Sim::start().await.unwrap();
    sim.with(|portal| portal.events.outbound.push(Outbound { events: vec!["ONCRMLEADADD".into()], url, application_token: "t1".into() }));
    send(&sim, "POST", "/rest/1/secret/crm.lead.add", "{}").await;
    sim.settled().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1, "the handler said 500, and that was it");
    assert!(
        heard[0].contains("application/x-www-form-urlencoded") && heard[0].contains("event=ONCRMLEADADD&data%5BFIELDS%5D%5BID%5D=1&ts="),
        "{}",
        heard[0]
    );
}

#[tokio::test]
async fn a_widget_is_opened_by_a_post_and_brings_the_page() {
    let (url, heard) = handler().await;
    let sim = Sim::start().await.unwrap();
    let token = sim.with(|portal| {
        portal.add_app("local.app", "s", &url, "", &["crm", "placement"]);
        portal.install("local.app", 1);
        portal.open_app("local.app", 1).unwrap().body
    });
    let token = token.split('&').find_map(|pair| pair.strip_prefix("AUTH_ID=")).unwrap().to_string();
    let bind = json!({"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": url, "TITLE": "Диалог", "auth": token});
    assert_eq!(body(&send(&sim, "POST", "/rest/placement.bind", &bind.to_string()).await)["result"], true);
    let opened = sim.open_widget("CRM_DEAL_DETAIL_TAB", Some(3), 1).await.unwrap();
    assert_eq!((opened.status, opened.body.as_str(), opened.header("x-frame")), (500, "page", Some("yes")));
    assert!(heard.lock().unwrap()[0].contains("PLACEMENT_OPTIONS=%7B%22ID%22%3A%223%22"));
}
