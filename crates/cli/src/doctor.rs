//! `weft doctor`: what is set up, what is missing and how to get it.

use crate::args::Doctor;
use crate::exit::Code;
use std::io::Write;
use weft_config::Config;

/// One line of the report.
struct Check {
    name: &'static str,
    is_good: bool,
    /// A missing need makes the command fail; a missing extra is only told.
    is_needed: bool,
    text: String,
}

/// Runs the command; exit 1 when something needed is missing.
pub fn run(options: &Doctor) -> anyhow::Result<Code> {
    let config = Config::load(options.config.as_deref(), std::env::vars())?;
    let checks = [models(), tables(&config), data_dir(&config), port(&config), bus(&config), capture(&config)];
    let mut out = std::io::stdout();
    for check in &checks {
        let word = match (check.is_good, check.is_needed) {
            (true, _) => "ok     ",
            (false, true) => "MISSING",
            (false, false) => "absent ",
        };
        writeln!(out, "{word} {:<12} {}", check.name, check.text)?;
    }
    let is_sound = checks.iter().all(|check| check.is_good || !check.is_needed);
    writeln!(out, "{}", if is_sound { "weft can run" } else { "weft cannot run yet: see the lines marked MISSING" })?;
    Ok(if is_sound { Code::Done } else { Code::CheckFailed })
}

fn models() -> Check {
    let (is_good, text) = match weft_indicators::builtin() {
        Ok(set) => (true, format!("{} detection models", set.models.len())),
        Err(error) => (false, error.to_string()),
    };
    Check { name: "models", is_good, is_needed: true, text }
}

fn tables(config: &Config) -> Check {
    let (is_good, text) = match weft_enrich::load(Some(&config.enrich.dir)) {
        Ok((_, notes)) if notes.is_empty() => (true, format!("countries and networks from {}", config.enrich.dir.display())),
        Ok((_, notes)) => (false, notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>().join("; ")),
        Err(error) => (false, error.to_string()),
    };
    Check { name: "tables", is_good, is_needed: false, text }
}

fn data_dir(config: &Config) -> Check {
    let dir = &config.data_dir;
    let made = std::fs::create_dir_all(dir).and_then(|()| tempfile::tempfile_in(dir).map(|_| ()));
    let text = match &made {
        Ok(()) => format!("{} can be written", dir.display()),
        Err(error) => format!("{}: {error}; set data_dir or WEFT_DATA_DIR to a folder you may write", dir.display()),
    };
    Check { name: "data folder", is_good: made.is_ok(), is_needed: true, text }
}

fn port(config: &Config) -> Check {
    let address = config.listen.address;
    let bound = std::net::TcpListener::bind(address);
    let text = match &bound {
        Ok(_) => format!("{address} is free for the page"),
        Err(error) => format!("{address}: {error}; set listen.address to another port"),
    };
    Check { name: "page", is_good: bound.is_ok(), is_needed: false, text }
}

fn bus(config: &Config) -> Check {
    let is_kafka = config.bus.kind == weft_config::BusKind::Kafka;
    let (is_good, text) = match (is_kafka, cfg!(feature = "kafka")) {
        (false, _) => (true, "embedded log".to_owned()),
        (true, true) => (true, format!("Apache Kafka at {}", config.bus.brokers.join(", "))),
        (true, false) => (false, "the configuration asks for Kafka, which this build lacks: build with `--features kafka`".to_owned()),
    };
    Check { name: "bus", is_good, is_needed: true, text }
}

fn capture(config: &Config) -> Check {
    let is_asked = !config.sources.interfaces.is_empty();
    let text = if cfg!(feature = "capture") {
        "live capture is built in; the process needs CAP_NET_RAW"
    } else {
        "this build reads capture files only; for interfaces build with `--features capture` (needs libpcap-dev)"
    };
    Check { name: "capture", is_good: cfg!(feature = "capture"), is_needed: is_asked, text: text.to_owned() }
}
