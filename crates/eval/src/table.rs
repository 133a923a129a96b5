//! The evaluation as aligned text.

use crate::calibration::Calibrated;
use crate::floors::Verdict;
use crate::outcome::Outcome;
use crate::scenario::Evaluation;

/// Rows of cells, the first column to the left and the others to the right, as wide as they must be.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let line: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

pub(crate) fn score(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}

pub(crate) fn hours(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{:.1} h", seconds as f64 / 3600.0))
}

pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The columns that Weft, its parts and its rivals have in common.
fn common(outcome: &Outcome, false_rate: f64) -> Vec<String> {
    vec![
        outcome.attacks.to_string(),
        outcome.found_once.to_string(),
        outcome.fragments.to_string(),
        outcome.wrong_merges.to_string(),
        percent(outcome.steps_share),
        outcome.benign_events.to_string(),
        format!("{}/{}", outcome.look_alikes_quiet, outcome.look_alikes),
        outcome.false_incidents.to_string(),
        format!("{false_rate:.3}"),
        score(outcome.pairwise_f1),
        score(outcome.bcubed_f1),
    ]
}

const COMMON: &[&str] = &["attacks", "once", "frag", "merged", "steps", "benign", "quiet", "false", "per 1000 pd", "pair F1", "B3 F1"];

/// All tables: runs with the total, rivals, calibration.
pub fn tables(evaluation: &Evaluation) -> String {
    let total = &evaluation.total;
    let mut rows = vec![[row(&["run"]), row(COMMON), row(&["alert", "full", "events", "s"])].concat()];
    for one in &evaluation.scenarios {
        let first = one.attack_details.iter().filter_map(|attack| attack.first_alert_s).max();
        let full = one.attack_details.iter().filter_map(|attack| attack.full_s).max();
        let times = vec![hours(first), hours(full), one.events.to_string(), format!("{:.1}", one.seconds)];
        rows.push([vec![format!("{} {}", one.scenario, one.seed)], common(&one.outcome, one.false_rate()), times].concat());
    }
    let seconds: f64 = evaluation.scenarios.iter().map(|one| one.seconds).sum();
    let events: u64 = evaluation.scenarios.iter().map(|one| one.events).sum();
    let times = vec![hours(total.first_alert_median_s), hours(total.full_median_s), events.to_string(), format!("{seconds:.1}")];
    rows.push([row(&["total"]), common(&total.outcome, total.false_per_1000_person_days), times].concat());
    let mut text = aligned(&rows);
    let (low, high) = total.false_per_1000_person_days_interval;
    text.push_str(&format!(
        "\n{} false incidents in {} person-days: {:.3} per 1,000 people and day, 95 % interval {low:.3} to {high:.3} (Garwood)\n",
        total.outcome.false_incidents, total.person_days, total.false_per_1000_person_days
    ));
    for (what, list) in [("missing steps", &total.outcome.missing_steps), ("look-alikes not quiet", &total.outcome.look_alikes_loud)] {
        if !list.is_empty() {
            text.push_str(&format!("{what}: {}\n", list.join(", ")));
        }
    }
    let mut rows = vec![[row(&["on the same input"]), row(COMMON)].concat()];
    rows.push([row(&["Weft"]), common(&total.outcome, total.false_per_1000_person_days)].concat());
    for rival in &total.rivals {
        let rate = rival.outcome.false_incidents as f64 * 1000.0 / total.person_days.max(1) as f64;
        rows.push([vec![rival.name.clone()], common(&rival.outcome, rate)].concat());
    }
    text.push('\n');
    text.push_str(&aligned(&rows));
    if !total.calibration.is_empty() {
        text.push('\n');
        text.push_str(&calibration(&total.calibration));
    }
    text
}

/// Observed against nominal by family.
fn calibration(lines: &[Calibrated]) -> String {
    let mut rows = vec![row(&["p-values on benign entity-days", "nominal", "entity-days", "expected", "observed", "ratio", "95 %"])];
    for line in lines {
        let ratio = line.ratio.map_or_else(|| "too few".to_owned(), |ratio| format!("{ratio:.2}"));
        let interval = line.interval.map_or_else(String::new, |(low, high)| format!("{low:.2} to {high:.2}"));
        rows.push(vec![
            line.family.clone(),
            format!("{:e}", line.nominal),
            line.entity_days.to_string(),
            format!("{:.1}", line.expected),
            format!("{:.1}", line.observed),
            ratio,
            interval,
        ]);
    }
    aligned(&rows)
}

/// What the floors say, one line a breach, and which of them can rise.
pub fn verdict(verdict: &Verdict) -> String {
    let mut text = String::new();
    for breach in &verdict.breaches {
        text.push_str(&format!(
            "BELOW THE FLOOR: {} of {} is {:.3}, the floor is {:.3}\n",
            breach.figure, breach.place, breach.measured, breach.bound
        ));
    }
    for line in &verdict.can_rise {
        text.push_str(&format!(
            "floor can rise: {} of {} is {:.3}, the floor is {:.3}\n",
            line.figure, line.place, line.measured, line.bound
        ));
    }
    text.push_str(&format!("{} floors checked, {} broken\n", verdict.checked, verdict.breaches.len()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ScenarioResult;
    use crate::scenario::tests::{all, observed};

    #[test]
    fn columns_stand_below_each_other() {
        let run = ScenarioResult::of(&observed(&["a"]), 0.1, &mut |indicators| all(indicators));
        let text = tables(&Evaluation::of(vec![run]));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("run ") && lines[1].starts_with("test 1") && lines[2].starts_with("total"), "{text}");
        let end = lines[0].find("steps").unwrap() + "steps".len();
        assert!(lines[1][..end].ends_with("50 %") && lines[2][..end].ends_with("50 %"), "{text}");
        assert!(text.contains("missing steps: x/b") && text.contains("any shared entity"), "{text}");
    }
}
