//! `GET /log/{business}/checkpoint`, `/log/{business}/witnessed`, `/log/{business}/tile/…`: the public log, as C2SP tlog-tiles says.
//!
//! For anyone, without a key: commitments say nothing about records. Full tiles and bundles are files; a partial tile is the
//! beginning of the edge or of the file it grew into, a partial bundle is rendered from the database. Nothing beyond the signed size
//! is served, so what a verifier sees is what was signed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use ledger::{LogPath, TILE_WIDTH, Tile, TileSource, entry_bundle};

use super::error::ApiError;
use crate::access::{Slug, business};
use crate::console::Console;
use crate::journal::epochs;
use crate::journal::log::{Log, Published, TILE_LEAVES, Tiles, entries};

/// A tile of one name never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-cache");

/// The newest signed checkpoint, with the cosignatures of witnesses as soon as they have seen it.
pub(super) async fn checkpoint(State(console): State<Arc<Console>>, Path(slug): Path<String>) -> Result<Response, ApiError> {
    let (log, published) = published(&console, &slug).await?;
    let note = log.published_note().unwrap_or_else(|| published.note.clone());
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, text), (header::CACHE_CONTROL, NOT_AT_ALL)], note).into_response())
}

/// The newest checkpoint that witnesses have cosigned.
pub(super) async fn witnessed(State(console): State<Arc<Console>>, Path(slug): Path<String>) -> Result<Response, ApiError> {
    let (log, _) = published(&console, &slug).await?;
    let note = log.witnessed().ok_or(ApiError::NoSuch("cosigned checkpoint yet"))?.note.clone();
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, text), (header::CACHE_CONTROL, NOT_AT_ALL)], note).into_response())
}

/// The last checkpoint of a log that was continued under another name.
pub(super) async fn ended(State(console): State<Arc<Console>>, Path((slug, number)): Path<(String, u32)>) -> Result<Response, ApiError> {
    let slug: Slug = slug.parse().map_err(|_| ApiError::NoSuch("log"))?;
    let note = console.store.read(move |conn| {
        let business = business::by_slug(conn, &slug)?.ok_or(ApiError::NoSuch("log"))?;
        Ok::<_, ApiError>(epochs::one(conn, business.id, number)?)
    });
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, text)], note.await?.ok_or(ApiError::NoSuch("ended log"))?).into_response())
}

/// A tile of hashes or a bundle of entries.
pub(super) async fn tile(State(console): State<Arc<Console>>, Path((slug, path)): Path<(String, String)>) -> Result<Response, ApiError> {
    let path: LogPath = format!("tile/{path}").parse().map_err(|_| ApiError::NoSuch("tile"))?;
    let (log, published) = published(&console, &slug).await?;
    let wanted = match path {
        LogPath::Tile(tile) => tile,
        LogPath::Entries { index, width } => Tile { level: 0, index, width },
        LogPath::Checkpoint => return Err(ApiError::NoSuch("tile")),
    };
    // As wide as the signed tree has it, or narrower: a partial tile of an earlier size.
    let signed = Tile::at(wanted.level, wanted.index, published.checkpoint.size).filter(|signed| wanted.width <= signed.width);
    signed.ok_or(ApiError::NoSuch("tile"))?;
    let bytes = console.store.read(move |conn| match path {
        LogPath::Entries { .. } => bundle(conn, &log, wanted),
        _ => Ok(Tiles { log: &log, edge: &published.edge }.tile(wanted)?.into_owned()),
    });
    let binary = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, binary), (header::CACHE_CONTROL, FOR_EVER)], bytes.await?).into_response())
}

/// The entries behind a tile of level 0.
fn bundle(conn: &rusqlite::Connection, log: &Log, tile: Tile) -> Result<Vec<u8>, ApiError> {
    if tile.width == TILE_WIDTH {
        return Ok(std::fs::read(log.folder().join(tile.entries_path()))?);
    }
    let from = tile.index * TILE_LEAVES;
    let entries = entries(conn, log.business, from, from + u64::from(tile.width))?;
    if entries.len() != usize::from(tile.width) {
        return Err(std::io::Error::other("entries of the signed tree are missing in the database").into());
    }
    entry_bundle::encode(entries).map_err(|e| std::io::Error::other(e).into())
}

/// The log of that business and what it has signed.
async fn published(console: &Console, slug: &str) -> Result<(Arc<Log>, Arc<Published>), ApiError> {
    let slug: Slug = slug.parse().map_err(|_| ApiError::NoSuch("log"))?;
    let business = console.store.read(move |conn| Ok::<_, ApiError>(business::by_slug(conn, &slug)?)).await?;
    let log = business.and_then(|business| console.logs.of(business.id)).ok_or(ApiError::NoSuch("log"))?;
    let published = log.published().ok_or(ApiError::NoSuch("checkpoint yet"))?;
    Ok((log, published))
}
