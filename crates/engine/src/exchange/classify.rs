//! Tells a client's intent from the words, as people of this business labelled them: multinomial logistic regression over beginnings of words.
//!
//! Words and pairs of neighbours are cut to their first letters (Russian endings fall away) and hashed into buckets, so that what is stored holds no
//! word of anybody. Probabilities are calibrated with one temperature, found on folds that the weights did not see; quality is measured on a fifth
//! that neither saw. Everything is a function of the examples: the same ones give the same model, and its version is the digest of it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Buckets of features; a business has a few thousand words.
const BUCKETS: u32 = 1 << 15;
/// Letters of a word that are kept.
const LETTERS: usize = 5;
/// Words of a message that are read.
const WORDS: usize = 200;
/// Buckets that are kept, the most frequent first.
const MOST_FEATURES: usize = 2_000;
/// Steps down the slope, their length, and the pull towards zero.
const ROUNDS: usize = 200;
const STEP: f64 = 2.0;
const PULL: f64 = 1e-3;
/// Fewer examples teach nothing.
const FEWEST: usize = 20;
/// Every so many examples one is kept aside.
const ASIDE: usize = 5;
/// Less sure than this says nothing.
const THRESHOLD: f64 = 0.5;

/// A model that was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classifier {
    labels: Vec<String>,
    /// Bucket → row of weights.
    features: BTreeMap<u32, usize>,
    /// One row a feature, one column a label; the last row is the bias. Thousandths.
    weights: Vec<Vec<i32>>,
    temperature: f64,
    threshold: f64,
}

/// What a message is taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess<'a> {
    /// The intent.
    pub intent: &'a str,
    /// How often such a guess is right.
    pub confidence: f64,
}

/// How good a model is, on examples that it did not see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Examples it learnt from.
    pub learnt: usize,
    /// Examples it was measured on.
    pub measured: usize,
    /// Of these the share it named rightly.
    pub accuracy: f64,
    /// The share of the commonest intent: what always naming it would give.
    pub baseline: f64,
    /// The share it was sure enough of to say anything, and of those the share that was right.
    pub coverage: f64,
    /// See `coverage`.
    pub precision: f64,
    /// Expected calibration error, ten bins.
    pub ece: f64,
    /// Mean squared error of all probabilities.
    pub brier: f64,
}

/// Why nothing can be learnt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Too few examples.
    #[error("{0} labelled messages: at least {FEWEST} are needed, of at least two intents")]
    TooFew(usize),
}

impl Classifier {
    /// Learns from (text, intent). What is reported is measured on a fifth kept aside; the model given back has learnt from all but that fifth.
    ///
    /// # Errors
    /// When there is too little to learn from.
    pub fn train(examples: &[(String, String)]) -> Result<(Self, Quality), TrainError> {
        let mut examples: Vec<(Vec<u32>, &str)> = examples.iter().map(|(text, label)| (buckets(text), label.as_str())).collect();
        examples.retain(|(features, _)| !features.is_empty());
        // By their own digest: the order in which they came means nothing, and neighbours are not alike.
        examples.sort_by_key(|(features, label)| mixed(features, label));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        examples.iter().for_each(|(_, label)| *counts.entry(label).or_default() += 1);
        if examples.len() < FEWEST || counts.len() < 2 {
            return Err(TrainError::TooFew(examples.len()));
        }
        let labels: Vec<String> = counts.keys().map(|label| (*label).to_owned()).collect();
        let (aside, known): (Vec<_>, Vec<_>) = examples.into_iter().enumerate().partition(|(at, _)| at % ASIDE == 0);
        let numbered = |all: Vec<(usize, (Vec<u32>, &str))>| -> Vec<Example> {
            let number = |label: &str| labels.iter().position(|known| known == label).unwrap_or(0);
            all.into_iter().map(|(_, (features, label))| Example { features, label: number(label) }).collect()
        };
        let (aside, known) = (numbered(aside), numbered(known));
        let temperature = temperature(&known, labels.len());
        let fitted = Fitted::of(&known.iter().collect::<Vec<_>>(), labels.len());
        let weights = fitted.weights.iter().map(|row| row.iter().map(|weight| (weight * 1e3).round() as i32).collect()).collect();
        let model = Self { labels, features: fitted.features, weights, temperature, threshold: THRESHOLD };
        let quality = model.measured(&aside, known.len(), *counts.values().max().unwrap_or(&0));
        Ok((model, quality))
    }

