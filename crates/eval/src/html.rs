//! The evaluation as one HTML page that needs nothing else: tables, plots as inline SVG, no script.

use crate::delay::{AttackDetail, StepDetail};
use crate::floors::Verdict;
use crate::outcome::Outcome;
use crate::plot::{LogAxis, dot_with_interval};
use crate::scenario::{Evaluation, ScenarioResult};
use crate::table::{hours, percent, score};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("report.css");
/// Attacks drawn; the table holds all.
const MAX_TIMELINES: usize = 200;

/// The page. `repeat` is the command that gives the same figures; `budget` in false incidents per 1,000 people and day.
pub fn report(evaluation: &Evaluation, verdict: &Verdict, repeat: &str, budget: f64) -> String {
    let total = &evaluation.total;
    let outcome = &total.outcome;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Weft: evaluation" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Evaluation" }
                p.quiet { (evaluation.scenarios.len()) " runs, " (total.person_days) " person-days. Repeat with " code { (repeat) } }
                div.cards {
                    (card("attacks found as one incident", &format!("{} of {}", outcome.found_once, outcome.attacks)))
                    (card("required steps held", &percent(outcome.steps_share)))
                    (card("fragments, wrong merges", &format!("{}, {}", outcome.fragments, outcome.wrong_merges)))
                    (card("look-alikes quiet", &format!("{} of {}", outcome.look_alikes_quiet, outcome.look_alikes)))
                    (card("first alert, median", &hours(total.first_alert_median_s)))
                    (card("whole incident, median", &hours(total.full_median_s)))
                    (card("pairwise F1, B-cubed F1", &format!("{}, {}", score(outcome.pairwise_f1), score(outcome.bcubed_f1))))
                }
                (floors(verdict))
                (false_incidents(evaluation, budget))
                (runs(evaluation))
                (comparison(evaluation))
                (calibration(evaluation))
                (timelines(evaluation))
            }
        }
    };
    page.into_string()
}

fn card(name: &str, value: &str) -> Markup {
    html! { div.card { div.value { (value) } div.quiet { (name) } } }
}

fn floors(verdict: &Verdict) -> Markup {
    html! {
        @if verdict.checked > 0 {
            p { (verdict.checked) " floors checked, " (verdict.breaches.len()) " broken." }
            ul { @for breach in &verdict.breaches {
                li.bad { (breach.figure) " of " (breach.place) " is " (format!("{:.3}", breach.measured)) ", the floor is " (format!("{:.3}", breach.bound)) }
            } }
        }
    }
}

fn false_incidents(evaluation: &Evaluation, budget: f64) -> Markup {
    let total = &evaluation.total;
    let interval = total.false_per_1000_person_days_interval;
    let axis = LogAxis { low: 0.001, high: 100.0 };
    html! {
        h2 { "False incidents" }
        p { (total.outcome.false_incidents) " in " (total.person_days) " person-days: "
            (format!("{:.3}", total.false_per_1000_person_days)) " per 1,000 people and day, 95 % interval "
            (format!("{:.3} to {:.3}", interval.0, interval.1)) " (Garwood). The line is the budget." }
        table.plot {
            tr { td { "per 1,000 people and day" } td { (dot_with_interval(&axis, Some(total.false_per_1000_person_days), Some(interval), (budget, budget))) } }
            tr { td {} td { (axis.labels(&[0.001, 0.01, 0.1, 1.0, 10.0, 100.0])) } }
        }
    }
}

fn common_head() -> Markup {
    html! {
        th { "attacks" } th { "found once" } th { "fragments" } th { "wrong merges" } th { "steps" } th { "benign events" }
        th { "look-alikes quiet" } th { "false" } th { "pairwise F1" } th { "B-cubed F1" }
    }
}

