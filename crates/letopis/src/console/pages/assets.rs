//! Style, script and pictures, embedded in the binary.
//!
//! The name in the URL holds a digest of the content (`/assets/console-1a2b3c4d5e6f.css`), so a browser may keep it for ever and a new
//! version has a new name. Nothing is loaded from anywhere else.

use std::collections::HashMap;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::Desk;

/// The style sheets, in the order of the cascade.
const STYLE: &str = concat!(
    include_str!("../../../assets/tokens.css"),
    include_str!("../../../assets/frame.css"),
    include_str!("../../../assets/parts.css"),
    include_str!("../../../assets/journal.css"),
    include_str!("../../../assets/conversation.css"),
    include_str!("../../../assets/charts.css"),
    include_str!("../../../assets/reviews.css"),
    include_str!("../../../assets/start.css"),
    include_str!("../../../assets/keys.css"),
    include_str!("../../../assets/scenarios.css"),
    include_str!("../../../assets/print.css"),
);
const SCRIPT: &str = include_str!("../../../assets/console.js");
const ICON: &str = include_str!("../../../assets/icon.svg");

/// One file.
struct Asset {
    content: &'static str,
    kind: &'static str,
}

/// All files, by their name in the URL.
pub(super) struct Assets {
    files: HashMap<String, Asset>,
    /// URL of the style sheet.
    pub(super) style: String,
    /// URL of the script.
    pub(super) script: String,
    /// URL of the icon.
    pub(super) icon: String,
}

impl Assets {
    /// Names them.
    pub(super) fn load() -> Self {
        let mut files = HashMap::new();
        let mut add = |stem: &str, ending: &str, kind, content: &'static str| {
            let digest = Sha256::digest(content.as_bytes());
            let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            let name = format!("{stem}-{digest}.{ending}");
            let url = format!("/assets/{name}");
            files.insert(name, Asset { content, kind });
            url
        };
        let style = add("console", "css", "text/css; charset=utf-8", STYLE);
        let script = add("console", "js", "text/javascript; charset=utf-8", SCRIPT);
        let icon = add("icon", "svg", "image/svg+xml", ICON);
        Self { files, style, script, icon }
    }
}

/// `GET /assets/{name}`
pub(super) async fn show(State(desk): State<Desk>, Path(name): Path<String>) -> Response {
    let Some(asset) = desk.assets.files.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, asset.content).into_response()
}