    /// What the words are taken for; nothing where it is not sure, or knows none of them.
    #[must_use]
    pub fn guess(&self, text: &str) -> Option<Guess<'_>> {
        let features = buckets(text);
        if !features.iter().any(|bucket| self.features.contains_key(bucket)) {
            return None;
        }
        let shares = self.shares(&features);
        let (best, confidence) = shares.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1))?;
        let intent = self.labels.get(best)?;
        (*confidence >= self.threshold).then_some(Guess { intent, confidence: (confidence * 1e4).round() / 1e4 })
    }

    /// The beginning of the digest of the model.
    #[must_use]
    pub fn version(&self) -> String {
        // Numbers and strings: writing them into memory cannot fail.
        let json = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(json)[..6].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What is wrong with a model that comes from outside; none when it can be used.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let rows = self.features.len() + 1;
        let fits = self.weights.len() == rows
            && self.weights.iter().all(|row| row.len() == self.labels.len())
            && self.features.values().all(|row| *row < rows)
            && !self.labels.is_empty()
            && self.temperature.is_finite()
            && self.temperature > 0.0;
        (!fits).then(|| "the model is damaged: train it again".to_owned())
    }

    fn shares(&self, features: &[u32]) -> Vec<f64> {
        let rows = features.iter().filter_map(|bucket| self.features.get(bucket).copied()).chain([self.features.len()]);
        let mut sums = vec![0.0; self.labels.len()];
        for row in rows.filter_map(|row| self.weights.get(row)) {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += f64::from(*weight) / 1e3);
        }
        softmax(&sums, self.temperature)
    }

    fn measured(&self, aside: &[Example], learnt: usize, commonest: usize) -> Quality {
        let (mut right, mut brier) = (0, 0.0);
        let (mut said, mut said_right) = (0, 0);
        let mut bins = [(0_usize, 0.0, 0_usize); 10];
        for example in aside {
            let shares = self.shares(&example.features);
            let (best, sure) = shares.iter().copied().enumerate().fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
            let is_right = best == example.label;
            right += usize::from(is_right);
            if sure >= self.threshold {
                said += 1;
                said_right += usize::from(is_right);
            }
            brier += shares.iter().enumerate().map(|(at, share)| (share - f64::from(u8::from(at == example.label))).powi(2)).sum::<f64>();
            let bin = &mut bins[((sure * 10.0) as usize).min(9)];
            *bin = (bin.0 + 1, bin.1 + sure, bin.2 + usize::from(is_right));
        }
        let of = |part: f64, all: usize| if all == 0 { 0.0 } else { part / all as f64 };
        let ece: f64 = bins.iter().map(|(_, sure, right)| (sure - *right as f64).abs()).sum();
        Quality {
            learnt,
            measured: aside.len(),
            accuracy: of(right as f64, aside.len()),
            baseline: of(commonest as f64, aside.len() + learnt),
            coverage: of(said as f64, aside.len()),
            precision: of(said_right as f64, said),
            ece: of(ece, aside.len()),
            brier: of(brier, aside.len()),
        }
    }
}

struct Example {
    features: Vec<u32>,
    label: usize,
}

/// Weights as they are learnt.
struct Fitted {
    features: BTreeMap<u32, usize>,
    weights: Vec<Vec<f64>>,
}

