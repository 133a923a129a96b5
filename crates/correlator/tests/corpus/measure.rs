//! How well groups of alerts fit labels, and the naive clustering to compare with.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use weft_model::{Body, Event, EventUid, InvolvedKind};

/// Over pairs of alerts of which at least one is labelled: an alert without a label belongs to nobody, so grouping it with a labelled
/// one is wrong. B-cubed is the mean over labelled alerts.
#[derive(Debug)]
pub struct Figures {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    pub b_cubed_precision: f64,
    pub b_cubed_recall: f64,
    /// Groups of more than one labelled alert that the most split incident is in, and alerts left alone.
    pub most_split: usize,
    pub alone: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "precision {:.3} recall {:.3} F1 {:.3}, B-cubed {:.3} {:.3}, most split {}, alone {}",
            self.precision, self.recall, self.f1, self.b_cubed_precision, self.b_cubed_recall, self.most_split, self.alone
        )
    }
}

fn pairs(n: usize) -> f64 {
    (n * n.saturating_sub(1)) as f64 / 2.0
}

/// `group` misses alerts that are alone.
pub fn measure(labels: &BTreeMap<EventUid, String>, group: &HashMap<EventUid, usize>) -> Figures {
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    group.values().for_each(|index| *sizes.entry(*index).or_default() += 1);
    let mut cells: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let mut truth: BTreeMap<&str, usize> = BTreeMap::new();
    let mut alone = 0;
    for (position, (uid, label)) in labels.iter().enumerate() {
        *truth.entry(label).or_default() += 1;
        let index = group.get(uid).copied().unwrap_or(usize::MAX - position);
        alone += usize::from(sizes.get(&index).copied().unwrap_or(1) == 1);
        *cells.entry((index, label)).or_default() += 1;
    }
    let mut labelled: BTreeMap<usize, usize> = BTreeMap::new();
    cells.iter().for_each(|((index, _), n)| *labelled.entry(*index).or_default() += n);
    let right: f64 = cells.values().map(|n| pairs(*n)).sum();
    let size = |index: &usize| sizes.get(index).copied().unwrap_or(1);
    let claimed: f64 = labelled.iter().map(|(index, n)| pairs(*n) + (n * (size(index) - n)) as f64).sum();
    let wanted: f64 = truth.values().map(|n| pairs(*n)).sum();
    let (precision, recall) = (if claimed > 0.0 { right / claimed } else { 1.0 }, right / wanted);
    let b_cubed = |weight: &dyn Fn(&(usize, &str)) -> usize| {
        cells.iter().map(|(cell, n)| (n * n) as f64 / weight(cell) as f64).sum::<f64>() / labels.len() as f64
    };
    let split = |label: &str| cells.iter().filter(|((_, of), n)| *of == label && **n > 1).count();
    Figures {
        precision,
        recall,
        f1: if right > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 },
        b_cubed_precision: b_cubed(&|(index, _)| size(index)),
        b_cubed_recall: b_cubed(&|(_, label)| truth.get(label).copied().unwrap_or(1)),
        most_split: truth.keys().map(|label| split(label)).max().unwrap_or(0),
        alone,
    }
}

/// Connected components over any account, computer, address, URL, file or mail that two alerts both name.
pub fn any_shared_entity(events: &[Event]) -> HashMap<EventUid, usize> {
    let mut parent: Vec<usize> = (0..events.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    let mut first: HashMap<(InvolvedKind, &str), usize> = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        let Body::Finding(finding) = &event.body else { continue };
        for one in &finding.involved {
            if matches!(one.kind, InvolvedKind::Process | InvolvedKind::App | InvolvedKind::Other) {
                continue;
            }
            for name in std::iter::once(&one.name).chain(&one.aliases) {
                let other = *first.entry((one.kind, name)).or_insert(index);
                let (a, b) = (root(&mut parent, index), root(&mut parent, other));
                parent[a] = b;
            }
        }
    }
    (0..events.len()).map(|index| (events[index].uid, root(&mut parent, index))).collect()
}

/// Highest resident memory of this process so far (Linux; 0 elsewhere).
pub fn peak_rss_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
