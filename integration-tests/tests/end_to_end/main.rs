//! End-to-end tests: each runs the built binary as a user would, and holds a belief that a user would notice to be false.
//!
//! The binary is `WEFT_BIN`, else the one beside this test's own (`cargo build -p weft-cli`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "test helpers fail by panicking"
)]

mod bad_input;
mod case_a;
mod commands;
mod corpus;
mod evaluate;
mod exit_codes;
mod order;
mod report;
mod samples;
mod support;
mod up;