fn common(outcome: &Outcome) -> Markup {
    let bad = |is_bad: bool| if is_bad { "bad" } else { "" };
    html! {
        td { (outcome.attacks) }
        td class=(bad(outcome.found_once < outcome.attacks)) { (outcome.found_once) }
        td class=(bad(outcome.fragments > 0)) { (outcome.fragments) }
        td class=(bad(outcome.wrong_merges > 0)) { (outcome.wrong_merges) }
        td class=(bad(outcome.steps_share < 1.0)) title=(outcome.missing_steps.join(", ")) { (percent(outcome.steps_share)) }
        td { (outcome.benign_events) }
        td class=(bad(outcome.look_alikes_quiet < outcome.look_alikes)) title=(outcome.look_alikes_loud.join(", ")) {
            (outcome.look_alikes_quiet) "/" (outcome.look_alikes)
        }
        td class=(bad(outcome.false_incidents > 0)) { (outcome.false_incidents) }
        td { (score(outcome.pairwise_f1)) }
        td { (score(outcome.bcubed_f1)) }
    }
}

fn runs(evaluation: &Evaluation) -> Markup {
    let total = &evaluation.total;
    html! {
        h2 { "Runs" }
        div.wide { table {
            tr { th.left { "scenario" } th { "seed" } (common_head()) th { "first alert" } th { "whole" } th { "person-days" } th { "events" } th { "seconds" } }
            @for one in &evaluation.scenarios {
                tr {
                    td.left { (one.scenario) } td { (one.seed) } (common(&one.outcome))
                    td { (hours(one.attack_details.iter().filter_map(|attack| attack.first_alert_s).max())) }
                    td { (hours(one.attack_details.iter().filter_map(|attack| attack.full_s).max())) }
                    td { (one.person_days) } td { (one.events) } td { (format!("{:.1}", one.seconds)) }
                }
            }
            tr.total {
                td.left { "total" } td {} (common(&total.outcome))
                td { (hours(total.first_alert_median_s)) } td { (hours(total.full_median_s)) } td { (total.person_days) } td {} td {}
            }
        } }
        p.quiet { "Times run from an attack's first step to the end of the hour in which an incident touches it, and holds every required step; the total shows medians. Rest the pointer on steps and look-alikes for the missing ones." }
    }
}

fn comparison(evaluation: &Evaluation) -> Markup {
    let total = &evaluation.total;
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    let all = std::iter::once(("Weft", &total.outcome)).chain(total.rivals.iter().map(|rival| (rival.name.as_str(), &rival.outcome)));
    let most = all.clone().map(|(_, outcome)| outcome.false_incidents).max().unwrap_or(0);
    html! {
        h2 { "Beside simpler detectors on the same indicators" }
        div.wide { table {
            tr { th.left { "" } th.left { "found once" } th.left { "steps" } th.left { "pairwise F1" } th.left { "B-cubed F1" } th.left { "false incidents" } th { "fragments" } th { "wrong merges" } }
            @for (name, outcome) in all {
                tr {
                    td.left { (name) }
                    (bar(share(outcome.found_once, outcome.attacks), &format!("{} of {}", outcome.found_once, outcome.attacks), "good"))
                    (bar(outcome.steps_share, &percent(outcome.steps_share), "good"))
                    (bar(outcome.pairwise_f1.unwrap_or(0.0), &score(outcome.pairwise_f1), "good"))
                    (bar(outcome.bcubed_f1.unwrap_or(0.0), &score(outcome.bcubed_f1), "good"))
                    (bar(share(outcome.false_incidents, most), &outcome.false_incidents.to_string(), "alarm"))
                    td { (outcome.fragments) } td { (outcome.wrong_merges) }
                }
            }
        } }
    }
}

fn bar(share: f64, text: &str, class: &str) -> Markup {
    html! { td.left { div.bar { div class=(class) style=(format!("width:{:.1}%", share.clamp(0.0, 1.0) * 100.0)) {} span { (text) } } } }
}

