//! The authorization server: a new access token for a refresh token, which works once and brings the next one.
//!
//! Asked after a 401 only: whoever renews by the clock gets the application blocked. The secrets stand in the query because the server
//! wants them there; nothing here writes a URL anywhere.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::HOST;
use hyper::{Request, Uri};
use serde_json::Value;
use zeroize::Zeroizing;

use super::Patience;
use super::credential::Tokens;
use crate::exchange::php;
use crate::upstream::{Own, Route, Streaming};

const ANSWER_BYTES: usize = 64 << 10;

/// The next tokens; none where the server gives none, which a person has to settle.
pub(super) async fn renewed(
    tokens: &Tokens,
    (id, secret): (&str, &str),
    (route, own): (&Route, &Own),
    patience: Patience,
) -> Option<Tokens> {
    let params = serde_json::json!({
        "grant_type": "refresh_token", "client_id": id, "client_secret": secret, "refresh_token": tokens.refresh_token.as_str(),
    });
    let server: Uri = tokens.server_endpoint.parse().ok()?;
    let authority = server.authority()?.clone();
    let origin = Uri::builder().scheme(server.scheme_str()?).authority(authority.clone()).path_and_query("/").build().ok()?;
    let line = Streaming::new(origin, route.clone(), own.clone()).ok()?;
    let target = Zeroizing::new(format!("/oauth/token/?{}", php::written(&params)));
    let request = Request::get(target.as_str()).header(HOST, authority.as_str()).body(Full::new(Bytes::new())).ok()?;
    let asking = async {
        let answer = line.pass(request, patience.connect).await.ok()?;
        Some(Limited::new(answer.into_body(), ANSWER_BYTES).collect().await.ok()?.to_bytes())
    };
    let body = tokio::time::timeout(patience.answer, asking).await.ok()??;
    let said: Value = serde_json::from_slice(&body).ok()?;
    let word = |name: &str| said[name].as_str().filter(|word| !word.is_empty()).map(str::to_owned);
    let mut next = tokens.clone();
    next.access_token = Zeroizing::new(word("access_token")?);
    next.refresh_token = Zeroizing::new(word("refresh_token")?);
    next.client_endpoint = word("client_endpoint").unwrap_or(next.client_endpoint);
    next.server_endpoint = word("server_endpoint").unwrap_or(next.server_endpoint);
    Some(next)
}
