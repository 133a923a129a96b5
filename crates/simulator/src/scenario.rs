//! Scenario files: what a case fixes, read from `integration-tests/scenarios/`, so that the product itself holds no case's names.

use crate::SimulateError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// `benign-month`; its name and title are for people.
#[derive(Clone, Debug, Deserialize)]
pub struct Benign {
    pub sharing_platforms: Vec<String>,
}

/// `case-a`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseA {
    pub name: String,
    pub title: String,
    pub minimum_days: u32,
    pub days: Days,
    pub lure: Lure,
    pub credential_page: Page,
    pub second_factor: SecondFactor,
    pub inbox_rule: Rule,
    pub campaign: Campaign,
    pub landing: Landing,
    pub upload: Upload,
    /// Text of each step by its id.
    pub steps: BTreeMap<String, String>,
}

/// The simulated days on which things happen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    pub lure: u32,
    pub second_factor: u32,
    pub campaign: u32,
}

/// The first mails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lure {
    pub host: String,
    pub path: String,
    pub link_text: String,
    pub subjects: Vec<String>,
    pub text: Vec<String>,
}

/// A page at a fixed address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    pub host: String,
    pub address: Ipv4Addr,
    pub location: Location,
}

/// What a sign-in record says of an address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    pub city: String,
    pub region: String,
    pub country: String,
}

/// The second factor that is added.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    pub activity: String,
    pub reason: String,
    pub before: Vec<u32>,
    pub after: Vec<u32>,
}

/// The inbox rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub name: String,
    pub parameters: BTreeMap<String, String>,
}

/// A range of whole numbers, both ends included.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub least: u32,
    pub most: u32,
}

/// The mails that the mailbox sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    pub url: String,
    pub host: String,
    pub link_text: String,
    pub subjects: Vec<String>,
    pub text: Vec<String>,
    pub messages: Span,
    pub minutes: Span,
    /// Share of messages that bounce, and that are answered.
    pub bounced: f64,
    pub answered: f64,
}

/// Where the mails lead.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landing {
    pub host: String,
    pub address: Ipv4Addr,
    pub devices: usize,
}

/// The upload of the last evening.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    pub megabytes: Span,
}

fn parse<T: for<'a> Deserialize<'a>>(name: &str, text: &str) -> Result<T, SimulateError> {
    serde_saphyr::from_str(text).map_err(|error| SimulateError::Scenario { name: name.to_owned(), reason: error.to_string() })
}

/// The file of `benign-month`.
pub fn benign() -> Result<Benign, SimulateError> {
    parse("benign-month", include_str!("../../../integration-tests/scenarios/benign-month/scenario.yaml"))
}

/// The file of `case-a`.
pub fn case_a() -> Result<CaseA, SimulateError> {
    parse("case-a", include_str!("../../../integration-tests/scenarios/case-a/scenario.yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_readable() {
        assert!(benign().unwrap().sharing_platforms.len() > 5);
        let case = case_a().unwrap();
        assert_eq!(case.steps.len(), 8);
        assert_eq!(case.inbox_rule.parameters.len(), 6);
    }
}
