//! The binary `weft`: reads the command line, runs one command, and turns its end into an exit code.

mod args;
mod backtest;
mod clock;
mod demo;
mod doctor;
mod eval;
mod event_file;
mod exit;
mod feed;
mod ingest;
mod knowledge;
mod models;
mod print;
mod rephrase;
mod replay;
mod reported;
mod sensor;
mod serve;
mod settings;
mod simulate;
mod up;

use args::{Args, Command};
use clap::Parser;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// The analysis makes and drops many small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    start_log(args.verbose);
    let done = match args.command {
        Command::Demo(options) => demo::run(&options),
        Command::Up(options) => up::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Sensor(options) => sensor::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Eval(options) => eval::run(&options),
        Command::Hunt(_) => {
            Err(exit::usage("`weft hunt` is not in this version: read the Parquet files that `--lake` writes with any engine"))
        }
        Command::Models(options) => models::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Config(options) => settings::run(&options),
    };
    match done {
        Ok(code) => code.into(),
        Err(error) => {
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "weft: {}", print::clean(&format!("{error:#}")));
            exit::code_of(&error).into()
        }
    }
}

fn start_log(verbose: u8) {
    let level = ["warn", "info", "debug", "trace"].get(usize::from(verbose)).copied().unwrap_or("trace");
    let filter = tracing_subscriber::EnvFilter::try_from_env("WEFT_LOG").unwrap_or_else(|_| level.into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).init();
}