impl Fitted {
    fn of(examples: &[&Example], labels: usize) -> Self {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        examples.iter().flat_map(|example| &example.features).for_each(|bucket| *counts.entry(*bucket).or_default() += 1);
        // What stands in one message only may be a name.
        let mut common: Vec<(usize, u32)> = counts.into_iter().filter(|(_, n)| *n > 1).map(|(bucket, n)| (n, bucket)).collect();
        common.sort_unstable_by(|one, other| other.cmp(one));
        common.truncate(MOST_FEATURES);
        let mut kept: Vec<u32> = common.into_iter().map(|(_, bucket)| bucket).collect();
        kept.sort_unstable();
        let features: BTreeMap<u32, usize> = kept.into_iter().enumerate().map(|(row, bucket)| (bucket, row)).collect();
        let rows: Vec<(Vec<usize>, usize)> = examples
            .iter()
            .map(|example| {
                let known = example.features.iter().filter_map(|bucket| features.get(bucket).copied());
                (known.chain([features.len()]).collect(), example.label)
            })
            .collect();
        let mut weights = vec![vec![0.0; labels]; features.len() + 1];
        let share = 1.0 / rows.len().max(1) as f64;
        for round in 0..ROUNDS {
            let step = STEP / (1.0 + round as f64 / 50.0);
            let mut slope = vec![vec![0.0; labels]; weights.len()];
            for (row, label) in &rows {
                let mut errors = softmax(&sums(&weights, row, labels), 1.0);
                errors[*label] -= 1.0;
                for at in row {
                    slope[*at].iter_mut().zip(&errors).for_each(|(slope, error)| *slope += error * share);
                }
            }
            for (weights, slope) in weights.iter_mut().zip(&slope) {
                weights.iter_mut().zip(slope).for_each(|(weight, slope)| *weight -= step * (slope + PULL * *weight));
            }
        }
        Self { features, weights }
    }

    fn sums(&self, features: &[u32]) -> Vec<f64> {
        let row: Vec<usize> =
            features.iter().filter_map(|bucket| self.features.get(bucket).copied()).chain([self.features.len()]).collect();
        sums(&self.weights, &row, self.weights.last().map_or(0, Vec::len))
    }
}

fn sums(weights: &[Vec<f64>], row: &[usize], labels: usize) -> Vec<f64> {
    let mut sums = vec![0.0; labels];
    for at in row {
        sums.iter_mut().zip(&weights[*at]).for_each(|(sum, weight)| *sum += weight);
    }
    sums
}

/// The temperature at which guesses on folds that were not learnt from are least surprised.
fn temperature(examples: &[Example], labels: usize) -> f64 {
    let mut unseen: Vec<(Vec<f64>, usize)> = Vec::with_capacity(examples.len());
    for fold in 0..ASIDE {
        let learnt: Vec<&Example> = examples.iter().enumerate().filter(|(at, _)| at % ASIDE != fold).map(|(_, example)| example).collect();
        let fitted = Fitted::of(&learnt, labels);
        unseen.extend(examples.iter().skip(fold).step_by(ASIDE).map(|example| (fitted.sums(&example.features), example.label)));
    }
    let surprise =
        |temperature: f64| -> f64 { unseen.iter().map(|(sums, label)| -softmax(sums, temperature)[*label].max(1e-12).ln()).sum() };
    let candidates = (0..=40).map(|step| 0.5 * 1.1_f64.powi(step));
    candidates.map(|t| (surprise(t), t)).min_by(|one, other| one.0.total_cmp(&other.0)).map_or(1.0, |(_, t)| (t * 1e4).round() / 1e4)
}

fn softmax(sums: &[f64], temperature: f64) -> Vec<f64> {
    let highest = sums.iter().copied().fold(f64::MIN, f64::max);
    let powers: Vec<f64> = sums.iter().map(|sum| ((sum - highest) / temperature).exp()).collect();
    let all: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / all).collect()
}

