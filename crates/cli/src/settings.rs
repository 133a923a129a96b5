//! `weft config`: check a file, print the reference.

use crate::args::{Config, ConfigCommand};
use crate::exit::Code;
use std::io::Write;

/// Runs the command.
pub fn run(options: &Config) -> anyhow::Result<Code> {
    let mut out = std::io::stdout();
    match &options.command {
        ConfigCommand::Check { file } => {
            weft_config::Config::load(file.as_deref(), std::env::vars())?;
            writeln!(out, "the configuration is sound")?;
        }
        ConfigCommand::Schema { json: true } => writeln!(out, "{:#}", weft_config::json_schema())?,
        ConfigCommand::Schema { json: false } => writeln!(out, "{}", weft_config::reference())?,
    }
    Ok(Code::Done)
}
