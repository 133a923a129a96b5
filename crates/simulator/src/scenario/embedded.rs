//! The scenarios that come with the program: one line a folder of `integration-tests/scenarios/`.

macro_rules! embedded {
    ($($name:literal)*) => {
        /// Names and texts.
        pub const EMBEDDED: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../../integration-tests/scenarios/", $name, "/scenario.yaml")))),*];
    };
}

embedded! {
    "benign-backup"
    "benign-cdn"
    "benign-dhcp-reshuffle"
    "benign-mailbox-migration"
    "benign-marketing-send"
    "benign-month"
    "benign-new-employee"
    "benign-newsletter"
    "benign-night-shift"
    "benign-payment-run"
    "benign-phishing-exercise"
    "benign-software-updates"
    "benign-traveller"
    "benign-vpn-rollout"
    "case-a"
    "case-b1"
    "case-b2"
    "case-b3"
    "case-c1"
    "case-c2"
    "case-c3"
    "case-d1"
    "case-d2"
    "case-d3"
    "case-e1"
    "case-e2"
    "case-e3"
    "case-e4"
    "combined-a-c1"
    "combined-benign-all"
    "combined-benign-traveller-migration"
    "combined-c1-c2"
    "combined-exercise-a"
    "combined-traveller-e2"
    "combined-vpn-rollout-a"
}