/// Beginnings of words and pairs of neighbours, as buckets; numbers are one word. Each once.
fn buckets(text: &str) -> Vec<u32> {
    let folded = text.to_lowercase().replace('ё', "е");
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS);
    let begun: Vec<String> = words
        .map(|word| if word.starts_with(|c: char| c.is_ascii_digit()) { "0".to_owned() } else { word.chars().take(LETTERS).collect() })
        .collect();
    let pairs = begun.windows(2).map(|pair| bucket(&[&pair[0], &pair[1]]));
    let mut all: Vec<u32> = begun.iter().map(|word| bucket(&[word])).chain(pairs).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// FNV-1a: the same on every machine.
fn bucket(words: &[&str]) -> u32 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) % BUCKETS
}

fn mixed(features: &[u32], label: &str) -> [u8; 32] {
    let mut sum = Sha256::new();
    features.iter().for_each(|bucket| sum.update(bucket.to_le_bytes()));
    sum.update(label.as_bytes());
    sum.finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Synthetic: every way of asking with every ending.
    fn examples() -> Vec<(String, String)> {
        let ways = [
            ("запись", ["хочу записаться", "запишите меня", "можно записаться", "есть свободное время", "есть окошко", "записать ребёнка"]),
            ("цена", ["сколько стоит", "какая цена", "подскажите стоимость", "почём", "прайс", "сколько будет стоить"]),
            ("отмена", ["отмените запись", "не смогу прийти", "хочу отменить", "уберите мою запись", "не приду", "отмена"]),
        ];
        let tails = [
            "на стрижку",
            "завтра",
            "в субботу в 15:00",
            "пожалуйста",
            "к Анне",
            "на маникюр",
            "",
            "?",
            "на окрашивание",
            "сегодня вечером",
        ];
        let all = ways.iter().flat_map(|(label, ways)| ways.iter().map(move |way| (way, label)));
        all.flat_map(|(way, label)| tails.iter().map(move |tail| (format!("{way} {tail}"), (*label).to_owned()))).collect()
    }

    #[test]
    fn it_learns_what_people_labelled_and_says_how_sure_it_is() {
        let (model, quality) = Classifier::train(&examples()).unwrap();
        assert!(quality.accuracy > 0.9 && quality.accuracy > quality.baseline + 0.3, "{quality:?}");
        assert!(quality.ece < 0.15 && quality.brier < 0.2, "{quality:?}");
        let guess = model.guess("Здравствуйте, сколько стоит стрижка?").unwrap();
        assert_eq!(guess.intent, "цена");
        assert!((0.5..=1.0).contains(&guess.confidence));
        assert_eq!(model.guess("qwerty asdf"), None, "of words it never saw nothing is said");
        assert_eq!(model.fault(), None);
    }

    #[test]
    fn the_same_examples_give_the_same_model_in_whatever_order() {
        let mut turned = examples();
        turned.reverse();
        let (one, other) = (Classifier::train(&examples()).unwrap().0, Classifier::train(&turned).unwrap().0);
        assert_eq!(one.version(), other.version());
        let json = serde_json::to_string(&one).unwrap();
        assert!(!json.contains("стриж") && json.len() < 200_000, "{} bytes", json.len());
        assert_eq!(serde_json::from_str::<Classifier>(&json).unwrap(), one);
    }

    #[test]
    fn too_little_teaches_nothing_and_a_damaged_model_is_refused() {
        assert_eq!(Classifier::train(&examples()[..10]).unwrap_err(), TrainError::TooFew(10));
        assert!(Classifier::train(&examples()[..60]).is_err(), "one intent only");
        let mut damaged = Classifier::train(&examples()).unwrap().0;
        damaged.weights.pop();
        assert!(damaged.fault().is_some());
        assert!(damaged.guess("сколько стоит").is_none_or(|guess| guess.confidence <= 1.0), "and does no harm");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let features = buckets(&text);
            assert!(features.iter().all(|bucket| *bucket < BUCKETS));
        }
    }
}
