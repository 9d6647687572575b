//! The model: answers every question at once with about a kilobyte of JSON, or streams 40 chunks 20 ms apart, each with the moment it was
//! sent in it. One thread, no parser: it finds the end of a request and what was asked, no more.

use super::IDLE;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const CHUNKS: u32 = 40;
const APART: Duration = Duration::from_millis(20);
const SAID: &str = "Здравствуйте! Да, завтра есть время в 15:30 и в 17:00. Стрижка для длинных волос стоит 2400 рублей, с укладкой 3200. \
    Записать вас на 15:30 к Ольге? Если удобнее другой мастер или другое время, скажите, пожалуйста, посмотрю.";

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(args.listen).await.context("cannot listen")?;
        println!("listening on http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let _ = stream.set_nodelay(true);
            tokio::spawn(async move { serve(stream).await.ok() });
        }
    })
}

async fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let answer = answer();
    let mut read = Vec::with_capacity(8192);
    loop {
        while let Some(end) = request_end(&read) {
            let idles = contains(&read[..end.min(64)], IDLE.as_bytes());
            let streams = contains(&read[..end], b"\"stream\":true");
            read.drain(..end);
            match (idles, streams) {
                (true, _) => idle(&mut stream).await?,
                (_, true) => chunks(&mut stream).await?,
                _ => stream.write_all(&answer).await?,
            }
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    }
}

fn answer() -> Vec<u8> {
    let body = format!(
        r#"{{"id":"chatcmpl-bench0000000000000000000","object":"chat.completion","created":1764000000,"model":"gpt-4o-mini-2024-07-18","choices":[{{"index":0,"message":{{"role":"assistant","content":"{SAID}","refusal":null}},"logprobs":null,"finish_reason":"stop"}}],"usage":{{"prompt_tokens":121,"completion_tokens":86,"total_tokens":207,"prompt_tokens_details":{{"cached_tokens":0,"audio_tokens":0}}}},"service_tier":"default","system_fingerprint":"fp_bench"}}"#
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\nDate: Mon, 24 Nov 2025 16:00:00 GMT\r\nContent-Type: application/json\r\nopenai-processing-ms: 1\r\n\
         x-request-id: req_bench\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

const STREAM_HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

async fn chunks(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut tick = tokio::time::interval(APART);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for number in 0..CHUNKS {
        tick.tick().await;
        let out = chunk();
        if number == 0 {
            stream.write_all(&[STREAM_HEAD, &out].concat()).await?;
        } else {
            stream.write_all(&out).await?;
        }
    }
    stream.write_all(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n").await
}

async fn idle(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(&[STREAM_HEAD, &chunk()].concat()).await?;
    let mut byte = [0];
    stream.read_exact(&mut byte).await.map(drop)
}

fn chunk() -> Vec<u8> {
    let sent_ns = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let data = format!(
        "data: {{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"sent_ns\":{sent_ns},\"model\":\"gpt-4o-mini\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"слово \"}}}}]}}\n\n"
    );
    format!("{:x}\r\n{data}\r\n", data.len()).into_bytes()
}

/// Where the first request ends, if it is there; a body is counted.
fn request_end(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let length = text.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(Some(0), |(_, value)| value.trim().parse().ok())?;
    (bytes.len() >= head + length).then_some(head + length)
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{COMPLETIONS, Ways, request};
    use super::*;
    use crate::client::Address;

    #[test]
    fn a_request_ends_where_its_length_says() {
        let ways = Ways { model: "m".to_owned(), headers: vec!["x-a: b".to_owned()] };
        let request = request(&Address::parse("http://127.0.0.1:1/proxy/x").unwrap(), COMPLETIONS, true, &ways);
        assert!(contains(&request, b"\r\nx-a: b\r\nContent-Length: ") && contains(&request, b"\"model\":\"m\""));
        assert_eq!(request_end(&request), Some(request.len()));
        assert_eq!(request_end(&request[..request.len() - 1]), None);
        assert!(contains(&request, b"\"stream\":true") && request.starts_with(b"POST /proxy/x/v1/chat/completions "));
    }
}
