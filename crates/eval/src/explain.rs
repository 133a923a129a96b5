//! Why an attack was found or missed, and what came nearest to a false incident: the clusters behind the figures, in words.

use crate::case::{Case, evidence};
use crate::truth::Truth;
use std::fmt::Write;
use weft_model::{Bits, Indicator};
use weft_stitcher::Alert;

/// Clusters without an attack that are told: some whatever they hold, more from so much evidence on. The strongest members of one.
const LEAST_BENIGN: usize = 3;
const MAX_BENIGN: usize = 100;
const BENIGN_BITS: f64 = 8.0;
const MAX_MEMBERS: usize = 30;

/// A cluster with its evidence, whether or not it is enough for an incident.
#[derive(Clone, Debug)]
pub struct Weighed<'a> {
    pub evidence: Bits,
    pub members: Vec<&'a Indicator>,
}

/// For every attack the clusters that hold an event of it, strongest first; then the strongest clusters that hold none.
pub fn explain(truth: &Truth, clusters: &[Weighed<'_>], alert: Alert) -> String {
    let mut sorted: Vec<&Weighed<'_>> = clusters.iter().collect();
    sorted.sort_by_key(|cluster| std::cmp::Reverse(cluster.evidence));
    let cases: Vec<Case<'_>> = sorted.iter().map(|cluster| Case::of_indicators(cluster.members.clone())).collect();
    let Alert { all_bits, mail_bits, network_bits } = alert;
    let mut text = format!(
        "{} seed {}: {all_bits:.1} bits are an incident, {mail_bits:.1} by mail alone, {network_bits:.1} in the network alone\n",
        truth.scenario, truth.seed
    );
    let mut is_attack = vec![false; sorted.len()];
    for attack in &truth.attacks {
        let events = evidence(attack);
        let _ = writeln!(text, "  attack {}", attack.id);
        for ((cluster, case), mark) in sorted.iter().zip(&cases).zip(&mut is_attack).filter(|((_, case), _)| case.touches(&events)) {
            *mark = true;
            let steps: Vec<&str> = attack
                .steps
                .iter()
                .filter(|step| step.evidence.iter().any(|event| case.events.contains(event)))
                .map(|step| step.id.as_str())
                .collect();
            tell(&mut text, cluster, &format!("steps {}", steps.join(" ")), |one| {
                one.events.iter().any(|event| events.contains(&event.uid))
            });
        }
    }
    let _ = writeln!(text, "  without an attack");
    let benign = sorted.iter().zip(&is_attack).filter(|(_, is_attack)| !**is_attack);
    let told = benign.enumerate().take_while(|(place, (one, _))| *place < LEAST_BENIGN || one.evidence.value() >= BENIGN_BITS);
    told.take(MAX_BENIGN).for_each(|(_, (cluster, _))| tell(&mut text, cluster, "", |_| false));
    text
}

fn tell(text: &mut String, cluster: &Weighed<'_>, what: &str, is_part: impl Fn(&Indicator) -> bool) {
    let _ = writeln!(text, "    {:.1} bits, {} indicators {what}", cluster.evidence.value(), cluster.members.len());
    let mut told = cluster.members.clone();
    told.sort_by_key(|one| std::cmp::Reverse(one.evidence));
    told.truncate(MAX_MEMBERS);
    told.sort_by_key(|one| one.time);
    for one in told {
        let mark = if is_part(one) { '*' } else { ' ' };
        let why: Vec<String> = one.why.iter().map(|why| format!("{} {:.1}", why.feature, why.bits.value())).collect();
        let _ = writeln!(
            text,
            "     {mark} {} {:.1} {:.1} [{}] {} ({})",
            one.time.to_rfc3339(),
            one.bits.value(),
            one.evidence.value(),
            one.family,
            one.title,
            why.join(", ")
        );
    }
}