fn calibration(evaluation: &Evaluation) -> Markup {
    let axis = LogAxis { low: 0.1, high: 10.0 };
    html! {
        h2 { "Calibration of p-values" }
        p { "Observed over nominal exceedances on benign entity-days before any attack; the band is the promise, within 20 %. Fewer than 100 expected say nothing." }
        @if evaluation.total.calibration.is_empty() { p.quiet { "No model was calibrated yet." } }
        table.plot {
            tr { th.left { "family" } th { "nominal" } th { "entity-days" } th { "expected" } th { "observed" } th { "ratio" } th {} }
            @for line in &evaluation.total.calibration {
                tr {
                    td.left { (line.family) } td { (format!("{:e}", line.nominal)) } td { (line.entity_days) }
                    td { (format!("{:.1}", line.expected)) } td { (format!("{:.1}", line.observed)) }
                    @match line.ratio {
                        Some(ratio) => { td { (format!("{ratio:.2}")) } td { (dot_with_interval(&axis, Some(ratio), line.interval, (0.8, 1.2))) } }
                        None => { td.quiet { "too few" } td {} }
                    }
                }
            }
            tr { td {} td {} td {} td {} td {} td {} td { (axis.labels(&[0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0])) } }
        }
    }
}

fn timelines(evaluation: &Evaluation) -> Markup {
    let attacks = evaluation.scenarios.iter().flat_map(|one| one.attack_details.iter().map(move |attack| (one, attack)));
    html! {
        h2 { "Attacks in time" }
        p { span.key.email {} " email " span.key.saas {} " SaaS " span.key.network {} " network; hollow: no incident holds an event of the step. Grey lines: first alert (dashed) and whole incident." }
        @for (run, attack) in attacks.take(MAX_TIMELINES) { (timeline(run, attack)) }
    }
}

fn timeline(run: &ScenarioResult, attack: &AttackDetail) -> Markup {
    let ends = attack
        .steps
        .iter()
        .map(|step| step.end)
        .chain([attack.first_alert_s, attack.full_s].into_iter().flatten().map(|s| attack.start + s * 1000));
    let span = (ends.max().unwrap_or(attack.start) - attack.start).max(3_600_000) as f64;
    let x = |time: i64| 10.0 + 580.0 * ((time - attack.start) as f64 / span).clamp(0.0, 1.0);
    let height = 18 * attack.steps.len() + 8;
    let line = |seconds: Option<i64>, class: &str| {
        html! {
            @if let Some(at) = seconds.map(|s| x(attack.start + s * 1000)) { line class=(class) x1=(at) x2=(at) y1="0" y2=(height) {} }
        }
    };
    let mark = |(row, step): (usize, &StepDetail)| {
        html! {
            rect class=(format!("{} {}", step.domain, if step.found { "found" } else { "missed" })) x=(x(step.start) - 4.0) y=(18 * row + 8)
                width=((x(step.end) - x(step.start)).max(0.0) + 8.0) height="10" rx="4" { title { (step.id) ": " (step.text) } }
        }
    };
    html! {
        h3 { (run.scenario) ", seed " (run.seed) ": " (attack.title) }
        p.quiet { "first alert after " (hours(attack.first_alert_s)) ", whole after " (hours(attack.full_s)) ", shown " (format!("{:.1} h", span / 3_600_000.0)) }
        div.timeline {
            svg viewBox=(format!("0 0 600 {height}")) width="600" height=(height) {
                (line(attack.first_alert_s, "alert")) (line(attack.full_s, "whole"))
                @for step in attack.steps.iter().enumerate() { (mark(step)) }
            }
            ol { @for step in &attack.steps { li class=(if step.found || !step.required { "" } else { "bad" }) { (step.id) " " (step.text) @if !step.required { " (optional)" } } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::tests::{all, observed};

    #[test]
    fn the_page_is_self_contained_and_escaped() {
        let mut observed = observed(&["a", "n"]);
        observed.truth.attacks[0].title = "<script>alert(1)</script>".into();
        let run = ScenarioResult::of(&observed, 0.1, &mut |indicators| all(indicators));
        let page = report(&Evaluation::of(vec![run]), &Verdict::default(), "weft eval x --seeds 1", 0.1);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
        assert!(!page.contains("http") && !page.contains("src="), "{page}");
        assert!(page.contains("class=\"saas found\"") && page.contains("class=\"saas missed\""), "{page}");
        assert!(page.contains("any shared entity") && page.contains("0 of 1") || page.contains("1 of 1"), "{page}");
    }
}
