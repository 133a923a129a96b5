//! Real logs, mails, audit records and a synthetic company (`WEFT_CORPUS`) through the whole analysis. Prints its figures; the floors are
//! what was measured and may only rise. Labels are never an input.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, reason = "test helpers may fail loudly")]

#[path = "suites/audit.rs"]
mod audit;
#[path = "suites/beacons.rs"]
mod beacons;
#[path = "suites/company.rs"]
mod company;
#[path = "suites/contact.rs"]
mod contact;
#[path = "suites/malware.rs"]
mod malware;
#[path = "corpus/measure.rs"]
#[allow(dead_code, reason = "shared with the alert corpora")]
mod measure;
#[path = "suites/phishing.rs"]
mod phishing;
#[path = "suites/plant.rs"]
mod plant;
#[path = "suites/support.rs"]
mod support;
