//! Seeded findings that mean nothing: ordinary rules and severities over the tenant's own entities and 2,000 others, all by Zipf's law.

use std::collections::BTreeSet;
use weft_model::*;

/// Entities beside the tenant's own, rules, and addresses outside.
const OTHERS: usize = 2000;
const RULES: usize = 300;
const ADDRESSES: usize = 3000;
/// Days of noise before the first finding.
const WARM_UP_DAYS: i64 = 14;
const TACTICS: [&str; 8] =
    ["initial-access", "execution", "persistence", "defense-evasion", "credential-access", "discovery", "lateral-movement", "exfiltration"];

/// A number in [0, 1) for each draw (a hash of the seed and the draw's number).
struct Draws {
    seed: u64,
    count: u64,
}

impl Draws {
    fn unit(&mut self) -> f64 {
        self.count += 1;
        let hash = weft_model::id::content_hash("noise", &[&self.seed.to_le_bytes(), &self.count.to_le_bytes()]);
        (u64::from_le_bytes(hash[..8].try_into().unwrap()) >> 11) as f64 / (1u64 << 53) as f64
    }
    fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }
    /// A rank by Zipf's law with exponent 1: ranks are as likely as the logarithm's share.
    fn zipf(&mut self, n: usize) -> usize {
        (((n as f64 + 1.0).powf(self.unit())) as usize - 1).min(n - 1)
    }
}

/// `a_day` findings a day from two weeks before the first of `events` to the day after the last.
pub fn noise(seed: u64, a_day: usize, events: &[Event]) -> Vec<Event> {
    let mut draws = Draws { seed, count: 0 };
    let own: BTreeSet<Involved> = events
        .iter()
        .filter_map(|event| if let Body::Finding(finding) = &event.body { Some(finding) } else { None })
        .flat_map(|finding| finding.involved.iter().filter(|one| matches!(one.kind, InvolvedKind::User | InvolvedKind::Device)).cloned())
        .collect();
    let other = |i: usize| match i % 3 {
        0 => Involved::new(InvolvedKind::Device, format!("host-{i}")),
        _ => Involved::new(InvolvedKind::User, format!("user{i}@noise.example")),
    };
    let mut entities: Vec<Involved> = own.into_iter().chain((0..OTHERS).map(other)).collect();
    for i in (1..entities.len()).rev() {
        let j = draws.below(i + 1);
        entities.swap(i, j);
    }
    // Half informational or low, as products raise them.
    let rules: Vec<(u8, &str)> =
        (0..RULES).map(|_| ([1, 1, 1, 2, 2, 2, 3, 3, 3, 4][draws.below(10)], TACTICS[draws.below(TACTICS.len())])).collect();
    let first = events.iter().map(|event| event.time).min().unwrap().plus_ms(-WARM_UP_DAYS * DAY_MS);
    let last = events.iter().map(|event| event.time).max().unwrap().plus_ms(DAY_MS);
    let days = last.since(first) / DAY_MS + 1;
    let mut out = Vec::new();
    for day in 0..days {
        for _ in 0..a_day {
            let time = first.plus_ms(day * DAY_MS + draws.below(DAY_MS as usize) as i64);
            let rule = draws.zipf(RULES);
            let mut involved = vec![entities[draws.zipf(entities.len())].clone()];
            if draws.unit() < 0.4 {
                involved.push(entities[draws.zipf(entities.len())].clone());
            }
            if draws.unit() < 0.3 {
                let address = draws.zipf(ADDRESSES);
                involved.push(Involved::new(InvolvedKind::Ip, format!("45.{}.{}.9", address / 250, address % 250)));
            }
            let alert_uid = format!("noise-{seed}-{}", out.len());
            let finding = DetectionFinding {
                title: format!("Rule {rule}"),
                rule: format!("rule-{rule}"),
                severity: rules[rule].0,
                tactics: vec![rules[rule].1.to_owned()],
                first_seen: time,
                last_seen: time,
                involved,
                alert_uid: alert_uid.clone(),
                ..DetectionFinding::default()
            };
            out.push(Event {
                uid: EventUid::of_record("alert", &alert_uid),
                time,
                metadata: Metadata { product: format!("Product {}", rule % 4), ..Metadata::default() },
                raw_data: None,
                body: Body::Finding(Box::new(finding)),
            });
        }
    }
    out
}
