//! The text forms that every C2SP format shares, in their one canonical spelling.
//!
//! A signed text with two spellings would have two hashes, so each reader here takes exactly what its writer writes: padded
//! base64 without stray bits, decimals without leading zeros or signs, lower-case hex.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes as padded standard base64.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a canonical padded base64 text.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// The same for a value of known length.
pub(crate) fn array_from_base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_base64(text)?.try_into().ok()
}

/// Bytes as lower-case hex.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The `N` bytes of a lower-case hex text.
pub(crate) fn array_from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |character: u8| match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// A decimal without sign or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || text.starts_with(|first: char| matches!(first, '1'..='9'));
    if !canonical || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_spelling_of_a_number_is_read() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("70000"), Some(70_000));
        for other in ["", "00", "01", "+1", "-1", " 1", "1 ", "1e3", "18446744073709551616", "١"] {
            assert_eq!(decimal(other), None, "{other:?}");
        }
    }

    #[test]
    fn only_one_spelling_of_bytes_is_read() {
        assert_eq!(from_base64("AQ=="), Some(vec![1]));
        for other in ["AQ", "AQ=", "AR==", "A Q==", "AQ==\n", "_w=="] {
            assert_eq!(from_base64(other), None, "{other:?}");
        }
        assert_eq!(array_from_hex(&to_hex(&[0, 15, 16, 255])), Some([0, 15, 16, 255]));
        for other in ["", "0", "000", "0G", "AB", "é"] {
            assert_eq!(array_from_hex::<1>(other), None, "{other:?}");
        }
    }
}
