//! x
use crate::exit::Code;
pub fn run(_: &crate::args::Up) -> anyhow::Result<Code> { anyhow::bail!("") }
