//! `cargo xtask`: the project's own checks and set-up steps that need Rust. Knows the workspace's layout; the product never uses it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool of the developers")]

mod asn_table;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage:
  cargo xtask tidy                        check layers, file sizes, headers, lints, strings that must not ship
  cargo xtask asn-table CSV-FOLDER OUT EPOCH
                                          convert asn-ipv4.csv and asn-ipv6.csv to an MMDB file; EPOCH is the data's age in seconds since 1970
  cargo xtask config-reference            print a commented weft.toml with every field";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["tidy"] => run_tidy(&root()),
        ["asn-table", folder, out, epoch] => {
            let written =
                epoch.parse().map_err(anyhow::Error::from).and_then(|epoch| asn_table::convert(Path::new(folder), Path::new(out), epoch));
            written.map(|networks| {
                println!("{out}: {networks} ranges");
                true
            })
        }
        ["config-reference"] => {
            print!("{}", weft_config::reference());
            Ok(true)
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

fn run_tidy(root: &Path) -> anyhow::Result<bool> {
    let report = tidy::check(root)?;
    for finding in &report.findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} crates, {} findings", report.files, report.crates, report.findings.len());
    Ok(report.findings.is_empty())
}
