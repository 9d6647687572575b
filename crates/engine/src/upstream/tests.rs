//! The client against servers that misbehave.
#![allow(clippy::unwrap_used)]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn question(url: String) -> Question {
    let (headers, body) = (vec![], Bytes::from_static(b"question"));
    Question { method: Method::POST, url, headers, body, patience: Duration::from_millis(700), answer_bytes: 100 }
}

/// A server that sends these bytes to whoever asks; gives its address and what it was sent.
async fn server(says: &'static [u8]) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = vec![0; 4096];
        let mut heard = String::new();
        while !heard.ends_with("question") {
            let length = stream.read(&mut read).await.unwrap();
            heard.push_str(&String::from_utf8_lossy(&read[..length]));
        }
        stream.write_all(says).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        heard
    });
    (url, asked)
}

#[tokio::test]
async fn a_guarded_client_asks_no_metadata_service() {
    for url in ["http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]:1/"] {
        let asked = Upstream::guarded().unwrap().ask(question(url.to_owned())).await;
        assert!(asked.is_err_and(|e| e.to_string().contains("metadata")), "{url}");
    }
    let (url, _asked) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(Upstream::guarded().unwrap().ask(question(url.replace("127.0.0.1", "localhost"))).await.unwrap().status, 200);
}

#[tokio::test]
async fn an_answer_is_given_as_it_came_and_no_redirect_is_followed() {
    let (url, asked) = server(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nhi").await;
    let answered = Upstream::new().unwrap().ask(question(url)).await.unwrap();
    assert_eq!((answered.status, &answered.body[..]), (302, &b"hi"[..]));
    let heard = asked.await.unwrap().to_lowercase();
    assert!(heard.starts_with("post /x http/1.1\r\n") && heard.contains("user-agent: letopis/"), "{heard}");
    assert!(!heard.contains("accept-encoding"), "{heard}");
}

#[tokio::test]
async fn silence_length_and_breaks_are_named() {
    let upstream = Upstream::new().unwrap();
    let (url, _) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n").await;
    assert!(matches!(upstream.ask(question(url)).await, Err(UpstreamError::Slow(_) | UpstreamError::Answer(100))));
    let (url, _) = server(b"").await;
    assert!(matches!(upstream.ask(question(url)).await, Err(UpstreamError::Slow(_))));
    let (url, _) = server(&[b'x'; 300]).await;
    assert!(
        matches!(upstream.ask(question(url)).await, Err(UpstreamError::Answer(_))),
        "a connection stood: it may have heard the question"
    );
    let nobody = upstream.ask(question("http://127.0.0.1:1/".into())).await.unwrap_err().to_string();
    assert!(nobody.to_lowercase().contains("refused"), "{nobody}");
}

#[test]
fn only_plain_web_addresses_are_asked() {
    for good in ["http://127.0.0.1:8090", "https://witness.example/below/", " https://xn--e1afmkfd.example "] {
        assert!(good.parse::<Address>().is_ok(), "{good}");
    }
    assert_eq!("https://w.example/a/".parse::<Address>().unwrap().join("add-checkpoint"), "https://w.example/a/add-checkpoint");
    for bad in [
        "",
        "w.example",
        "ftp://w.example",
        "file:///etc/passwd",
        "http://",
        "https://user:pw@w.example",
        "http://w.example/?a",
        "http://w.example/#a",
        "javascript:1",
        "http://w.example/ a",
    ] {
        assert!(bad.parse::<Address>().is_err(), "{bad}");
    }
}
