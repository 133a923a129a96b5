//! Runs side by side: as many workers as asked for, one queue, results as they come. A signal ends the wait and keeps what is scored.

use super::observe::{self, Shared};
use super::plan::Input;
use crate::ingest;
use anyhow::Context;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use weft_eval::ScenarioResult;

/// How often a signal is looked for.
const TICK: Duration = Duration::from_millis(100);

/// Scores all inputs; fewer results than inputs mean that `stop` was set. The first failed input is the error.
pub fn run_all(inputs: Vec<Input>, jobs: Option<usize>, shared: Arc<Shared>, stop: &AtomicBool) -> anyhow::Result<Vec<ScenarioResult>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bar = ingest::bar(inputs.len() as u64 * 1000, "scoring");
    let (inputs, next) = (Arc::new(inputs), Arc::new(AtomicUsize::new(0)));
    let (send, receive) = channel::<anyhow::Result<ScenarioResult>>();
    for _ in 0..jobs.unwrap_or(cores).clamp(1, inputs.len().max(1)) {
        let (inputs, next, shared, send, bar) = (inputs.clone(), next.clone(), shared.clone(), send.clone(), bar.clone());
        // Not joined: after a signal the process ends while they are still at work; they hold nothing but temporary files.
        std::thread::spawn(move || {
            while let Some(input) = inputs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut done = 0;
                let result = observe::run(input, &shared, &mut |thousandths| {
                    bar.inc(thousandths.saturating_sub(done));
                    done = done.max(thousandths);
                });
                bar.inc(1000u64.saturating_sub(done));
                if send.send(result.with_context(|| input.name())).is_err() {
                    return;
                }
            }
        });
    }
    drop(send);
    let mut results = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        match receive.recv_timeout(TICK) {
            Ok(result) => results.push(result?),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    bar.finish_and_clear();
    Ok(results)
}
