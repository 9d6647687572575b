//! Control digits of Russian documents and cards. Pure arithmetic over strings of ASCII digits; anything else is wrong.

fn values(digits: &str) -> Vec<u32> {
    digits.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0'))).collect()
}

fn weighted(values: &[u32], weights: &[u32]) -> u32 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

fn all_equal(digits: &str) -> bool {
    digits.bytes().all(|byte| byte == digits.as_bytes()[0])
}

/// Cards and policies of medical insurance.
pub(super) fn luhn(digits: &str) -> bool {
    let doubled = |(place, value): (usize, u32)| match (place % 2, value * 2) {
        (1, twice) if twice > 9 => twice - 9,
        (1, twice) => twice,
        _ => value,
    };
    let sum: u32 = values(digits).into_iter().rev().enumerate().map(doubled).sum();
    !digits.is_empty() && sum.is_multiple_of(10) && !all_equal(digits)
}

/// Eleven digits; numbers up to 001-001-998 were given out without control digits.
pub(super) fn snils(digits: &str) -> bool {
    let values = values(digits);
    if values.len() != 11 || digits.starts_with("000000000") {
        return false;
    }
    if &digits[..9] <= "001001998" {
        return true;
    }
    let sum = weighted(&values[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
    sum == values[9] * 10 + values[10]
}

/// Ten digits for firms, twelve for people.
pub(super) fn inn(digits: &str) -> bool {
    const TEN: [u32; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    const ELEVENTH: [u32; 10] = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    const TWELFTH: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let values = values(digits);
    let control = |weights: &[u32]| weighted(&values, weights) % 11 % 10;
    match values.len() {
        10 => control(&TEN) == values[9] && !all_equal(digits),
        12 => control(&ELEVENTH) == values[10] && control(&TWELFTH) == values[11] && !all_equal(digits),
        _ => false,
    }
}

/// ОГРН (13) and ОГРНИП (15).
pub(super) fn ogrn(digits: &str) -> bool {
    let modulus = match digits.len() {
        13 => 11,
        15 => 13,
        _ => return false,
    };
    let (body, control) = digits.split_at(digits.len() - 1);
    let left = body.parse::<u64>().unwrap_or_default() % modulus % 10;
    !all_equal(digits) && Some(left) == control.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_values_hold_and_their_neighbours_do_not() {
        assert!(luhn("4111111111111111") && luhn("2200123456789019") && luhn("7800123456789012") && !luhn("4111111111111112"));
        assert!(snils("11223344595") && snils("08765430300") && snils("12345678964"));
        assert!(!snils("11223344596") && !snils("00000000000"));
        assert!(inn("500100732259") && inn("7707083893") && inn("7830002293"));
        assert!(!inn("500100732258") && !inn("7707083894") && !inn("0000000000"));
        assert!(ogrn("1027700132195") && ogrn("304500116000157") && !ogrn("1027700132196"));
    }
}
