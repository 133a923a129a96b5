//! An attacked lab tenant's audit log from a cold start: the ten most surprising episodes with their reasons.

use crate::support::{corpus, engine, episodes, evidence, learn, read_all};
use weft_model::Directory;

const SHOWN: usize = 10;
const FLOOR_INDICATORS: usize = 7;
const FLOOR_INCIDENTS: usize = 1;

#[test]
fn most_surprising_episodes() {
    let Some(folder) = corpus("saas/invictus_ual") else { return };
    let inputs = read_all(&[folder]);
    assert_eq!((inputs.read, inputs.events.len(), inputs.rejected), (3_114, 3_114, 0));
    let mut engine = engine(Directory::default());
    learn(&mut engine, inputs.events);
    let (indicators, incidents) = (engine.indicators(), engine.incidents());
    let episodes = episodes(&engine);
    eprintln!(
        "saas/invictus_ual: 3114 records, {} indicators, {} episodes, {} incidents",
        indicators.len(),
        episodes.len(),
        incidents.len()
    );
    for (bits, members) in episodes.iter().take(SHOWN) {
        let (first, events) = (&members[0], evidence(members).len());
        eprintln!("  {bits:5.1} bits of evidence, {} indicators on {events} events from {}", members.len(), first.time.to_rfc3339());
        for indicator in members {
            eprintln!("    {:4.1} bits  {}  [{}]", indicator.bits.value(), indicator.title, indicator.model);
            for why in indicator.why.iter().filter(|why| why.bits.value() >= 0.5) {
                let (bits, n) = (why.bits.value(), why.n);
                eprintln!("      {bits:4.1}  {}: {}; expected {} ({}, n {n})", why.feature, why.observed, why.expected, why.peer);
            }
        }
    }
    for indicator in &indicators {
        let sum: f64 = indicator.why.iter().map(|why| why.bits.value()).sum();
        assert!((sum - indicator.bits.value()).abs() < 1e-6, "the reasons of {} do not add up", indicator.title);
    }
    assert!(indicators.len() >= FLOOR_INDICATORS && incidents.len() >= FLOOR_INCIDENTS, "{} {}", indicators.len(), incidents.len());
}
