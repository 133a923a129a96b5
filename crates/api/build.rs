//! Makes sure that the folder of the built page exists, so that the crate compiles before `npm run build` has run.
#![allow(clippy::print_stdout, reason = "cargo reads a build script's instructions from standard output")]

use std::path::Path;

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Weft</title>\n\
<h1>The page is not built</h1>\n<p>Run <code>make build</code>, then start weft again. The API under /api/v1 works without it.</p></html>\n";

fn main() -> std::io::Result<()> {
    let dist = Path::new("../../ui/dist");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", dist.display());
    if !dist.join("index.html").exists() {
        std::fs::create_dir_all(dist)?;
        std::fs::write(dist.join("index.html"), NOT_BUILT)?;
    }
    Ok(())
}
