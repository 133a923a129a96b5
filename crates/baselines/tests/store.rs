//! The cap holds, a flood of one-time entities leaves the warm ones in memory, and eviction loses nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::collections::HashMap;
use std::convert::Infallible;
use weft_baselines::store::{EntityStore, Profile, Spill};

#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Seen(Vec<u32>);

impl Profile for Seen {
    const VERSION: u8 = 1;
    fn bytes(&self) -> usize {
        self.0.capacity() * 4 + 24
    }
}

#[derive(Default)]
struct Disk(HashMap<u128, Vec<u8>>);

impl Spill for Disk {
    type Error = Infallible;
    fn put(&mut self, key: u128, bytes: Vec<u8>) -> Result<(), Infallible> {
        self.0.insert(key, bytes);
        Ok(())
    }
    fn get(&mut self, key: u128) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&key).cloned())
    }
}

/// Counts what is spilled and keeps nothing: the flood's own profiles are of no interest.
#[derive(Default)]
struct Sink(u64);

impl Spill for Sink {
    type Error = Infallible;
    fn put(&mut self, _: u128, _: Vec<u8>) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }
    fn get(&mut self, _: u128) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(None)
    }
}

#[test]
fn ten_million_one_time_entities_leave_the_warm_ones_resident() {
    const WARM: u128 = 100_000;
    // Room for the warm ones and a tenth more.
    let cap = 110_000 * (24 + 16 + 96);
    let (mut store, mut sink) = (EntityStore::<Seen>::new(cap, 110_000), Sink::default());
    for round in 0..3 {
        (0..WARM).for_each(|key| store.with(key, round, &mut sink, |seen| seen.0.push(round)).unwrap());
    }
    let mut most = 0;
    for key in 0..10_000_000u128 {
        // Every hundredth has several events in its hour.
        for _ in 0..if key % 100 == 0 { 5 } else { 1 } {
            store.with(key + (1 << 64), 3, &mut sink, |seen| seen.0.push(9)).unwrap();
        }
        most = most.max(store.bytes());
    }
    let kept = (0..WARM).filter(|key| store.is_resident(*key)).count();
    assert!(kept >= 99_000, "{kept} of {WARM} warm entities are left");
    assert!(most <= cap && sink.0 > 9_800_000, "{most} bytes of {cap}");
}

#[test]
fn results_do_not_depend_on_what_fits() {
    let run = |cap: u64| {
        let (mut store, mut disk) = (EntityStore::<Seen>::new(cap, 100), Disk::default());
        for step in 0..20_000u32 {
            let key = u128::from(step.wrapping_mul(2_654_435_761) % 500);
            store.with(key, step / 1000, &mut disk, |seen| seen.0.push(step)).unwrap();
            assert!(store.bytes() <= cap);
        }
        let all: Vec<Vec<u32>> = (0..500).map(|key| store.with(key, 20, &mut disk, |seen| seen.0.clone()).unwrap()).collect();
        (all, store.counts().spilled)
    };
    let (roomy, tight) = (run(1 << 30), run(20_000));
    assert_eq!(roomy.0, tight.0);
    assert!(roomy.1 == 0 && tight.1 > 1000, "{tight:?}", tight = tight.1);
}
