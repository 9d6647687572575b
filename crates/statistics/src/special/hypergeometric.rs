//! The hypergeometric distribution: of `all`, `marked` are marked, `drawn` are drawn without putting back; how many marked ones are among them?
//!
//! Weights go outward from the most likely number by their exact ratios, so nothing overflows and what underflows is negligible.

/// Every possible number and its probability, ascending; the far tails, which are zero to all digits, are left out.
pub(crate) fn probabilities(all: u64, marked: u64, drawn: u64) -> Vec<(u64, f64)> {
    let (all_, marked_, drawn_) = (all as f64, marked as f64, drawn as f64);
    let (least, most) = ((marked + drawn).saturating_sub(all), marked.min(drawn));
    let mode = (((marked_ + 1.0) * (drawn_ + 1.0) / (all_ + 2.0)) as u64).clamp(least, most);
    // P(k+1) / P(k)
    let ratio = |k: u64| {
        let k = k as f64;
        (marked_ - k) * (drawn_ - k) / ((k + 1.0) * (all_ - marked_ - drawn_ + k + 1.0))
    };
    let mut found = vec![(mode, 1.0)];
    let mut weight = 1.0;
    for k in (least..mode).rev() {
        weight /= ratio(k);
        if weight < 1e-300 {
            break;
        }
        found.push((k, weight));
    }
    found.reverse();
    weight = 1.0;
    for k in mode..most {
        weight *= ratio(k);
        if weight < 1e-300 {
            break;
        }
        found.push((k + 1, weight));
    }
    let sum: f64 = found.iter().map(|(_, weight)| weight).sum();
    found.iter_mut().for_each(|(_, weight)| *weight /= sum);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_without_putting_back() {
        // Two of four drawn, two marked: 1/6, 4/6, 1/6.
        let found = probabilities(4, 2, 2);
        let expected = [(0, 1.0 / 6.0), (1, 4.0 / 6.0), (2, 1.0 / 6.0)];
        assert_eq!(found.len(), 3);
        assert!(found.iter().zip(expected).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-15));
        assert_eq!(probabilities(5, 5, 3), [(3, 1.0)]);
        assert_eq!(probabilities(0, 0, 0), [(0, 1.0)]);
        let large: f64 = probabilities(2_000_000, 900_000, 1_000_000).iter().map(|(_, p)| p).sum();
        assert!((large - 1.0).abs() < 1e-12);
    }
}
