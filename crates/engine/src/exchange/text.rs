//! A body as it is read: decompressed, within bounds.

use std::borrow::Cow;
use std::io::Read;

use super::wire::{Body, header};

/// Of a decompressed body; a bomb is read up to here.
const LARGEST: u64 = 16 << 20;

/// The bytes of a body after its `content-encoding`. As far as they go: of a body that was cut or broken off, its beginning.
pub(super) fn decoded<'a>(headers: &[(String, String)], body: &'a Body) -> Cow<'a, [u8]> {
    let encodings = header(headers, "content-encoding").unwrap_or("identity").to_ascii_lowercase();
    let mut bytes = Cow::Borrowed(&body.bytes[..]);
    for encoding in encodings.rsplit(',').map(str::trim) {
        let from = &bytes[..];
        let unpacked = match encoding {
            "gzip" | "x-gzip" => unpack(flate2::read::MultiGzDecoder::new(from)),
            "deflate" if from.first().is_some_and(|byte| byte & 0x0f == 8) => unpack(flate2::read::ZlibDecoder::new(from)),
            "deflate" => unpack(flate2::read::DeflateDecoder::new(from)),
            "br" => unpack(brotli_decompressor::Decompressor::new(from, 4096)),
            "zstd" => zstd::Decoder::new(from).map(unpack).unwrap_or_default(),
            _ => continue,
        };
        bytes = Cow::Owned(unpacked);
    }
    bytes
}

/// What can be read; where it breaks off, what came before.
fn unpack(mut from: impl Read) -> Vec<u8> {
    let (mut out, mut piece) = (Vec::new(), [0; 8192]);
    while out.len() as u64 <= LARGEST {
        match from.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(read) => out.extend_from_slice(&piece[..read]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use bytes::Bytes;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn read(encoding: &str, bytes: Vec<u8>) -> Vec<u8> {
        decoded(&[("content-encoding".into(), encoding.into())], &Body::whole(Bytes::from(bytes))).into_owned()
    }

    #[test]
    fn a_body_is_read_through_its_encodings_and_as_far_as_it_goes() {
        let text = "привет ".repeat(5_000).into_bytes();
        assert_eq!(read("GZIP", gzip(&text)), text);
        assert_eq!(read("gzip, zstd", zstd::encode_all(&gzip(&text)[..], 1).unwrap()), text);
        let cut = read("gzip", gzip(&text)[..60].to_vec());
        assert!(text.starts_with(&cut), "of a half stream its beginning");
        assert_eq!(read("gzip", b"not gzip".to_vec()), b"");
    }

    #[test]
    fn a_bomb_is_read_up_to_the_limit() {
        assert!(read("gzip", gzip(&vec![0; 40 << 20])).len() as u64 <= LARGEST + 8192);
    }
}
