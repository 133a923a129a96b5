//! Compiles schemas/event/v1 to Rust with a compiler written in Rust, so that no `protoc` is needed on the machine.
#![allow(clippy::print_stdout, reason = "standard output is how a build script speaks to cargo")]

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let schemas = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../schemas");
    println!("cargo::rerun-if-changed={}", schemas.join("event/v1").display());
    println!("cargo::rerun-if-changed=build.rs");
    let files = protox::compile(["event/v1/event.proto"], [&schemas])?;
    prost_build::Config::new().compile_fds(files)?;
    Ok(())
}
