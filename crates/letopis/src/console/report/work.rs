//! What broke and what people reviewed, as parts of the audit report.

use super::ReportError;
use super::audit::{Asking, Part, Row};
use crate::event::review::ReviewQueue;
use crate::journal::{incidents, reviews};
use crate::metrics::incidents::{Took, figures};
use crate::metrics::intents;

/// Incidents of a period that are read.
const MOST: usize = 5_000;
/// Rules that are named.
const RULES: usize = 5;

impl Asking<'_> {
    /// What broke, and how fast it was put right.
    pub(super) fn incidents(&self) -> Result<Part, ReportError> {
        let (r, business) = (self.r, self.business.id);
        let found = incidents::opened_in(self.conn, business, self.from_us, self.to_us, MOST)?;
        let figures = figures(&found, self.now_us);
        let open = incidents::count_open(self.conn, business)?.urgent.max(0) as u64;
        let mut by_rule: Vec<_> = figures.by_rule.iter().collect();
        by_rule.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let named = by_rule
            .iter()
            .take(RULES)
            .map(|(rule, count)| r.with("audit-incident-of", &[("rule", (*rule).clone().into()), ("count", r.count(**count).into())]));
        let named: Vec<String> = named.collect();
        let count = r.count(figures.incidents);
        let opened = if named.is_empty() { count } else { format!("{count} ({})", named.join(", ")) };
        let row = |key: &str, value: String, tone| Row { name: r.of("audit-incident-row", key), value, tone };
        let mut rows = vec![row("opened", opened, ""), row("open", r.count(open), if open > 0 { "bad" } else { "good" })];
        if figures.incidents > 0 {
            for (key, took) in [("detect", figures.detect), ("recover", figures.recover), ("total", figures.total)] {
                rows.push(row(key, self.took(took), ""));
            }
        }
        if figures.false_alarms > 0 {
            rows.push(row("false", r.count(figures.false_alarms), ""));
        }
        Ok(self.part("incidents", rows))
    }

    fn took(&self, took: Took) -> String {
        let r = self.r;
        let Some((mean, median)) = took.mean_min.zip(took.median_min) else { return r.say("audit-took-none") };
        let values = [("mean", r.decimal(mean, 1).into()), ("median", r.decimal(median, 1).into()), ("n", r.count(took.n).into())];
        r.with("audit-took", &values)
    }

    /// How often the assistant is wrong, as far as people looked.
    pub(super) fn reviews(&self) -> Result<Part, ReportError> {
        let (r, business) = (self.r, self.business.id);
        let found = intents::measure(self.conn, business, None, None)?;
        let row = |key: &str, value: String| Row { name: r.of("audit-review-row", key), value, tone: "" };
        let wrong = match found.wrong {
            Some(share) if !found.few => {
                let whole = r.percents(Some(share.share));
                match share.interval {
                    Some(bounds) => {
                        let (low, high) = (r.percents(Some(bounds.low.max(0.0))), r.percents(Some(bounds.high.min(1.0))));
                        r.with("audit-between", &[("share", whole.into()), ("low", low.into()), ("high", high.into())])
                    }
                    None => r.with("audit-wrong-alone", &[("share", whole.into())]),
                }
            }
            _ => r.with("audit-review-few", &[("n", r.count(found.n).into())]),
        };
        let done = r.with("audit-review-done", &[("n", r.count(found.n).into()), ("units", r.count(found.units).into())]);
        let mut rows = vec![row("wrong", wrong), row("n", done)];
        if let Some(agreement) = found.agreement.filter(|agreement| agreement.n > 0) {
            let n = r.count(agreement.n);
            rows.push(row("agreement", format!("{} ({n})", r.decimal(agreement.kappa, 2))));
        }
        let faults = reviews::faults_between(self.conn, business, self.from_us, self.to_us)?;
        if !faults.is_empty() {
            let said = faults.iter().map(|(fault, count)| format!("{} – {}", r.of("audit-fault", fault.as_str()), r.count(*count)));
            rows.push(row("faults", said.collect::<Vec<_>>().join(", ")));
        }
        for (queue, tally) in reviews::tallies(self.conn, business)? {
            if tally.all > tally.done && queue != ReviewQueue::Complaint {
                let values = [("done", r.count(tally.done as u64).into()), ("all", r.count(tally.all as u64).into())];
                rows.push(Row { name: r.of("review-queue", queue.as_str()), value: r.with("audit-queue", &values), tone: "" });
            }
        }
        Ok(self.part("reviews", rows))
    }
}
