//! Values against SciPy (`tests/reference/make.py` wrote `expected.json`).
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value;
use weft_baselines::counts::negative_binomial_upper;
use weft_baselines::special::{beta_lower, binomial_upper, gamma_lower, gamma_upper};

fn rows(name: &str) -> Vec<Vec<f64>> {
    let all: Value = serde_json::from_str(include_str!("reference/expected.json")).unwrap();
    let rows: Vec<Vec<f64>> = serde_json::from_value(all[name].clone()).unwrap();
    assert!(!rows.is_empty());
    rows
}

fn close(ours: f64, scipy: f64, what: &[f64]) {
    // Below 1e-14 only one of a pair of tails is exact.
    assert!((ours - scipy).abs() <= 2e-8 * scipy.abs() + 1e-14, "{ours} instead of {scipy} for {what:?}");
}

#[test]
fn incomplete_gamma() {
    for row in rows("gamma") {
        close(gamma_lower(row[0], row[1]), row[2], &row);
        close(gamma_upper(row[0], row[1]), row[3], &row);
    }
}

#[test]
fn incomplete_beta() {
    rows("beta").iter().for_each(|row| close(beta_lower(row[0], row[1], row[2]), row[3], row));
}

#[test]
fn binomial_tail() {
    rows("binomial").iter().for_each(|row| close(binomial_upper(row[0] as u64, row[1] as u64, row[2]), row[3], row));
}

#[test]
fn negative_binomial_tail() {
    rows("negative_binomial").iter().for_each(|row| close(negative_binomial_upper(row[0] as u64, row[1], row[2]), row[3], row));
}
