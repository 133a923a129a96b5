//! `weft sensor`: one sensor alone, events as OCSF JSON Lines on standard output.

use crate::args::{Sensor, SensorDomain};
use crate::exit::{Code, nothing_readable, usage};
use crate::{feed, ingest};
use std::io::Write;
use std::sync::atomic::AtomicBool;
use weft_model::Event;
use weft_runtime::{Kind, discover};

/// Runs the command.
pub fn run(options: &Sensor) -> anyhow::Result<Code> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut print = |batch: Vec<Event>| -> anyhow::Result<()> {
        for event in &batch {
            writeln!(out, "{}", weft_wire::to_canonical_string(&weft_wire::event_to_ocsf(event)))?;
        }
        out.flush()?;
        Ok(())
    };
    if let Some(interface) = &options.interface {
        if options.domain != SensorDomain::Network {
            return Err(usage("--interface goes with `weft sensor network`"));
        }
        return live(interface, options.filter.as_deref(), &mut print);
    }
    if options.paths.is_empty() {
        return Err(usage("name files or folders to read, for example `weft sensor email mail/`"));
    }
    let wanted = |kind: Kind| match options.domain {
        SensorDomain::Network => matches!(kind, Kind::Pcap | Kind::PcapNg),
        SensorDomain::Email => matches!(kind, Kind::Message | Kind::Mbox),
        SensorDomain::Saas => matches!(kind, Kind::SaasJson | Kind::SaasCsv),
    };
    let inputs: Vec<_> = discover(&options.paths)?.into_iter().filter(|input| wanted(input.kind)).collect();
    if inputs.is_empty() {
        return Err(nothing_readable("no input of this sensor's kind is here"));
    }
    let stop = AtomicBool::new(false);
    for input in &inputs {
        let (report, _) = ingest::read_input(input, None, &stop, &mut print)?;
        if report.dead_letter > 0 {
            tracing::warn!(source = report.name, "{} bad records: {:?}", report.dead_letter, report.by_reason);
        }
    }
    Ok(Code::Done)
}

#[cfg(feature = "capture")]
fn live(interface: &str, filter: Option<&str>, print: &mut feed::Forward<'_>) -> anyhow::Result<Code> {
    let stop = crate::serve::stop_on_signal()?;
    let mut pass = |batch| (print)(batch);
    let mut feed = feed::Feed::new(interface, None, &stop, &mut pass);
    weft_net_sensor::capture_live(interface, filter, weft_net_decode::Limits::default(), &mut feed, &mut |stats| {
        tracing::info!(?stats, "capture")
    })?;
    feed.flush();
    Ok(Code::Done)
}

#[cfg(not(feature = "capture"))]
fn live(_: &str, _: Option<&str>, _: &mut feed::Forward<'_>) -> anyhow::Result<Code> {
    Err(usage("this build cannot listen on interfaces: build with `--features capture` (needs libpcap-dev)"))
}
